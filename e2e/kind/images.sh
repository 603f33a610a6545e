# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# images.sh: the container images that kubeadm asks for, and podnet's. Each has one static program,
# except for kube-proxy, which calls iptables. Sourced after programs.sh and roots.sh.

# cluster_images: prints the folder that holds their archives.
cluster_images() {
  local binaries programs root
  binaries=$(kube_binaries)
  programs=$(kind_programs)
  root=$(kind_node_root)
  cached kind-images "$(key_of "in:$binaries" "in:$programs" "in:$root" \
    "$HERE/image-archive" "$PODNET_IMAGE" \
    "$(declare -f make_cluster_images image_root program_of add_iptables)")" \
    make_cluster_images "$binaries" "$programs" "$root"
}

make_cluster_images() { # BINARIES PROGRAMS ROOT OUT
  local binaries=$1 programs=$2 out=$4 image name
  local work=$out/.work
  note "making the images of the control plane"
  mkdir "$work"
  unpack_root "$3" "$work/debian"
  "$binaries/kubeadm" config images list --kubernetes-version "v1.$KUBE" >"$out/wanted"
  grep -q "/coredns:v$COREDNS\$" "$out/wanted" \
    || die "kubeadm needs $(grep coredns "$out/wanted"): set COREDNS in versions.sh to that version"
  # Without pause: the nodes use the image of e2e/images/pause.
  for image in $(grep -v /pause: "$out/wanted") "$PODNET_IMAGE"; do
    name=${image##*/} name=${name%%:*}
    image_root "$work/$name" "$(program_of "$name")"
    case $name in
      kube-proxy) add_iptables "$work/debian" "$work/$name" ;;
    esac
    "$HERE/image-archive" "$image" "$work/$name" "$out/$name.tar" \
      "{\"Entrypoint\": [\"/usr/local/bin/$name\"]}"
    rm -rf "${work:?}/$name"
  done
  rm -rf "$work"
}

# program_of NAME: prints the path of the image's program; uses binaries and programs of
# make_cluster_images.
program_of() {
  case $1 in
    coredns | podnet) printf '%s/%s\n' "$programs" "$1" ;;
    *) printf '%s/%s\n' "$binaries" "$1" ;;
  esac
}

image_root() { # ROOT PROGRAM
  mkdir -p "$1"/{etc,tmp,usr/local/bin}
  chmod 1777 "$1/tmp"
  echo root:x:0:0:root:/:/ >"$1/etc/passwd"
  cp "$2" "$1/usr/local/bin/"
}

# add_iptables DEBIAN ROOT: adds iptables, nft and conntrack with their libraries. It adds all
# extensions: kube-proxy always needs MASQUERADE, and statistic as soon as a service has two
# endpoints; some extensions are links to others, and statistic needs a library that the program
# itself does not.
add_iptables() {
  local folder files file program
  mkdir -p "$2"/usr/{bin,sbin,lib,lib64}
  for folder in bin sbin lib lib64; do ln -s "usr/$folder" "$2/$folder"; done
  mapfile -t files < <(cd "$1" \
    && find usr/lib/x86_64-linux-gnu/xtables ! -type d -printf '/%p\n')
  files+=(/usr/sbin/xtables-nft-multi /usr/sbin/nft /usr/sbin/conntrack)
  {
    chroot "$1" ldd "${files[@]}" | grep -o '/[^ :]*'
    printf '%s\n' "${files[@]}"
  } | sort -u >"$2.files"
  while read -r file; do
    mkdir -p "$2$(dirname "$file")"
    cp -L "$1$file" "$2$file"
  done <"$2.files"
  for program in ip{,6}tables{,-save,-restore}; do
    ln -s xtables-nft-multi "$2/usr/sbin/$program"
  done
}
