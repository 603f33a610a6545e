# shellcheck shell=bash
# lifecycle.sh: starts, describes and removes clusters. All that a cluster is made of is written down in its run directory, before
# it is made, so that it can be removed at any time, also after a crash.

RUNS=${XDG_STATE_HOME:-$HOME/.local/state}/dropprobe/clusters

DEFAULT_NODES=worker-1=trixie,worker-2=bookworm

# name_cluster: sets RUN (its directory) and NETNS.
name_cluster() {
  [[ $CLUSTER =~ ^[a-z0-9][a-z0-9-]{0,30}$ ]] || die "'$CLUSTER' is no name for a cluster: lower-case letters, digits and hyphens, at most 31"
  RUN=$RUNS/$CLUSTER NETNS=dp-$CLUSTER
}

# use_cluster: for all commands that need one that runs.
use_cluster() {
  name_cluster
  [ -f "$RUN/ready" ] || die "there is no cluster '$CLUSTER'; 'e2e/cluster list' shows those there are, 'e2e/cluster up --name $CLUSTER' makes it"
  BINARIES=$(<"$RUN/binaries")
}

cluster_up() {
  local nodes=$DEFAULT_NODES images=() owner='' keep_failed='' new pair number node suite tar
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
      *) die "unknown option '$1'; 'e2e/cluster help' lists them" ;;
    esac
  done
  name_cluster
  [ "$(id -u)" = 0 ] || die "network namespaces and mounts need root"
  [[ $nodes =~ ^([a-z0-9-]+=[a-z]+(,[a-z0-9-]+=[a-z]+)*)?$ ]] || die "--nodes $nodes: wanted is NAME=SUITE,NAME=SUITE… (or nothing)"
  for tar in "${images[@]}"; do [ -r "$tar" ] || die "there is no image archive $tar"; done
  if [ -n "$owner" ]; then identity "$owner" >/dev/null || die "--owner $owner: there is no such process"; fi

  # What may take long when it is made for the first time, before anything is started.
  BINARIES=$(kube_binaries)
  images+=("$("$REPO/images/build" pause)")
  for pair in ${nodes//,/ }; do
    suite=${pair#*=}
    if [ -z "${image[$suite]:-}" ]; then
      image[$suite]=$(node_image "$suite")
      store[$suite]=$(image_store "${image[$suite]}" "${images[@]}")
    fi
  done

  # The directory appears with the name of its maker in it.
  mkdir -p "$RUNS"
  new=$(mktemp -d -p "$RUNS" .new.XXXXXX)
  identity $$ >"$new/starter"
  mv -T "$new" "$RUN" 2>/dev/null || {
    rm -r "$new"
    die "there is already a cluster '$CLUSTER'; 'e2e/cluster down --name $CLUSTER' removes it"
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

  note "cluster $CLUSTER: control plane"
  network_up
  control_plane_up
  while read -r number node suite; do
    node_prepare "$number" "$node" "${image[$suite]}" "${store[$suite]}"
    node_start "$node"
    note "node $node ($suite) boots"
  done <"$RUN/nodes"
  for node in $(node_names); do
    node_await "$node"
    note "node $node is Ready"
  done
  touch "$RUN/ready"
  trap - EXIT INT TERM HUP
}

# prepare: all that the first cluster of default nodes would have to build, beside one another.
prepare() {
  local pair pid builds=() rc=0
  for pair in ${DEFAULT_NODES//,/ }; do
    node_image "${pair#*=}" >/dev/null &
    builds+=($!)
  done
  for pid in "${builds[@]}"; do wait "$pid" || rc=$?; done
  return $rc
}

up_failed() { # KEEP
  local rc=$? node
  trap - EXIT INT TERM HUP
  [ $rc != 0 ] || rc=1
  set +e
  for node in $(node_names 2>/dev/null); do
    [ ! -s "$RUN/logs/console-$node.log" ] || tail -n 70 "$RUN/logs/console-$node.log" | sed "s/^/  console of $node: /" >&2
  done
  if [ -n "$1" ]; then
    touch "$RUN/ready"
    note "cluster $CLUSTER failed; it is left as it is, in $RUN"
  else
    note "cluster $CLUSTER failed; removing it"
    cluster_remove
  fi
  exit $rc
}

# cluster_remove: everything that belongs to RUN and NETNS. Processes end before what they use.
cluster_remove() {
  local record processes=() left
  for record in "$RUN"/processes/*; do
    [ ! -e "$record" ] || processes+=("$(basename "$record")")
  done
  [ ${#processes[@]} = 0 ] || stop "${processes[@]}"
  if [ -e "/run/netns/$NETNS" ]; then
    left=$(ip netns pids "$NETNS" | xargs)
    [ -z "$left" ] || note "these processes were started in the network of $CLUSTER by somebody else, and have lost it: $left"
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
      *) die "unknown option '$1'; 'e2e/cluster help' lists them" ;;
    esac
  done
  name_cluster
  if [ -d "$RUN" ] || [ -e "/run/netns/$NETNS" ]; then
    cluster_remove
    note "cluster $CLUSTER is removed"
  fi
}

# stale: is RUN what a killed run has left behind? It is when the process that started it went away before it was ready, when its
# owner is gone, or when not one of its processes is left (the machine was restarted).
stale() {
  local record
  if [ ! -f "$RUN/ready" ]; then
    gone "$RUN/starter"
    return
  fi
  if [ -f "$RUN/owner" ] && gone "$RUN/owner"; then return 0; fi
  for record in "$RUN"/processes/*; do
    if [ -e "$record" ] && running "$(basename "$record")"; then return 1; fi
  done
}

gone() { # RECORD: is the process of the record gone?
  local recorded
  { recorded=$(<"$1"); } 2>/dev/null || return 0
  [ "$(identity "${recorded%% *}")" != "$recorded" ]
}

remove_stale() {
  local found
  for found in "$RUNS"/* /run/netns/dp-*; do
    [ -e "$found" ] || continue
    CLUSTER=$(basename "$found")
    [[ $found == "$RUNS"/* ]] || CLUSTER=${CLUSTER#dp-}
    name_cluster
    # A namespace that is in use, but not known here, belongs to another user's cluster.
    if [ ! -d "$RUN" ] && [ -n "$(ip netns pids "$NETNS")" ]; then continue; fi
    if stale; then
      cluster_remove
      note "cluster $CLUSTER was left behind by a run that was killed; it is removed"
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
    printf '%-20s %-9s %s\n' "$CLUSTER" "$state" "$(awk '{printf "%s=%s ", $2, $3}' "$RUN/nodes" 2>/dev/null)"
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
