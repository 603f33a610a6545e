# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# node.sh: the nodes: virtual machines that boot a stock Debian kernel. A node has three disks: an
# overlay over the node image of its suite, an overlay over the disk with the container images, and
# a small one of its own with its name, addresses and credentials. No node has the credentials of
# another node or of the administrator.

NODE_CPUS=2
NODE_MEMORY=2560 # MiB
NODE_BOOT=900    # seconds at most from the start of a node until it is Ready
# The WAIT of story.sh: on a busy machine a node has needed ten minutes for the module alone.
# shellcheck disable=SC2034 # network.sh and e2e/kind/session use it
NODE_WAIT=1800

# The file nodes of a cluster has a line `NUMBER NAME SUITE` for each node.
node_names() { awk '{print $2}' "$RUN/nodes"; }
node_number() {
  local number
  number=$(awk -v node="$1" '$2 == node {print $1}' "$RUN/nodes")
  [ -n "$number" ] || die "cluster $CLUSTER has no node '$1'; it has: $(node_names | xargs)"
  printf '%s\n' "$number"
}

# node_prepare NUMBER NAME IMAGE STORE: makes the node's disks, from the folders of node_image and
# image_store, and its tap device.
node_prepare() {
  local number=$1 node=$2 image=$3 store=$4
  mkdir -p "$RUN/nodes.d/$node"
  ln -s "$image" "$RUN/nodes.d/$node/image"
  qemu-img create -q -f qcow2 -F raw -b "$image/root.ext4" "$RUN/nodes.d/$node/root.qcow2"
  qemu-img create -q -f qcow2 -F raw -b "$store/images.ext4" "$RUN/nodes.d/$node/images.qcow2"
  node_own_disk "$number" "$node"
  network_plug "$number"
}

node_own_disk() { # NUMBER NAME
  local own routes=() number node host_key
  own=$(mktemp -d -p "$RUN/nodes.d/$2")
  cp "$RUN/pki/ca.crt" "$own/"
  kubeconfig "$own/kubelet.kubeconfig" "/O=system:nodes/CN=system:node:$2"
  kubeconfig "$own/kube-proxy.kubeconfig" /CN=system:kube-proxy
  certificate "$own/kubelet" "/O=system:nodes/CN=system:node:$2" "DNS:$2,IP:$(node_ip "$1")"
  ssh-keygen -q -t ed25519 -N '' -C "$2" -f "$own/ssh_host_ed25519_key"
  host_key=$(cut -d' ' -f1,2 "$own/ssh_host_ed25519_key.pub")
  printf '%s %s\n' "$(node_ip "$1")" "$host_key" >>"$RUN/ssh/known_hosts"
  cp "$RUN/ssh/key.pub" "$own/authorized_keys"
  while read -r number node _; do
    [ "$node" != "$2" ] || continue
    routes+=("$(node_pods "$number")=$(node_ip "$number")")
    routes+=("$(node_pods6 "$number")=$(node_ip6 "$number")")
  done <"$RUN/nodes"
  cat >"$own/node.env" <<K
NODE=$2
IP=$(node_ip "$1")
IP6=$(node_ip6 "$1")
GATEWAY=$CONTROL_PLANE
PODS=$(node_pods "$1")
PODS6=$(node_pods6 "$1")
ALL_PODS=$PODS
ROUTES="${routes[*]}"
K
  mke2fs -q -t ext4 -L own -d "$own" "$RUN/nodes.d/$2/own.ext4" 4M >/dev/null
  rm -rf "$own"
}

# tsc_khz: prints the frequency of this machine's time stamp counter; an emulated one has the same.
tsc_khz() {
  local program
  program=$(cached tsc-khz "$(key_of "$E2E/lib/tsc-khz.c")" make_tsc_khz)
  "$program/tsc-khz"
}
make_tsc_khz() { gcc -O2 -o "$1/tsc-khz" "$E2E/lib/tsc-khz.c"; }

