# shellcheck shell=bash
# shellcheck disable=SC2154 # home and the settings of the other parts are set by scripts/engine, which reads this file
# What this kernel and this disk can do for an engine: control groups, overlay mounts, packet filter.
#
# In:  the running kernel, and the directory the engine's data will lie in.
# Out: refuse_unprivileged, load_modules, prepare_cgroups, storage_driver DIR, link_iptables DIR; each says in one line what it could not have.

load_modules() {
  local module
  have modprobe || return 0
  for module in overlay bridge br_netfilter nf_nat veth; do
    as_root modprobe -q "$module" 2>/dev/null || true # built in, or not to be had: the probes below decide
  done
}

# dockerd itself starts without these rights, but no step of a build would run.
refuse_unprivileged() {
  as_root unshare --mount --pid --fork true 2>/dev/null ||
    die 2 "root may not mount or make namespaces here: this is a container without privileges. Run it on a machine or in" \
      "a privileged container, or point DOCKER_HOST to an engine elsewhere."
}

# dockerd needs control groups, version 1 or 2; a minimal system may have left them unmounted.
prepare_cgroups() {
  [ -e /sys/fs/cgroup/cgroup.controllers ] && return 0
  grep -q '^cgroup[^ ]* /sys/fs/cgroup[^ ]* cgroup .*devices' /proc/mounts && return 0
  if as_root mount -t cgroup2 cgroup2 /sys/fs/cgroup 2>/dev/null; then
    say "mounted control groups at /sys/fs/cgroup"
    return 0
  fi
  die 2 "no control groups at /sys/fs/cgroup, and they cannot be mounted there; a container engine needs them."
}

# storage_driver DIR: prints overlayfs, or native where DIR's file system cannot carry overlay mounts.
storage_driver() {
  local probe=$1/overlay-probe
  as_root mkdir -p "$probe/lower" "$probe/upper" "$probe/work" "$probe/merged"
  if as_root mount -t overlay overlay \
    -o "lowerdir=$probe/lower,upperdir=$probe/upper,workdir=$probe/work" "$probe/merged" 2>/dev/null; then
    as_root umount "$probe/merged"
    echo overlayfs
  else
    warn "no overlay mounts under $1: using plain copies (slow, much disk)." \
      "To avoid it set BAKEHOUSE_ENGINE_HOME to a directory on ext4, xfs or btrfs."
    echo native
  fi
  as_root rm -rf --one-file-system "$probe"
}

# link_iptables DIR: where the packet filter's usual face does not work but the legacy one does, puts the latter into
# DIR, which stands first on dockerd's PATH. Returns 1 if neither works.
link_iptables() {
  local tool
  as_root rm -rf "$1"
  if as_root iptables -w 5 -t nat -S >/dev/null 2>&1; then return 0; fi
  if as_root iptables-legacy -w 5 -t nat -S >/dev/null 2>&1; then
    as_root mkdir -p "$1"
    for tool in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
      as_root ln -sf "$(command -v "${tool/tables/tables-legacy}")" "$1/$tool"
    done
    return 0
  fi
  return 1
}
