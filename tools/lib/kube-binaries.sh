# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# kube-binaries.sh: finds the Kubernetes programs, or builds them. Sourced after cache.sh.

KUBE=34.4 # Kubernetes 1.34.4
ETCD=3.6.16
KUBE_PROGRAMS=(
  etcd kube-apiserver kube-controller-manager kube-scheduler
  kubelet kube-proxy kubectl
)

KUBE_RECIPE=$(dirname "${BASH_SOURCE[0]}")/build-kube-binaries

# kube_binaries: prints the folder with KUBE_PROGRAMS (and kubeadm): the one that
# DROPPROBE_KUBE_BINARIES names, or the one built from Go modules.
kube_binaries() {
  if [ -n "${DROPPROBE_KUBE_BINARIES:-}" ]; then
    check_kube_binaries "$DROPPROBE_KUBE_BINARIES"
    realpath "$DROPPROBE_KUBE_BINARIES"
    return
  fi
  local folder
  folder=$(built_kube_folder)
  if [ ! -d "$folder" ]; then
    need_go
    note "building Kubernetes 1.$KUBE and etcd $ETCD from Go modules (7 minutes on 2 cores; kept)"
  fi
  cached kube "$(basename "$folder")" build_quietly "$KUBE_RECIPE" "$KUBE" "$ETCD"
}

# build_quietly COMMAND…: leaves out what Go prints about each of several hundred modules.
build_quietly() { "$@" 2> >(grep -vE '^go: (downloading|added)' >&2); }

built_kube_folder() {
  printf '%s/kube/%s\n' "$CACHE_ROOT" "$(key_of "$KUBE" "$ETCD" "$KUBE_RECIPE")"
}

# can_have_kube_binaries: ends the script at once where kube_binaries would fail later.
can_have_kube_binaries() {
  if [ -n "${DROPPROBE_KUBE_BINARIES:-}" ]; then
    check_kube_binaries "$DROPPROBE_KUBE_BINARIES"
  elif [ ! -d "$(built_kube_folder)" ]; then
    need_go
  fi
}

# need_go: ends the script unless Go is new enough. Debian 12's own is too old for Kubernetes 1.34.
need_go() {
  local have=none
  if command -v go >/dev/null; then
    have=$(go env GOVERSION)
    [ "$(printf '%s\n' go1.24 "$have" | sort -V | head -n 1)" = go1.24 ] && return 0
  fi
  die "Go 1.24 or newer is needed to build Kubernetes (found: $have). Install it and put it on" \
    "PATH, or set DROPPROBE_KUBE_BINARIES to a folder that holds ${KUBE_PROGRAMS[*]}"
}

# check_kube_binaries FOLDER: ends the script unless the folder has every program, in the version
# that the tests are written for.
check_kube_binaries() {
  local program version want
  for program in "${KUBE_PROGRAMS[@]}"; do
    [ -x "$1/$program" ] \
      || die "DROPPROBE_KUBE_BINARIES=$1 has no executable $program; it must hold" \
        "${KUBE_PROGRAMS[*]}"
    case $program in
      etcd)
        want="etcd Version: ${ETCD%.*}."
        version=$("$1/$program" --version | head -n 1)
        ;;
      kubectl)
        want="Client Version: v1.${KUBE%.*}."
        version=$("$1/$program" version --client | head -n 1)
        ;;
      *)
        want="Kubernetes v1.${KUBE%.*}."
        version=$("$1/$program" --version)
        ;;
    esac
    [[ $version == "$want"* ]] \
      || die "DROPPROBE_KUBE_BINARIES=$1: $program prints '$version'; the tests need '$want*'"
  done
}

# kube_api_test_dir: prints a folder for KUBE_API_TEST_DIR, from which fabric8's kube-api-test takes
# the programs instead of downloading them.
kube_api_test_dir() {
  local binaries
  binaries=$(kube_binaries)
  cached kube-api-test "$(key_of "$KUBE" "in:$binaries")" link_api_test_dir "$binaries"
}

link_api_test_dir() { # BINARIES OUT
  local folder=$2/k8s/1.$KUBE-linux-amd64 program
  mkdir -p "$folder"
  for program in etcd kube-apiserver kubectl; do ln -s "$1/$program" "$folder/$program"; done
}
