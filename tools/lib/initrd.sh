# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# initrd.sh: small initrds for virtual machines. They load the modules that a machine needs to reach
# its file systems, and mount these. Debian's own initrd does the same, but takes ten times as long.

# make_initrd ROOT BUSYBOX INIT OUT MODULE…: writes the initrd OUT. It holds the static program
# BUSYBOX, the kernel modules of the Debian in the folder ROOT with those that they depend on, and
# the script INIT, which the kernel runs first. The names of the modules are in /modules/order, in
# the order in which INIT must load them.
make_initrd() {
  local root=$1 busybox=$2 init=$3 out=$4 tree release path name
  shift 4
  tree=$(mktemp -d -p "$(dirname "$out")")
  mkdir "$tree"/{bin,dev,modules,proc,root,sys}
  cp "$busybox" "$tree/bin/busybox"
  cp "$init" "$tree/init"
  chmod 755 "$tree" "$tree/init"
  release=$(basename "$root"/usr/lib/modules/*)
  modprobe --dirname "$root" --set-version "$release" --show-depends --all "$@" \
    | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$tree/modules/paths"
  while read -r path; do
    name=$(basename "$path")
    case $name in
      *.xz) xz -dc "$path" >"$tree/modules/${name%.xz}" ;;
      *.zst) zstd -qdc "$path" >"$tree/modules/${name%.zst}" ;;
      *) cp "$path" "$tree/modules/" ;;
    esac
    name=${name%.xz}
    printf '%s\n' "${name%.zst}"
  done <"$tree/modules/paths" >"$tree/modules/order"
  rm "$tree/modules/paths"
  (cd "$tree" && find . | cpio --quiet -o -H newc) >"$out"
  rm -r "$tree"
}

# make_disk_initrd ROOT OUT SECOND THIRD: writes an initrd for a machine with three virtio disks.
# /dev/vda is its root; SECOND and THIRD are the options and the folder of a mount, for /dev/vdb and
# /dev/vdc, like "noatime /var/lib/data".
make_disk_initrd() {
  local init=$2.init
  cat >"$init" <<INIT
#!/bin/busybox sh
export PATH=/bin
busybox mount -t devtmpfs dev /dev
while read -r module; do busybox insmod "/modules/\$module"; done </modules/order
until [ -b /dev/vdc ]; do busybox sleep 0.1; done
busybox mount -t ext4 -o noatime /dev/vda /root
busybox mount -t ext4 -o ${3% *} /dev/vdb /root${3#* }
busybox mount -t ext4 -o ${4% *} /dev/vdc /root${4#* }
busybox mount --move /dev /root/dev
exec busybox switch_root /root /sbin/init
INIT
  make_initrd "$1" /bin/busybox "$init" "$2" virtio_pci virtio_blk virtio_net ext4 crc32c_generic
  rm "$init"
}