# node_start NAME: powers the node on. It can reboot by itself.
node_start() {
  local number khz accelerator folder=$RUN/nodes.d/$1 command_line
  number=$(node_number "$1")
  khz=$(tsc_khz)
  accelerator=$(accelerator 512)
  command_line=(root=/dev/vda rw console=ttyS0 net.ifnames=0 loglevel=5 tsc=reliable
    "tsc_early_khz=$khz" no5lvl mitigations=off systemd.show_status=false)
  start "node-$1" qemu-system-x86_64 -name "$CLUSTER-$1" \
    -accel "$accelerator" -cpu max -smp $NODE_CPUS -m $NODE_MEMORY \
    -nodefaults -no-user-config -vga none -display none \
    -chardev "file,id=console,path=$RUN/logs/console-$1.log,append=on" -serial chardev:console \
    -kernel "$folder/image/vmlinuz" -initrd "$folder/image/initrd" -append "${command_line[*]}" \
    -drive "file=$folder/root.qcow2,if=virtio,format=qcow2,cache=unsafe" \
    -drive "file=$folder/images.qcow2,if=virtio,format=qcow2,cache=unsafe" \
    -drive "file=$folder/own.ext4,if=virtio,format=raw,readonly=on" \
    -netdev "tap,id=net,ifname=$(node_tap "$number"),script=no,downscript=no" \
    -device "virtio-net-pci,netdev=net,mac=$(node_mac "$number")"
}

# node_state NAME: prints "BOOTID READY", with READY as the API has it.
node_state() {
  local ready='.status.conditions[?(@.type=="Ready")].status'
  admin get node "$1" -o "jsonpath={.status.nodeInfo.bootID} {$ready}{\"\\n\"}"
}

# node_await NAME [OLD_BOOT_ID]: waits until the node is Ready, with another boot id than
# OLD_BOOT_ID.
node_await() {
  NODE_AWAITED=$1 OLD_BOOT=${2:-none}
  await $NODE_BOOT "node $1 is Ready" "node-$1" node_is_up
}
node_is_up() {
  local boot ready
  read -r boot ready <<<"$(node_state "$NODE_AWAITED")"
  [ "$ready" = True ] && [ "$boot" != "$OLD_BOOT" ]
}

node_ssh() {
  local node=${1:?name a node} number
  shift
  number=$(node_number "$node")
  nsenter "--net=/run/netns/$NETNS" -- ssh -q -i "$RUN/ssh/key" \
    -o "UserKnownHostsFile=$RUN/ssh/known_hosts" -o IdentitiesOnly=yes -o BatchMode=yes \
    -o KexAlgorithms=curve25519-sha256 -o Ciphers=chacha20-poly1305@openssh.com \
    -o ConnectTimeout=10 -o ServerAliveInterval=10 -o LogLevel=ERROR \
    "root@$(node_ip "$number")" "$@"
}

node_reboot() {
  local node=${1:?name a node} how=${2:-} boot ready
  node_number "$node" >/dev/null
  [ -z "$how" ] || [ "$how" = --hard ] || die "there is no option '$how': --hard is the only one"
  read -r boot ready <<<"$(node_state "$node")"
  if [ "$how" = --hard ]; then
    kill_at_once "node-$node"
    node_start "$node"
  else
    # This is what `systemctl reboot` does, without logind, which these nodes don't have. The
    # connection may break before ssh returns.
    node_ssh "$node" \
      systemctl --no-block --job-mode=replace-irreversibly start reboot.target || true
  fi
  note "node $node is rebooting"
  node_await "$node" "$boot"
  note "node $node is Ready again"
}

load_images() {
  local tar node
  for tar; do
    [ -r "$tar" ] || die "there is no image archive $tar; images/build makes them"
  done
  for node in $(node_names); do
    for tar; do
      note "loading $(basename "$tar") into $node"
      node_ssh "$node" ctr -n k8s.io images import - <"$tar" >/dev/null
    done
  done
}

node_log() {
  node_number "${1:?name a node}" >/dev/null
  cat "$RUN/logs/console-$1.log"
}
