#!/usr/bin/env bash
# Proves orderd: sets up, builds, checks and runs every test, with sanitizers too.
#
#   scripts/test.sh
#
# One line a stage; the output of a stage that fails is shown, all of it stays in build/test/. The last
# line sums up every test and check: "N passed, N failed". Exits 1 when anything failed.
# Some 40 minutes on 2 cores when only the dependencies are built, a quarter of an hour when everything is.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

logs=build/test
passed=0
failed=0
mkdir -p "$logs"

# note NAME SECONDS PASSED FAILED: one stage's line.
note() {
  passed=$((passed + $3))
  failed=$((failed + $4))
  printf 'test: %-20s %5d passed %3d failed %5d s\n' "$1" "$3" "$4" "$2"
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

# tests NAME PRESET CTEST_ARGUMENT...: the GoogleTest programs of a build, each test counted.
tests() {
  local name=$1 preset=$2 begun=$SECONDS log=$logs/$1.log total broken
  shift 2
  ctest --test-dir "build/$preset" --output-on-failure --no-tests=error --output-junit "$PWD/$logs/$name.xml" \
    -j 2 "$@" >"$log" 2>&1 </dev/null
  local status=$?
  total=$(sed -n 's/.* tests failed out of \([0-9]*\)$/\1/p' "$log")
  broken=$(sed -n 's/.*, \([0-9]*\) tests failed out of [0-9]*$/\1/p' "$log")
  # Without a summary, or with an error that is no test's, the stage itself counts as failed.
  [ "$status" = 0 ] || [ "${broken:-0}" != 0 ] || broken=1
  note "$name" $((SECONDS - begun)) $((${total:-0} > ${broken:-0} ? ${total:-0} - ${broken:-0} : 0)) "${broken:-0}"
  [ "${broken:-0}" = 0 ] || show "$log"
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
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" = 0 ]
}

if ! step set-up scripts/setup.sh --with-tsan || ! step build build release; then
  finish
  exit 1
fi
tests tests release
python_tests script-tests tests/unit/scripts
python_tests process-tests tests/process
step check scripts/check.sh
step model scripts/model_check.sh

# Sanitizers make everything several times slower: simulations try fewer seeds there. Memory is checked
# everywhere, threads where there are any.
export ORDERD_SEEDS=30 ORDERD_WORLD_SEEDS=40 ORDERD_CLUSTER_SEEDS=8
step build-asan build asan unit_tests actor_tests fault_tests simulation_tests && tests tests-asan asan
step build-tsan build tsan actor_tests fault_tests && tests tests-tsan tsan -L 'actor|fault'
finish
