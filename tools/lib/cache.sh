# shellcheck shell=bash
# cache.sh: sourced by the scripts that make big things (Kubernetes binaries, Debian roots, container images). Each result
# lives outside the clone in a folder named by its content key, so that a changed recipe is another result, and appears there
# by one rename, so that nothing half-written is ever found.

CACHE_ROOT=${XDG_CACHE_HOME:-$HOME/.cache}/dropprobe

# note TEXT: one line of progress for the person who waits, with the seconds since the script began.
note() { printf '[%4d s] %s\n' "$SECONDS" "$*" >&2; }

# die TEXT: what went wrong and what to do next; ends the script.
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# key_of TEXT|FILE…: 16 hex digits over the given words; a file stands for its content, a folder for its files' names and content.
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

# cached KIND KEY COMMAND [ARG…]: prints the folder CACHE_ROOT/KIND/KEY. If it is absent, COMMAND is run with the path of a
# fresh folder as its last argument (call it as a plain command or in an assignment, never in a condition), its output going to stderr, and the folder is renamed into place when COMMAND succeeds.
# Two runs that want the same result do the work once: the second waits.
cached() {
  local kind=$1 key=$2
  shift 2
  local home=$CACHE_ROOT/$kind
  local final=$home/$key
  if [ ! -d "$final" ]; then
    mkdir -p "$home"
    # Not `( … ) || die`: bash ignores `set -e` there, and a COMMAND that is a function would run on after a failed step.
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
    [ $rc = 0 ] || die "$kind: could not be made (see above); nothing was kept"
  fi
  touch -c "$final"
  printf '%s\n' "$final"
}
