# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# tests.sh: the frame of a script that starts a local cluster, runs tests on it and removes it.
# Sourced after cache.sh and junit.sh, in the repository's root.

name=test-$$ # of the cluster; a script may change it before it starts the cluster
passed=0 failed=0 skipped=0

# check COMMAND…: counts the command as one test. It prints by itself what it has found.
check() { if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi; }

# build_all IMAGE…: builds the images, whose archives are `images` then, and compiles the tests:
# Maven fetches everything here, since the cluster's network namespace has no way out.
build_all() {
  local image
  images=()
  for image; do
    note "building the image $image"
    images+=("$(images/build "$image")")
  done
  tools/maven -q -pl crds,e2e test-compile
}

# start_cluster NODES: starts it with these nodes (NAME=SUITE,…) and the images, and lets the end of
# the script remove it; with KEEP=1 it is left after a failure.
start_cluster() {
  local owner=(--owner $$) list
  export DROPPROBE_CLUSTER=$name
  trap remove_cluster EXIT
  trap 'exit 130' INT TERM
  e2e/cluster down --stale
  [ -z "${KEEP:-}" ] || owner=() # or the next run would remove it as left behind
  printf -v list '%s,' "${images[@]}"
  e2e/cluster up --name "$name" --nodes "$1" "${owner[@]}" --images "${list%,}"
}

remove_cluster() {
  local rc=$?
  trap - EXIT INT TERM
  if [ "$rc" != 0 ] && [ -n "${KEEP:-}" ]; then
    note "the cluster is still running: use DROPPROBE_CLUSTER=$name e2e/kubectl," \
      "and remove it with e2e/cluster down --name $name"
  else
    e2e/cluster down --name "$name" || rc=1
  fi
  exit "$rc"
}

# java_tests OPTION…: runs the end-to-end tests that these options of Maven select, and counts them.
java_tests() {
  local junit p f s broken=0
  rm -rf e2e/target/failsafe-reports
  e2e/cluster exec --name "$name" tools/maven -q -o -Pcluster "$@" -pl crds,e2e verify \
    || broken=1
  junit=$(junit_summary e2e/target/failsafe-reports) || broken=1
  printf '%s\n' "$junit" | head -n -1
  read -r p f s < <(tail -n 1 <<<"$junit" | tr -dc '0-9 \n')
  [ "$f" -gt 0 ] || f=$broken
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

# audit_log: prints the path of the API server's audit log.
audit_log() { printf '%s/audit.log\n' "$(e2e/cluster dir --name "$name")"; }

# kernel_log NODE [PANICS MESSAGE]: checks the log of the node's kernel, as check-log does.
kernel_log() {
  e2e/cluster log --name "$name" "$1" | kmod-builder/module-tests/check-log "$@"
}

summary() {
  printf '%d passed, %d failed, %d skipped\n' $passed $failed $skipped
  [ $failed = 0 ]
}
