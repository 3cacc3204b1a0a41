#!/bin/sh
# Starts the server on /var/lib/questdb. Root (the default user) hands the data directory over and steps down.
set -eu
root=/var/lib/questdb
case ${1:-} in
  "" | -*) set -- java ${JVM_PREPEND:-} -XX:+UseParallelGC -p /app/lib -m io.questdb/io.questdb.ServerMain -d "$root" -f "$@" ;;
esac
if [ "$(id -u)" = 0 ] && [ "${RUN_AS_ROOT:-false}" != true ]; then
  find "$root" ! -user questdb -exec chown questdb:questdb {} +
  exec setpriv --reuid=questdb --regid=questdb --clear-groups "$@"
fi
exec "$@"
