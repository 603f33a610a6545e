# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# lib.sh: the parts of a virtual machine: a kernel with its headers, the guest's root, the
# compiler's root, an initrd, the module. Each is kept under a key of what it is made from. Sourced
# by run, lint and bench/run.

HERE=$REPO/kmod-builder/module-tests
# shellcheck source=../../tools/lib/cache.sh
. "$REPO/tools/lib/cache.sh"
# shellcheck source=../../tools/lib/debian.sh
. "$REPO/tools/lib/debian.sh"

# shellcheck source=../../tools/lib/initrd.sh
. "$REPO/tools/lib/initrd.sh"
# shellcheck source=slow-roots.sh
. "$HERE/slow-roots.sh"

# To be raised to make everything again with the mirror's current packages.
recipe=1

# debian_root SUITE VARIANT PACKAGES MIRROR FOLDER: makes a Debian in FOLDER/root with mmdebstrap.
# The index of a suite in development is valid for a week only, and that of a mirror that is not
# updated may be older.
debian_root() {
  mmdebstrap --quiet --variant="$2" --include="$3" \
    --aptopt='Acquire::Check-Valid-Until "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    "$1" "$5/root" "$4" </dev/null
}

# kernel_field NAME COLUMN: prints a field of the kernel's line in kernels.conf; column 0 is the
# line.
kernel_field() {
  awk -v name="$1" -v column="$2" '
    $1 == name { print $column; found = 1 }
    END { exit !found }' "$HERE/kernels.conf" \
    || die "there is no kernel '$1': kernels.conf has $(kernel_names | tr '\n' ' ')"
}

kernel_names() { sed -n '/^[^#]/s/ .*//p' "$HERE/kernels.conf"; }

make_kernel() {
  local suite flavour archive mirror
  suite=$(kernel_field "$1" 2) flavour=$(kernel_field "$1" 3) archive=$(kernel_field "$1" 4)
  mirror=$(debian_mirror)
  [ "$archive" = - ] || mirror=${mirror%/debian*}/$archive
  note "$1: fetching the kernel and its headers"
  debian_root "$suite" extract "linux-image-$flavour,linux-headers-$flavour" "$mirror" "$2"
  # The packages of some suites use /lib, those of others /usr/lib: let both exist.
  [ -d "$2/root/usr/lib/modules" ] || ln -s ../../lib/modules "$2/root/usr/lib/modules"
  [ -d "$2/root/lib/modules" ] || ln -sT usr/lib "$2/root/lib"
  # The packages are unpacked, not installed, so no script of theirs has called depmod.
  depmod -b "$2/root" "$(release_of "$2")"
}

# in_root ROOT DIR COMMAND…: runs COMMAND with the given root, where /mnt is DIR. The mounts are in
# a mount namespace of its own, and vanish with it.
in_root() {
  # shellcheck disable=SC2016
  unshare --mount --propagation private bash -euc '
    root=$1
    mount --bind "$2" "$root/mnt"
    mount -t proc proc "$root/proc"
    shift 2
    exec chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@"
  ' in_root "$@"
}

# kernel_root NAME: prints the folder of a kernel: root/boot, root/usr/lib/modules, root/usr/src.
kernel_root() {
  [ "$1" != debug ] || {
    debug_kernel_root
    return
  }
  local fields
  fields=$(kernel_field "$1" 0)
  cached kernels "$1-$(key_of "$recipe" "$(debian_mirror)" "$fields")" make_kernel "$1"
}

guest_packages=python3,iproute2,nftables,iptables,kmod,busybox-static

make_guest() {
  note "making the guests' root"
  debian_root trixie apt "$guest_packages" "$(debian_mirror)" "$1"
  mkdir -p "$1/root/usr/lib/modules"
}

guest_root() {
  cached kernels "guest-$(key_of "$recipe" "$(debian_mirror)" "$guest_packages")" make_guest
}

make_compiler() {
  note "making the compiler's root"
  debian_root sid apt gcc,make,libelf1t64,libc6-dev,sparse "$(debian_mirror)" "$1"
}

compiler_root() { cached kernels "compiler-$(key_of "$recipe" "$(debian_mirror)")" make_compiler; }

