# shellcheck shell=bash
# roots.sh: Debian systems as archives. Their packages change rarely and take minutes, so they are kept by themselves. Sourced after
# debian.sh and versions.sh.

# debian_root NAME PACKAGE…: prints the folder that holds root.tar.zst.
debian_root() {
  local name=$1 mirror
  shift
  mirror=$(debian_mirror)
  cached kind-root "$name-$(key_of "$KIND_SUITE" "$mirror" "$(declare -f make_debian_root)" "$@")" make_debian_root "$name" "$mirror" "$@"
}

make_debian_root() { # NAME MIRROR PACKAGE… OUT
  local name=$1 mirror=$2 out=${*: -1} packages=("${@:3:$#-3}")
  note "Debian $KIND_SUITE for $name (2 to 4 minutes; kept)"
  # A suite that still moves publishes indexes that are valid for a week only: a mirror that stands still is older than that.
  # INITRD=No: the machine is started with a small initrd of ours, and making Debian's takes long.
  INITRD=No TMPDIR=$out mmdebstrap --quiet --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    "--include=$(
      IFS=,
      echo "${packages[*]}"
    )" "$KIND_SUITE" "$out/root.tar" "$mirror"
  zstd -q -1 --rm "$out/root.tar"
}

machine_root() { debian_root machine "${MACHINE_PACKAGES[@]}"; }
kind_node_root() { debian_root node "${KIND_NODE_PACKAGES[@]}"; }

# unpack_root FOLDER ROOT: into the empty or absent folder ROOT, without what apt leaves behind.
unpack_root() {
  mkdir -p "$2"
  zstd -dc "$1/root.tar.zst" | tar -C "$2" -xp
  rm -rf "${2:?}"/{var/cache/apt,var/lib/apt/lists,dev}/*
}
