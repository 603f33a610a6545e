# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# roots.sh: Debian systems as archives. Their packages change rarely and take minutes, so they are
# kept apart. Sourced after debian.sh and versions.sh.

# debian_root NAME PACKAGE…: prints the folder that holds root.tar.zst.
debian_root() {
  local name=$1 mirror
  shift
  mirror=$(debian_mirror)
  cached kind-root "$name-$(key_of "$KIND_SUITE" "$mirror" "$(declare -f make_debian_root)" "$@")" \
    make_debian_root "$name" "$mirror" "$@"
}

make_debian_root() { # NAME MIRROR PACKAGE… OUT
  local name=$1 mirror=$2 out=${*: -1} packages
  printf -v packages '%s,' "${@:3:$#-3}"
  note "Debian $KIND_SUITE for $name (2 to 4 minutes; kept)"
  # The index of a suite in development is valid for a week only, and that of a mirror that is not
  # updated may be older. INITRD=No: the machine boots with the initrd of make_disk_initrd, and
  # making Debian's takes long.
  INITRD=No TMPDIR=$out mmdebstrap --quiet --variant=minbase \
    --aptopt='Acquire::Check-Valid-Until "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    "--include=${packages%,}" "$KIND_SUITE" "$out/root.tar" "$mirror"
  zstd -q -1 --rm "$out/root.tar"
}

machine_root() { debian_root machine "${MACHINE_PACKAGES[@]}"; }
kind_node_root() { debian_root node "${KIND_NODE_PACKAGES[@]}"; }

# unpack_root FOLDER ROOT: unpacks an archive to the folder ROOT, without the caches of apt.
unpack_root() {
  mkdir -p "$2"
  zstd -dc "$1/root.tar.zst" | tar -C "$2" -xp
  rm -rf "${2:?}"/{var/cache/apt,var/lib/apt/lists,dev}/*
}
