# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# debian.sh: finds the Debian mirror. Sourced after cache.sh.

# debian_mirror: prints the first Debian mirror of this machine's apt sources, since a machine
# without access to the Internet may reach no other.
debian_mirror() {
  local found
  found=$({
    cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list \
      /etc/apt/sources.list.d/*.list 2>/dev/null || true
  } | awk '$1 == "URIs:" || $1 == "deb" {
      for (i = 2; i <= NF; i++) if ($i ~ /^[a-z]+:\/\/.*\/debian\/?$/) { print $i; exit }
    }')
  [ -n "$found" ] || die "the apt sources of this machine have no Debian mirror:" \
    "add one whose address ends in /debian to /etc/apt/sources.list.d"
  printf '%s\n' "$found"
}
