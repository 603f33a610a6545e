# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# programs.sh: kind, CoreDNS and podnet, built from Go modules. Sourced after kube-binaries.sh and
# versions.sh.

# kind_programs: prints the folder that holds kind, coredns, podnet and base-files; builds it first
# if it does not exist.
kind_programs() {
  local recipe=$HERE/build-programs sources=$HERE/programs key
  key=$(key_of "$KIND" "$COREDNS" "$NETLINK" "$recipe" "$sources")
  if [ ! -d "$CACHE_ROOT/kind-programs/$key" ]; then
    need_go
    note "building kind $KIND and CoreDNS $COREDNS from Go modules (4 minutes on 2 cores; kept)"
  fi
  cached kind-programs "$key" build_quietly "$recipe" "$sources" "$KIND" "$COREDNS" "$NETLINK"
}
