#!/bin/sh
# Runs what lies in /docker-entrypoint.d (in order of names) before nginx starts, then the command.
set -eu
if [ "${1:-}" = nginx ]; then
  for part in /docker-entrypoint.d/*; do
    case $part in
      *.envsh) [ ! -x "$part" ] || . "$part" ;;
      *.sh) [ ! -x "$part" ] || "$part" ;;
    esac
  done
fi
exec "$@"
