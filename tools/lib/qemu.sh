# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# qemu.sh: how QEMU emulates processors. Sourced by every script that starts a virtual machine.

# accelerator TB_SIZE: prints the argument of -accel. TB_SIZE is the memory for translated code in
# MiB.
#
# Before 8.1 QEMU could translate an instruction while another processor was rewriting it, and keep
# the stale translation. The kernel then hits a breakpoint that its own code patching has already
# removed ("int3" in the log) and panics: rarely during boot, more often while a tracepoint is
# enabled or disabled under traffic. So with such a QEMU one host thread runs all processors in
# turn.
accelerator() {
  local version major minor thread=single
  version=$(qemu-system-x86_64 --version \
    | sed -n '1s/.*version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
  read -r major minor <<<"$version"
  [ $((major * 100 + minor)) -lt 801 ] || thread=multi
  printf 'tcg,thread=%s,tb-size=%s\n' "$thread" "$1"
}
