# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# versions.sh: every version, name and list of packages of the kind cluster, in one place. The
# version of Kubernetes is in tools/lib/kube-binaries.sh; sourced after that.

KIND=0.33.0
COREDNS=1.12.1 # the version that kubeadm of this Kubernetes needs
NETLINK=1.3.1  # the Go library of podnet

KIND_SUITE=trixie      # of the machine and of the nodes in it
KIND_CLUSTER=dropprobe # its nodes are dropprobe-control-plane and dropprobe-worker
KIND_NODE_IMAGE=localhost/dropprobe/kind-node:v1.$KUBE
PODNET_IMAGE=localhost/dropprobe/podnet:1
PAUSE_IMAGE=localhost/dropprobe/pause:0.1.0
PRODUCT_IMAGES=(operator node-agent kmod-builder toolbox) # their names in images/build

MACHINE_CPUS=2      # each is a thread of the emulator
MACHINE_MEMORY=4096 # MiB; two nodes, their pods and DropProbe use 2 GiB

# The machine that kind runs on: a Debian with dockerd, and with the kernel headers that DropProbe
# needs.
MACHINE_PACKAGES=(
  systemd systemd-sysv udev dbus kmod procps iproute2 openssh-server ca-certificates e2fsprogs
  linux-image-amd64 linux-headers-amd64
  apparmor
  docker.io docker-cli iptables nftables conntrack
)

# A node: the packages of kind's own node image, with Debian's containerd, runc and CNI plugins
# instead of kind's builds.
KIND_NODE_PACKAGES=(
  systemd mount util-linux kmod procps iproute2 ethtool bash jq pigz ca-certificates e2fsprogs
  conntrack iptables nftables libseccomp2
  containerd runc containernetworking-plugins
)
