# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# node.sh: the image of a kind node. Sourced after programs.sh and roots.sh.

NODE_CONFIG='{"Entrypoint": ["/usr/local/bin/entrypoint", "/sbin/init"], "Env": ["container=docker",
  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"], "StopSignal": "SIGRTMIN+3"}'

# make_node_archive ROOT PROGRAMS BINARIES WORK OUT: writes the image of a node to the archive OUT,
# working in the folder WORK. The image holds no container images: these are on a disk of their own,
# because docker copies the /var of its image for each node.
make_node_archive() {
  local root=$4/node
  note "making the image of the kind nodes"
  unpack_root "$1" "$root"
  as_kind_does "$root" "$2/base-files"
  cp "$3"/{kubeadm,kubelet,kubectl} "$root/usr/bin/"
  echo "v1.$KUBE" >"$root/kind/version"
  # In kind's own images these are kindnetd and a provisioner of local volumes.
  cp "$HERE/podnet.yaml" "$root/kind/manifests/default-cni.yaml"
  cp "$HERE/storage.yaml" "$root/kind/manifests/default-storage.yaml"
  sed -i "s#sandbox_image = .*#sandbox_image = \"$PAUSE_IMAGE\"#" "$root/etc/containerd/config.toml"
  rm -rf "$root"/usr/share/{locale,i18n,bash-completion} \
    "$root"/var/lib/{dpkg/info,containerd}
  # All files in the archive have the same time, so with these systemd skips ldconfig and similar
  # units at boot.
  touch "$root"/{etc,var}/.updated
  "$HERE/image-archive" "$KIND_NODE_IMAGE" "$root" "$5" "$NODE_CONFIG"
  rm -rf "$root"
}

# enable ROOT UNIT…: enables services in the Debian in ROOT without systemctl, which complains about
# a chroot.
enable() {
  local root=$1 wants=$1/etc/systemd/system/multi-user.target.wants unit file
  shift
  mkdir -p "$wants"
  for unit; do
    file=$(cd "$root" && find etc/systemd/system usr/lib/systemd/system -maxdepth 1 \
      -name "$unit.service" -printf '/%p\n' -quit)
    ln -s "$file" "$wants/"
  done
}

# as_kind_does ROOT BASE_FILES: changes the Debian in ROOT as kind's Dockerfile does, adapted to the
# paths of Debian's containerd, runc and CNI plugins.
as_kind_does() {
  local root=$1 program
  cp -r "$2"/{etc,kind,usr} "$root/"
  chmod 755 "$root"/kind{,/bin,/bin/*} "$root"/usr/local/bin/*
  find "$root/usr/lib/systemd/system/sysinit.target.wants" \
    -name systemd-tmpfiles-setup.service -delete
  rm -rf "$root"/usr/lib/systemd/system/{multi-user,local-fs,basic}.target.wants/* \
    "$root"/etc/systemd/system/*.wants
  rm -f "$root"/usr/lib/systemd/system/sockets.target.wants/*udev* \
    "$root/usr/lib/systemd/system/containerd.service"
  mkdir -p "$root/etc/systemd/journald.conf.d"
  printf '[Journal]\nReadKMsg=no\n' >"$root/etc/systemd/journald.conf.d/kind.conf"
  ln -sf /usr/lib/systemd/systemd "$root/sbin/init"
  for program in containerd ctr containerd-shim-runc-v2; do
    ln -s "/usr/bin/$program" "$root/usr/local/bin/"
  done
  ln -s /usr/sbin/runc "$root/usr/local/sbin/runc"
  mkdir -p "$root"/{opt/cni,etc/kubernetes/manifests,kind/manifests}
  ln -s /usr/lib/cni "$root/opt/cni/bin"
  find "$root/usr/lib/cni" -type f \
    ! -name loopback ! -name ptp ! -name host-local ! -name portmap -delete
  rm -f "$root"/usr/bin/containerd-shim{,-runc-v1}
  enable "$root" kubelet containerd undo-mount-hacks
  mask_units "$root" systemd-binfmt.service
  # Beyond what kind does: what docker has done for a node, and what costs emulated processors a
  # minute.
  mask_units "$root" {kmod-static-nodes,systemd-modules-load,systemd-remount-fs}.service \
    {systemd-journal-flush,modprobe@}.service systemd-tmpfiles-setup-dev{,-early}.service \
    dev-{hugepages,mqueue}.mount sys-kernel-{config,debug,tracing}.mount \
    sys-fs-fuse-connections.mount
  chroot "$root" ctr oci spec \
    | jq '.hooks.createContainer += [{path: "/kind/bin/mount-product-files.sh"}]
      | del(.process.rlimits)' >"$root/etc/containerd/cri-base.json"
}
