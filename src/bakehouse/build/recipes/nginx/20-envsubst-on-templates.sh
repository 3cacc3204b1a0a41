#!/bin/sh
# Fills /etc/nginx/templates/*.template from the environment into /etc/nginx/conf.d, only names that are set.
set -eu
from=${NGINX_ENVSUBST_TEMPLATE_DIR:-/etc/nginx/templates}
to=${NGINX_ENVSUBST_OUTPUT_DIR:-/etc/nginx/conf.d}
[ -d "$from" ] || exit 0
names=$(env | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/${\1}/p' | tr '\n' ' ')
for template in "$from"/*.template; do
  [ -f "$template" ] || continue
  envsubst "$names" <"$template" >"$to/$(basename "$template" .template)"
done
