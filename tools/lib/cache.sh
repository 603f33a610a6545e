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

# hold FOLDER: keeps keep_newest from removing the folder for as long as this process runs, or one
# that it starts from now on. Fails if the folder has been removed.
hold() {
  local fd
  { exec {fd}<"$1"; } 2>/dev/null || return 1
  # While keep_newest removes it, it is locked; afterwards the path leads nowhere.
  flock -s "$fd"
  [ "$1" -ef "/proc/self/fd/$fd" ] || {
    exec {fd}<&-
    return 1
  }
}

# keep_newest KIND COUNT: removes old results of KIND. Keys of KIND may begin with a name, as in
# NAME-KEY: of each name, the COUNT that were used last are kept, and besides those that are held.
keep_newest() {
  local home=$CACHE_ROOT/$1 result name old
  local -A used=()
  # A run that was killed while it removed has left these.
  rm -rf "$home"/.old.*
  # shellcheck disable=SC2012 # the names have no special characters
  ls -t "$home" | while read -r result; do
    name=of:${result%????????????????}
    used[$name]=$((${used[$name]:-0} + 1))
    [ "${used[$name]}" -gt "$2" ] || continue
    # Renamed first, so that no result is ever half removed.
    # shellcheck disable=SC2094 # it is a folder
    {
      flock -n -x 8 && old=$(mktemp -d -p "$home" .old.XXXXXX) \
        && mv -T "$home/$result" "$old" && rm -rf "$old"
    } 8<"$home/$result" || true
  done
}
