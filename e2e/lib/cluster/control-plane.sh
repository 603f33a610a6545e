# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # constants are used by the other parts
# control-plane.sh: etcd, the API server, the controller manager and the scheduler, as processes of
# this machine.

CONTROL_PLANE_PROCESSES=(kube-scheduler kube-controller-manager kube-apiserver etcd)

# audit_policy: prints the policy of the audit log: record each request, except for those of the
# cluster's own components, with the RBAC rule that allowed it. A test uses this to find granted
# rights that no request used.
audit_policy() {
  cat <<'K'
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  users:
  - system:apiserver
  - system:kube-controller-manager
  - system:kube-scheduler
  - system:kube-proxy
  - system:anonymous
- level: None
  userGroups: ["system:nodes", "system:serviceaccounts:kube-system"]
- level: Metadata
K
}

control_plane_up() {
  local api=$RUN/pki/kube-apiserver kubelet_client=$RUN/pki/kubelet-client
  pki_authority
  certificate "$api" /CN=kube-apiserver \
    "IP:$CONTROL_PLANE,IP:127.0.0.1,IP:$API_SERVICE,DNS:localhost,DNS:kubernetes.default.svc"
  certificate "$kubelet_client" /O=system:masters/CN=kube-apiserver-kubelet-client
  administrator "$RUN/admin.kubeconfig"
  kubeconfig "$RUN/pki/controller-manager.kubeconfig" /CN=system:kube-controller-manager
  kubeconfig "$RUN/pki/scheduler.kubeconfig" /CN=system:kube-scheduler
  audit_policy >"$RUN/audit-policy.yaml"

  start etcd "$BINARIES/etcd" "--data-dir=$RUN/etcd" --unsafe-no-fsync --log-level=warn \
    --listen-client-urls=http://127.0.0.1:2379 --advertise-client-urls=http://127.0.0.1:2379 \
    --listen-peer-urls=http://127.0.0.1:2380
  start kube-apiserver "$BINARIES/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 \
    --secure-port=6443 "--advertise-address=$CONTROL_PLANE" \
    "--tls-cert-file=$api.crt" "--tls-private-key-file=$api.key" \
    "--client-ca-file=$RUN/pki/ca.crt" "--service-cluster-ip-range=$SERVICES" \
    --service-account-issuer=https://kubernetes.default.svc \
    "--service-account-key-file=$RUN/pki/accounts.pub" \
    "--service-account-signing-key-file=$RUN/pki/accounts.key" \
    --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
    --allow-privileged=true --kubelet-preferred-address-types=InternalIP \
    "--kubelet-certificate-authority=$RUN/pki/ca.crt" \
    "--kubelet-client-certificate=$kubelet_client.crt" \
    "--kubelet-client-key=$kubelet_client.key" \
    "--audit-policy-file=$RUN/audit-policy.yaml" "--audit-log-path=$RUN/audit.log" \
    --audit-log-maxsize=1000 --profiling=false
  await 60 "the API server answers" kube-apiserver admin get --raw /readyz
  # Without leader election, since there is one of each: a restarted one would have to wait for the
  # old lease.
  start kube-controller-manager "$BINARIES/kube-controller-manager" \
    "--kubeconfig=$RUN/pki/controller-manager.kubeconfig" \
    "--service-account-private-key-file=$RUN/pki/accounts.key" \
    "--root-ca-file=$RUN/pki/ca.crt" --use-service-account-credentials=true \
    --leader-elect=false --bind-address=127.0.0.1 --profiling=false
  start kube-scheduler "$BINARIES/kube-scheduler" \
    "--kubeconfig=$RUN/pki/scheduler.kubeconfig" \
    --leader-elect=false --bind-address=127.0.0.1 --profiling=false
}
