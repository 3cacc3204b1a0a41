#!/bin/sh
# In: addresses of the APIs (HOST:PORT) in the environment, name servers in /etc/resolv.conf.
# Out: nginx in this process (so that it gets the signals), with both in its configuration.
# Arguments go to nginx: "start.sh -t" checks the configuration and ends.
#
# nginx does not apply the search domains of resolv.conf: on Kubernetes give full names,
# e.g. WORKSPACE_API=workspace-api.trading.svc.cluster.local:3002
set -eu

upstream() {
    case $3 in
        *[!A-Za-z0-9.:_-]* | '' | :*) ;;
        *:[0-9]*) echo "set \$$1 \"$3\";"; return ;;
    esac
    echo "dashboard: $2 must be HOST:PORT, not \"$3\"" >&2
    exit 2
}

resolvers() {
    while read -r keyword address _; do
        [ "$keyword" = nameserver ] || continue
        case $address in
            *%*) ;; # an address that is valid on one interface only; nginx cannot use it
            *:*) printf ' [%s]' "$address" ;;
            *) printf ' %s' "$address" ;;
        esac
    done < /etc/resolv.conf
}

mkdir -p /tmp/nginx
found=$(resolvers)
{
    # Docker's own name server, where resolv.conf names none.
    echo "resolver${found:- 127.0.0.11} valid=5s;"
    upstream documentation_api DOCUMENTATION_API "${DOCUMENTATION_API-documentation-api:3001}"
    upstream workspace_api WORKSPACE_API "${WORKSPACE_API-workspace-api:3002}"
    upstream service_launcher SERVICE_LAUNCHER "${SERVICE_LAUNCHER-service-launcher:3003}"
    upstream market_data MARKET_DATA "${MARKET_DATA-b3-market-data:8101}"
} > /tmp/nginx/server.conf

exec nginx -e stderr -c /etc/nginx/nginx.conf -g 'daemon off;' "$@"
