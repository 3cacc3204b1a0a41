#!/bin/sh
# Makes the cluster at the first start (variables POSTGRES_USER, POSTGRES_PASSWORD[_FILE], POSTGRES_DB,
# POSTGRES_INITDB_ARGS, POSTGRES_HOST_AUTH_METHOD), runs /docker-entrypoint-initdb.d, then becomes the server.
set -eu

stop() { echo "entrypoint: $*" >&2; exit 1; }

# A variable, or the content of the file that its _FILE twin names.
from_file() {
  eval "value=\${$1:-} file=\${$1_FILE:-}"
  [ -z "$value" ] || [ -z "$file" ] || stop "both $1 and $1_FILE are set"
  [ -z "$file" ] || value=$(cat "$file")
  eval "$1=\$value; export $1"
}

make_cluster() {
  [ -n "$POSTGRES_PASSWORD" ] || [ "${POSTGRES_HOST_AUTH_METHOD:-}" = trust ] \
    || stop "the database is new: set POSTGRES_PASSWORD (or POSTGRES_HOST_AUTH_METHOD=trust)"
  secret=$(mktemp)
  printf '%s\n' "$POSTGRES_PASSWORD" >"$secret"
  [ -n "$POSTGRES_PASSWORD" ] || set -- --auth-local=trust
  [ -z "$POSTGRES_PASSWORD" ] || set -- --pwfile="$secret"
  # shellcheck disable=SC2086 # the variable holds several words by its contract
  initdb --username="$POSTGRES_USER" --encoding=UTF8 "$@" ${POSTGRES_INITDB_ARGS:-} >&2
  rm -f "$secret"
  printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
  printf "\nlisten_addresses = '*'\nshared_preload_libraries = 'timescaledb'\n" >>"$PGDATA/postgresql.conf"
  printf "timescaledb.telemetry_level = off\n" >>"$PGDATA/postgresql.conf"
}

run_init_files() {
  for part in /docker-entrypoint-initdb.d/*; do
    case $part in
      *.sh) echo "entrypoint: running $part" >&2; if [ -x "$part" ]; then "$part"; else . "$part"; fi ;;
      *.sql) echo "entrypoint: running $part" >&2; psql -v ON_ERROR_STOP=1 --quiet --no-psqlrc --file "$part" ;;
      *.sql.gz) echo "entrypoint: running $part" >&2; gunzip -c "$part" | psql -v ON_ERROR_STOP=1 --quiet --no-psqlrc ;;
    esac
  done
}

# Only the local socket listens while the init files run: no client sees a half-made database.
first_start() {
  make_cluster
  export PGUSER="$POSTGRES_USER" PGPASSWORD="$POSTGRES_PASSWORD" PGDATABASE="$POSTGRES_DB"
  pg_ctl --wait --silent --options="-c listen_addresses=''" start >&2
  [ "$POSTGRES_DB" = postgres ] || createdb --maintenance-db=postgres "$POSTGRES_DB"
  run_init_files
  pg_ctl --wait --silent --mode=fast stop >&2
  unset PGUSER PGPASSWORD PGDATABASE
}

case ${1:-postgres} in
  -*) set -- postgres "$@" ;;
esac
if [ "${1:-postgres}" = postgres ]; then
  from_file POSTGRES_PASSWORD
  : "${POSTGRES_USER:=postgres}"
  : "${POSTGRES_DB:=$POSTGRES_USER}"
  export POSTGRES_USER POSTGRES_DB
  [ -s "$PGDATA/PG_VERSION" ] || first_start
  unset POSTGRES_PASSWORD
fi
exec "$@"
