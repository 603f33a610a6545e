# shellcheck shell=bash
# machine.sh: the machine that kind runs on: Debian with dockerd, which has the node image already, and kind. Sourced after node.sh.

# kind_machine: prints the folder that holds root.ext4, vmlinuz, initrd, key (for ssh) and kbuild (name of the folder in /usr/lib that kernel headers
# need besides /usr/src).
kind_machine() {
  local root node_root programs binaries
  root=$(machine_root)
  node_root=$(kind_node_root)
  programs=$(kind_programs)
  binaries=$(kube_binaries)
  cached kind-machine "$(key_of "in:$root" "in:$node_root" "in:$programs" "in:$binaries" "$HERE"/{image-archive,fill-docker-store,machine,podnet.yaml,storage.yaml} \
    "$KIND_NODE_IMAGE" "$PAUSE_IMAGE" "$NODE_CONFIG" "$(declare -f make_machine make_node_archive as_kind_does enable unpack_root make_machine_initrd)")" \
    make_machine "$root" "$node_root" "$programs" "$binaries"
}

make_machine() { # ROOT NODE_ROOT PROGRAMS BINARIES OUT
  local out=$5 unit
  local work=$out/.work root=$out/.work/root
  mkdir "$work"
  make_node_archive "$2" "$3" "$4" "$work" "$work/node.tar"
  note "disk of the machine"
  unpack_root "$1" "$root"
  cp -r --no-preserve=ownership "$HERE/machine/." "$root/"
  cp "$3/kind" "$root/usr/local/bin/"
  mkdir -p "$root"/images/{control-plane,worker} "$root/var/lib/containerd"
  ssh-keygen -q -t ed25519 -N '' -C kind -f "$out/key"
  install -D -m 600 "$out/key.pub" "$root/root/.ssh/authorized_keys"
  enable "$root" systemd-networkd # Debian's packages have enabled ssh and docker
  # What costs time at the start and makes no difference here.
  for unit in systemd-networkd-wait-online systemd-pstore systemd-update-utmp systemd-machine-id-commit systemd-firstboot systemd-binfmt \
    e2scrub_reap getty@tty1 serial-getty@ttyS0 apparmor; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit.service"
  done
  for unit in apt-daily apt-daily-upgrade dpkg-db-backup e2scrub_all fstrim systemd-tmpfiles-clean; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit.timer"
  done
  touch "$root"/{etc,var}/.updated
  cp "$root"/boot/vmlinuz-* "$out/vmlinuz"
  make_machine_initrd "$root" "$out/initrd"
  basename "$root"/usr/lib/linux-kbuild-* >"$out/kbuild"
  # Namespaces of its own: whatever happens, neither its processes nor its mounts outlive it.
  unshare --mount --net --propagation private --pid --fork --kill-child "$HERE/fill-docker-store" "$root" "$work/node.tar" >"$work/log" 2>&1 \
    || {
      tail -n 20 "$work/log"
      die "the node image could not be loaded into dockerd's store"
    }
  mke2fs -q -t ext4 -E lazy_itable_init=1,lazy_journal_init=1 -L root -d "$root" "$out/root.ext4" 16G >/dev/null
  rm -rf "$work"
}

# make_machine_initrd ROOT OUT: only what it takes to mount the machine's three disks (see vm.sh) without waiting for udev.
make_machine_initrd() {
  local work release module
  work=$(mktemp -d -p "$(dirname "$2")")
  release=$(basename "$1"/usr/lib/modules/*)
  mkdir -p "$work"/{bin,dev,proc,root,modules}
  cp /bin/busybox "$work/bin/"
  chroot "$1" modprobe -S "$release" --show-depends -a virtio_pci virtio_blk virtio_net ext4 crc32c_generic \
    | awk '$1 == "insmod" && !seen[$2]++ {print $2}' >"$work/order"
  while read -r module; do
    xz -dc "$1$module" >"$work/modules/$(basename "$module" .xz)"
    basename "$module" .xz
  done <"$work/order" >"$work/modules/order"
  cat >"$work/init" <<'K'
#!/bin/busybox sh
export PATH=/bin
busybox mount -t devtmpfs dev /dev
while read -r module; do busybox insmod "/modules/$module"; done </modules/order
until [ -b /dev/vdc ]; do busybox sleep 0.1; done
busybox mount -t ext4 -o noatime /dev/vda /root
busybox mount -t ext4 -o noatime /dev/vdb /root/images/control-plane
busybox mount -t ext4 -o noatime /dev/vdc /root/images/worker
busybox mount --move /dev /root/dev
exec busybox switch_root /root /sbin/init
K
  chmod +x "$work/init"
  (cd "$work" && find . | cpio --quiet -o -H newc) >"$2"
  rm -rf "$work"
}
