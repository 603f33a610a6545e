# shellcheck shell=bash
# node-image.sh: the disk of a node: a small Debian with its stock kernel, that kernel's headers, containerd, kubelet and
# kube-proxy. Nothing in it belongs to a certain cluster or node: that comes on a second disk (see node.sh).

# node_image SUITE: prints the folder that holds root.ext4, vmlinuz, initrd.
node_image() {
  local binaries root files=$E2E/images/node
  [[ $1 =~ ^[a-z]+$ ]] || die "'$1' is no Debian suite"
  root=$(node_root "$1")
  binaries=$(kube_binaries)
  cached node "$1-$(key_of "root:$root" "$binaries"/{kubelet,kube-proxy} "$files" "$(declare -f make_node_image make_initrd)")" make_node_image "$root" "$binaries" "$files"
}

make_node_image() { # ROOT BINARIES FILES OUT
  local root=$4/root unit
  note "node disk from $(basename "$1")"
  mkdir "$root"
  zstd -dc "$1/root.tar.zst" | tar -C "$root" -xp
  rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/etc/ssh/ssh_host_*
  cp "$2"/{kubelet,kube-proxy} "$root/usr/local/bin/"
  cp -r --no-preserve=ownership "$3/." "$root/"
  mkdir -p "$root"/{node,var/lib/kubelet,var/lib/containerd,etc/cni/net.d}
  : >"$root/etc/machine-id"
  touch "$root"/{etc,var}/.updated # spares ldconfig and the like at the first start
  # Debian's packages have enabled containerd.service and ssh.service.
  for unit in node-setup kubelet kube-proxy; do
    ln -s "/etc/systemd/system/$unit.service" "$root/etc/systemd/system/multi-user.target.wants/"
  done
  # What costs time at the start and makes no difference to a node. No udev: these machines have no device that the kernel and
  # make_initrd don't find by themselves, and it would handle each event of each pod's network device.
  for unit in systemd-networkd systemd-timesyncd systemd-pstore systemd-update-utmp systemd-update-utmp-runlevel systemd-journal-flush \
    systemd-machine-id-commit systemd-firstboot systemd-sysusers systemd-binfmt systemd-logind systemd-user-sessions e2scrub_reap getty@tty1 serial-getty@ttyS0 apparmor sshd-keygen \
    systemd-udevd systemd-udev-trigger systemd-udev-load-credentials modprobe@; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit.service"
  done
  for unit in apt-daily apt-daily-upgrade dpkg-db-backup e2scrub_all fstrim logrotate man-db systemd-tmpfiles-clean; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit.timer"
  done
  for unit in systemd-udevd-control.socket systemd-udevd-kernel.socket sys-kernel-config.mount sys-fs-fuse-connections.mount \
    proc-sys-fs-binfmt_misc.automount; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
  done
  cp "$root"/boot/vmlinuz-* "$4/vmlinuz"
  make_initrd "$root" "$4/initrd"
  mke2fs -q -t ext4 -E lazy_itable_init=1,lazy_journal_init=1 -L root -d "$root" "$4/root.ext4" 8G >/dev/null
  rm -rf "$root"
}

# make_initrd ROOT OUT: only what it takes to mount the three disks of a node (see node.sh). Debian's own does the same, but takes ten times as long.
make_initrd() {
  local work release modules module
  work=$(mktemp -d -p "$(dirname "$2")")
  release=$(basename "$1"/usr/lib/modules/*)
  modules=$(chroot "$1" modprobe -S "$release" --show-depends -a virtio_pci virtio_blk virtio_net ext4 crc32c_generic | awk '$1 == "insmod" && !seen[$2]++ {print $2}')
  mkdir -p "$work"/{bin,dev,proc,root,modules}
  cp /bin/busybox "$work/bin/"
  for module in $modules; do
    case $module in
      *.xz) xz -dc "$1$module" >"$work/modules/$(basename "$module" .xz)" ;;
      *) cp "$1$module" "$work/modules/" ;;
    esac
    basename "$module" .xz
  done >"$work/modules/order"
  cat >"$work/init" <<'K'
#!/bin/busybox sh
export PATH=/bin
busybox mount -t devtmpfs dev /dev
while read -r module; do busybox insmod "/modules/$module"; done </modules/order
until [ -b /dev/vdc ]; do busybox sleep 0.1; done
busybox mount -t ext4 -o noatime /dev/vda /root
busybox mount -t ext4 -o noatime /dev/vdb /root/var/lib/containerd
busybox mount -t ext4 -o ro /dev/vdc /root/node
busybox mount --move /dev /root/dev
exec busybox switch_root /root /sbin/init
K
  chmod +x "$work/init"
  (cd "$work" && find . | cpio --quiet -o -H newc) >"$2"
  rm -rf "$work"
}
