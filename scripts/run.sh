#!/usr/bin/env bash
# The main job from nothing: set-up, build, one node, and a retailer's orders through it.
#
#   scripts/run.sh [--once] [FILE] [-- ORDERD_ARGUMENT...]
#
# FILE     orders in the layout of the online-retail data, CSV or CSV.xz; without it the built-in
#          sample (tests/sample/). Stock is set to what the file demands, so everything can be filled.
# --once   end after the import; without it the node stays up and serves until Ctrl-C
# What follows -- goes to orderd, e.g. "-- --data-dir elsewhere --listen 127.0.0.1:0".
#
# The node keeps its data in ./data, listens on 127.0.0.1:7411, by gRPC on 127.0.0.1:7412, and shows metrics on
# 127.0.0.1:9464.
# Running it again imports the same orders again, which changes nothing. Exits with the import's status.
set -euo pipefail
# shellcheck source=scripts/help.sh
. "$(dirname "$0")/help.sh"

say() { printf 'run: %s\n' "$*"; }
fail() { printf 'run: error: %s\n' "$*" >&2; exit 3; }

once=no
file=
while [ $# -gt 0 ]; do
  case $1 in
    --once) once=yes ;;
    --) shift; break ;;
    -*) printf 'run: error: unknown argument "%s" (known: --once)\n' "$1" >&2; exit 2 ;;
    *) [ -z "$file" ] || { printf 'run: error: one FILE at a time, not also "%s"\n' "$1" >&2; exit 2; }
       [ -r "$1" ] || fail "cannot read the file '$1'"
       file=$(realpath "$1") ;;
  esac
  shift
done
cd "$(dirname "$0")/.."
[ -n "$file" ] || file=$PWD/tests/sample/online_retail_sample.csv

logs=build/run
node=
job=

# Ends the import and then the node, which finishes what it has accepted; again with force only when a
# stop takes longer than a minute.
# shellcheck disable=SC2317 # called by traps
stop() {
  trap '' INT TERM
  [ -z "$job" ] || kill -TERM "$job" 2>/dev/null || true
  if [ -n "$node" ] && kill -TERM "$node" 2>/dev/null; then
    say "stopping the node"
    if ! timeout 60 tail -s 0.1 --pid="$node" -f /dev/null; then
      say "the node did not stop in 60 s: killing it"
      kill -KILL "$node"
    fi
  fi
  node=
}

build() {
  mkdir -p "$logs"
  if [ -x build/release/bin/orderd ]; then say "building"; else say "building: some minutes, the first time"; fi
  if ! { cmake --preset release && cmake --build build/release --target orderd orderctl; } >"$logs/build.log" 2>&1; then
    tail -40 "$logs/build.log" >&2
    fail "the build failed; all of it is in $logs/build.log"
  fi
}

# Starts the node and waits until it says where it listens; sets `node` and `endpoint`.
start_node() {
  local line
  exec {said}< <(exec build/release/bin/orderd "$@" 2>"$logs/orderd.log")
  node=$!
  endpoint=
  while IFS= read -r -t 300 line <&"$said"; do
    case $line in
      *"listening on "*) endpoint=${line##*listening on }; break ;;
    esac
  done
  if [ -z "$endpoint" ]; then
    tail -5 "$logs/orderd.log" >&2
    fail "the node did not start (all it said is in $logs/orderd.log)"
  fi
}

scripts/setup.sh --quiet
build
trap 'stop; exit 130' INT
trap 'stop; exit 143' TERM
trap stop EXIT
case " $* " in
  *" --grpc"*) ;;
  *) set -- --grpc 127.0.0.1:7412 "$@" ;;
esac
start_node "$@"
say "the node listens on $endpoint (log: $logs/orderd.log)"
say "importing $file"
build/release/bin/orderctl --endpoint "$endpoint" import online-retail "$file" --stock-factor 1 \
  --rejects "$logs/rejects.csv" --not-placed "$logs/not_placed.csv" </dev/null &
job=$!
status=0
wait "$job" || status=$?
job=
[ "$status" = 0 ] || say "the import ended with status $status"
if [ "$once" = no ] && kill -0 "$node" 2>/dev/null; then
  say "serving on $endpoint until Ctrl-C; try: build/release/bin/orderctl --endpoint $endpoint status"
  wait "$node" || { tail -5 "$logs/orderd.log" >&2; fail "the node ended by itself"; }
fi
exit "$status"
