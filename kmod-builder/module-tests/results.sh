# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # the caller has work, keep and machines
# results.sh: sourced by run and truth/run, after machine.sh. Boots one machine for each kernel and
# prints what the guests report while they run. The caller sets work, the folder with one folder for
# each machine, and keep; and has functions prepare and boot.

BOOT_SECONDS=240
ALL_SECONDS=3600

passed=0 failed=0 skipped=0

# line RESULT KERNEL SCENARIO SECONDS WHY
line() {
  case $1 in
    passed) passed=$((passed + 1)) ;;
    skipped) skipped=$((skipped + 1)) ;;
    *) failed=$((failed + 1)) keep=1 ;;
  esac
  printf '%-8s %-12s %-32s %6s s  %s\n' "$1" "$2" "$3" "$4" "$5"
  [ "$1" != failed ] || [ ! -f "$work/$2/out/$3.log" ] || sed 's/^/    | /' "$work/$2/out/$3.log"
}

# follow NAME PID: prints the results as they come, until the machine is off.
follow() {
  local name=$1 pid=$2 results=$work/$1/out/results begin=$SECONDS seen=0 count running=1
  local result scenario seconds why
  while [ $running = 1 ]; do
    kill -0 "$pid" 2>/dev/null || running=0
    if [ $running = 1 ] && [ $((SECONDS - begin)) -gt $ALL_SECONDS ] \
      || { [ ! -f "$results" ] && [ $((SECONDS - begin)) -gt $BOOT_SECONDS ]; }; then
      kill -9 "$pid" 2>/dev/null || true
    fi
    count=$(wc -l 2>/dev/null <"$results" || echo 0)
    while IFS=$'\t' read -r result scenario seconds why; do
      [ "$result" = end ] || line "$result" "$name" "$scenario" "$seconds" "$why"
    done < <(head -n "$count" "$results" 2>/dev/null | tail -n "+$((seen + 1))")
    seen=$count
    [ $running = 0 ] || sleep 0.3
  done
  if [ "$(tail -n 1 "$results" 2>/dev/null)" != end ]; then
    line failed "$name" machine $((SECONDS - begin)) \
      "the virtual machine ended before its scenarios did; its last words:"
    tail -n 30 "$work/$name/console.log" "$work/$name/qemu.log" 2>/dev/null | sed 's/^/    | /'
  fi
}

# in_machines JOBS KERNEL…: up to JOBS machines at once; the lines of each come together, in the
# order of the kernels. `prepare KERNEL` makes $work/KERNEL, `boot KERNEL` starts its machine.
in_machines() {
  local jobs=$1 i j
  shift
  local kernels=("$@")
  for ((i = 0; i < ${#kernels[@]}; i++)); do
    for ((j = ${#machines[@]}; j < i + jobs && j < ${#kernels[@]}; j++)); do
      prepare "${kernels[j]}"
      note "${kernels[j]}: booting"
      boot "${kernels[j]}"
    done
    follow "${kernels[i]}" "${machines[i]}"
  done
}
