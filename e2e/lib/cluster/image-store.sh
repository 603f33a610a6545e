# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# image-store.sh: the disk with a node's container images. The node's own containerd unpacks them,
# but on this machine's processors: on the emulated ones it takes ten times as long.

# image_store NODE_IMAGE TAR…: sets IMAGE_STORE to the folder that holds images.ext4, a disk for
# /var/lib/containerd. The folder is kept for as long as this process runs, or a machine that it
# starts. Each change of an image makes another one, so only the four last used of each suite are
# kept besides. Call it as a plain command.
image_store() {
  local node_image=$1 name
  shift
  name=$(basename "$node_image") # SUITE-KEY, or KEY for kind's machine
  name=${name%????????????????}$(key_of "on:$node_image" "$E2E/lib/fill-image-store" "$@")
  IMAGE_STORE=
  until [ -n "$IMAGE_STORE" ] && hold "$IMAGE_STORE"; do
    IMAGE_STORE=$(cached image-store "$name" make_image_store "$node_image" "$@")
  done
  keep_newest image-store 4
}

make_image_store() { # NODE_IMAGE TAR… OUT
  local out=${*: -1} log
  log=$out/log
  note "making the image disk for $(basename "$1") with $(($# - 2)) images"
  # In namespaces of its own, so that neither its processes nor its mounts outlive it.
  unshare --mount --propagation private --pid --fork --kill-child \
    "$E2E/lib/fill-image-store" "$out" "$1/root.ext4" "${@:2:$#-2}" >"$log" 2>&1 || {
    tail -n 20 "$log"
    die "containerd could not unpack the images; the end of its log is above"
  }
}
