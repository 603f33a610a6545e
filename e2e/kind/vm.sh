# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # run, machine, store and emulator are session's
# vm.sh: the virtual machine that kind runs on, with a QEMU that uses a thread for each of its
# processors. Sourced by session, after e2e/lib/cluster/node.sh, which has tsc_khz.

VM_SSH=(-i "$machine/key" -q -o IdentitiesOnly=yes -o BatchMode=yes
  -o ConnectTimeout=20 -o ServerAliveInterval=30 -o ServerAliveCountMax=6
  -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@127.0.0.1)

# vm COMMAND…: runs COMMAND as root in the machine; a shell there gets the words joined by blanks.
# shellcheck disable=SC2029 # the words are meant to be expanded here
vm() { ssh "${VM_SSH[@]}" "$@"; }

# An emulated processor may wait long for a real one, and the kernel's watchdogs take that for a
# fault. The worst of them marks the time stamp counter as unstable; then each read of the clock
# leaves the emulation, and everything takes three times as long.
VM_COMMAND_LINE=(root=/dev/vda rw console=ttyS0 net.ifnames=0 loglevel=5 mitigations=off
  systemd.show_status=false tsc=reliable no5lvl
  rcupdate.rcu_cpu_stall_timeout=120 transparent_hugepage=never)

# vm_on: boots the machine, and waits until dockerd answers. Its disks are overlays in run, so the
# kept disks don't change.
vm_on() {
  local disk khz accelerator ports deadline=$((SECONDS + 400))
  khz=$(tsc_khz)
  accelerator=$(accelerator 1024 "$emulator")
  qemu-img create -q -f qcow2 -F raw -b "$machine/root.ext4" "$run/root.qcow2"
  for disk in control-plane worker; do
    qemu-img create -q -f qcow2 -F raw -b "$store/images.ext4" "$run/$disk.qcow2"
  done
  ports=hostfwd=tcp:127.0.0.1:22-:22,hostfwd=tcp:127.0.0.1:6443-:6443
  "$emulator" -name dropprobe-kind \
    -accel "$accelerator" -cpu max -smp "$MACHINE_CPUS" -m "$MACHINE_MEMORY" \
    -nodefaults -no-user-config -vga none -display none -no-reboot \
    -chardev "file,id=console,path=$run/console.log" -serial chardev:console \
    -kernel "$machine/vmlinuz" -initrd "$machine/initrd" \
    -append "${VM_COMMAND_LINE[*]} tsc_early_khz=$khz" \
    -drive "file=$run/root.qcow2,if=virtio,format=qcow2,cache=unsafe" \
    -drive "file=$run/control-plane.qcow2,if=virtio,format=qcow2,cache=unsafe" \
    -drive "file=$run/worker.qcow2,if=virtio,format=qcow2,cache=unsafe" \
    -nic "user,model=virtio-net-pci,restrict=on,$ports" -device virtio-rng-pci &
  qemu=$!
  until vm docker version >/dev/null 2>&1; do
    kill -0 "$qemu" 2>/dev/null || die "the machine ended by itself; its console is below"
    [ $SECONDS -lt $deadline ] \
      || die "dockerd in the machine does not answer after 400 s; the console is below"
    sleep 1
  done
}

vm_off() {
  [ -n "${qemu:-}" ] || return 0
  kill -KILL "$qemu" 2>/dev/null || true # its disks are not needed any longer
  wait "$qemu" || true
}
