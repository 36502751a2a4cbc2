#!/usr/bin/env bash
# Proves orderd: sets up, builds, checks and runs every test, with sanitizers too.
#
#   scripts/test.sh
#
# One line a stage; the output of a stage that fails is shown, all of it stays in build/test/. The last
# line sums up every test and check: "N passed, N failed". Exits 1 when anything failed. The table of stages and
# seconds is build/test/stages.md, and scripts/slowest_tests.py names the tests that took longest.
# Longer proofs: scripts/prove.sh.
set -uo pipefail
# shellcheck source=scripts/help.sh
. "$(dirname "$0")/help.sh"
cd "$(dirname "$0")/.." || exit 1

[ $# = 0 ] || { printf 'test: error: unknown argument "%s": there are none\n' "$1" >&2; exit 2; }

logs=build/test
passed=0
failed=0
mkdir -p "$logs"
printf '| stage | tests and checks | seconds |\n|---|---|---|\n' >"$logs/stages.md"

# note NAME SECONDS PASSED FAILED: one stage's line.
note() {
  passed=$((passed + $3))
  failed=$((failed + $4))
  printf 'test: %-20s %5d passed %3d failed %5d s\n' "$1" "$3" "$4" "$2"
  printf '| %s | %d | %d |\n' "$1" $(($3 + $4)) "$2" >>"$logs/stages.md"
}

# show LOG: the end of what a failed stage said.
show() { sed 's/^/    /' "$1" | tail -80; }

# step NAME COMMAND...: a stage that passes or fails as one.
step() {
  local name=$1 begun=$SECONDS log=$logs/$1.log
  shift
  if "$@" >"$log" 2>&1 </dev/null; then
    note "$name" $((SECONDS - begun)) 1 0
  else
    note "$name" $((SECONDS - begun)) 0 1
    show "$log"
    return 1
  fi
}

# build PRESET [TARGET...]
build() {
  local preset=$1
  shift
  cmake --preset "$preset" && cmake --build "build/$preset" ${1:+--target "$@"}
}

# tests NAME PRESET KIND...: the GoogleTest programs of a build, each in two processes with half of its tests,
# each test counted. A program that ends without its results counts as one failure.
tests() {
  local name=$1 preset=$2 begun=$SECONDS sum=0 broken=0 kind shard log ran bad
  shift 2
  for kind in "$@"; do
    for shard in 0 1; do
      log=$logs/$name-$kind-$shard
      rm -f "$log.json"
      GTEST_TOTAL_SHARDS=2 GTEST_SHARD_INDEX=$shard timeout --kill-after=10 1200 \
        "build/$preset/bin/${kind}_tests" --gtest_output="json:$log.json" >"$log.log" 2>&1 </dev/null &
    done
    wait
    for shard in 0 1; do
      log=$logs/$name-$kind-$shard
      read -r ran bad < <(results "$log.json")
      sum=$((sum + ran))
      broken=$((broken + bad))
      [ "$bad" = 0 ] || show_failures "$log.log"
    done
  done
  note "$name" $((SECONDS - begun)) $((sum > broken ? sum - broken : 0)) "$broken"
}

# results JSON: how many tests ran, and how many failed. Without the file: "0 1".
results() {
  python3 - "$1" 2>/dev/null <<'END' || echo 0 1
import json, sys
told = json.load(open(sys.argv[1], encoding="utf-8"))
print(told["tests"], told["failures"] + told["errors"])
END
}

# show_failures LOG: what the failed tests of a program said, without the lines of the logs between.
show_failures() {
  grep -v '^time=' "$1" | grep -E -B 40 '^\[  FAILED  \]' | sed 's/^/    /' | tail -120
  show "$1"
}

# python_tests NAME FOLDER: every *_test.py of a folder, each test counted.
python_tests() {
  local name=$1 begun=$SECONDS log=$logs/$1.log total broken=0
  python3 -m unittest discover -v -s "$2" -p '*_test.py' >"$log" 2>&1 </dev/null
  local status=$?
  total=$(sed -n 's/^Ran \([0-9]*\) tests\{0,1\} in .*/\1/p' "$log")
  [ "$status" = 0 ] || broken=$(grep -c -E '^(FAIL|ERROR): ' "$log")
  [ "$status" = 0 ] || [ "$broken" != 0 ] || broken=1
  [ "${total:-0}" != 0 ] || broken=1
  note "$name" $((SECONDS - begun)) $((${total:-0} > broken ? ${total:-0} - broken : 0)) "$broken"
  [ "$broken" = 0 ] || show "$log"
}

# finish: the sum, and the exit status of the whole.
finish() {
  printf 'test: all of it took %d s\n' "$SECONDS"
  printf '| all | %d | %d |\n' $((passed + failed)) "$SECONDS" >>"$logs/stages.md"
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" = 0 ]
}

# What takes seconds comes first: a wrong format is not reported after half an hour of tests.
if ! step set-up scripts/setup.sh --with-tsan; then
  finish
  exit 1
fi
step check-quick scripts/check.sh --quick
# Here what needs the programs as they are shipped: memory, kills, many seeds. The other tests are compiled and run
# once, with AddressSanitizer (below): the same sources with the same assertions, less optimised.
if ! step build build release orderd orderctl orderbench wire_cost fault_tests simulation_tests; then
  finish
  exit 1
fi
tests tests release fault simulation
python_tests script-tests tests/unit/scripts
ORDERD_KILLS=15 python_tests process-tests tests/process # scripts/prove.sh kills 200 times
python_tests browser-tests tests/browser
step clang-tidy scripts/check.sh --tidy
step model scripts/model_check.sh

# Sanitizers make everything several times slower: simulations try fewer seeds there. Memory is checked
# everywhere, threads where there are any (the program threads_tests).
export ORDERD_SEEDS=30 ORDERD_WORLD_SEEDS=40 ORDERD_CLUSTER_SEEDS=8
step build-asan build asan unit_tests actor_tests fault_tests simulation_tests system_tests &&
  tests tests-asan asan unit actor fault simulation system
step build-tsan build tsan threads_tests && tests tests-tsan tsan threads
finish
