# shellcheck shell=bash
# shellcheck disable=SC2154 # home and the settings of the other parts are set by scripts/engine, which reads this file
# The Docker daemon: use the one that answers, or configure and start our own.
#
# In:  $home; the packages are installed.
# Out: ensure_daemon, stop_daemon, purge_home, foreign_dockerd, refuse_unreachable.

socket=/var/run/docker.sock
exec_root=/var/run/bakehouse-engine

# 30 days and 10 GB are two entries: in one entry they would be joined by AND, and nothing would ever age out below 10 GB.
# A cap of 0 means "all that the filter matches".
daemon_json() {
  local storage=$1 network=$2 cap=keepStorage
  if at_least "$(dockerd --version | version_of)" 28 0; then cap=maxUsedSpace; fi
  cat <<JSON
{
  "data-root": "$home/docker",
  "exec-root": "$exec_root",
  "pidfile": "$exec_root/docker.pid",
  "hosts": ["unix://$socket"],
  "features": { "containerd-snapshotter": true },
  "storage-driver": "$storage",$([ "$network" = bridge ] || printf ' "bridge": "none", "iptables": false,')
  "builder": {
    "gc": {
      "enabled": true,
      "policy": [
        { "all": true, "$cap": "0", "filter": ["unused-for=720h"] },
        { "all": true, "$cap": "10000000000" }
      ]
    }
  },
  "log-opts": { "max-size": "10m", "max-file": "3" }
}
JSON
}

# Prints the pid of a dockerd that is not ours, in our own pid namespace (those in containers are others' business).
foreign_dockerd() {
  local dir pid ours
  ours=$(our_pid dockerd || true)
  for dir in /proc/[0-9]*; do
    pid=${dir#/proc/}
    [ "$(cat "$dir/comm" 2>/dev/null)" = dockerd ] || continue
    [ "$pid" != "$ours" ] || continue
    is_alive "$pid" || continue
    [ "$(as_root readlink "$dir/ns/pid" 2>/dev/null)" = "$(readlink /proc/self/ns/pid)" ] || continue
    printf '%s\n' "$pid"
    return 0
  done
  return 1
}

# An engine that is meant but does not answer must not be papered over with a second one.
refuse_unreachable() {
  local context error
  if [ -n "${DOCKER_HOST:-}" ] && [ "$DOCKER_HOST" != "unix://$socket" ]; then
    die 2 "DOCKER_HOST is set to $DOCKER_HOST, but no engine answers there. Start that engine, or unset DOCKER_HOST."
  fi
  have docker || return 0
  context=$(docker context show 2>/dev/null || echo default)
  if [ "$context" != default ]; then
    die 2 "the Docker context '$context' does not answer. Start its engine, or run: docker context use default"
  fi
  error=$(try_command 10 docker version 2>&1 >/dev/null || true)
  case $error in
    *"ermission denied"*)
      our_pid dockerd >/dev/null && { grant_socket; return 0; }
      die 2 "a Docker engine is there, but you may not use it. Run: sudo usermod -aG docker $(id -un), and log in again." ;;
  esac
}

# Without this only root and the group docker, which nobody is in on a fresh machine, could use the engine.
grant_socket() { [ "$(id -u)" = 0 ] || as_root chown "$(id -u)" "$socket"; }

ensure_daemon() {
  local pid
  if engine_answers; then
    if our_pid dockerd >/dev/null; then say "dockerd: ours is running"; else say "the host's own engine answers; using it"; fi
    return 0
  fi
  # The host's engine may still be starting (just booted).
  if pid=$(foreign_dockerd); then
    say "waiting for the host's dockerd (pid $pid)"
    wait_for 60 engine_answers || die 1 "a dockerd (pid $pid) runs, but does not answer at $socket; stop it or mend it first."
    return 0
  fi
  if our_pid dockerd >/dev/null; then
    wait_for 30 daemon_answers && { grant_socket; return 0; }
    warn "our dockerd runs but does not answer; starting it anew"
    stop_ours root dockerd 15 || true
  fi
  start_daemon
}

