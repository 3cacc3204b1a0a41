# shellcheck shell=bash
# shellcheck disable=SC2154 # home and the settings of the other parts are set by scripts/engine, which reads this file
# What must be installed on this machine, and its installation by the distribution's own package manager.
#
# In:  /etc/os-release, the tools on PATH, the host's apt configuration.
# Out: ensure_packages; the version probes (server_version, buildx_version, compose_version).

# Packages that Debian 12 has too old or not at all; they come from the next release, one by one.
next_release=trixie
from_next_release=" docker.io docker-cli docker-buildx docker-compose "

server_version() { try_command 10 docker version --format '{{.Server.Version}}' 2>/dev/null; }
engine_answers() { have docker && [ -n "$(server_version || true)" ]; }

# Probes the plugin, because a docker client without it may stand first on PATH.
buildx_version() { try_command 20 docker buildx version 2>/dev/null | version_of; }
compose_version() { try_command 20 docker compose version 2>/dev/null | version_of; }

# First x.y.z of what is read.
version_of() { sed -n 's/^[^0-9]*\([0-9][0-9]*\.[0-9][0-9]*\(\.[0-9][0-9]*\)\{0,1\}\).*/\1/p' | head -n 1; }

# at_least VERSION MAJOR MINOR
at_least() {
  local major=${1%%.*} rest=${1#*.}
  local minor=${rest%%.*}
  case "$major$minor" in '' | *[!0-9]*) return 1 ;; esac
  [ "$major" -gt "$2" ] || { [ "$major" -eq "$2" ] && [ "$minor" -ge "$3" ]; }
}

good_buildx() { have docker && at_least "$(buildx_version || true)" 0 13; }
good_compose() { have docker && at_least "$(compose_version || true)" 2 0; }

registry_binary() { command -v docker-registry || command -v registry; }

# os_field ID|VERSION_ID
os_field() {
  # shellcheck source=/dev/null
  (. /etc/os-release 2>/dev/null && eval "printf '%s' \"\${$1:-}\"")
}

# Prints debian12, debian, ubuntu, or other.
platform() {
  local id version
  if [ "$(uname -s)" != Linux ] || ! have apt-get; then echo other; return; fi
  id=$(os_field ID) version=$(os_field VERSION_ID)
  case "$id:${version%%.*}" in
    debian:12) echo debian12 ;;
    debian:[1-9] | debian:1[01]) echo other ;;
    debian:*) echo debian ;;
    ubuntu:[1-9] | ubuntu:1? | ubuntu:2[01]) echo other ;;
    ubuntu:*) echo ubuntu ;;
    *) echo other ;;
  esac
}

refuse_platform() {
  if [ "$(uname -s)" = Darwin ]; then
    die 2 "no Docker engine with buildx >= 0.13 answers. On macOS install and start Docker Desktop, OrbStack or Colima" \
      "(with docker-buildx), then run this again."
  fi
  die 2 "no Docker engine with buildx >= 0.13 answers, and this system is none we can set up (Debian 12+, Ubuntu 22.04+)." \
    "Install Docker Engine 24 or newer with the buildx and compose plugins, start it, then run this again."
}

# Prints the packages that are needed, one a line; nothing where all is there.
missing_packages() {
  local with_engine=$1 compose=docker-compose
  [ "$(platform)" = ubuntu ] && compose=docker-compose-v2
  if [ "$with_engine" = yes ]; then
    have dockerd || printf '%s\n' docker.io docker-cli
    have iptables || echo iptables
    have mmdebstrap || printf '%s\n' mmdebstrap debian-archive-keyring
    registry_binary >/dev/null || echo docker-registry
    good_compose || echo "$compose"
  fi
  have docker || echo docker-cli
  good_buildx || echo docker-buildx
}

ensure_packages() {
  local with_engine=no wanted
  if ! engine_answers; then
    refuse_unreachable
    [ -n "$(foreign_dockerd || true)" ] || with_engine=yes
  elif our_pid dockerd >/dev/null; then
    with_engine=yes # Ours: a package removed since then comes back.
  fi
  if [ "$with_engine" = no ] && good_buildx; then
    return 0
  fi
  # On an unknown system everything may have been installed by hand.
  if [ "$(platform)" = other ]; then
    have dockerd && good_buildx && return 0
    refuse_platform
  fi
  if [ "$with_engine" = yes ]; then
    refuse_old_dockerd
    ! can_be_root || refuse_unprivileged
  fi
  wanted=$(missing_packages "$with_engine" | sort -u)
  [ -z "$wanted" ] || install_packages "$wanted"
  good_buildx || die 1 "'docker buildx version' still does not answer with 0.13 or newer; which docker: $(command -v docker)"
}

# install_packages LIST (one a line)
install_packages() {
  local list=$1 package
  local args=()
  can_be_root || die 2 "these packages are needed, and only root can install them: $(echo "$list" | tr '\n' ' ')"
  say "installing $(echo "$list" | tr '\n' ' ')"
  apt_quietly update || die 1 "apt-get update failed (see above)"
  if [ "$(platform)" = debian12 ]; then add_next_release; fi
  for package in $list; do
    case $from_next_release in
      *" $package "*) if [ "$(platform)" = debian12 ]; then package=$package/$next_release; fi ;;
    esac
    args+=("$package")
  done
  block_service_start
  apt_quietly install -y --no-install-recommends --no-upgrade "${args[@]}" ||
    die 1 "apt-get could not install ${args[*]} (see above)"
  unblock_service_start
  disable_services "$list"
  hash -r
}

# Shows apt's output only when it fails. A machine that has just booted often updates its lists by itself: dpkg's lock
# has a timeout of its own, the lists' lock has none.
apt_quietly() {
  local out tries=0
  until out=$(as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" 2>&1 9>&-); do
    case $out in
      *"Could not get lock"*)
        tries=$((tries + 1))
        [ "$tries" -ge 100 ] || { sleep 3; continue; } ;;
    esac
    printf '%s\n' "$out" | tail -n 20 >&2
    return 1
  done
}
