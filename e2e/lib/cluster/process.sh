# shellcheck shell=bash
# process.sh: the processes of a cluster. Each is recorded before it begins to run, by its id and its start time, so that it can be
# ended by a later command, and nothing else is ever taken for it.

# identity PID: prints "PID STARTTIME" (clock ticks since boot); fails when there is no such process, or only its corpse.
identity() {
  local stat fields
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  read -ra fields <<<"${stat##*) }" # what comes before may hold blanks: it is the program's name
  [ "${fields[0]}" != Z ] && printf '%s %s\n' "$1" "${fields[19]}"
}

# start NAME COMMAND…: runs it in the cluster's network, with its output in logs/NAME.log.
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

# running NAME: is it?
running() {
  local recorded
  { recorded=$(<"$RUN/processes/$1"); } 2>/dev/null || return 1
  [ -n "$recorded" ] && [ "$(identity "${recorded%% *}")" = "$recorded" ]
}

# stop NAME…: asks all of them to end, waits 5 s, then makes them.
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
  [ ${#left[@]} = 0 ] || die "these processes can't be ended: ${left[*]}"
}

# kill_at_once NAME: like a power failure.
kill_at_once() {
  local deadline=$((SECONDS + 10))
  ! running "$1" || kill -KILL "$(cut -d' ' -f1 "$RUN/processes/$1")"
  while running "$1"; do
    [ $SECONDS -lt $deadline ] || die "process $1 can't be ended"
    sleep 0.1
  done
}

still_running() { # VARIABLE NAME…: keeps in the array VARIABLE those that run
  local -n kept=$1
  local process
  shift
  kept=()
  for process; do if running "$process"; then kept+=("$process"); fi; done
}

# await SECONDS WHAT PROCESS COMMAND…: until COMMAND succeeds. When the time is over, or PROCESS has ended, says so, with the last
# lines of its log.
await() {
  local limit=$1 what=$2 process=$3 deadline=$((SECONDS + $1)) why=
  shift 3
  until "$@" >/dev/null 2>&1; do
    if ! running "$process"; then
      why="$process has ended"
    elif [ $SECONDS -ge $deadline ]; then
      why="not so after $limit s"
    fi
    if [ -n "$why" ]; then
      tail -n 25 "$RUN/logs/$process.log" | sed "s/^/  $process: /" >&2
      die "cluster $CLUSTER: $what: $why (the end of its log is above)"
    fi
    sleep 0.5
  done
}
