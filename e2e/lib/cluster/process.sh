# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# process.sh: the processes of a cluster. Each is recorded by its id and start time before it begins
# to run, so that a later command can end it, and never takes another process for it.

# identity PID: prints "PID STARTTIME" (in clock ticks since boot). Fails when there is no such
# process, or it is a zombie.
identity() {
  local stat='' fields
  # Not $(<FILE): with inherit_errexit bash ends the script when FILE does not exist. read returns 1
  # at the end of a file.
  { read -rd '' stat <"/proc/$1/stat"; } 2>/dev/null || true
  [ -n "$stat" ] || return 1
  read -ra fields <<<"${stat##*) }" # the field before is the name, which may contain blanks
  [ "${fields[0]}" != Z ] && printf '%s %s\n' "$1" "${fields[19]}"
}

# start NAME COMMAND…: runs COMMAND in the cluster's network, with its output in logs/NAME.log.
start() {
  local process=$1
  shift
  (
    trap - EXIT INT TERM
    exec </dev/null >>"$RUN/logs/$process.log" 2>&1
    identity "$BASHPID" >"$RUN/processes/$process"
    exec setsid nsenter "--net=/run/netns/$NETNS" -- "$@"
  ) &
}

# running NAME: whether the process runs.
running() {
  local recorded
  { read -r recorded <"$RUN/processes/$1"; } 2>/dev/null || return 1
  [ -n "$recorded" ] && [ "$(identity "${recorded%% *}")" = "$recorded" ]
}

# stop NAME…: sends SIGTERM to the processes, and after 5 s SIGKILL to those that still run.
stop() {
  local process signal deadline left
  for signal in TERM KILL; do
    deadline=$((SECONDS + 5)) left=()
    for process; do
      if running "$process"; then
        left+=("$process")
        kill -"$signal" "$(cut -d' ' -f1 "$RUN/processes/$process")" 2>/dev/null || true
      fi
    done
    while [ ${#left[@]} -gt 0 ] && [ $SECONDS -lt $deadline ]; do
      sleep 0.1
      still_running left "${left[@]}"
    done
  done
  for process; do rm -f "$RUN/processes/$process"; done
  [ ${#left[@]} = 0 ] || die "these processes still run 5 s after SIGKILL: ${left[*]}"
}

# signal_process NAME SIGNAL: sends a signal to a process that must run.
signal_process() {
  running "$1" || die "cluster $CLUSTER: $1 does not run; see 'e2e/cluster status'"
  kill -"$2" "$(cut -d' ' -f1 "$RUN/processes/$1")"
}

# kill_at_once NAME: ends a process as a power failure would.
kill_at_once() {
  local deadline=$((SECONDS + 10))
  ! running "$1" || kill -KILL "$(cut -d' ' -f1 "$RUN/processes/$1")"
  while running "$1"; do
    [ $SECONDS -lt $deadline ] || die "process $1 still runs 10 s after SIGKILL"
    sleep 0.1
  done
}

# still_running VARIABLE NAME…: sets the array VARIABLE to those of the processes that run.
still_running() {
  local -n kept=$1
  local process
  shift
  kept=()
  for process; do if running "$process"; then kept+=("$process"); fi; done
}

# await SECONDS WHAT PROCESS COMMAND…: waits until COMMAND succeeds. If that takes longer than
# SECONDS, or PROCESS ends, prints the last lines of its log, and ends the script.
await() {
  local limit=$1 what=$2 process=$3 deadline=$((SECONDS + $1)) why=
  shift 3
  until "$@" >/dev/null 2>&1; do
    if ! running "$process"; then
      why="$process has ended"
    elif [ $SECONDS -ge $deadline ]; then
      why="not yet after $limit s"
    fi
    if [ -n "$why" ]; then
      tail -n 25 "$RUN/logs/$process.log" | sed "s/^/  $process: /" >&2
      die "cluster $CLUSTER: waiting until $what: $why; the end of the log of $process is above"
    fi
    sleep 0.5
  done
}
