# shellcheck shell=bash
# shellcheck disable=SC2154 # home and the settings of the other parts are set by scripts/engine, which reads this file
# How engine and registry are: as lines for people, or as one JSON object for programs.
#
# In:  $home, and whatever answers.
# Out: verb_status; exit code 0 if engine, buildx and registry are all up, 1 if not. Sizes are in bytes.

json_string() {
  if [ -z "$1" ]; then printf 'null'; return; fi
  printf '"%s"' "$(printf '%s' "$1" | tr -d '\000-\037' | sed 's/\\/\\\\/g; s/"/\\"/g')"
}

json_bool() { if [ "$1" = yes ]; then printf true; else printf false; fi; }
json_number() { case $1 in '' | *[!0-9]*) printf null ;; *) printf '%s' "$1" ;; esac; }

# Sets the s_* variables; each stays empty where nothing is known.
read_status() {
  local info line
  s_running=no s_owner='' s_version='' s_driver='' s_store=no s_root='' s_cgroup=''
  s_client='' s_buildx='' s_compose='' s_buildkit='' s_gc=''
  s_pid=$(our_pid dockerd || true)
  if have docker; then
    s_client=$(docker --version 2>/dev/null | version_of)
    s_buildx=$(buildx_version || true)
    s_compose=$(compose_version || true)
    info=$(try_command 20 docker info --format \
      '{{.ServerVersion}}|{{.Driver}}|{{.DriverStatus}}|{{.DockerRootDir}}|{{.CgroupVersion}}' 2>/dev/null || true)
    IFS='|' read -r s_version s_driver line s_root s_cgroup <<<"$info" || true
  fi
  if [ -n "$s_version" ]; then
    s_running=yes s_owner=host
    [ -z "$s_pid" ] || [ "$s_root" != "$home/docker" ] || s_owner=bakehouse
    case $line in *io.containerd.snapshotter*) s_store=yes ;; esac
    [ -z "$s_buildx" ] || read_builder
  fi
  s_auth=$(registry_auth)
  s_registry_kind=''
  if our_pid registry >/dev/null; then s_registry_kind=process; elif [ -e "$home/registry/container" ]; then s_registry_kind=container; fi
  s_login=no
  ! logged_in || s_login=yes
  s_free=$(free_bytes)
}

# BuildKit's version and collection policy of the builder that belongs to the current engine, not of any other builder.
read_builder() {
  local text
  text=$(try_command 20 docker buildx inspect "$(docker context show 2>/dev/null || echo default)" 2>/dev/null || true)
  s_buildkit=$(printf '%s\n' "$text" | sed -n 's/^Build[Kk]it\( version\)\{0,1\}:[[:space:]]*//p' | head -n 1)
  # Distribution builds of dockerd carry no BuildKit version; an invented one would be worse than none.
  case $s_buildkit in *unknown*) s_buildkit='' ;; esac
  s_gc=$(printf '%s\n' "$text" | awk '
    function flush() { if (n != "") print row }
    /^GC Policy rule#/ { flush(); n = $0; row = ""; next }
    /^[^ ]/ { flush(); n = ""; next }
    n != "" && NF { sub(/^ +/, ""); gsub(/[ \t]+/, " "); if ($0 !~ /:$/ && $0 !~ /: $/) row = row (row == "" ? "" : "; ") $0 }
    END { flush() }')
}

free_bytes() {
  local place=$home
  while [ ! -d "$place" ]; do place=$(dirname "$place"); done
  df -Pk "$place" 2>/dev/null | awk 'NR == 2 { printf "%.0f", $4 * 1024 }'
}

# One line for each thing that keeps `up` from being true.
problems() {
  if [ "$s_running" = no ]; then echo "no engine answers: run scripts/engine up"; fi
  if ! at_least "$s_buildx" 0 13; then echo "docker has no buildx 0.13 or newer: run scripts/engine up"; fi
  case $s_auth in
    ok) [ "$s_login" = yes ] || echo "not logged in to localhost:$(registry_port): run scripts/engine up" ;;
    down) echo "the registry on localhost:$(registry_port) does not answer: run scripts/engine up" ;;
    *) echo "what answers on localhost:$(registry_port) does not take our credentials ($s_auth): run scripts/engine up" ;;
  esac
}

status_json() {
  local row rest=''
  printf '{"ok":%s,' "$(json_bool "$1")"
  printf '"engine":{"running":%s,"owner":%s,"pid":%s,"version":%s,"buildkit":%s,' "$(json_bool "$s_running")" \
    "$(json_string "$s_owner")" "$(json_number "$s_pid")" "$(json_string "$s_version")" "$(json_string "$s_buildkit")"
  printf '"storage_driver":%s,"containerd_store":%s,"cgroup_version":%s,"data_root":%s,"gc_policy":[' \
    "$(json_string "$s_driver")" "$(json_bool "$s_store")" "$(json_string "$s_cgroup")" "$(json_string "$s_root")"
  while IFS= read -r row; do
    [ -z "$row" ] || { printf '%s%s' "$rest" "$(json_string "$row")"; rest=,; }
  done <<<"$s_gc"
  printf ']},"client":{"docker":%s,"buildx":%s,"compose":%s},' \
    "$(json_string "$s_client")" "$(json_string "$s_buildx")" "$(json_string "$s_compose")"
  printf '"registry":{"address":%s,"kind":%s,"auth":%s,"logged_in":%s},' "$(json_string "localhost:$(registry_port)")" \
    "$(json_string "$s_registry_kind")" "$(json_string "$s_auth")" "$(json_bool "$s_login")"
  printf '"home":%s,"disk_free_bytes":%s,"problems":[' "$(json_string "$home")" "$(json_number "$s_free")"
  rest=
  while IFS= read -r row; do
    [ -z "$row" ] || { printf '%s%s' "$rest" "$(json_string "$row")"; rest=,; }
  done <<<"$2"
  printf ']}\n'
}

status_text() {
  local owner="the host's own"
  [ "$s_owner" != bakehouse ] || owner="ours, pid $s_pid"
  if [ "$s_running" = yes ]; then
    echo "engine    docker $s_version ($owner), BuildKit ${s_buildkit:-version not told}"
    echo "storage   $s_driver, containerd image store $([ "$s_store" = yes ] && echo on || echo off), data $s_root"
    printf '%s\n' "${s_gc:-no policy reported}" | sed '1s/^/gc        /; 2,$s/^/          /'
  else
    echo "engine    not running"
  fi
  echo "client    docker ${s_client:-missing}, buildx ${s_buildx:-missing}, compose ${s_compose:-missing}"
  echo "registry  localhost:$(registry_port) ${s_registry_kind:+($s_registry_kind) }authentication $s_auth, logged in: $s_login"
  echo "home      $home, free $((${s_free:-0} / 1000000000)) GB"
  [ -z "$1" ] || printf '%s\n' "$1" | sed 's/^/problem   /'
}

verb_status() {
  local found ok=yes
  read_status
  found=$(problems)
  [ -z "$found" ] || ok=no
  if [ "$1" = json ]; then status_json "$ok" "$found"; else status_text "$found"; fi
  [ "$ok" = yes ] || exit 1
}
