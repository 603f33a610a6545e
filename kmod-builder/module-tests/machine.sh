# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# machine.sh: sourced by run and bench, after lib.sh. Virtual machines that have no disk and no
# network, and see four folders of the host. Those of run have NICs that are connected to nothing.

machines=() # processes, the last one started last

# machine_prepare NAME DIR GUEST_ROOT: makes everything that the machine of one kernel needs, in
# DIR. The caller adds DIR/rig/main.py, which is run in the guest.
machine_prepare() {
  local name=$1 dir=$2 guest=$3 kernel
  kernel=$(kernel_root "$name")
  mkdir -p "$dir/rig" "$dir/out"
  ln -s "$guest/root" "$dir/root"
  ln -s "$kernel/root/usr/lib/modules" "$dir/modules"
  ln -s "$(vmlinuz "$kernel")" "$dir/vmlinuz"
  ln -s "$(initrd "$name" "$kernel" "$guest/root")" "$dir/initrd"
  cp "$(module "$name" "$kernel")" "$dir/rig/dropprobe.ko"
  cp -r "$HERE/guest" "$dir/rig/"
}

# machine_boot DIR QEMU_ARG…: starts the machine in the background; its process is the last of
# machines. Without no_timer_check a busy host makes the kernel believe that its timer is broken.
machine_boot() {
  local dir=$1 share mode shares=()
  local append="console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on no_timer_check"
  shift
  for share in root modules rig out; do
    mode=security_model=none,multidevs=remap
    [ $share = out ] || mode+=,readonly=on
    shares+=(-virtfs "local,path=$(realpath "$dir/$share"),mount_tag=$share,$mode")
  done
  qemu-system-x86_64 -cpu max -m "${MACHINE_MEMORY:-1024}" \
    -nodefaults -display none -no-reboot -nic none "$@" \
    -kernel "$dir/vmlinuz" -initrd "$dir/initrd" -append "$append ${MACHINE_APPEND:-}" \
    -serial "file:$dir/console.log" "${shares[@]}" >"$dir/qemu.log" 2>&1 </dev/null &
  machines+=($!)
}

# nics: prints the arguments of QEMU, one a line, for one NIC of each device in nics.conf. They have
# no backend, so no packet leaves the machine.
nics() {
  echo -device
  echo qemu-xhci,id=usb
  awk '/^[^#]/ && !seen[$1]++ {
    print "-device"
    print $1 ($2 == "-" ? ",romfile=" : ",bus=" $2)
  }' "$HERE/nics.conf"
}

# machines_end: those that still run.
machines_end() {
  local pid
  for pid in "${machines[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
  wait
}
