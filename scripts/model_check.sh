#!/usr/bin/env bash
# Visits every state of the model of takeover, shrink and rejoin (tests/model/takeover.pml), with spin.
#
#   scripts/model_check.sh
#
# The model must hold; each planted variant must fail. Prints how many states were visited. Exit code: 0 all
# as expected, 1 not, or the search was cut short.
set -euo pipefail
# shellcheck source=scripts/help.sh
. "$(dirname "$0")/help.sh"
cd "$(dirname "$0")/.."

[ $# = 0 ] || { printf 'model_check: error: unknown argument "%s": there are none\n' "$1" >&2; exit 2; }
command -v spin >/dev/null || apt-get install -y spin >/dev/null
model=$PWD/tests/model/takeover.pml
work=$PWD/build/model
rm -rf "$work"
mkdir -p "$work"

# search NAME DEFINE...: what spin says about the model with these definitions.
search() {
  local folder=$work/$1
  shift
  mkdir -p "$folder"
  (cd "$folder" && spin -a "$@" "$model" >/dev/null && gcc -O2 -w -DSAFETY -DCOLLAPSE -DMEMLIM=4096 -o pan pan.c \
    && ./pan -m200000 -n -E >said 2>&1) || true
  cat "$folder/said"
}

states_of() { sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' <<<"$1"; }

failed=0
said=$(search model)
cut_short='max search depth too small\|out of memory\|not completed'
if grep -q 'errors: 0' <<<"$said" && ! grep -q -i "$cut_short" <<<"$said"; then
  echo "model: holds in all of its $(states_of "$said") states"
else
  echo "model: FAILS, or was not searched to its end"
  head -20 <<<"$said"
  failed=1
fi
for variant in SMALLER_SET_EARLY END_BEFORE_PROMISE JOIN_WITHOUT_UNION; do
  said=$(search "$variant" "-D$variant")
  if grep -q 'assertion violated' <<<"$said"; then
    echo "model with $variant: found, after $(states_of "$said") states"
  else
    echo "model with $variant: NOT FOUND"
    head -20 <<<"$said"
    failed=1
  fi
done
exit "$failed"
