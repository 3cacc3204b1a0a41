#!/bin/sh
# Every new database of this cluster gets the extension, as in the official image.
set -eu
for database in template1 "$POSTGRES_DB"; do
  psql -v ON_ERROR_STOP=1 --quiet --dbname "$database" --command 'CREATE EXTENSION IF NOT EXISTS timescaledb CASCADE'
done
