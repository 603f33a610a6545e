# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# qemu.sh: how QEMU emulates processors. Sourced by every script that starts a virtual machine.

# accelerator TB_SIZE [QEMU]: prints the argument of -accel for this program. TB_SIZE is the memory
# for translated code in MiB.
#
# Before 8.1 QEMU could translate an instruction while another processor was rewriting it, and keep
# the stale translation. The kernel then hits a breakpoint that its own code patching has already
# removed ("int3" in the log) and panics: rarely during boot, more often while a tracepoint is
# enabled or disabled under traffic. So with such a QEMU one host thread runs all processors in
# turn.
accelerator() {
  local version major minor thread=single
  version=$("${2:-qemu-system-x86_64}" --version \
    | sed -n '1s/.*version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
  read -r major minor <<<"$version"
  [ $((major * 100 + minor)) -lt 801 ] || thread=multi
  printf 'tcg,thread=%s,tb-size=%s\n' "$thread" "$1"
}

# newer_qemu: prints the path of a QEMU that emulates several processors in as many threads: a newer
# one than Debian 12's, from its backports. With the libraries beside it, it needs none of this
# machine's. Needs cache.sh and debian.sh.
newer_qemu() {
  local folder
  folder=$(cached qemu "$(key_of "$(declare -f make_newer_qemu)")" make_newer_qemu)
  printf '%s/qemu-system-x86_64\n' "$folder"
}

make_newer_qemu() { # OUT
  local mirror
  mirror=$(debian_mirror)
  note "unpacking a newer QEMU of Debian's backports"
  mmdebstrap --quiet --variant=extract --include=qemu-system-x86,qemu-system-data,seabios \
    --aptopt='APT::Default-Release "bookworm-backports"' \
    --aptopt='Acquire::Check-Valid-Until "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    bookworm "$1/root" "deb $mirror bookworm main" "deb $mirror bookworm-backports main" </dev/null
  cat >"$1/qemu-system-x86_64" <<'SH'
#!/bin/sh
root=$(dirname "$(realpath "$0")")/root
exec "$root/lib64/ld-linux-x86-64.so.2" \
  --library-path "$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu" \
  "$root/usr/bin/qemu-system-x86_64" \
  -L "$root/usr/share/qemu" -L "$root/usr/share/seabios" "$@"
SH
  chmod 755 "$1/qemu-system-x86_64"
  "$1/qemu-system-x86_64" --version
}
