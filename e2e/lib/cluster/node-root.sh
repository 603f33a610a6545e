# shellcheck shell=bash
# node-root.sh: the Debian of a node. Its packages change rarely and take minutes, so it is kept apart
# from the node's disk.
#
# The text of make_node_root is part of the key of its result: a change of it, even of a line break,
# makes the Debian of every suite again.

NODE_PACKAGES=(
  systemd systemd-sysv udev dbus kmod procps iproute2 openssh-server
  linux-image-amd64 linux-headers-amd64
  apparmor                              # or containers would run unconfined, unlike on real nodes
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
  # A suite that still moves publishes indexes that are valid for a week only: a mirror that stands still is older than that.
  # INITRD=No: nodes are started with an initrd of our own (make_initrd), and making Debian's takes long.
  INITRD=No mmdebstrap --quiet --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    "--include=$(IFS=,; echo "${NODE_PACKAGES[*]}")" "$1" "$3/root.tar" "$2"
  zstd -q -1 --rm "$3/root.tar"
}
