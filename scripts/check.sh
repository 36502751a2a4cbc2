#!/usr/bin/env bash
# Every check that needs no running program: format, shell scripts, style, spelling, clang-tidy.
#
#   scripts/check.sh [--fix|--quick|--tidy]
#
# --fix     first formats the C++ files in place.
# --quick   all but clang-tidy: seconds.
# --tidy    clang-tidy alone. It looks only at what changed since it was last clean, in any checkout on this
#           machine; all of it takes about 5 minutes on 2 cores.
# Runs all of them and then exits 1 when any found something.
set -euo pipefail
# shellcheck source=scripts/help.sh
. "$(dirname "$0")/help.sh"
cd "$(dirname "$0")/.."

failed=0
# stage NAME COMMAND...
stage() {
  local name=$1 begun=$SECONDS
  shift
  if "$@"; then
    printf 'check: %-12s ok      %4d s\n' "$name" $((SECONDS - begun))
  else
    printf 'check: %-12s FAILED  %4d s\n' "$name" $((SECONDS - begun))
    failed=$((failed + 1))
  fi
}

cpp_files() { find config runtime actors cluster tests -name '*.[ch]pp' -print0 | sort -z; }

format() { cpp_files | xargs -0 clang-format --dry-run -Werror; }

shell_scripts() {
  find . \( -name build -o -name data \) -prune -o -type f \
    \( -name '*.sh' -o -path './.ci/run' -o -path './scripts/hooks/*' \) -print0 | xargs -0 shellcheck
}

tidy() {
  cmake --preset dev >/dev/null
  # Headers made from .proto files must exist before anything can be read.
  ninja -C build/dev -t targets all | sed -n 's/^\(generated[^:]*\.pb\.h\):.*/\1/p' |
    xargs ninja -C build/dev >/dev/null
  scripts/tidy.py
}

what=all
case ${1:-} in
  --fix) cpp_files | xargs -0 clang-format -i ;;
  --quick | --tidy) what=${1#--} ;;
  '') ;;
  *) printf 'check: error: unknown argument "%s" (known: --fix, --quick, --tidy)\n' "$1" >&2; exit 2 ;;
esac

if [ "$what" != tidy ]; then
  stage format format
  stage shell shell_scripts
  stage style scripts/style.py
  stage spelling codespell
fi
[ "$what" = quick ] || stage clang-tidy tidy
[ "$failed" = 0 ]
