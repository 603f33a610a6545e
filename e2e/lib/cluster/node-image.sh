# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# node-image.sh: the disk of a node: a small Debian with its stock kernel, that kernel's headers,
# containerd, kubelet and kube-proxy. It holds nothing of a certain cluster or node: that is on a
# disk of its own (see node.sh).

# node_image SUITE: prints the folder that holds root.ext4, vmlinuz, initrd.
node_image() {
  local binaries root files=$E2E/images/node
  [[ $1 =~ ^[a-z]+$ ]] || die "'$1' is not the name of a Debian suite"
  root=$(node_root "$1")
  binaries=$(kube_binaries)
  cached node "$1-$(key_of "root:$root" "$binaries"/{kubelet,kube-proxy} "$files" \
    "${BOOT_UNITS[@]}" "$(declare -f make_node_image mask_units make_initrd make_disk_initrd)")" \
    make_node_image "$root" "$binaries" "$files"
}

make_node_image() { # ROOT BINARIES FILES OUT
  local root=$4/root unit
  note "making the disk of a node from $(basename "$1")"
  mkdir "$root"
  zstd -dc "$1/root.tar.zst" | tar -C "$root" -xp
  rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/etc/ssh/ssh_host_*
  cp "$2"/{kubelet,kube-proxy} "$root/usr/local/bin/"
  cp -r --no-preserve=ownership "$3/." "$root/"
  mkdir -p "$root"/{node,var/lib/kubelet,var/lib/containerd,etc/cni/net.d}
  : >"$root/etc/machine-id"
  touch "$root"/{etc,var}/.updated # so systemd skips ldconfig and similar units at the first boot
  # Debian's packages have enabled containerd.service and ssh.service.
  for unit in node-setup kubelet kube-proxy; do
    ln -s "/etc/systemd/system/$unit.service" "$root/etc/systemd/system/multi-user.target.wants/"
  done
  # Without udev: the kernel and make_disk_initrd find the devices of these machines, and udev would
  # handle each event of each pod's network device.
  mask_units "$root" "${BOOT_UNITS[@]}" \
    systemd-{networkd,timesyncd,update-utmp-runlevel,journal-flush,sysusers}.service \
    systemd-{logind,user-sessions,udevd,udev-trigger,udev-load-credentials}.service \
    systemd-udevd-{control,kernel}.socket {sshd-keygen,modprobe@}.service \
    {logrotate,man-db}.timer proc-sys-fs-binfmt_misc.automount \
    sys-{kernel-config,fs-fuse-connections}.mount
  cp "$root"/boot/vmlinuz-* "$4/vmlinuz"
  make_disk_initrd "$root" "$4/initrd" "noatime /var/lib/containerd" "ro /node"
  mke2fs -q -t ext4 -E lazy_itable_init=1,lazy_journal_init=1 -L root -d "$root" \
    "$4/root.ext4" 8G >/dev/null
  rm -rf "$root"
}
