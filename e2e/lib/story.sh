# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# story.sh: the steps of the demo and of the smoke test. Each is a function that acts through
# kubectl only, shows what a user would see, and checks it. Sourced after cache.sh.

PROBE=${PROBE:-demo}   # the DropProbe of deploy/examples that the story applies
MAKERS=dropprobe-story # namespace of the pods of drop-maker.yaml
DROPS_V4=${DROPS_V4:-300} DROPS_V6=${DROPS_V6:-200} DROPS_NFT=${DROPS_NFT:-150}
UNREAD=${UNREAD:-400} # datagrams to a receiver that reads none until its buffer is full
HEALTHY=${HEALTHY:-500}
WAIT=${WAIT:-600} # seconds to wait at most for anything that takes a while

passed=0 failed=0

k() { kubectl "$@"; }

# say TEXT: prints a heading, with the seconds since the script began.
say() { printf '\n== %s  (%d s)\n' "$*" $SECONDS; }
# show COMMAND…: prints a command as a user would type it, and runs it.
show() {
  local word line='$'
  for word; do
    case $word in *[!A-Za-z0-9_./:=,+-]*) line+=" '$word'" ;; *) line+=" $word" ;; esac
  done
  printf '%s\n' "$line"
  "$@"
}

# check TEXT WANT GOT: counts and prints one assertion.
check() {
  if [ "$2" = "$3" ]; then
    passed=$((passed + 1))
    printf '   ok   %s: %s\n' "$1" "$3"
  else
    failed=$((failed + 1))
    printf '   FAIL %s: expected %s, got %s\n' "$1" "$2" "${3:-nothing}"
  fi
}

# settle TEXT WANT SECONDS COMMAND…: polls COMMAND until it prints WANT, for at most SECONDS, and
# checks it. A number greater than WANT fails at once.
settle() {
  local text=$1 want=$2 end=$((SECONDS + $3)) got
  shift 3
  while
    got=$("$@" 2>/dev/null || true)
    [ "$got" != "$want" ] && [ $SECONDS -lt $end ]
  do
    if [[ $want =~ ^[0-9]+$ && $got =~ ^[0-9]+$ && $got -gt $want ]]; then break; fi
    sleep 1
  done
  check "$text" "$want" "$got"
}

summary() {
  printf '\n%d passed, %d failed, 0 skipped\n' "$passed" "$failed"
  [ $failed = 0 ]
}

# nodes: prints the nodes that the example's probe selects: Linux nodes without a taint. Nodes with
# the same boot id share one kernel (kind).
nodes() {
  k get nodes -l kubernetes.io/os=linux \
    -o 'jsonpath={range .items[*]}{.metadata.name}{"/"}{.spec.taints[*].effect}{"\n"}{end}' \
    | sed -nE '/NoSchedule|NoExecute/!s#/.*##p'
}
boot_of() { k get node "$1" -o 'jsonpath={.status.nodeInfo.bootID}'; }
# owner_of NODE: prints the first node with the same kernel whose report counts (not
# OwnedElsewhere).
owner_of() {
  local boot node
  boot=$(boot_of "$1")
  for node in $(nodes); do
    if [ "$(boot_of "$node")" = "$boot" ] \
      && [ "$(probe_field "$node" state)" != OwnedElsewhere ]; then
      printf '%s\n' "$node"
      return
    fi
  done
}

# probe_field NODE FIELD: prints a field of the probe in the node's report, or nothing.
probe_field() { k get dropprobenode "$1" -o "jsonpath={.status.probes[?(@.name==\"$PROBE\")].$2}"; }
# reason_count NODE REASON: prints the packets of the reason, without noise, in the node's report; 0
# if the report does not have that reason yet. A cause is a reason, or a reason with a function.
# Fails if there is no report of the probe.
reason_count() {
  local report probe=".status.probes[?(@.name==\"$PROBE\")]"
  local fields='{.cause}{" "}{.effect}{" "}{.packets}{"\n"}'
  report=$(k get dropprobenode "$1" -o \
    "jsonpath={$probe.state}{\"\n\"}{range $probe.causes[*]}$fields{end}") || return 1
  awk -v reason="$2" '
    NR == 1 { state = $1 }
    NR > 1 { split($1, cause, "@"); if (cause[1] == reason && $2 != "Noise") sum += $3 }
    END { if (state == "") exit 1; print sum + 0 }' <<<"$report"
}

# maker_on NODE: prints the name of the drop maker's pod on that node.
maker_on() {
  k -n $MAKERS get pod -l app=drop-maker --field-selector "spec.nodeName=$1" \
    -o 'jsonpath={.items[0].metadata.name}'
}
# on NODE COMMAND…: runs COMMAND in the drop maker of that node.
on() {
  local node=$1
  shift
  k -n $MAKERS exec "${MAKER[$node]}" -- "$@"
}
# on_input NODE COMMAND…: the same, with standard input.
on_input() {
  local node=$1
  shift
  k -n $MAKERS exec -i "${MAKER[$node]}" -- "$@"
}

