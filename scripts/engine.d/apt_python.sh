# shellcheck shell=bash
# Sourced by scripts/venv: brings Python and its venv module where neither is there.

apt_install_python() {
  command -v apt-get >/dev/null || { echo "bakehouse: install Python >= 3.11 with its venv module" >&2; exit 2; }
  local sudo=
  [ "$(id -u)" = 0 ] || sudo=sudo
  echo "==> installing python3 and python3-venv"
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends python3 python3-venv >/dev/null
}
