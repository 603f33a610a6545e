# shellcheck shell=bash
# steps.sh: the steps of the gate, and what each reads. Sourced after cache.sh and debian.sh, in the repository's root.
#
# A step is taken from the cache when nothing that it reads has changed since it was green. Its key is over all files of the working tree except those that it
# surely does not read, and over what stands outside of it: the packages of tools/setup, Go, the machine's kernel, and every root, kernel and program in the cache
# that came from a mirror. What is not named here counts as read, so a new folder makes more steps run, never fewer.

STEPS=(checks java builder deploy kernels bench lifecycle cluster)
LONG_STEPS=(java25 kind)

# step_budget STEP: minutes that it may take on 2 cores when the cache is warm.
step_budget() {
  case $1 in
    checks | bench) echo 2 ;;
    java | java25) echo 6 ;;
    builder) echo 1 ;;
    deploy) echo 2 ;;
    lifecycle) echo 1 ;;
    kernels | cluster) echo 10 ;;
    *) echo 30 ;;
  esac
}

# step_unread STEP: an extended regular expression of the paths that the step does not read.
step_unread() {
  local texts='docs/|[^/]*\.md$|.*/README\.md$|LICENSE|\.github/|Makefile$|\.gitignore$|tools/(gate|checks)|tools/lib/actionlint'
  case $1 in
    checks) echo '^$' ;;
    java | java25) echo "^($texts|kmod-builder/(module-tests|test)|images/|e2e/(images|kind|src|holder|smoke|demo|cluster-tests))" ;;
    builder) echo "^($texts|crds/|operator/|node-agent/|deploy/|e2e/|images/java|kmod-builder/module-tests)" ;;
    deploy) echo "^($texts|operator/|node-agent/|kmod-builder/|crds/src/|images/java|e2e/(kind|src|holder|smoke|demo|cluster-tests))" ;;
    kernels | bench) echo "^($texts|crds/|operator/|node-agent/|deploy/|e2e/|images/java|kmod-builder/test$)" ;;
    lifecycle) echo "^($texts|crds/|operator/|node-agent/|deploy/|kmod-builder/|images/java|e2e/(kind|src|holder|smoke|demo|cluster-tests))" ;;
    cluster | kind) echo "^($texts|kmod-builder/(test$|module-tests/(scenarios|bench|holder)/)|(crds|operator|node-agent)/src/test/)" ;;
    *) die "no step '$1': there are ${STEPS[*]}, and with --all ${LONG_STEPS[*]}" ;;
  esac
}

# tree: each file of the working tree, tracked or new: its mode, the SHA-256 of its content, its path.
tree() {
  local files
  files=$(mktemp)
  git ls-files -co --exclude-standard | LC_ALL=C sort | while IFS= read -r file; do [ ! -f "$file" ] || printf '%s\n' "$file"; done >"$files"
  paste -d ' ' <(xargs -d '\n' -r stat -c %a <"$files") <(xargs -d '\n' -r sha256sum <"$files")
  rm "$files"
}

# files_key STEP TREE: over what the step may read of the tree.
files_key() { key_of "$(UNREAD=$(step_unread "$1") awk '{ path = $0; sub(/^[^ ]* [^ ]* [ *]/, "", path) } path !~ ENVIRON["UNREAD"]' <<<"$2")"; }

# outside_key: over what the steps use and the working tree does not hold. A folder of the cache stands with the moment at which it was made: another day's
# packages may be others under the same key.
outside_key() {
  local packages
  packages=$(sed -n '/^PACKAGES=(/,/^)/{//d;s/#.*//;p}' tools/setup)
  key_of "$(uname -mr)" "$(debian_mirror)" "$(command -v go >/dev/null && go env GOVERSION)" \
    "$(xargs dpkg-query -Wf '${Package} ${Version}\n' <<<"$packages" 2>/dev/null)" \
    "$(find "$CACHE_ROOT"/{debian,java,kube,node-root} "$CACHE_ROOT"/kernels/{compiler,guest,bench-guest,kernel-compiler,bullseye,bookworm,trixie,trixie-rt,sid,debug}-* \
      -maxdepth 1 -type d -printf '%p %B@\n' 2>/dev/null | LC_ALL=C sort)"
}

# step_key STEP VARIANT TREE OUTSIDE: 16 hex digits. VARIANT is what else makes it another run, like --all; the last two are what the functions of these names say.
step_key() { key_of "$1" "$2" "$(files_key "$1" "$3")" "$4"; }
