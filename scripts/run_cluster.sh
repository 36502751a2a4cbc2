#!/usr/bin/env bash
# A cluster on this machine from nothing: set-up, build, etcd and N nodes on loopback addresses.
#
#   scripts/run_cluster.sh N [--etcd 1|3] [--data FOLDER] [--shards N] [--replication N] [--prometheus]
#
# N              nodes, 1 to 9
# --etcd         members of the etcd that holds the configuration (default 1)
# --data         folder of everything: nodes, etcd, logs (default ./cluster-data); a second start goes on with it
# --shards       shards (default: as many as nodes); --replication copies of each (default 3, or N if fewer)
# --prometheus   a Prometheus with dashboards and alerts, and an Alertmanager, which watch the nodes
#
# Prints where everything is when every copy is in sync, starts a node again that ends by itself (kill -9 one, or
# remove the folder of one and kill it, and watch `orderctl cluster status`), and stops it all on Ctrl-C.
set -euo pipefail
# shellcheck source=scripts/help.sh
. "$(dirname "$0")/help.sh"

say() { printf 'run_cluster: %s\n' "$*"; }
fail() { printf 'run_cluster: error: %s\n' "$*" >&2; exit 2; }

[ $# -ge 1 ] || fail "how many nodes? scripts/run_cluster.sh N (1 to 9)"
case $1 in
  [1-9]) nodes=$1; shift ;;
  *) fail "'$1' is no number of nodes; 1 to 9" ;;
esac
data=cluster-data
passed=()
while [ $# -gt 0 ]; do
  case $1 in
    --prometheus)
      passed+=("$1")
      shift
      continue
      ;;
    --etcd | --shards | --replication | --data) [ $# -ge 2 ] || fail "$1 needs a value" ;;
    *) fail "unknown argument '$1' (known: --etcd, --data, --shards, --replication, --prometheus)" ;;
  esac
  case $1 in
    --etcd | --shards | --replication) passed+=("$1" "$2") ;;
    --data) data=$2 ;;
  esac
  shift 2
done
data=$(realpath -m "$data")
cd "$(dirname "$0")/.."

scripts/setup.sh --quiet
logs=build/run
mkdir -p "$logs"
say "building"
if ! { cmake --preset release && cmake --build build/release --target orderd orderctl; } >"$logs/build.log" 2>&1; then
  tail -40 "$logs/build.log" >&2
  fail "the build failed; all of it is in $logs/build.log"
fi
say "starting etcd and $nodes nodes in $data"
exec python3 tests/process/local_cluster.py --data "$data" --nodes "$nodes" "${passed[@]}"