# Before 24 dockerd has no containerd image store. Somebody installed it, so it is not ours to upgrade.
refuse_old_dockerd() {
  local version
  have dockerd || return 0
  version=$(dockerd --version | version_of)
  at_least "$version" 24 0 ||
    die 2 "dockerd $version is installed, but not running, and 24 or newer is needed to start our own." \
      "Either start it (it will be used as it is), or upgrade or remove the package docker.io, then run this again."
}

wait_for() {
  local limit=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$limit" ] || return 1
    sleep 0.5
  done
}

daemon_answers() { as_root timeout -k 2 10 docker -H "unix://$socket" version --format '{{.Server.Version}}' >/dev/null 2>&1; }

start_daemon() {
  local storage network=bridge
  load_modules
  prepare_cgroups
  storage=$(storage_driver "$home")
  if ! link_iptables "$home/bin"; then
    network=none
    warn "this kernel has no packet filter for dockerd: no bridge network. Steps that need the network want" \
      "'--network=host', and published ports do not work."
  fi
  clear_leftovers
  if ! launch "$storage" "$network"; then
    if [ "$network" = bridge ] && as_root grep -qE 'bridge|iptables|NAT chain|network controller' "$home/dockerd.log" 2>/dev/null; then
      warn "dockerd could not set up its bridge network; trying without it (steps then need '--network=host')"
      stop_daemon
      clear_leftovers
      launch "$storage" none && { grant_socket; return 0; }
    fi
    log_tail dockerd root
    die 1 "dockerd did not come up; its whole log: $home/dockerd.log"
  fi
  grant_socket
}

# launch STORAGE NETWORK: returns 1 if dockerd ended or did not answer within 90 seconds.
launch() {
  local limit=$((SECONDS + 90))
  daemon_json "$1" "$2" | as_root tee "$home/daemon.json" >/dev/null
  say "starting dockerd (storage $1, network $2, data $home/docker)"
  start_detached root dockerd env "PATH=$home/bin:$PATH" ${SSL_CERT_FILE:+"SSL_CERT_FILE=$SSL_CERT_FILE"} \
    ${HTTP_PROXY:+"HTTP_PROXY=$HTTP_PROXY"} ${HTTPS_PROXY:+"HTTPS_PROXY=$HTTPS_PROXY"} ${NO_PROXY:+"NO_PROXY=$NO_PROXY"} \
    dockerd --config-file "$home/daemon.json"
  sleep 0.5
  until daemon_answers; do
    if [ "$SECONDS" -ge "$limit" ] || ! our_pid dockerd >/dev/null; then return 1; fi
    sleep 0.3
  done
}

# After kill -9 or a power cut pid files and a containerd may be left; a pid given away since would stop dockerd.
clear_leftovers() {
  local pid
  pid=$(as_root cat "$exec_root/containerd/containerd.pid" 2>/dev/null || true)
  case $pid in '' | *[!0-9]*) ;; *)
    if grep -qaF "$exec_root/containerd" "/proc/$pid/cmdline" 2>/dev/null; then
      say "ending the containerd that a killed dockerd left (pid $pid)"
      as_root kill "$pid" && sleep 2
    fi ;;
  esac
  as_root rm -f "$exec_root/docker.pid" "$exec_root/containerd/containerd.pid" "$home/dockerd.pid"
}

stop_daemon() {
  # Running containers get their ten seconds each.
  if stop_ours root dockerd 90; then say "stopped dockerd"; else say "no dockerd of ours runs"; fi
}

# Unmounts what is still mounted below our directory, deepest first, and removes it.
purge_home() {
  local point
  awk -v home="$home/" 'index($5, home) == 1 { print $5 }' /proc/self/mountinfo 2>/dev/null | sort -r |
    while read -r point; do as_root umount -l "$point" || true; done
  run_as "$( [ -d "$home/docker" ] && echo root || echo user )" rm -rf --one-file-system "$home"
  say "removed $home"
}
