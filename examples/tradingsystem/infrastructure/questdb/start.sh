#!/bin/sh
# The image's configuration in, the running server out.
set -eu
root=/var/lib/questdb
mkdir -p "$root/conf"
cp /etc/questdb/server.conf "$root/conf/server.conf"
exec /docker-entrypoint.sh "$@"
