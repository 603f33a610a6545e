# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# pki.sh: the certificates and kubeconfigs of a cluster, valid for 30 days. The keys are elliptic,
# since these take no time to make.

openssl_quietly() {
  local said
  said=$(openssl "$@" 2>&1 >/dev/null) || die "openssl $1 failed: $said"
}

pki_authority() {
  mkdir -p "$RUN/pki"
  openssl_quietly req -x509 -newkey "${ELLIPTIC_KEY[@]}" -nodes -days 30 -subj "/CN=$CLUSTER" \
    -keyout "$RUN/pki/ca.key" -out "$RUN/pki/ca.crt"
  openssl_quietly ecparam -name prime256v1 -genkey -noout -out "$RUN/pki/accounts.key"
  openssl_quietly ec -in "$RUN/pki/accounts.key" -pubout -out "$RUN/pki/accounts.pub"
}

ELLIPTIC_KEY=(ec -pkeyopt ec_paramgen_curve:prime256v1)

# certificate FILE SUBJECT [NAMES]: makes FILE.key and FILE.crt for a client, and with NAMES
# (IP:…,DNS:…) for a server, too.
certificate() {
  openssl_quietly req -newkey "${CERTIFICATE_KEY[@]:-${ELLIPTIC_KEY[@]}}" -nodes -subj "$2" \
    -keyout "$1.key" -out "$1.csr"
  openssl_quietly x509 -req -in "$1.csr" -CA "$RUN/pki/ca.crt" -CAkey "$RUN/pki/ca.key" \
    -days 30 -out "$1.crt" -set_serial "0x$(openssl rand -hex 12)" -extfile <(
      printf 'extendedKeyUsage=clientAuth%s\n' "${3:+,serverAuth$'\n'subjectAltName=$3}"
    )
  rm "$1.csr"
}

# administrator OUT: writes a kubeconfig that may do everything. Its key is RSA, which every client
# library reads without more libraries.
administrator() {
  local CERTIFICATE_KEY=(rsa:2048)
  kubeconfig "$1" "/O=system:masters/CN=admin"
}

# kubeconfig OUT SUBJECT: writes a kubeconfig for the user with that certificate subject, with the
# certificates in it.
kubeconfig() {
  local key
  key=$(mktemp -p "$RUN/pki" client.XXXXXX)
  certificate "$key" "$2"
  (
    umask 077
    cat >"$1" <<K
apiVersion: v1
kind: Config
clusters:
- name: $CLUSTER
  cluster:
    server: https://$CONTROL_PLANE:6443
    certificate-authority-data: $(base64 -w0 "$RUN/pki/ca.crt")
users:
- name: user
  user:
    client-certificate-data: $(base64 -w0 "$key.crt")
    client-key-data: $(base64 -w0 "$key.key")
contexts:
- name: $CLUSTER
  context: {cluster: $CLUSTER, user: user}
current-context: $CLUSTER
K
  )
  rm "$key" "$key.crt" "$key.key"
}
