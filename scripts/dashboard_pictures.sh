#!/usr/bin/env bash
# Pictures of the consoles of a running Prometheus, as a browser shows them.
#
#   scripts/dashboard_pictures.sh [--url URL] [--to FOLDER] [--last SECONDS]
#
# --url    of Prometheus (default http://127.0.77.201:9090, which scripts/run_cluster.sh N --prometheus has)
# --to     folder of the pictures (default build/pictures)
# --last   what the charts show, in seconds (default 900)
#
# Needs chromium.
set -euo pipefail
# shellcheck source=scripts/help.sh
. "$(dirname "$0")/help.sh"
cd "$(dirname "$0")/.."

fail() { printf 'dashboard_pictures: error: %s\n' "$*" >&2; exit 2; }

url=http://127.0.77.201:9090
to=build/pictures
last=900
while [ $# -gt 0 ]; do
  case $1 in
    --url | --to | --last) [ $# -ge 2 ] || fail "$1 needs a value" ;;
    *) fail "unknown argument '$1' (known: --url, --to, --last)" ;;
  esac
  case $1 in
    --url) url=$2 ;;
    --to) to=$2 ;;
    --last) last=$2 ;;
  esac
  shift 2
done
command -v chromium >/dev/null || fail "there is no chromium on this machine (Debian: package chromium)"

profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
mkdir -p "$to"
# picture NAME HEIGHT: of a width at which three charts are beside each other.
picture() {
  chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars --no-proxy-server --user-data-dir="$profile" \
    --window-size="1320,$2" --virtual-time-budget=15000 --screenshot="$to/$1.png" \
    "$url/consoles/$1.html?range=$last" >"$profile/log" 2>&1 || { cat "$profile/log" >&2; fail "no picture of $1"; }
  printf '%s\n' "$to/$1.png"
}
picture overview 1500
picture node 3000
picture replication 1900
picture business 1700
picture runbook 1500
