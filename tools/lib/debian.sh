# shellcheck shell=bash
# debian.sh: where Debian packages come from. Sourced after cache.sh.

# debian_mirror: the machine's own, so that nothing is asked for that it could not reach.
debian_mirror() {
  local found
  found=$({ cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null || true; } \
    | awk '$1 == "URIs:" || $1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^[a-z]+:\/\/.*\/debian\/?$/) { print $i; exit } }')
  [ -n "$found" ] || die "the apt sources of this machine name no Debian mirror (an address that ends in /debian)"
  printf '%s\n' "$found"
}
