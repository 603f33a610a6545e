# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# node-root.sh: the Debian of a node. Its packages change rarely and take minutes, so it is kept
# apart from the node's disk.
#
# The text of make_node_root is part of the key of its result, as `declare -f` prints it: formatting
# $(…) in it would make the Debian of every suite again.

NODE_PACKAGES=(
  systemd systemd-sysv udev dbus kmod procps iproute2 openssh-server
  linux-image-amd64 linux-headers-amd64
  apparmor # or containers would run unconfined, unlike on real nodes
  containerd runc containernetworking-plugins iptables nftables conntrack
)

# node_root SUITE: prints the folder that holds root.tar.zst.
node_root() {
  local mirror
  mirror=$(debian_mirror)
  cached node-root "$1-$(key_of "$mirror" "${NODE_PACKAGES[@]}" "$(declare -f make_node_root)")" \
    make_node_root "$1" "$mirror"
}

make_node_root() { # SUITE MIRROR OUT
  note "Debian $1 for nodes: kernel, headers, containerd (about 2 minutes; kept)"
  # The index of a suite in development is valid for a week only, and that of a mirror that is not
  # updated may be older. INITRD=No: nodes boot with the initrd of make_disk_initrd, and making
  # Debian's takes long.
  INITRD=No mmdebstrap --quiet --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    "--include=$(IFS=,; echo "${NODE_PACKAGES[*]}")" "$1" "$3/root.tar" "$2"
  zstd -q -1 --rm "$3/root.tar"
}
