# shellcheck shell=bash
# lib.sh: sourced by build and root. What an image is made of, and the one container storage that they share.

# shellcheck source=../tools/lib/cache.sh
. "$REPO/tools/lib/cache.sh"
# shellcheck source=../tools/lib/debian.sh
. "$REPO/tools/lib/debian.sh"

# image_version: the project's, which is also the tag of every image.
image_version() { sed -n 's|^  <version>\(.*\)</version>|\1|p' "$REPO/pom.xml"; }

# image_folder NAME: the folder of the image's Containerfile, below the repository. The build's context is that folder; for the Java
# images, which share images/java, it is the repository.
image_folder() {
  local folder
  for folder in "$1" "e2e/images/$1"; do
    [ -f "$REPO/$folder/Containerfile" ] && printf '%s\n' "$folder" && return
  done
  die "no image '$1': there is neither $1/Containerfile nor e2e/images/$1/Containerfile"
}

# copy_sources NAME DIR: everything the image is made from, in the repository's layout, without what was built there.
copy_sources() {
  local folder sources module
  folder=$(image_folder "$1")
  sources=("$folder")
  [ -f "$REPO/$folder/pom.xml" ] && sources+=(pom.xml .mvn crds images/java)
  tar -C "$REPO" --exclude=target --exclude=kmod-builder/module-tests --exclude=.flattened-pom.xml --exclude=src/test --exclude='*.o' --exclude='*.ko' --exclude='*.mod' --exclude='*.mod.c' --exclude='*.cmd' \
    --exclude=Module.symvers --exclude=modules.order -cf - "${sources[@]}" | tar -C "$2" -xf -
  # The copy has no other modules; so a change of theirs makes no new image either.
  [ -f "$2/pom.xml" ] || return 0
  sed -n 's|.*<module>\(.*\)</module>.*|\1|p' "$REPO/pom.xml" | while read -r module; do
    [ -f "$2/$module/pom.xml" ] || sed -i "/<module>$module<\\/module>/d" "$2/pom.xml"
  done
}

# in_storage ARG…: buildah with a storage of our own, so that the machine's is left alone; needs no container engine, no runtime.
in_storage() {
  BUILDAH_ISOLATION=chroot buildah --root "$CACHE_ROOT/containers" --runroot "${XDG_RUNTIME_DIR:-/run}/dropprobe-containers" "$@"
}