# Oracles: counters of the drop maker's own network namespace.
no_ports() { on "$1" awk '/^Udp: [0-9]/ {v4 = $3} END {print v4}' /proc/net/snmp; }
no_ports6() { on "$1" awk '/^Udp6NoPorts/ {print $2}' /proc/net/snmp6; }
unread() { on "$1" awk '/^Udp: [0-9]/ {print $6}' /proc/net/snmp; } # RcvbufErrors
refused() { on "$1" nft list counter inet story refused | awk '/packets/ {print $2}'; }

# refuse TEXT: ends the story where the cluster does not meet a precondition, without printing its
# state.
refused=
refuse() {
  refused=1
  die "$@"
}

preconditions() {
  local node arch version
  say "The cluster"
  show kubectl get nodes -o wide
  version=$(k version -o 'jsonpath={.serverVersion.minor}' 2>/dev/null \
    || k version | awk -F. '/Server/ {print $2}')
  [ "${version//[^0-9]/}" -ge 30 ] \
    || refuse "this cluster runs Kubernetes 1.$version; DropProbe needs 1.30 or newer"
  for node in $(nodes); do
    arch=$(k get node "$node" -o 'jsonpath={.status.nodeInfo.architecture}')
    [ "$arch" = amd64 ] || refuse "node $node is $arch: the demo runs on amd64 nodes only"
  done
  [ -n "$(nodes)" ] \
    || refuse "this cluster has no Linux node without a taint: the example's probe selects none"
}

step_install() {
  say "Install"
  show kubectl apply -k "$1"
  show kubectl -n dropprobe-system rollout status deployment/dropprobe-operator "--timeout=${WAIT}s"
}

step_ask() {
  say "Ask for the drops"
  show kubectl apply -f "deploy/examples/$PROBE.yaml"
  echo "   Now every node compiles the module for its own kernel. This takes seconds on a real"
  echo "   processor, and minutes on an emulated one."
}

step_drop_makers() {
  say "Start a pod on each node that will make drops"
  k apply -f e2e/drop-maker.yaml
  k -n $MAKERS rollout status daemonset/drop-maker "--timeout=${WAIT}s"
  declare -gA MAKER=()
  local node
  for node in $(nodes); do
    MAKER[$node]=$(maker_on "$node")
    packet_filter | on_input "$node" nft -f - \
      || die "the drop maker on $node cannot set up a packet filter: has its kernel nf_tables?"
  done
}
# packet_filter: prints the rule of the drop makers that refuses packets and counts them.
packet_filter() {
  cat <<'NFT'
table inet story {
  counter refused { }
  chain input {
    type filter hook input priority 0; policy accept;
    udp dport 7777 counter name refused drop
  }
}
NFT
}

step_ready() {
  say "Wait until every node counts"
  local waiting cannot rc=0
  show kubectl wait --for=condition=Ready "dropprobe/$PROBE" "--timeout=${WAIT}s" &
  waiting=$!
  # Stop waiting as soon as a node reports that it cannot count.
  until ! kill -0 $waiting 2>/dev/null || [ -n "$(unsupported)" ]; do sleep 2; done
  cannot=$(unsupported)
  [ -z "$cannot" ] || kill $waiting 2>/dev/null || true
  wait $waiting || rc=$?
  show kubectl get dropprobes
  show kubectl get dropprobenodes
  [ -z "$cannot" ] || refuse "not every node of this cluster can count: ${cannot%%$'\n'*}"
  return $rc
}
# unsupported: prints a line for each node that cannot load the module, with its agent's message.
unsupported() {
  local nodes='range .items[?(@.status.module.state=="Unsupported")]'
  local message='.status.conditions[?(@.status=="False")].message'
  k get dropprobenodes \
    -o "jsonpath={$nodes}{.metadata.name}: {$message}{\"\n\"}{end}" 2>/dev/null || true
}

# Counts by owner and reason, filled by the steps below: the expected ones, and those before the
# first drops.
declare -A WANT=() BEFORE=()

# By node, what its receiver missed in the last round of make_drops.
declare -A LOST=()

# make_drops: on every node, in a network namespace of its own, sends UDP to a closed port over IPv4
# and IPv6, UDP that a packet filter refuses, UDP to a receiver that does not read it, and healthy
# UDP traffic. Checks the oracles: the namespace's own SNMP counters, and the rule's counter.
make_drops() {
  local node v4 v6 nft full healthy
  for node in $(nodes); do
    v4=$(no_ports "$node") v6=$(no_ports6 "$node") nft=$(refused "$node") full=$(unread "$node")
    on "$node" traffic udp-send 127.0.0.1 9 "$DROPS_V4"
    on "$node" traffic udp-send ::1 9 "$DROPS_V6"
    on "$node" traffic udp-send 127.0.0.1 7777 "$DROPS_NFT"
    LOST[$node]=$(on "$node" traffic udp-unread "$UNREAD" 5555)
    healthy=$(on "$node" traffic udp-loopback "$HEALTHY")
    check "$node: healthy datagrams delivered" "$HEALTHY" "$healthy"
    check "$node: growth of the kernel's own UDP NoPorts counter (IPv4)" "$DROPS_V4" \
      $(($(no_ports "$node") - v4))
    check "$node: growth of the kernel's own UDP NoPorts counter (IPv6)" "$DROPS_V6" \
      $(($(no_ports6 "$node") - v6))
    check "$node: growth of the packet filter's own counter (nft)" "$DROPS_NFT" \
      $(($(refused "$node") - nft))
    check "$node: growth of the kernel's own UDP RcvbufErrors counter" "${LOST[$node]}" \
      $(($(unread "$node") - full))
  done
}

