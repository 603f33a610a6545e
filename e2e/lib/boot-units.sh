# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # the images use the list
# boot-units.sh: systemd units that cost time at boot and make no difference to a test machine.
# Sourced by what makes the disks of nodes and of kind's machine; each adds units of its own.

BOOT_UNITS=(
  {systemd-pstore,systemd-update-utmp,systemd-machine-id-commit,systemd-firstboot}.service
  {systemd-binfmt,e2scrub_reap,getty@tty1,serial-getty@ttyS0,apparmor}.service
  {apt-daily,apt-daily-upgrade,dpkg-db-backup,e2scrub_all,fstrim,systemd-tmpfiles-clean}.timer
)

# mask_units ROOT UNIT…: keeps systemd from starting the units in the Debian in the folder ROOT.
mask_units() {
  local root=$1 unit
  shift
  for unit; do ln -sf /dev/null "$root/etc/systemd/system/$unit"; done
}
