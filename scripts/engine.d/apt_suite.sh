# shellcheck shell=bash
# shellcheck disable=SC2154 # home and the settings of the other parts are set by scripts/engine, which reads this file
# Debian's next release as a second, low-ranking source on Debian 12, and package installs that start no service.
#
# In:  the host's own apt configuration: mirror and keyring are read from it, none is written here.
# Out: add_next_release, block_service_start, unblock_service_start, disable_services.

# Prints "uri<TAB>sources file:entry" of the host's own Debian archive (suite CODENAME, component main).
host_archive() {
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI) $(SOURCESENTRY)' 'Created-By: Packages' |
    awk -v code="$1" '!found && $1 == "Debian" && $2 == code && $3 == "main" { print $4 "\t" $5; found = 1 }'
}

# Prints the keyring that the sources entry FILE:N names; nothing where it names none.
entry_keyring() {
  local file=${1%:*} number=${1##*:} found
  case $file in
    *.sources) # N counts stanzas
      found=$(awk -v n="$number" 'BEGIN { RS = "" } NR == n' "$file" |
        sed -n 's/^[Ss]igned-[Bb]y:[[:space:]]*\(\/[^[:space:]]*\).*/\1/p') ;;
    *) # N counts lines
      found=$(sed -n "${number}s/.*signed-by=\([^] ]*\).*/\1/p" "$file") ;;
  esac
  # An embedded key or a fingerprint belongs to the old release; Debian's own ring knows the next one too.
  if [ -z "$found" ] && grep -qi 'signed-by' "$file" && [ -r /usr/share/keyrings/debian-archive-keyring.gpg ]; then
    found=/usr/share/keyrings/debian-archive-keyring.gpg
  fi
  printf '%s' "$found"
}

# Adds the suite with a pin that lets nothing move to it by itself: packages are named one by one (name/suite),
# and those alone get later fixes from it.
add_next_release() {
  local line uri keyring old
  old=$(os_field VERSION_CODENAME)
  line=$(host_archive "$old")
  [ -n "$line" ] || die 1 "apt knows no Debian archive with the suite $old; put one into /etc/apt/sources.list.d and try again."
  uri=${line%%$'\t'*}
  keyring=$(entry_keyring "${line#*$'\t'}")
  {
    echo "# Written by scripts/engine: the container engine's packages. Low pin: see preferences.d/bakehouse-$next_release"
    printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\n' "$uri" "$next_release"
    [ -z "$keyring" ] || printf 'Signed-By: %s\n' "$keyring"
  } | as_root tee "/etc/apt/sources.list.d/bakehouse-$next_release.sources" >/dev/null
  printf 'Package: *\nPin: release o=Debian,n=%s\nPin-Priority: 100\n' "$next_release" |
    as_root tee "/etc/apt/preferences.d/bakehouse-$next_release" >/dev/null
  # Only the new source: the others were read a moment ago.
  apt_quietly update -o Dir::Etc::SourceList=/dev/null -o APT::Get::List-Cleanup=0 \
    -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::Etc::SourceList="/etc/apt/sources.list.d/bakehouse-$next_release.sources" ||
    die 1 "apt could not read the suite $next_release from the host's mirror (see above)"
}

# We start the daemons ourselves, with our own data directory. Where there is systemd, the packages would start
# theirs with the old image store; policy-rc.d is Debian's way to say no for the length of an install.
policy=/usr/sbin/policy-rc.d
policy_mark='# scripts/engine: no service starts while the container engine is being installed'

block_service_start() {
  # Ours, if a killed run left it; anybody else's stays, and may let the services start or not.
  if [ -e "$policy" ] && ! grep -qF "$policy_mark" "$policy"; then return 0; fi
  trap unblock_service_start EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  printf '#!/bin/sh\n%s\nexit 101\n' "$policy_mark" | as_root tee "$policy" >/dev/null
  as_root chmod 0755 "$policy"
}

unblock_service_start() {
  ! grep -qsF "$policy_mark" "$policy" || as_root rm -f "$policy"
  trap - EXIT INT TERM
}

# A service that we brought must not start at the next boot either; `up` starts ours.
disable_services() {
  local unit
  for unit in docker.service docker.socket containerd.service docker-registry.service; do
    case "$1" in
      *docker.io*) ;;
      *) [ "$unit" = docker-registry.service ] || continue ;;
    esac
    if have systemctl; then
      as_root systemctl disable -q "$unit" >/dev/null 2>&1 || true
    elif [ -e "/etc/init.d/${unit%.service}" ]; then
      as_root update-rc.d "${unit%.service}" disable >/dev/null 2>&1 || true
    fi
  done
}
