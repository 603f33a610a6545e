# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# machine.sh: the machine that kind runs on: Debian with kind, and with dockerd that has the node
# image in its store. Sourced after node.sh.

# kind_machine: prints the folder that holds root.ext4, vmlinuz, initrd, key (for ssh) and kbuild:
# the name of the folder in /usr/lib that kernel headers need besides /usr/src.
kind_machine() {
  local root node_root programs binaries
  root=$(machine_root)
  node_root=$(kind_node_root)
  programs=$(kind_programs)
  binaries=$(kube_binaries)
  cached kind-machine "$(key_of "in:$root" "in:$node_root" "in:$programs" "in:$binaries" \
    "$HERE"/{image-archive,fill-docker-store,machine,podnet.yaml,storage.yaml} \
    "$KIND_NODE_IMAGE" "$PAUSE_IMAGE" "$NODE_CONFIG" "${BOOT_UNITS[@]}" \
    "$(declare -f make_machine make_node_archive as_kind_does enable unpack_root mask_units)" \
    "$(declare -f make_initrd make_disk_initrd)")" \
    make_machine "$root" "$node_root" "$programs" "$binaries"
}

make_machine() { # ROOT NODE_ROOT PROGRAMS BINARIES OUT
  local out=$5
  local work=$out/.work root=$out/.work/root
  mkdir "$work"
  make_node_archive "$2" "$3" "$4" "$work" "$work/node.tar"
  note "making the disk of the machine"
  unpack_root "$1" "$root"
  cp -r --no-preserve=ownership "$HERE/machine/." "$root/"
  cp "$3/kind" "$root/usr/local/bin/"
  mkdir -p "$root"/images/{control-plane,worker} "$root/var/lib/containerd"
  ssh-keygen -q -t ed25519 -N '' -C kind -f "$out/key"
  install -D -m 600 "$out/key.pub" "$root/root/.ssh/authorized_keys"
  enable "$root" systemd-networkd # Debian's packages have enabled ssh and docker
  mask_units "$root" "${BOOT_UNITS[@]}" systemd-networkd-wait-online.service
  touch "$root"/{etc,var}/.updated # so systemd skips ldconfig and similar units at the first boot
  cp "$root"/boot/vmlinuz-* "$out/vmlinuz"
  make_disk_initrd "$root" "$out/initrd" \
    "noatime /images/control-plane" "noatime /images/worker"
  basename "$root"/usr/lib/linux-kbuild-* >"$out/kbuild"
  # In namespaces of its own, so that neither its processes nor its mounts outlive it.
  unshare --mount --net --propagation private --pid --fork --kill-child \
    "$HERE/fill-docker-store" "$root" "$work/node.tar" >"$work/log" 2>&1 || {
    tail -n 20 "$work/log"
    die "dockerd could not load the image of the kind nodes; the end of its log is above"
  }
  mke2fs -q -t ext4 -E lazy_itable_init=1,lazy_journal_init=1 -L root -d "$root" \
    "$out/root.ext4" 16G >/dev/null
  rm -rf "$work"
}
