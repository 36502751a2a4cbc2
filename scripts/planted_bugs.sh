#!/usr/bin/env bash
# Plants one bug after the other in the roles of replication, and in the actors around them, and sees that each
# is found.
#
#   scripts/planted_bugs.sh [NAME...]      default: all of tests/simulation/planted/
#
# Each NAME.patch says first which invariant it breaks and how. It is applied to a copy of the sources; what
# it touches is compiled anew and linked with the rest of the build by file (preset dev). The replicas' world must
# find it, or what its second line names: "found by: PROGRAM FILTER", a program of the tests with the tests to run.
# One line a bug: the seed or test that finds it, and the violation. ORDERD_PLANTED_SEEDS (3000) is how many seeds
# of the world may be tried for one bug, ORDERD_PLANTED_CLUSTER_SEEDS (2000) of the whole cluster. Exit code: 0
# all found, 1 one is not found or its patch does not apply any more.
set -euo pipefail
# shellcheck source=scripts/help.sh
. "$(dirname "$0")/help.sh"
cd "$(dirname "$0")/.."

root=$PWD
build=$root/build/dev
work=$root/build/planted
planted=$root/tests/simulation/planted
export ORDERD_WORLD_SEEDS=${ORDERD_PLANTED_SEEDS:-3000}
export ORDERD_CLUSTER_SEEDS=${ORDERD_PLANTED_CLUSTER_SEEDS:-2000}

cmake --preset dev >/dev/null
cmake --build "$build" --target simulation_tests unit_tests actor_tests >/dev/null
rm -rf "$work"
mkdir -p "$work"

# command_of SOURCE: how that build compiles it.
command_of() {
  python3 - "$build/compile_commands.json" "$1" <<'END'
import json, sys
commands = [each for each in json.load(open(sys.argv[1])) if each["file"] == sys.argv[2]]
print(commands[0]["command"])
END
}

# found_by NAME PART: the program (1) or the filter (2) that a patch names; nothing for the replicas' world.
found_by() {
  sed -n '2s/^found by: //p' "$planted/$1.patch" | cut -d' ' -f"$2"
}

# units_of FOLDER PROGRAM: the sources to compile for a patch: those it changes, and those that include a header
# it changes, other headers in between or not. Without a program: as far as the replicas' world has them.
units_of() {
  python3 - "$1" "$2" <<'END'
import pathlib, re, sys
root = pathlib.Path(sys.argv[1])
changed = {line.strip() for line in open(root / "changed")}
sources = [each for folder in ("cluster", "runtime", "tests") for each in root.glob(f"{folder}/**/*.[ch]pp")]
quoted = re.compile(r'#include "([^"]+)"')
includes = {str(each.relative_to(root)): set(quoted.findall(each.read_text())) for each in sources}
while more := {name for name, named in includes.items() if any(h.endswith(".hpp") for h in named & changed)} - changed:
    changed |= more
pure = "assignment|copy_source|copy_target|follower|lease_board|peer_message|primary|primary_copies|primary_set"
pure += "|replica|replica_core|replica_log|start_verdict|term_table"
world = re.compile(rf"tests/simulation/(world_\w+|replica_world\w*)\.cpp$|cluster/\w+/({pure})\.cpp$")
wanted = re.compile(r".*\.cpp$") if sys.argv[2] else world
print("\n".join(sorted(each for each in changed if wanted.match(each))))
END
}

# compile FOLDER UNIT: its object beside it.
compile() {
  local command
  command=$(command_of "$root/$2")
  # The copy's own headers come first; the object goes to the copy.
  command=$(sed -E "s#-I$root #-I$1 -I$root #; s#-o [^ ]+#-o $1/$2.o#; s#$root/$2#$1/$2#; s#-O2#-O1#" <<<"$command")
  (cd "$build" && eval "$command")
}

