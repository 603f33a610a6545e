# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# steps.sh: the steps of the gate, and what each reads. Sourced after cache.sh and debian.sh, in the
# repository's root.
#
# A step is taken from the cache when nothing that it reads has changed since it was green. Its key
# covers all files of the working tree except those that it certainly does not read, and what it
# uses from outside the tree: the packages of tools/setup, Go, this machine's kernel, and every
# root, kernel and program in the cache that came from a mirror. A file that is not named here
# counts as read, so a new folder makes more steps run, never fewer.

STEPS=(checks java builder deploy kernels bench truth lifecycle cluster)
LONG_STEPS=(java25 kind trials)

# step_budget STEP: prints the minutes that the step may take on 2 cores with a warm cache.
step_budget() {
  case $1 in
    checks | bench) echo 2 ;;
    java | java25) echo 6 ;;
    builder) echo 1 ;;
    deploy) echo 2 ;;
    lifecycle) echo 1 ;;
    kernels | truth | cluster) echo 10 ;;
    trials) echo 60 ;;
    *) echo 30 ;;
  esac
}

# step_unread STEP: prints an extended regular expression of the paths that the step does not read.
step_unread() {
  local texts='docs/|[^/]*\.md$|.*/README\.md$|LICENSE|\.github/|Makefile$|\.gitignore$'
  texts+='|tools/(gate|checks|cache-test)|tools/lib/(actionlint|shell-|python-|c-format)'
  local java='crds/|operator/|node-agent/'
  local other='kmod-builder/module-tests/(bench|holder)/'
  local module='kmod-builder/(test$|module-tests/(scenarios|bench|holder|truth)/)'
  # Steps that run no DropProbe in a cluster do not read the tests of one.
  local pods='e2e/(kind|src|holder|smoke|demo|cluster-tests|bad-module-tests|lib/(tests|rbac))'
  case $1 in
    checks) echo '^$' ;;
    java | java25)
      echo "^($texts|kmod-builder/(module-tests|test)|images/|e2e/images|$pods)"
      ;;
    builder)
      echo "^($texts|$java|deploy/|e2e/|images/java|kmod-builder/module-tests)"
      ;;
    deploy)
      echo "^($texts|operator/|node-agent/|crds/src/|kmod-builder/|images/java|$pods)"
      ;;
    kernels | bench)
      echo "^($texts|$java|deploy/|e2e/|images/java|kmod-builder/(test$|module-tests/truth/))"
      ;;
    truth)
      echo "^($texts|operator/|deploy/|e2e/|images/java|kmod-builder/test$|$other)"
      ;;
    lifecycle)
      echo "^($texts|$java|deploy/|kmod-builder/|images/java|$pods)"
      ;;
    cluster | kind | trials)
      echo "^($texts|$module|(crds|operator|node-agent)/src/test/)"
      ;;
    *) die "there is no step '$1': the steps are ${STEPS[*]}, and with --all ${LONG_STEPS[*]}" ;;
  esac
}

# tree: prints a line for each file of the working tree, tracked or new: mode, SHA-256, path.
tree() {
  local files file
  files=$(mktemp)
  git ls-files -co --exclude-standard | LC_ALL=C sort | while IFS= read -r file; do
    [ ! -f "$file" ] || printf '%s\n' "$file"
  done >"$files"
  paste -d ' ' <(xargs -d '\n' -r stat -c %a <"$files") <(xargs -d '\n' -r sha256sum <"$files")
  rm "$files"
}

# files_key STEP TREE: prints a key over the files of the tree that the step may read.
files_key() {
  local files
  files=$(UNREAD=$(step_unread "$1") awk '
    { path = $0; sub(/^[^ ]* [^ ]* [ *]/, "", path) }
    path !~ ENVIRON["UNREAD"]' <<<"$2")
  key_of "$files"
}

# outside_key: prints a key over what the steps use from outside the working tree. A folder of the
# cache counts with the time at which it was made, since the same recipe may install other packages
# on another day.
outside_key() {
  local packages kernel folders=("$CACHE_ROOT"/{debian,java,kube,node-root})
  packages=$(sed -n '/^PACKAGES=(/,/^)/{//d;s/#.*//;p}' tools/setup)
  for kernel in compiler guest bench-guest kernel-compiler debug \
    $(sed -n '/^[^#]/s/ .*//p' kmod-builder/module-tests/kernels.conf); do
    folders+=("$CACHE_ROOT/kernels/$kernel"-*)
  done
  key_of "$(uname -mr)" "$(debian_mirror)" "$(command -v go >/dev/null && go env GOVERSION)" \
    "$(xargs dpkg-query -Wf '${Package} ${Version}\n' <<<"$packages" 2>/dev/null)" \
    "$(find "${folders[@]}" -maxdepth 1 -type d -printf '%p %B@\n' 2>/dev/null | LC_ALL=C sort)"
}

# step_key STEP VARIANT TREE OUTSIDE: prints 16 hex digits. VARIANT is an option that makes it
# another run, like --all; TREE and OUTSIDE are what tree and outside_key print.
step_key() { key_of "$1" "$2" "$(files_key "$1" "$3")" "$4"; }
