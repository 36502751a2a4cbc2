#!/usr/bin/env bash
# The long proofs, with fresh seeds: what takes too long to be done for every change (scripts/test.sh).
#
#   scripts/prove.sh [--scale PERCENT] [STAGE...]      default: every stage; takes hours
#   scripts/prove.sh --table                           the last figures of each stage, as the README shows them
#
#   simulation, cluster, world    histories of a node, of whole clusters, of the replicas of a shard, from seeds
#   planted     every planted bug is found                  model    every state of the model of takeover
#   damage      damaged data folders are never believed     kills    kill -9 at random moments under load
#   soak        settled orders cost no memory               bench    the speed table
#   clang       another compiler finds nothing to warn of   coverage lines that the tests reach, by folder
#
# --scale   how many seeds, trials, kills and orders, in percent of the usual (100)
#
# One line a stage, with its figures; all that it said stays in build/prove/. ORDERD_SEED is the first seed;
# without it one is drawn, and printed. Exit code: 1 when any stage failed, 2 usage.
set -uo pipefail
# shellcheck source=scripts/help.sh
. "$(dirname "$0")/help.sh"
cd "$(dirname "$0")/.." || exit 1

stages=(simulation cluster world planted model damage kills soak clang coverage bench)
out=build/prove
results=$out/results.tsv
mkdir -p "$out"

usage() {
  printf 'prove: error: %s (known: --scale PERCENT, --table, %s)\n' "$1" "${stages[*]}" >&2
  exit 2
}

scale=100
table=no
wanted=()
while [ $# -gt 0 ]; do
  case $1 in
    --table) table=yes ;;
    --scale)
      [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || usage "--scale needs a number of percent"
      scale=$2
      shift
      ;;
    *)
      [[ " ${stages[*]} " == *" $1 "* ]] || usage "unknown argument \"$1\""
      wanted+=("$1")
      ;;
  esac
  shift
done
[ ${#wanted[@]} -gt 0 ] || wanted=("${stages[@]}")
seed=${ORDERD_SEED:-$((RANDOM << 15 | RANDOM))}

# scaled COUNT: of that many, at least one.
scaled() { echo $((($1 * scale + 99) / 100)); }

build() { cmake --preset "$1" && cmake --build --preset "$1"; }
process_test() { build release && python3 -m unittest discover -s tests/process -p "$1"; }

run_simulation() { scripts/simulate.sh --seed "$seed" --seeds "$(scaled 20000)"; }
run_cluster() { scripts/simulate.sh --cluster --seed "$seed" --seeds "$(scaled 3000)"; }
run_world() { scripts/simulate.sh --world --seed "$seed" --seeds "$(scaled 20000)"; }
run_planted() { scripts/planted_bugs.sh; }
run_model() { scripts/model_check.sh; }
run_damage() { scripts/damage.sh --seed "$seed" --trials "$(scaled 4000)"; }
run_kills() { ORDERD_SEED=$seed ORDERD_KILLS=$(scaled 200) process_test crash_test.py; }
run_soak() { ORDERD_SOAK_ORDERS=$(scaled 2000000) process_test soak_test.py; }
run_clang() { build clang; }
run_coverage() { build coverage && scripts/coverage.py; }
run_bench() { if [ "$scale" -lt 100 ]; then scripts/bench.sh --quick; else scripts/bench.sh; fi; }

# The figures of a stage, from what it said.
joined() { paste -sd ';' | sed 's/;/; /g'; }
figures_simulation() { grep -E '^[0-9]+ seeds, ' "$1" | joined; }
figures_cluster() { figures_simulation "$1"; }
figures_world() { figures_simulation "$1"; }
figures_planted() { tail -1 "$1"; }
figures_model() { sed -n 's/^model: //p' "$1"; }
figures_damage() {
  awk 'NR == 1 { n = NF; for (i = 1; i <= n; ++i) name[i] = $i; next }
       NF > n && $NF ~ /^[0-9]+$/ { for (i = 1; i <= n; ++i) sum[i] += $(NF - n + i) }
       END { for (i = 1; i <= n; ++i) printf "%s%d %s", i > 1 ? ", " : "", sum[i], name[i]; print "" }' "$1"
}
figures_kills() { grep -E '^[0-9]+ kills, ' "$1" | joined; }
figures_soak() { grep '^memory after each third' "$1"; }
figures_clang() { echo "no warning"; }
figures_coverage() { tail -1 "$1"; }
figures_bench() {
  awk -F' *[|] *' '/^[|] (uniform|hot|retail), .* unanswered/ { split($2, mix, ","); print mix[1] ": " $4 "/s" }' "$1" |
    joined
}

# What stands in the table for a stage.
what_is() {
  case $1 in
    simulation) echo "histories of a node" ;;
    cluster) echo "histories of clusters: within what is promised; beyond" ;;
    world) echo "histories of a shard's replicas: within what is promised; beyond" ;;
    planted) echo "planted bugs" ;;
    model) echo "the model of takeover" ;;
    damage) echo "damaged data folders" ;;
    kills) echo "\`kill -9\` under load: one shard; four" ;;
    soak) echo "memory under settled orders" ;;
    clang) echo "built by clang" ;;
    coverage) echo "lines that tests reach" ;;
    bench) echo "speed" ;;
  esac
}

# last STAGE: its newest line of results.
last() { grep -s "^$1"$'\t' "$results" | tail -1; }

if [ "$table" = yes ]; then
  printf '| stage | what | outcome | date | minutes |\n|---|---|---|---|---|\n'
  for stage in "${stages[@]}"; do
    IFS=$'\t' read -r _ day seconds outcome figures < <(last "$stage")
    [ -z "${day:-}" ] || printf "| \`%s\` | %s | %s | %s | %d |\n" "$stage" "$(what_is "$stage")" \
      "$([ "$outcome" = passed ] || printf '%s: ' "$outcome")$figures" "$day" $(((seconds + 59) / 60))
  done
  exit 0
fi

failed=0
printf 'prove: seed %d\n' "$seed"
for stage in "${wanted[@]}"; do
  begun=$SECONDS
  log=$out/$stage.log
  outcome=passed
  if ! "run_$stage" >"$log" 2>&1 </dev/null; then
    outcome=FAILED
    failed=$((failed + 1))
    tail -40 "$log" | sed 's/^/    /'
  fi
  figures=$("figures_$stage" "$log")
  took=$((SECONDS - begun))
  printf '%s\t%s\t%d\t%s\t%s\n' "$stage" "$(date -u +%F)" "$took" "$outcome" "$figures" >>"$results"
  printf 'prove: %-10s %-6s %6d s  %s\n' "$stage" "$outcome" "$took" "$figures"
done
[ "$failed" = 0 ]