# expect_drops: adds one round of make_drops on every node to what its owner is expected to count.
expect_drops() {
  local node owner
  for node in $(nodes); do
    owner=${OWNER[$node]}
    WANT["$owner/NO_SOCKET"]=$((${WANT["$owner/NO_SOCKET"]} + DROPS_V4 + DROPS_V6))
    WANT["$owner/NETFILTER_DROP"]=$((${WANT["$owner/NETFILTER_DROP"]} + DROPS_NFT))
    WANT["$owner/SOCKET_RCVBUFF"]=$((${WANT["$owner/SOCKET_RCVBUFF"]} + LOST[$node]))
  done
}

check_counts() {
  local key
  for key in $(printf '%s\n' "${!WANT[@]}" | sort); do
    settle "${key%/*}: ${key#*/} since the first drops" "${WANT[$key]}" 120 \
      growth "${key%/*}" "${key#*/}"
  done
}
# growth NODE REASON: prints what the report counts more than before the first drops.
growth() {
  local now before=${BEFORE["$1/$2"]}
  now=$(reason_count "$1" "$2") || return 1
  echo $((now - before))
}

step_count() {
  local node owner reason
  declare -gA OWNER=()
  for node in $(nodes); do
    OWNER[$node]=$(owner_of "$node")
    [ -n "${OWNER[$node]}" ] \
      || die "no node reports the counts of $node: see 'kubectl get dropprobenodes'"
  done
  for owner in "${OWNER[@]}"; do
    for reason in NO_SOCKET NETFILTER_DROP SOCKET_RCVBUFF; do
      BEFORE["$owner/$reason"]=$(reason_count "$owner" $reason) \
        || die "node $owner has no report of $PROBE: see 'kubectl get dropprobenode $owner -o yaml'"
      WANT["$owner/$reason"]=0
    done
  done
  say "Make drops on each node: $DROPS_V4 + $DROPS_V6 to a closed port," \
    "$DROPS_NFT refused by a rule, $UNREAD to a receiver that does not read, $HEALTHY healthy"
  make_drops
  expect_drops
  check_counts
  show kubectl get dropprobes
  show kubectl get dropprobenodes
  show kubectl get dropprobe "$PROBE" -o yaml
}

activate() { # activate true|false
  show kubectl patch dropprobe "$PROBE" --type=merge -p "{\"spec\":{\"active\":$1}}"
  show kubectl wait --for=condition=Ready "dropprobe/$PROBE" "--timeout=${WAIT}s"
}

step_pause() {
  say "Switch off: the counts stay, further drops change nothing"
  activate false
  show kubectl get dropprobes
  make_drops
  check_counts
  show kubectl get dropprobes
}

step_resume() {
  say "Switch on again: counting resumes"
  activate true
  make_drops
  expect_drops
  check_counts
  show kubectl get dropprobes
}

# loaded NODE: prints loaded if the kernel has the module or its /proc/mooc, else unloaded.
loaded() {
  on "$1" sh -c '
    if grep -q "^dropprobe " /proc/modules || [ -e /proc/mooc ]; then
      echo loaded
    else
      echo unloaded
    fi'
}
agents() { k -n dropprobe-system get daemonset dropprobe-agent -o name --ignore-not-found; }

step_delete() {
  local node
  say "Delete: nothing remains on the nodes"
  show kubectl delete dropprobe "$PROBE" "--timeout=${WAIT}s"
  for node in $(nodes); do check "$node: module" unloaded "$(loaded "$node")"; done
  settle "agent DaemonSet" "" 60 agents
}

on_failure() {
  [ -z "$refused" ] || return 0
  say "The story failed: the state of the cluster"
  k get dropprobes,dropprobenodes -o yaml || true
  k -n dropprobe-system get pods -o wide || true
  k -n dropprobe-system logs -l app.kubernetes.io/name=dropprobe \
    --all-containers --tail=60 --prefix || true
  k -n $MAKERS get pods -o wide || true
}

# clean_up: deletes the probe and the drop makers. It waits, because nothing can be created in a
# namespace that is being deleted.
clean_up() {
  k delete dropprobe "$PROBE" --ignore-not-found "--timeout=${WAIT}s" || true
  k delete namespace $MAKERS --ignore-not-found "--timeout=${WAIT}s" || true
}
