#!/bin/bash
# Exit 0 when the health port answers 200. Bash speaks TCP itself, so the image needs no curl.
set -eu
exec 3<>/dev/tcp/127.0.0.1/9003
printf 'GET /status HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
read -r -t 2 status <&3
case $status in *" 200 "*) ;; *) exit 1 ;; esac