# in_compiler KERNEL_ROOT COMPILER_ROOT WORK COMMAND…: runs COMMAND in the compiler's root, where
# /work is WORK and the kernel's headers are at the paths that they use themselves. The mounts are
# in a mount namespace of its own, and vanish with it.
in_compiler() {
  local kernel=$1 compiler=$2 work=$3
  shift 3
  # shellcheck disable=SC2016
  unshare --mount --propagation private bash -euc '
    kernel=$1 root=$2 work=$3
    shift 3
    mount --bind "$root" "$root"
    mount -t tmpfs tmpfs "$root/mnt"
    mkdir "$root/mnt/kernel" "$root/mnt/work"
    mount --bind "$kernel" "$root/mnt/kernel"
    mount --bind "$work" "$root/mnt/work"
    mount -t proc proc "$root/proc"
    mount -t tmpfs tmpfs "$root/usr/src"
    for dir in "$kernel"/usr/src/*; do ln -s "/mnt/kernel/usr/src/${dir##*/}" "$root/usr/src/"; done
    # The headers refer to /usr/lib/linux-kbuild-* by absolute paths.
    mount -t tmpfs tmpfs "$root/srv"
    mkdir "$root/srv/upper" "$root/srv/overlay"
    layers=lowerdir=$root/usr/lib,upperdir=$root/srv/upper,workdir=$root/srv/overlay
    mount -t overlay overlay -o "$layers" "$root/usr/lib"
    for dir in "$kernel"/usr/lib/linux-kbuild-*; do
      [ ! -d "$dir" ] || ln -s "/mnt/kernel/usr/lib/${dir##*/}" "$root/usr/lib/"
    done
    exec chroot "$root" /usr/bin/env -i PATH=/usr/bin:/bin LC_ALL=C "$@"
  ' in_compiler "$kernel/root" "$compiler/root" "$work" "$@"
}

release_of() { ls "$1/root/usr/lib/modules"; }

