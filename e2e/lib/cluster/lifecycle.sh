# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# lifecycle.sh: starts, describes and removes clusters. Each part of a cluster is recorded in its
# run directory before it is made, so that the cluster can be removed at any time, also after a
# crash.

RUNS=${XDG_STATE_HOME:-$HOME/.local/state}/dropprobe/clusters

DEFAULT_NODES=worker-1=trixie,worker-2=bookworm

# name_cluster: sets RUN (the cluster's directory) and NETNS.
name_cluster() {
  [[ $CLUSTER =~ ^[a-z0-9][a-z0-9-]{0,30}$ ]] \
    || die "'$CLUSTER' is not a valid cluster name: use at most 31 lower-case letters, digits" \
      "and hyphens, and no hyphen at the start"
  RUN=$RUNS/$CLUSTER NETNS=dp-$CLUSTER
}

# use_cluster: ends the script unless the cluster runs.
use_cluster() {
  name_cluster
  [ -f "$RUN/ready" ] \
    || die "there is no cluster '$CLUSTER'; 'e2e/cluster list' shows the clusters," \
      "'e2e/cluster up --name $CLUSTER' starts this one"
  BINARIES=$(<"$RUN/binaries")
}

cluster_up() {
  local nodes=$DEFAULT_NODES images=() owner='' keep_failed=''
  local new pair number node suite tar
  declare -A image=() store=()
  while [ $# -gt 0 ]; do
    case $1 in
      --name)
        CLUSTER=${2:?--name needs the name of a cluster}
        shift 2
        ;;
      --nodes)
        nodes=${2?--nodes needs NAME=SUITE,…}
        shift 2
        ;;
      --images)
        IFS=, read -ra images <<<"${2:?--images needs TAR,…}"
        shift 2
        ;;
      --owner)
        owner=${2:?--owner needs the id of a process}
        shift 2
        ;;
      --keep-failed)
        keep_failed=1
        shift
        ;;
      *) die "there is no option '$1'; 'e2e/cluster help' lists the options" ;;
    esac
  done
  name_cluster
  [ "$(id -u)" = 0 ] || die "run e2e/cluster as root: it makes network namespaces and mounts"
  [[ $nodes =~ ^([a-z0-9-]+=[a-z]+(,[a-z0-9-]+=[a-z]+)*)?$ ]] \
    || die "--nodes $nodes is not NAME=SUITE,NAME=SUITE… (or nothing)"
  for tar in "${images[@]}"; do
    [ -r "$tar" ] || die "there is no image archive $tar; images/build makes them"
  done
  [ -z "$owner" ] || identity "$owner" >/dev/null \
    || die "--owner $owner: there is no process with that id"

  # First what may take long, so that nothing waits for it once it is started.
  BINARIES=$(kube_binaries)
  images+=("$("$REPO/images/build" pause)")
  for pair in ${nodes//,/ }; do
    suite=${pair#*=}
    if [ -z "${image[$suite]:-}" ]; then
      image[$suite]=$(node_image "$suite")
      image_store "${image[$suite]}" "${images[@]}"
      store[$suite]=$IMAGE_STORE
    fi
  done

  # The directory appears by one rename, with the id of its starter in it.
  mkdir -p "$RUNS"
  new=$(mktemp -d -p "$RUNS" .new.XXXXXX)
  identity $$ >"$new/starter"
  mv -T "$new" "$RUN" 2>/dev/null || {
    rm -r "$new"
    die "cluster '$CLUSTER' already exists; 'e2e/cluster down --name $CLUSTER' removes it"
  }
  trap 'up_failed "$keep_failed"' EXIT
  trap 'exit 130' INT TERM HUP
  if [ -n "$owner" ]; then identity "$owner" >"$RUN/owner"; fi
  mkdir "$RUN"/{logs,processes,nodes.d,ssh}
  chmod 700 "$RUN"
  printf '%s\n' "$BINARIES" >"$RUN/binaries"
  number=0
  for pair in ${nodes//,/ }; do
    number=$((number + 1))
    printf '%d %s %s\n' $number "${pair%%=*}" "${pair#*=}"
  done >"$RUN/nodes"
  ssh-keygen -q -t ed25519 -N '' -C "cluster $CLUSTER" -f "$RUN/ssh/key"

  note "cluster $CLUSTER: starting the control plane"
  network_up
  control_plane_up
  while read -r number node suite; do
    node_prepare "$number" "$node" "${image[$suite]}" "${store[$suite]}"
    node_start "$node"
    note "node $node ($suite) is booting"
  done <"$RUN/nodes"
  for node in $(node_names); do
    node_await "$node"
    note "node $node is Ready"
  done
  touch "$RUN/ready"
  trap - EXIT INT TERM HUP
}

# prepare: builds everything that a cluster of the default nodes needs, at the same time.
prepare() {
  local pair pid builds=() rc=0
  for pair in ${DEFAULT_NODES//,/ }; do
    node_image "${pair#*=}" >/dev/null &
    builds+=($!)
  done
  for pid in "${builds[@]}"; do wait "$pid" || rc=$?; done
  return $rc
}

# up_failed KEEP: shows the consoles of the nodes, and removes the cluster unless KEEP is set.
up_failed() {
  local rc=$? node
  trap - EXIT INT TERM HUP
  [ $rc != 0 ] || rc=1
  set +e
  for node in $(node_names 2>/dev/null); do
    [ ! -s "$RUN/logs/console-$node.log" ] \
      || tail -n 70 "$RUN/logs/console-$node.log" | sed "s/^/  console of $node: /" >&2
  done
  if [ -n "$1" ]; then
    touch "$RUN/ready"
    note "cluster $CLUSTER failed to start; it is left as it is, in $RUN"
  else
    note "cluster $CLUSTER failed to start; removing it"
    cluster_remove
  fi
  exit $rc
}

# cluster_remove: removes everything that belongs to RUN and NETNS, processes before what they use.
cluster_remove() {
  local record processes=() left
  for record in "$RUN"/processes/*; do
    [ ! -e "$record" ] || processes+=("$(basename "$record")")
  done
  [ ${#processes[@]} = 0 ] || stop "${processes[@]}"
  if [ -e "/run/netns/$NETNS" ]; then
    left=$(ip netns pids "$NETNS" | xargs)
    [ -z "$left" ] \
      || note "processes that were started in the network of $CLUSTER have lost it: $left"
  fi
  network_down
  rm -rf "$RUN"
}

cluster_down() {
  while [ $# -gt 0 ]; do
    case $1 in
      --name)
        CLUSTER=${2:?--name needs the name of a cluster}
        shift 2
        ;;
      --stale)
        remove_stale
        return
        ;;
      *) die "there is no option '$1'; 'e2e/cluster help' lists the options" ;;
    esac
  done
  name_cluster
  if [ -d "$RUN" ] || [ -e "/run/netns/$NETNS" ]; then
    cluster_remove
    note "cluster $CLUSTER was removed"
  fi
}

# stale: whether RUN is what a killed run has left behind: the process that started it ended before
# the cluster was ready, or its owner has ended, or none of its processes runs (the machine was
# restarted).
stale() {
  local record
  if [ ! -f "$RUN/ready" ]; then
    ended "$RUN/starter"
    return
  fi
  if [ -f "$RUN/owner" ] && ended "$RUN/owner"; then return 0; fi
  for record in "$RUN"/processes/*; do
    if [ -e "$record" ] && running "$(basename "$record")"; then return 1; fi
  done
}

# ended RECORD: whether the process of the record has ended.
ended() {
  local recorded
  { read -r recorded <"$1"; } 2>/dev/null || return 0
  [ "$(identity "${recorded%% *}")" != "$recorded" ]
}

remove_stale() {
  local found
  for found in "$RUNS"/* /run/netns/dp-*; do
    [ -e "$found" ] || continue
    CLUSTER=$(basename "$found")
    [[ $found == "$RUNS"/* ]] || CLUSTER=${CLUSTER#dp-}
    name_cluster
    # A namespace that is in use, and has no run directory here, belongs to another user's cluster.
    if [ ! -d "$RUN" ] && [ -n "$(ip netns pids "$NETNS")" ]; then continue; fi
    if stale; then
      cluster_remove
      note "cluster $CLUSTER, left behind by a killed run, was removed"
    fi
  done
}

cluster_list() {
  local found state
  for found in "$RUNS"/*; do
    [ -d "$found" ] || continue
    CLUSTER=$(basename "$found")
    name_cluster
    state=ready
    [ -f "$RUN/ready" ] || state=starting
    if stale; then state=stale; fi
    printf '%-20s %-9s %s\n' "$CLUSTER" "$state" \
      "$(awk '{printf "%s=%s ", $2, $3}' "$RUN/nodes" 2>/dev/null)"
  done
}

cluster_status() {
  local record process
  for record in "$RUN"/processes/*; do
    process=$(basename "$record")
    if running "$process"; then
      printf '%-26s running, process %s\n' "$process" "$(cut -d' ' -f1 "$record")"
    else
      printf '%-26s ENDED: see %s\n' "$process" "$RUN/logs/$process.log"
    fi
  done
  admin get nodes -o wide
}
