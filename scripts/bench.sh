#!/usr/bin/env bash
# The whole speed table: orderd under orderbench in every mix, and PostgreSQL beside it in the same run.
#
#   scripts/bench.sh [--quick] [--long] [--only ROW...]
#
# --quick   one short run of everything, in minutes; without it medians of three, in about an hour
# --long    also five minutes of load, watching the memory
# --only    only these rows, and no table: postgres peak capacity one_at_a_time shards entities
#           live_memory settled_orders crowd wire long_run
#
# Results go to build/bench/, the tables of the README to build/bench/table.md and standard output.
# PostgreSQL's cluster is made in ${ORDERD_BENCH_DIR:-/var/tmp}, which should be on the same disk.
set -euo pipefail
# shellcheck source=scripts/help.sh
. "$(dirname "$0")/help.sh"
cd "$(dirname "$0")/.."

scripts/setup.sh --quiet
cmake --preset release >/dev/null
cmake --build --preset release --target orderd orderbench wire_cost
exec python3 tests/bench/run_table.py --bin build/release/bin --out build/bench \
  --postgres-dir "${ORDERD_BENCH_DIR:-/var/tmp}" "$@"
