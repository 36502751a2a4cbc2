#!/usr/bin/env bash
# Simulates many histories of a whole node, each from its seed, and checks them (tests/simulation/).
#
#   scripts/simulate.sh [--seed FIRST] [--seeds COUNT] [--preset release|asan|tsan]
#
# Prints seeds a second, events, crashes and how often everything happened; stops at the first seed that
# fails, with how to run it again. Exit code: 0 all hold, 1 a seed fails, 2 usage.
set -euo pipefail
cd "$(dirname "$0")/.."

first=1
count=1000
preset=release
while [ $# -gt 0 ]; do
  case "$1" in
  --seed) first=${2:?"--seed needs a number"} && shift 2 ;;
  --seeds) count=${2:?"--seeds needs a number"} && shift 2 ;;
  --preset) preset=${2:?"--preset needs a name"} && shift 2 ;;
  *)
    sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
  esac
done

cmake --preset "$preset" >/dev/null
cmake --build "build/$preset" --target simulation_tests
ORDERD_SEED=$first ORDERD_SEEDS=$count "build/$preset/bin/simulation_tests" \
  --gtest_filter=Simulation.KeepsItsPromisesFromEverySeed 2>&1 | { grep -v '^time=' || true; }
exit "${PIPESTATUS[0]}"
