# shellcheck shell=bash
# shellcheck disable=SC2154 # home and the settings of the other parts are set by scripts/engine, which reads this file
# The local image registry: a process, or a container of the host's engine, with password authentication.
#
# In:  $home, an engine that answers, BAKEHOUSE_REGISTRY_PORT, BAKEHOUSE_REGISTRY.
# Out: ensure_registry, stop_registry, registry_port, registry_auth; credentials only in $home/registry (mode 0600)
#      and in Docker's credential store.

registry_user=bakehouse
registry_image=registry:2
registry_name=bakehouse-registry

registry_port() { cat "$home/registry/port" 2>/dev/null || printf '%s\n' "${BAKEHOUSE_REGISTRY_PORT:-5000}"; }

# http_status PORT [HEADER]: the code with which /v2/ answers; nothing if nobody does.
http_status() {
  (
    exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 0
    printf '%s\r\n' 'GET /v2/ HTTP/1.0' 'Host: localhost' ${2:+"$2"} '' >&3
    IFS=' ' read -r -t 5 _ code _ <&3 && printf '%s' "$code"
  ) 2>/dev/null || true
}

port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

basic_token() { base64 <"$home/registry/credentials" | tr -d '\n'; }

# Prints ok, open (answers without a password), refused, or down.
registry_auth() {
  local port
  port=$(registry_port)
  case $(http_status "$port") in
    '') echo down ;;
    401)
      if [ -r "$home/registry/credentials" ] &&
        [ "$(http_status "$port" "Authorization: Basic $(basic_token)")" = 200 ]; then echo ok; else echo refused; fi ;;
    *) echo open ;;
  esac
}

# Docker's plain-file store shows which password it holds; a keychain only shows that there is one.
logged_in() {
  local file=${DOCKER_CONFIG:-$HOME/.docker}/config.json
  grep -qsF "\"localhost:$(registry_port)\"" "$file" || return 1
  grep -qsE '"cred(sStore|Helpers)"' "$file" || holds_our_password
}

holds_our_password() {
  [ -r "$home/registry/credentials" ] && grep -qsF "\"$(basic_token)\"" "${DOCKER_CONFIG:-$HOME/.docker}/config.json"
}

bcrypt_line() {
  local password=$1 salt hash
  if have htpasswd; then
    printf '%s' "$password" | htpasswd -niB "$registry_user" | head -n 1
    return
  fi
  salt=$(od -An -N11 -tx1 /dev/urandom | tr -d ' \n')
  # The password goes through the environment of one short process, never through its arguments.
  # shellcheck disable=SC2016
  hash=$(P=$password S=$salt perl -e 'print crypt($ENV{P}, "\$2y\$08\$$ENV{S}") // ""')
  case $hash in
    \$2y\$08\$*) printf '%s:%s\n' "$registry_user" "$hash" ;;
    *) die 2 "perl's crypt knows no bcrypt here; install htpasswd (Debian: apache2-utils) and try again." ;;
  esac
}

make_credentials() {
  local password
  if [ -s "$home/registry/credentials" ] && [ -s "$home/registry/htpasswd" ]; then return 0; fi
  password=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
  (
    umask 077
    printf '%s:%s' "$registry_user" "$password" >"$home/registry/credentials"
    bcrypt_line "$password" >"$home/registry/htpasswd"
  )
  say "registry: made credentials ($home/registry/credentials, mode 0600)"
}

check_registry_settings() {
  case ${BAKEHOUSE_REGISTRY_PORT:-} in
    *[!0-9]*) die 2 "BAKEHOUSE_REGISTRY_PORT must be a number, not '$BAKEHOUSE_REGISTRY_PORT'." ;;
  esac
  case ${BAKEHOUSE_REGISTRY:-} in
    '' | process | container) ;;
    *) die 2 "BAKEHOUSE_REGISTRY must be process or container, not '$BAKEHOUSE_REGISTRY'." ;;
  esac
}

# Chooses the port once; it is kept, because image names carry it.
choose_port() {
  local port=${BAKEHOUSE_REGISTRY_PORT:-} before
  before=$(cat "$home/registry/port" 2>/dev/null || true)
  if [ -n "$port" ]; then
    if port_taken "$port"; then die 2 "port $port is taken by another program; set BAKEHOUSE_REGISTRY_PORT to a free one."; fi
  else
    port=$(cat "$home/registry/port" 2>/dev/null || echo 5000)
    while port_taken "$port"; do
      port=$((port + 1))
      [ "$port" -le 5020 ] || die 2 "no free port from 5000 to 5020; set BAKEHOUSE_REGISTRY_PORT."
    done
  fi
  [ "$port" = 5000 ] || say "registry: on port $port"
  if [ -n "$before" ] && [ "$port" != "$before" ] && holds_our_password; then
    docker logout "localhost:$before" >/dev/null 2>&1 || true
  fi
  printf '%s\n' "$port" >"$home/registry/port"
}

registry_running() { our_pid registry >/dev/null || registry_container_running; }

