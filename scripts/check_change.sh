#!/usr/bin/env bash
# Looks at what changed, and builds and runs the tests that the change can touch.
#
#   scripts/check_change.sh [--list] [BASE]
#
# BASE     what the working folder is compared with (default: where this branch left main; on main the last commit).
#          What is not committed counts, and new files.
# --list   says which tests would be run, and ends.
#
# Format and shell scripts of the files that changed, style and spelling of all; then the tests that
# scripts/change_reach.py names: those that include what changed, and of a library's source all unit tests and the
# simulation of a node too. One line each. Left to scripts/test.sh: clang-tidy, sanitizers, and the tests of the
# real programs unless they changed themselves. Exit code: 1 when anything failed, 2 usage.
set -uo pipefail
# shellcheck source=scripts/help.sh
. "$(dirname "$0")/help.sh"
cd "$(dirname "$0")/.." || exit 1

list=no
if [ "${1:-}" = --list ]; then
  list=yes
  shift
fi
base=${1:-$(git merge-base HEAD main 2>/dev/null || echo HEAD)}
if [ $# -gt 1 ] || ! git rev-parse --verify --quiet "$base^{commit}" >/dev/null; then
  printf 'check_change: error: "%s" is no commit; usage: scripts/check_change.sh [--list] [BASE]\n' "$base" >&2
  exit 2
fi

differing() {
  git diff --name-only --no-renames "$base"
  git ls-files --others --exclude-standard
}
mapfile -t changed < <(differing | sort -u)
if [ ${#changed[@]} = 0 ]; then
  printf 'check_change: nothing differs from %s\n' "$base"
  exit 0
fi
if [ "$list" = yes ]; then
  scripts/change_reach.py "${changed[@]}"
  exit
fi

log=build/check_change.log
mkdir -p build
failed=0
# stage NAME COMMAND...: one line; what it said when it failed.
stage() {
  local name=$1 begun=$SECONDS outcome=ok
  shift
  if ! "$@" >"$log" 2>&1 </dev/null; then
    outcome=FAILED
    failed=$((failed + 1))
    grep -v '^time=' "$log" | tail -60
  fi
  printf 'check_change: %-18s %-6s %4d s\n' "$name" "$outcome" $((SECONDS - begun))
  [ "$outcome" = ok ]
}

# those PATTERN: the files that changed, are there, and are named like that.
those() {
  local file
  for file in "${changed[@]}"; do
    [[ ! -f $file || ! $file =~ $1 ]] || printf '%s\n' "$file"
  done
}

mapfile -t sources < <(those '\.[ch]pp$')
mapfile -t scripts < <(those '(\.sh|^\.ci/run|^scripts/hooks/.*)$')
[ ${#sources[@]} = 0 ] || stage format clang-format --dry-run -Werror "${sources[@]}"
[ ${#scripts[@]} = 0 ] || stage shell shellcheck --external-sources "${scripts[@]}"
stage style scripts/style.py
stage spelling codespell

build() {
  cmake --preset dev && cmake --build build/dev --target "$@"
}

mapfile -t runs < <(scripts/change_reach.py "${changed[@]}")
programs=()
for run in "${runs[@]}"; do
  [[ $run == python* ]] || programs+=("${run%%$'\t'*}")
done
if [ ${#programs[@]} = 0 ] || stage build build "${programs[@]}"; then
  for run in "${runs[@]}"; do
    IFS=$'\t' read -r program first second <<<"$run"
    if [ "$program" = python ]; then
      stage "$second" python3 -m unittest discover -s "$first" -p "$second"
    else
      stage "$program" "build/dev/bin/$program" --gtest_brief=1 --gtest_filter="$first"
    fi
  done
fi
[ ${#runs[@]} != 0 ] || printf 'check_change: no test depends on what changed\n'
printf 'check_change: all of it took %d s\n' "$SECONDS"
[ "$failed" = 0 ]