# vmlinuz KERNEL_ROOT: prints the path of the kernel's image, which newer packages have beside its
# modules.
vmlinuz() {
  local file
  for file in "$1"/root/boot/vmlinuz-* "$1"/root/usr/lib/modules/*/vmlinuz; do
    [ ! -f "$file" ] || {
      printf '%s\n' "$file"
      return
    }
  done
  die "$1 has no vmlinuz: delete the folder, and it is made again"
}

# headers_of KERNEL_ROOT: prints the folder of the headers, as in_compiler shows it.
headers_of() {
  local build
  build=$(readlink "$1/root/usr/lib/modules/$(release_of "$1")/build")
  printf '/usr/src/%s\n' "$(basename "$build")"
}

# compile KERNEL_ROOT COMPILER_ROOT WORK MAKE_ARG…: compiles the module whose sources are in WORK.
# The headers ask for the compiler that the kernel was built with, and for pahole; ours is newer,
# and type information is not needed.
compile() {
  local kernel=$1 headers
  headers=$(headers_of "$kernel")
  in_compiler "$kernel" "$2" "$3" make -C /mnt/work -j 2 KDIR="$headers" CC=gcc CROSS_COMPILE= \
    CONFIG_DEBUG_INFO_BTF_MODULES= "${@:4}"
}

# module_sources: prints the source files of the module in this working tree, each ended by a NUL.
module_sources() {
  (cd "$REPO/kmod-builder/module" && find . -type f \
    \( -name '*.[ch]' -o -name Kbuild -o -name Makefile -o -name run \) \
    ! -name '*.mod.c' ! -name features.h -printf 'kmod-builder/module/%P\0') | LC_ALL=C sort -z
}

sources_key() { module_sources | (cd "$REPO" && xargs -0 sha256sum | sha256sum); }

make_module() { # NAME KERNEL_ROOT OUT
  note "$1: compiling the module with the builder's image"
  "$REPO/kmod-builder/build-module" "$2/root" "$(release_of "$2")" "$3"
}

# module NAME KERNEL_ROOT: prints the path of dropprobe.ko for that kernel, made from this working
# tree as the builder makes it on a node.
module() {
  local image key folder
  image=$("$REPO/images/build" kmod-builder)
  key=$(key_of "in:$2" "$image" "$REPO/kmod-builder/build-module")
  folder=$(cached kernels "module-$1-$key" make_module "$1" "$2")
  printf '%s/dropprobe.ko\n' "$folder"
}

make_lesser_module() { # NAME KERNEL_ROOT COMPILER_ROOT OUT
  local module=$4/source/kmod-builder/module
  note "$1: compiling the module as for a kernel without ftrace, with few sums"
  mkdir "$4/source"
  module_sources | tar -C "$REPO" --null -T - -cf - | tar -C "$4/source" -xf -
  compile "$2" "$3" "$module" >"$4/log" 2>&1 || {
    cat "$4/log"
    return 1
  }
  # The first run finds what the kernel has; then features.h is made to say that it has less.
  grep -q 'DP_HAVE_FTRACE_[A-Z_]* 1' "$module/features.h" \
    || die "$1: features.h has no DP_HAVE_FTRACE_… 1 to set to 0: was the feature renamed?"
  sed -i 's/\(DP_HAVE_FTRACE_[A-Z_]*\) 1/\1 0/' "$module/features.h"
  sed -i -e 's/\(DP_FOLDED_KINDS\t\+\)64\t/\12\t/' \
    -e 's/\(DP_FOLDED_FACTS\t\+\)448\t/\14\t/' "$module/abi.h"
  [ "$(grep -cP 'DP_FOLDED_(KINDS\t+2|FACTS\t+4)\t' "$module/abi.h")" = 2 ] \
    || die "$1: abi.h has other bounds of folded sums than 64 and 448: were they changed?"
  compile "$2" "$3" "$module" >"$4/log" 2>&1 || {
    cat "$4/log"
    return 1
  }
  cp "$module/dropprobe.ko" "$4/"
  rm -r "$4/source"
}

# lesser_module NAME KERNEL_ROOT: prints the path of a dropprobe.ko that uses kprobes where it would
# use ftrace, which every kernel here has, and that has room for few folded sums: more are hard to
# make.
lesser_module() {
  local compiler key folder
  compiler=$(compiler_root)
  key=$(key_of "in:$2" "in:$compiler" "$(sources_key)" "$(declare -f make_lesser_module)")
  folder=$(cached kernels "lesser-module-$1-$key" \
    make_lesser_module "$1" "$2" "$compiler")
  printf '%s/dropprobe.ko\n' "$folder"
}

make_holder() { # NAME KERNEL_ROOT COMPILER_ROOT OUT
  note "$1: compiling the module that holds locks"
  cp -r "$HERE/holder" "$4/source"
  compile "$2" "$3" "$4/source" >"$4/log" 2>&1 || {
    cat "$4/log"
    return 1
  }
  cp "$4/source/holder.ko" "$4/"
  rm -r "$4/source"
}

# holder NAME KERNEL_ROOT: prints the path of holder.ko, with which scenarios hold the locks that
# commands wait for.
holder() {
  local compiler key folder
  compiler=$(compiler_root)
  key=$(key_of "in:$2" "in:$compiler" "$HERE/holder" "$(declare -f make_holder)")
  folder=$(cached kernels "holder-$1-$key" make_holder "$1" "$2" "$compiler")
  printf '%s/holder.ko\n' "$folder"
}

make_lint() { # NAME KERNEL_ROOT COMPILER_ROOT OUT
  local name=$1 log=$4/log source=$4/source/kmod-builder/module separate warning files
  note "$name: compiling with warnings and sparse"
  mkdir "$4/source"
  module_sources | tar -C "$REPO" --null -T - -cf - | tar -C "$4/source" -xf -
  # First as one unit, as it is shipped; then each file by itself, which must include all that it
  # uses.
  for separate in "" DP_SEPARATE=1; do
    # KBUILD_CHECKSRC, not C: newer kernels turn C off where a script is missing that Debian does
    # not package.
    if ! compile "$2" "$3" "$source" W=1 KBUILD_CHECKSRC=2 $separate >"$log$separate" 2>&1; then
      cat "$log$separate"
      return 1
    fi
  done
  # Warnings about the kernel's own headers and scripts don't count: some of these are older than
  # the compiler and perl used here.
  warning='^(/mnt/work/)?[a-z/-]+\.[ch]:[0-9].*(warning|error):|(WARNING|ERROR): modpost'
  if grep -E "$warning" "$log" "${log}DP_SEPARATE=1"; then
    note "$name: the module compiles with the warnings above"
    return 1
  fi
  # Sparse must have checked each file, or the lack of warnings means nothing.
  files=$(find "$source" -maxdepth 1 -name '*.c' ! -name '*.mod.c' ! -name build.c | wc -l)
  [ "$(grep -cE '^ *CHECK ' "${log}DP_SEPARATE=1")" -ge "$files" ] || {
    cat "${log}DP_SEPARATE=1"
    note "$name: sparse has not checked each of the $files files; see the output above"
    return 1
  }
  rm -r "$4/source"
}

# lint NAME KERNEL_ROOT: fails, and shows why, when the module of this working tree has a warning
# with W=1 or from sparse against that kernel's headers.
lint() {
  local compiler key
  compiler=$(compiler_root)
  key=$(key_of "in:$2" "in:$compiler" "$(sources_key)" \
    "$(declare -f make_lint compile in_compiler)")
  cached kernels "lint-$1-$key" make_lint "$1" "$2" "$compiler" >/dev/null
}

# What the guest needs to see its file systems: the bus of its devices and the file protocol.
initrd_modules=(virtio_pci 9pnet_virtio 9p)

make_guest_initrd() { # KERNEL_ROOT GUEST_ROOT OUT
  make_initrd "$1/root" "$2/usr/bin/busybox" "$HERE/guest/init" "$3/initrd" "${initrd_modules[@]}"
}

# initrd NAME KERNEL_ROOT GUEST_ROOT: prints the path of a small initrd.
initrd() {
  local key folder
  key=$(key_of "in:$2" "in:$3" "$HERE/guest/init" "${initrd_modules[@]}" \
    "$(declare -f make_initrd make_guest_initrd)")
  folder=$(cached kernels "initrd-$1-$key" make_guest_initrd "$2" "$3")
  printf '%s/initrd\n' "$folder"
}
