#!/usr/bin/env bash
# Simulates many histories, each from its seed, and checks them (tests/simulation/).
#
#   scripts/simulate.sh [--cluster|--world] [--seed FIRST] [--seeds COUNT] [--preset release|asan|tsan]
#
# Of one node; with --cluster of whole clusters, with --world of the replicas of a shard alone, both first within
# what replication promises, then beyond it. Prints seeds a second, simulated time, events and how often
# everything happened; stops at the first seed that fails, with how to run it again. A long run without one of
# the rare courses fails too. Exit code: 0 all hold, 1 not, 2 usage.
set -euo pipefail
# shellcheck source=scripts/help.sh
. "$(dirname "$0")/help.sh"
cd "$(dirname "$0")/.."

first=1
count=1000
preset=release
tests=Simulation.KeepsItsPromisesFromEverySeed
while [ $# -gt 0 ]; do
  case "$1" in
  --cluster) tests='ClusterSimulation.KeepsItsPromises*:ClusterSimulation.StopsAndNeverLies*' && shift ;;
  --world) tests='ReplicaWorld.KeepsEveryInvariant:ReplicaWorld.StopsAndNeverLies*' && shift ;;
  --seed) first=${2:?"--seed needs a number"} && shift 2 ;;
  --seeds) count=${2:?"--seeds needs a number"} && shift 2 ;;
  --preset) preset=${2:?"--preset needs a name"} && shift 2 ;;
  *)
    sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
  esac
done

cmake --preset "$preset" >/dev/null
cmake --build "build/$preset" --target simulation_tests
export ORDERD_SEED=$first ORDERD_SEEDS=$count ORDERD_WORLD_SEED=$first ORDERD_WORLD_SEEDS=$count
export ORDERD_CLUSTER_SEED=$first ORDERD_CLUSTER_SEEDS=$count
"build/$preset/bin/simulation_tests" --gtest_filter="$tests" 2>&1 | { grep -v '^time=' || true; }
exit "${PIPESTATUS[0]}"
