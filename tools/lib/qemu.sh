# shellcheck shell=bash
# qemu.sh: how QEMU emulates processors. Sourced wherever a virtual machine is started.

# accelerator TB_SIZE: prints the argument of -accel; TB_SIZE is the memory for translated code in MiB. Before 8.1 QEMU could translate an instruction while
# another processor was rewriting it, and keep the stale translation. The kernel then meets a breakpoint of its own code patching after it is gone ("int3" in the
# log) and panics: seldom as it boots and starts the network, more often as a tracepoint is turned on or off under traffic. There, one host thread runs all
# processors in turn.
accelerator() {
  local version major minor thread=single
  version=$(qemu-system-x86_64 --version | sed -n '1s/.*version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
  read -r major minor <<<"$version"
  [ $((major * 100 + minor)) -lt 801 ] || thread=multi
  printf 'tcg,thread=%s,tb-size=%s\n' "$thread" "$1"
}
