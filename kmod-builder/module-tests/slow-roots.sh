# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # lib.sh sets recipe
# slow-roots.sh: the roots that take minutes to make: the debug kernel with its compiler, and the
# guest's root with other observers. Sourced by lib.sh.
#
# The text of each make_… function is part of the key of its result, as `declare -f` prints it:
# changing a word makes the result again, changing a comment or breaking a line with a backslash
# does not.

make_kernel_compiler() {
  note "the root of the kernel's compiler, and its source"
  debian_root trixie apt \
    gcc,make,bc,flex,bison,libelf-dev,libssl-dev,python3,xz-utils,kmod,cpio,perl,linux-source-6.12 \
    "$(debian_mirror)" "$1"
}

kernel_compiler_root() {
  local key
  key=$(key_of "$recipe" "$(debian_mirror)" "$(declare -f make_kernel_compiler)")
  cached kernels "kernel-compiler-$key" make_kernel_compiler
}

# make_debug_kernel COMPILER_ROOT OUT: makes a kernel that looks for errors, in the layout of a
# Debian kernel and its headers. It has no modules: everything needed is built in.
make_debug_kernel() {
  local root=$2/root line
  note "the debug kernel, from Debian's source (about 10 minutes; kept)"
  mkdir -p "$root/usr/src" "$root/boot"
  cp "$HERE/debug.config" "$2/"
  in_root "$1/root" "$2" bash -euc '
    cd /mnt/root/usr/src
    tar -xJf /usr/src/linux-source-6.12.tar.xz
    cd linux-source-6.12
    make -s tinyconfig
    scripts/kconfig/merge_config.sh -m .config /mnt/debug.config >/mnt/config.log
    make -s olddefconfig'
  # merge_config.sh drops an option whose dependencies are missing, and then its checks would not
  # run.
  while read -r line; do
    case $line in
      '#'* | '' | *=n) ;;
      *)
        grep -qxF "$line" "$root/usr/src/linux-source-6.12/.config" \
          || die "the debug kernel would not have $line: does it depend on something else?"
        ;;
    esac
  done <"$HERE/debug.config"
  in_root "$1/root" "$2" bash -euc '
    cd /mnt/root/usr/src/linux-source-6.12
    export KBUILD_BUILD_USER=dropprobe KBUILD_BUILD_HOST=debug
    make -s -j "$(nproc)" bzImage modules_prepare modules.builtin modules.builtin.modinfo >/mnt/build.log 2>&1 || { tail -n 40 /mnt/build.log; exit 1; }
    cp vmlinux.symvers Module.symvers
    release=$(make -s kernelrelease)
    cp arch/x86/boot/bzImage "/mnt/root/boot/vmlinuz-$release"
    mkdir -p "/mnt/root/usr/lib/modules/$release"
    cp modules.builtin modules.builtin.modinfo "/mnt/root/usr/lib/modules/$release/"
    touch "/mnt/root/usr/lib/modules/$release/modules.order"
    ln -s /usr/src/linux-source-6.12 "/mnt/root/usr/lib/modules/$release/build"
    find . -name "*.o" ! -path "./scripts/*" ! -path "./tools/*" -delete
    rm -f vmlinux vmlinux.a vmlinux.o vmlinux.unstripped .tmp_vmlinux* arch/x86/boot/bzImage'
  ln -sT usr/lib "$root/lib"
  depmod -b "$root" "$(release_of "$2")"
}

debug_kernel_root() {
  local compiler key
  compiler=$(kernel_compiler_root)
  key=$(key_of "$compiler" "$HERE/debug.config" "$(declare -f make_debug_kernel)")
  cached kernels "debug-$key" make_debug_kernel "$compiler"
}

# make_bench_guest OUT: makes the root of a bench: the observers that it compares with, and the
# compiler for a BPF program.
make_bench_guest() {
  note "the guests' root with other observers"
  debian_root trixie apt \
    python3,iproute2,nftables,kmod,busybox-static,dropwatch,bpftrace,bpftool,linux-perf,clang,libbpf-dev,linux-libc-dev,libc6-dev,gcc \
    "$(debian_mirror)" "$1"
  mkdir -p "$1/root/usr/lib/modules"
}

bench_guest_root() {
  local key
  key=$(key_of "$recipe" "$(debian_mirror)" "$(declare -f make_bench_guest)")
  cached kernels "bench-guest-$key" make_bench_guest
}
