# shellcheck shell=bash disable=SC2154 # run, machine and store are session's
# vm.sh: the virtual machine that kind runs on. Sourced by session, after e2e/lib/cluster/node.sh, which knows the clock.

VM_SSH=(-i "$machine/key" -q -o IdentitiesOnly=yes -o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=30 -o ServerAliveCountMax=6
  -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@127.0.0.1)

# vm COMMAND…: as root in the machine; a shell there gets the words joined by blanks.
# shellcheck disable=SC2029
vm() { ssh "${VM_SSH[@]}" "$@"; }

# What QEMU's processors need beside a user's kernel: watchdogs of the kernel take it for a fault when they wait for a real processor. The worst of them gives
# up the time stamp counter, and then each look at the clock leaves the emulation: everything takes three times as long.
VM_COMMAND_LINE=(root=/dev/vda rw console=ttyS0 net.ifnames=0 loglevel=5 mitigations=off systemd.show_status=false
  tsc=reliable no5lvl rcupdate.rcu_cpu_stall_timeout=120 transparent_hugepage=never)

# vm_on: boots it, until dockerd answers. Its disks are overlays in run; nothing is written to what is kept.
vm_on() {
  local disk khz accelerator deadline=$((SECONDS + 400))
  khz=$(tsc_khz)
  accelerator=$(accelerator 1024)
  qemu-img create -q -f qcow2 -F raw -b "$machine/root.ext4" "$run/root.qcow2"
  for disk in control-plane worker; do qemu-img create -q -f qcow2 -F raw -b "$store/images.ext4" "$run/$disk.qcow2"; done
  qemu-system-x86_64 -name dropprobe-kind -accel "$accelerator" -cpu max -smp "$MACHINE_CPUS" -m "$MACHINE_MEMORY" \
    -nodefaults -no-user-config -vga none -display none -no-reboot -chardev "file,id=console,path=$run/console.log" -serial chardev:console \
    -kernel "$machine/vmlinuz" -initrd "$machine/initrd" \
    -append "${VM_COMMAND_LINE[*]} tsc_early_khz=$khz" \
    -drive "file=$run/root.qcow2,if=virtio,format=qcow2,cache=unsafe" \
    -drive "file=$run/control-plane.qcow2,if=virtio,format=qcow2,cache=unsafe" \
    -drive "file=$run/worker.qcow2,if=virtio,format=qcow2,cache=unsafe" \
    -nic 'user,model=virtio-net-pci,restrict=on,hostfwd=tcp:127.0.0.1:22-:22,hostfwd=tcp:127.0.0.1:6443-:6443' -device virtio-rng-pci &
  qemu=$!
  until vm docker version >/dev/null 2>&1; do
    kill -0 "$qemu" 2>/dev/null || die "the machine has gone off by itself; its console is below"
    [ $SECONDS -lt $deadline ] || die "the machine is not up after 400 s"
    sleep 1
  done
}

vm_off() {
  [ -n "${qemu:-}" ] || return 0
  kill -KILL "$qemu" 2>/dev/null || true # nothing on its disks is needed again
  wait "$qemu" || true
}