registry_container_running() {
  [ -e "$home/registry/container" ] &&
    [ "$(docker inspect -f '{{.State.Running}}' "$registry_name" 2>/dev/null)" = true ]
}

ensure_registry() {
  mkdir -p "$home/registry"
  chmod 0700 "$home/registry"
  make_credentials
  if registry_running && [ "$(registry_port)" != "${BAKEHOUSE_REGISTRY_PORT:-$(registry_port)}" ]; then
    say "registry: moving to port $BAKEHOUSE_REGISTRY_PORT"
    stop_registry keep
  fi
  if registry_running && ! wait_for 10 registry_ok; then
    warn "our registry runs but does not answer as it should ($(registry_auth)); starting it anew"
    stop_registry keep
  fi
  if registry_running; then
    say "registry: ours is running"
  else
    choose_port
    start_registry
  fi
  wait_for 30 registry_ok || { registry_log; die 1 "the registry on localhost:$(registry_port) does not answer as it should: $(registry_auth)"; }
  # A keychain may hold an old password, so there we log in each time.
  { holds_our_password && logged_in; } || log_in
}

registry_ok() { [ "$(registry_auth)" = ok ]; }

registry_log() {
  if [ -e "$home/registry/container" ]; then docker logs --tail 12 "$registry_name" >&2 || true; else log_tail registry user; fi
}

# The engine itself checks the login, so this also proves that the engine reaches the registry.
log_in() {
  local out
  out=$(cut -d: -f2- "$home/registry/credentials" |
    docker login --username "$registry_user" --password-stdin "localhost:$(registry_port)" 2>&1) ||
    die 1 "docker login to localhost:$(registry_port) failed: $out"
  say "registry: logged in (Docker's credential store)"
}

start_registry() {
  local how=${BAKEHOUSE_REGISTRY:-}
  # What it was before comes first: that is where the images are.
  if [ -z "$how" ]; then
    if [ -e "$home/registry/container" ]; then how=container
    elif [ -d "$home/registry/data" ] || registry_binary >/dev/null; then how=process
    else how=container; fi
  fi
  if [ "$how" = container ]; then
    start_registry_container && return 0
    [ "$(platform)" != other ] || die 1 "the image $registry_image cannot be pulled; pull it by hand or install a registry binary."
    say "registry: $registry_image cannot be pulled; using the distribution's package"
  fi
  registry_binary >/dev/null || install_packages docker-registry
  start_registry_process
}

start_registry_process() {
  say "registry: starting on localhost:$(registry_port)"
  rm -f "$home/registry/container"
  mkdir -p "$home/registry/data"
  (umask 077 && registry_yaml >"$home/registry/config.yml")
  start_detached user registry "$(registry_binary)" serve "$home/registry/config.yml"
}

registry_yaml() {
  cat <<YAML
version: 0.1
log: { level: warn, accesslog: { disabled: true } }
storage:
  filesystem: { rootdirectory: "$home/registry/data" }
  delete: { enabled: true }
http:
  addr: 127.0.0.1:$(registry_port)
  secret: "$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
auth:
  htpasswd: { realm: bakehouse, path: "$home/registry/htpasswd" }
YAML
}

# Nothing is mounted from the host, so this also works with an engine in a virtual machine.
start_registry_container() {
  docker image inspect "$registry_image" >/dev/null 2>&1 || {
    say "registry: pulling $registry_image"
    try_command 180 docker pull -q "$registry_image" >/dev/null 2>&1 || return 1
  }
  docker rm -f "$registry_name" >/dev/null 2>&1 || true
  docker create --name "$registry_name" --restart unless-stopped -p "127.0.0.1:$(registry_port):5000" \
    -v bakehouse-registry:/var/lib/registry -e REGISTRY_STORAGE_DELETE_ENABLED=true \
    -e REGISTRY_AUTH=htpasswd -e REGISTRY_AUTH_HTPASSWD_REALM=bakehouse \
    -e REGISTRY_AUTH_HTPASSWD_PATH=/htpasswd "$registry_image" >/dev/null || return 1
  docker cp "$home/registry/htpasswd" "$registry_name:/htpasswd" >/dev/null 2>&1 || return 1
  docker start "$registry_name" >/dev/null || return 1
  : >"$home/registry/container"
  say "registry: started as container $registry_name"
}

# stop_registry keep|purge
stop_registry() {
  if [ -e "$home/registry/container" ]; then
    docker rm -f "$registry_name" >/dev/null 2>&1 && say "stopped the registry container"
    [ "$1" = keep ] || docker volume rm bakehouse-registry >/dev/null 2>&1 || true
  elif stop_ours user registry 20; then
    say "stopped the registry"
  else
    say "no registry of ours runs"
  fi
  # The login may belong to another home's registry on the same port: only one with our password goes.
  if [ "$1" = purge ] && holds_our_password; then
    docker logout "localhost:$(registry_port)" >/dev/null 2>&1 || true
  fi
}
