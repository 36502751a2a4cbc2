#!/bin/bash
# Damages files of a data folder, one thing at a time, and looks what a node makes of it (tests/README.md).
#
#   scripts/damage.sh [--trials 2000] [--seed 1] [--kind 'journal leaf head']
set -euo pipefail
# shellcheck source=scripts/help.sh
. "$(dirname "$0")/help.sh"
cd "$(dirname "$0")/.."
trials=2000 seed=1
while [ $# -gt 0 ]; do
  case "$1" in
  --trials) trials=$2 ;;
  --seed) seed=$2 ;;
  --kind) export ORDERD_DAMAGE_KIND=$2 ;;
  *) printf 'damage: error: unknown argument "%s" (known: --trials, --seed, --kind)\n' "$1" >&2; exit 2 ;;
  esac
  shift 2
done
cmake --preset release >/dev/null
cmake --build build/release --target fault_tests >/dev/null
export ORDERD_DAMAGE_TRIALS=$trials ORDERD_SEED=$seed
build/release/bin/fault_tests --gtest_brief=1 --gtest_filter='Damage.*' 2>/dev/null
