# shellcheck shell=bash
# shellcheck disable=SC2154 # home and the settings of the other parts are set by scripts/engine, which reads this file
# Messages, root rights, the lock, and processes that are started once and only stopped when they are ours.
#
# In:  $home, the engine's own directory.
# Out: say/warn/die, as_root, take_lock, start_detached, our_pid, stop_ours, try_command.

say() { printf 'engine: %s\n' "$*"; }
warn() { printf 'engine: %s\n' "$*" >&2; }

# die CODE MESSAGE...: one line on stderr, then exit.
die() {
  local code=$1
  shift
  printf 'engine: %s\n' "$*" >&2
  exit "$code"
}

have() { command -v "$1" >/dev/null 2>&1; }

# Runs a command that may hang, for at most SECONDS where `timeout` exists (a Mac has none).
try_command() {
  local limit=$1
  shift
  if have timeout; then timeout -k 2 "$limit" "$@"; else "$@"; fi
}

can_be_root() { [ "$(id -u)" = 0 ] || have sudo; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif have sudo; then
    sudo -- "$@"
  else
    die 2 "this needs root: run it as root, or install sudo."
  fi
}

# One `up` or `down` at a time. The lock belongs to file descriptor 9, so the kernel frees it even after kill -9;
# every process that outlives this script is started with 9 closed.
take_lock() {
  mkdir -p "$home" || die 2 "cannot create $home: set BAKEHOUSE_ENGINE_HOME to a directory you may write."
  exec 9>>"$home/lock"
  if have flock; then
    if ! flock -n 9; then
      say "another scripts/engine is at work; waiting for it"
      flock -w 900 9 || die 1 "waited 15 minutes for the lock $home/lock; see what holds it: fuser $home/lock"
    fi
    # The one we waited for may have been `down --purge`, which removes the file: then lock the new one.
    [ /dev/fd/9 -ef "$home/lock" ] || take_lock
  else # A Mac: perl locks the descriptor that it inherits, and the lock stays with us.
    perl -MFcntl=:flock -e 'open(my $f, ">>&=", 9) && flock($f, LOCK_EX) or exit 1' ||
      die 1 "cannot lock $home/lock"
  fi
}

# start_detached user|root NAME COMMAND...: a process of its own session, log in $home/NAME.log, pid in $home/NAME.pid.
start_detached() {
  local who=$1 name=$2
  shift 2
  # An old log would hide this start's error; one generation is kept.
  if [ -s "$home/$name.log" ]; then run_as "$who" mv -f "$home/$name.log" "$home/$name.log.1"; fi
  # Steps inherit the limit on open files from here: raised to what package managers need, where that is allowed.
  # shellcheck disable=SC2016
  run_as "$who" setsid -f bash -c '
    home=$0 name=$1; shift
    [ "$(ulimit -Sn)" = unlimited ] || [ "$(ulimit -Sn)" -ge 65536 ] || ulimit -n 65536 2>/dev/null || true
    cd / && echo $$ >"$home/$name.pid" && exec "$@" </dev/null >>"$home/$name.log" 2>&1
  ' "$home" "$name" "$@" </dev/null >/dev/null 2>&1 9>&-
}

run_as() {
  local who=$1
  shift
  if [ "$who" = root ]; then as_root "$@"; else "$@"; fi
}

# A zombie still has an entry in /proc (in a container nobody may ever collect it), but nothing runs.
is_alive() {
  [ -r "/proc/$1/status" ] && ! grep -q '^State:[[:space:]]*[ZX]' "/proc/$1/status" 2>/dev/null
}

# our_pid NAME: prints the pid if the recorded process lives and is ours. A pid may have been given to another
# process since (reboot, kill -9), so its command line must name our directory.
our_pid() {
  local pid
  pid=$(cat "$home/$1.pid" 2>/dev/null) || return 1
  case $pid in '' | *[!0-9]*) return 1 ;; esac
  is_alive "$pid" || return 1
  grep -qaF -- "$home/" "/proc/$pid/cmdline" 2>/dev/null || return 1
  printf '%s\n' "$pid"
}

# stop_ours user|root NAME SECONDS: TERM, wait, then KILL; returns 1 if there was nothing of ours to stop.
stop_ours() {
  local who=$1 name=$2 limit=$3 pid waited=0
  pid=$(our_pid "$name") || { run_as "$who" rm -f "$home/$name.pid"; return 1; }
  run_as "$who" kill -TERM "$pid" 2>/dev/null || true
  while our_pid "$name" >/dev/null; do
    if [ "$waited" -ge $((limit * 5)) ]; then
      warn "$name (pid $pid) did not stop within $limit s; killing it"
      run_as "$who" kill -KILL "$pid" 2>/dev/null || true
      sleep 1
      break
    fi
    sleep 0.2
    waited=$((waited + 1))
  done
  run_as "$who" rm -f "$home/$name.pid"
}

log_tail() {
  warn "last lines of $home/$1.log:"
  run_as "$2" tail -n "${3:-12}" "$home/$1.log" >&2 || true
}