# link FOLDER PROGRAM OBJECTS: as that build links it, but with these objects before all others: what is
# in them is not taken from the libraries any more, nor from the program's own objects.
link() {
  local command object
  command=$(ninja -C "$build" -t commands "$2" | tail -1)
  # Only the linking: what follows it asks the program for its tests.
  command=$(sed -E "s#^: && ([^&]*) &&.*#\1#; s#( -o )bin/$2 # \1$1/world #; s#(/c\+\+) #\1 $3 #" <<<"$command")
  for object in $3; do
    command=${command/ tests\/CMakeFiles\/$2.dir\/${object#"$1/tests/"} / }
  done
  (cd "$build" && eval "$command")
}

# prepare NAME: its program, or what is wrong in NAME/problem.
prepare() {
  local copy=$work/$1 unit kind objects=() program
  program=$(found_by "$1" 1)
  mkdir -p "$copy/tests"
  cp -r cluster runtime "$copy/"
  # Of the tests those of the program: what a header says is compiled into them.
  kind=${program%_tests}
  cp -r "tests/${kind:-simulation}" "$copy/tests/"
  if ! patch -p1 --fuzz=0 --no-backup-if-mismatch -d "$copy" <"$planted/$1.patch" >"$copy/problem" 2>&1; then
    return 0
  fi
  sed -n 's#^+++ b/##p' "$planted/$1.patch" >"$copy/changed"
  for unit in $(units_of "$copy" "$program"); do
    compile "$copy" "$unit" >"$copy/problem" 2>&1 || return 0
    objects+=("$copy/$unit.o")
  done
  if [ -n "$program" ]; then
    link "$copy" "$program" "${objects[*]}" >"$copy/problem" 2>&1 && : >"$copy/problem"
    return 0
  fi
  for unit in "$build"/tests/CMakeFiles/simulation_tests.dir/simulation/{world_*,replica_world*}.o; do
    [ -e "$copy/tests/simulation/$(basename "$unit")" ] || objects+=("$unit")
  done
  # shellcheck disable=SC2086 # words
  g++ -o "$copy/world" "${objects[@]}" $libraries >"$copy/problem" 2>&1 && : >"$copy/problem"
}

# try NAME: the first violation that the world reports of it.
try() {
  local copy=$work/$1
  [ ! -s "$copy/problem" ] && [ -x "$copy/world" ] || return 0
  local filter
  filter=$(found_by "$1" 2)
  { timeout 600 "$copy/world" --gtest_filter="${filter:-ReplicaWorld.KeepsEveryInvariant}" 2>&1
    echo "ended with $?"; } | grep -av ^time= >"$copy/said" || true
}

caf=$(sed -n 's#^CAF_DIR:PATH=\(.*\)/lib/.*#\1#p' "$build/CMakeCache.txt")
libraries="-Wl,--start-group $(printf '%s ' "$build"/{config,runtime,actors,cluster}/liborderd_*.a) -Wl,--end-group"
libraries+=" -L$caf/lib -lcaf_core -llmdb -lxxhash -lspdlog -lfmt -lprotobuf"
libraries+=" -lgtest_main -lgtest -lpthread -Wl,-rpath,$caf/lib"

names=("$@")
[ $# -gt 0 ] || mapfile -t names < <(cd "$planted" && printf '%s\n' *.patch | sed 's/\.patch$//')
export -f command_of found_by units_of compile link prepare try
export root build work planted libraries

# The shell functions run for two bugs at a time; the lines come in the order of the names.
printf '%s\n' "${names[@]}" | xargs -P "$(nproc)" -I{} bash -c 'set -euo pipefail; prepare {}; try {}' || true

missed=0
for name in "${names[@]}"; do
  copy=$work/$name
  invariant=$(sed -n '1s/:.*//p' "$planted/$name.patch")
  found=
  [ ! -e "$copy/said" ] || found=$(sed -n 's/^seed \([0-9]*\) fails; again.*/\1/p' "$copy/said" | head -1)
  if [ -s "$copy/problem" ] || [ ! -x "$copy/world" ]; then
    echo "planted bug $name ($invariant): cannot be planted any more"
    sed 's/^/    /' "$copy/problem" | tail -10
    missed=$((missed + 1))
  elif [ -z "$found" ] && failed=$(sed -n 's/^\[  FAILED  \] \([A-Za-z0-9./]*\).*/\1/p' "$copy/said" | head -1) \
    && [ -n "$failed" ]; then
    printf 'planted bug %-30s %-3s found by %s\n' "$name" "$invariant" "$failed"
  elif [ -z "$found" ] && grep -qE '^ended with 13[49]$' "$copy/said"; then
    printf 'planted bug %-30s %-3s found by a crash\n' "$name" "$invariant"
  elif [ -z "$found" ]; then
    echo "planted bug $name ($invariant): NOT FOUND"
    tail -3 "$copy/said" | sed 's/^/    /'
    missed=$((missed + 1))
  else
    said=$(grep -A1 '^seed .* fails; again' "$copy/said" | sed -n '2s/^ *//p')
    printf 'planted bug %-30s %-3s found by seed %3d: %s\n' "$name" "$invariant" "$found" "$said"
  fi
done
echo "${#names[@]} bugs planted, $((${#names[@]} - missed)) found"
[ "$missed" = 0 ]
