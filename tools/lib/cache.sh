# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# cache.sh: sourced by the scripts that make big things (Kubernetes binaries, Debian roots,
# container images). Each result lives outside the clone in a folder named by its content key, so a
# changed recipe makes another result. It appears there by one rename, so no result is ever half
# written.

CACHE_ROOT=${XDG_CACHE_HOME:-$HOME/.cache}/dropprobe

# note TEXT: prints one line of progress, with the seconds since the script began.
note() { printf '[%4d s] %s\n' "$SECONDS" "$*" >&2; }

# die TEXT: prints what went wrong and what to do next, and ends the script.
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# key_of TEXT|FILE…: prints 16 hex digits over the given words. A file stands for its content, a
# folder for the names and the content of its files.
key_of() {
  local word
  for word; do
    if [ -d "$word" ]; then
      (cd "$word" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum)
    elif [ -f "$word" ]; then
      sha256sum <"$word"
    else
      printf '%s\n' "$word"
    fi
  done | sha256sum | cut -c1-16
}

# cached KIND KEY COMMAND [ARG…]: prints the folder CACHE_ROOT/KIND/KEY. If it does not exist,
# COMMAND runs with the path of a fresh folder as its last argument, its output on stderr, and the
# folder is renamed into place when COMMAND succeeds. Of two runs that need the same result the
# second waits. Call it as a plain command or in an assignment, never in a condition.
cached() {
  local kind=$1 key=$2
  shift 2
  local home=$CACHE_ROOT/$kind
  local final=$home/$key
  if [ ! -d "$final" ]; then
    mkdir -p "$home"
    # In `( … ) || die` bash would ignore `set -e`, and a COMMAND that is a function would continue
    # after a failed step.
    local rc
    set +e
    (
      set -euo pipefail
      flock 9
      [ -d "$final" ] && exit 0
      new=$(mktemp -d -p "$home" ".$key.XXXXXX")
      trap 'rm -rf "$new"' EXIT
      chmod 755 "$new"
      "$@" "$new" >&2 9>&-
      mv -T "$new" "$final"
    ) 9>"$home/.$key.lock"
    rc=$?
    set -e
    [ $rc = 0 ] \
      || die "could not make $final: see the messages above. Nothing of it was kept; run it again"
  fi
  touch -c "$final"
  printf '%s\n' "$final"
}
