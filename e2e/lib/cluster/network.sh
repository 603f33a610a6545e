# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # constants are used by the other parts
# network.sh: the network namespace of a cluster. It holds the processes of the control plane, and a
# bridge that the nodes are attached to. It has no way out, and the same addresses in every cluster.

BRIDGE=br0
CONTROL_PLANE=10.89.0.1 CONTROL_PLANE6=fd00:10:89::1
SERVICES=10.96.0.0/16 API_SERVICE=10.96.0.1
PODS=10.244.0.0/16

# The addresses of the node with the number I, and those of the pods on it.
node_ip() { printf '10.89.0.%d\n' $((10 + $1)); }
node_ip6() { printf 'fd00:10:89::%d\n' $((10 + $1)); }
node_pods() { printf '10.244.%d.0/24\n' "$1"; }
node_pods6() { printf 'fd00:10:244:%d::/64\n' "$1"; }
node_mac() { printf '52:54:00:89:00:%02x\n' "$1"; }
node_tap() { printf 'tap%d\n' "$1"; }

network_up() {
  ip netns add "$NETNS"
  ip -n "$NETNS" link set lo up
  # Forward, so that a packet to any other address gets the answer unreachable at once.
  nsenter "--net=/run/netns/$NETNS" -- \
    sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=0
  ip -n "$NETNS" link add $BRIDGE type bridge
  ip -n "$NETNS" address add $CONTROL_PLANE/24 dev $BRIDGE
  ip -n "$NETNS" address add $CONTROL_PLANE6/64 dev $BRIDGE nodad
  ip -n "$NETNS" link set $BRIDGE up
}

# network_plug I: makes the tap device of node I, and attaches it to the bridge.
network_plug() {
  local tap
  tap=$(node_tap "$1")
  ip -n "$NETNS" tuntap add dev "$tap" mode tap
  ip -n "$NETNS" link set "$tap" master $BRIDGE up
  # Processes in the namespace reach pods, too.
  ip -n "$NETNS" route add "$(node_pods "$1")" via "$(node_ip "$1")"
  ip -n "$NETNS" route add "$(node_pods6 "$1")" via "$(node_ip6 "$1")"
}

# network_down: deletes the namespace, and first the bridge and the taps, since a process may still
# hold the namespace.
network_down() {
  [ -e "/run/netns/$NETNS" ] || return 0
  local device
  for device in $(ip -n "$NETNS" -o link show 2>/dev/null \
    | awk -F': ' '$2 != "lo" {sub(/@.*/, "", $2); print $2}'); do
    ip -n "$NETNS" link delete "$device" 2>/dev/null || true
  done
  ip netns delete "$NETNS"
}

# in_cluster COMMAND…: executes COMMAND in the cluster's network, as its administrator.
in_cluster() {
  export KUBECONFIG=$RUN/admin.kubeconfig DROPPROBE_CLUSTER=$CLUSTER PATH=$BINARIES:$PATH
  export WAIT=${WAIT:-$NODE_WAIT}
  exec nsenter "--net=/run/netns/$NETNS" -- "$@"
}

# admin ARG…: runs kubectl for this script itself.
admin() {
  nsenter "--net=/run/netns/$NETNS" -- \
    "$BINARIES/kubectl" "--kubeconfig=$RUN/admin.kubeconfig" --request-timeout=10s "$@"
}
