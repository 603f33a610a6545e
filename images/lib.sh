# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# lib.sh: the sources of each image, and the container storage that all builds share. Sourced by
# build.

# shellcheck source=../tools/lib/cache.sh
. "$REPO/tools/lib/cache.sh"
# shellcheck source=../tools/lib/debian.sh
. "$REPO/tools/lib/debian.sh"

# image_version: prints the version of the project, which is also the tag of every image.
image_version() { sed -n 's|^  <version>\(.*\)</version>|\1|p' "$REPO/pom.xml"; }

# image_folder NAME: prints the folder of the image's Containerfile, below the repository. It is
# also the context of the build, except for the Java images: they share images/java, so theirs is
# the repository.
image_folder() {
  local folder patch
  for folder in "$1" "e2e/images/$1"; do
    [ -f "$REPO/$folder/Containerfile" ] && printf '%s\n' "$folder" && return
  done
  patch=$(image_patch "$1")
  [ -n "$patch" ] \
    || die "there is no image '$1': there is no $1/Containerfile, no e2e/images/$1/Containerfile," \
      "and no patch in e2e/images/$1"
  basename "$patch" .patch
}

# image_patch NAME: prints the patch that makes the image's sources from those of a shipped image;
# nothing for an image with sources of its own. e2e/images/NAME/OTHER.patch makes NAME from OTHER.
image_patch() { find "$REPO/e2e/images/$1" -name '*.patch' 2>/dev/null || :; }

# copy_sources NAME DIR: copies everything that the image is made from to DIR, in the repository's
# layout, without results of earlier builds.
copy_sources() {
  local folder sources module patch
  folder=$(image_folder "$1")
  sources=("$folder")
  [ -f "$REPO/$folder/pom.xml" ] && sources+=(pom.xml .mvn crds images/java)
  tar -C "$REPO" --exclude=target --exclude=src/test --exclude=.flattened-pom.xml \
    --exclude=kmod-builder/module-tests --exclude='*.o' --exclude='*.ko' --exclude='*.mod' \
    --exclude='*.mod.c' --exclude='*.cmd' --exclude=Module.symvers --exclude=modules.order \
    -cf - "${sources[@]}" | tar -C "$2" -xf -
  patch=$(image_patch "$1")
  # Without fuzz, and not as part of a repository that the folder may be in.
  [ -z "$patch" ] || GIT_CEILING_DIRECTORIES=$(dirname "$2") git -C "$2" apply "$patch"
  # The copy has no other Maven modules, so a change of one of those makes no new image.
  [ -f "$2/pom.xml" ] || return 0
  sed -n 's|.*<module>\(.*\)</module>.*|\1|p' "$REPO/pom.xml" | while read -r module; do
    [ -f "$2/$module/pom.xml" ] || sed -i "/<module>$module<\\/module>/d" "$2/pom.xml"
  done
}

# in_storage ARG…: runs buildah with a storage of our own, so that this machine's is not touched. It
# needs neither a container engine nor a runtime.
in_storage() {
  BUILDAH_ISOLATION=chroot buildah --root "$CACHE_ROOT/containers" \
    --runroot "${XDG_RUNTIME_DIR:-/run}/dropprobe-containers" "$@"
}
