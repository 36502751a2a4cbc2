#!/usr/bin/env bash
# What PostgreSQL does with the same order on the same machine: the yardstick of orderd's speed table.
#
#   scripts/bench_postgres.sh [--seconds S] [--warmup S] [--dir DIR] [--json FILE]
#
# Installs Debian's PostgreSQL when it is missing (root), makes a cluster of its own in a new folder
# below DIR (default: /var/tmp, on a disk: every commit is synced), removes it at the end. One order is
# one transaction (order, stock, account, payment, status), statement by statement or as one function
# call; 100,000 SKUs or one; 32 and 64 clients, of which the better counts. pgbench runs on the same cores.
set -euo pipefail
# shellcheck source=scripts/help.sh
. "$(dirname "$0")/help.sh"
cd "$(dirname "$0")/.."

seconds=20
warmup=5
parent=/var/tmp
json=
fail() { printf 'bench_postgres: error: %s\n' "$*" >&2; exit 1; }
say() { printf 'bench_postgres: %s\n' "$*" >&2; }

while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || fail "'$1' is unknown or needs a value (known: --seconds, --warmup, --dir, --json)"
  case $1 in
    --seconds) seconds=$2 ;;
    --warmup) warmup=$2 ;;
    --dir) parent=$2 ;;
    --json) json=$2 ;;
    *) fail "unknown argument '$1' (known: --seconds, --warmup, --dir, --json)" ;;
  esac
  shift 2
done

find_postgres() { printf '%s\n' /usr/lib/postgresql/*/bin/postgres | sort -V | tail -1; }

install_postgres() {
  [ -x "$(find_postgres)" ] && return
  [ "$(id -u)" = 0 ] || fail "PostgreSQL is missing and only root can install it"
  say "installing PostgreSQL"
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql >/dev/null 2>&1 ||
    fail "apt-get install postgresql failed (run apt-get update?)"
  # The package starts a cluster of its own; it would share the two cores with the measurement.
  pg_lsclusters -h | while read -r version name _; do pg_ctlcluster "$version" "$name" stop; done
}

# PostgreSQL refuses to run as root.
as_owner() {
  if [ "$(id -u)" = 0 ]; then setpriv --reuid postgres --regid postgres --init-groups "$@"; else "$@"; fi
}

install_postgres
bin=$(dirname "$(find_postgres)")
work=$(mktemp -d "$parent/orderd_bench_postgres.XXXXXX")
cleanup() {
  as_owner "$bin/pg_ctl" -D "$work/cluster" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT
file_system=$(stat --file-system --format %T "$work")
[ "$file_system" != tmpfs ] || fail "$parent is in memory: commits there cost nothing; name a disk with --dir"
cp tests/bench/postgres/*.sql "$work/"
[ "$(id -u)" != 0 ] || chown -R postgres "$work"
chmod 755 "$work"

# Its socket lies in its own folder and it listens on no port, so it meets no other PostgreSQL.
start_cluster() {
  as_owner "$bin/initdb" --auth=trust --no-locale --encoding=UTF8 -D "$work/cluster" >/dev/null
  cat >>"$work/cluster/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$work'
max_connections = 100
shared_buffers = 2GB
fsync = on
synchronous_commit = on
full_page_writes = on
wal_buffers = 64MB
min_wal_size = 4GB
max_wal_size = 32GB
checkpoint_timeout = 30min
checkpoint_completion_target = 0.9
jit = off
CONF
  as_owner "$bin/pg_ctl" -D "$work/cluster" -w -l "$work/log" start >/dev/null || { cat "$work/log" >&2; exit 1; }
  query -f "$work/schema.sql" >/dev/null
}

query() { as_owner "$bin/psql" -h "$work" -d postgres -v ON_ERROR_STOP=1 -qAt "$@"; }

# pgbench_run FORM SKUS CLIENTS SECONDS RUN: prints pgbench's report.
pgbench_run() {
  as_owner "$bin/pgbench" -h "$work" -n -M prepared -f "$work/$1.sql" -D n=0 -D skus="$2" -c "$3" -j 2 \
    -T "$4" -D run="$5" postgres 2>&1
}

results=
run=0
measure() {
  local mix=$1 form=$2 clients=$3 skus=100000 report rate latency
  [ "$mix" = hot ] && skus=1
  run=$((run + 2))
  pgbench_run "$form" "$skus" "$clients" "$warmup" $((run - 1)) >/dev/null
  query -c checkpoint
  report=$(pgbench_run "$form" "$skus" "$clients" "$seconds" "$run") || fail "pgbench: $report"
  rate=$(awk '/^tps = / {printf "%.0f", $3}' <<<"$report")
  latency=$(awk '/^latency average = / {print $4}' <<<"$report")
  grep -q '^number of failed transactions: 0 ' <<<"$report" || fail "transactions failed: $report"
  say "$mix, $form, $clients clients: $rate orders/s, $latency ms"
  results+=${results:+$'\n'}"$mix $form $clients $rate $latency"
}

# Every order must have reserved its unit, held its money and been confirmed.
check() {
  [ "$(query -c "select (select count(*) from orders where status = 4) = (select count(*) from orders)
    and (select count(*) from orders) = (select sum(reserved) from stock)
    and (select count(*) from payments) * 250 = (select sum(held_minor) from accounts)")" = t ] ||
    fail "orders, stock and accounts do not agree"
}

best() {
  awk -v mix="$1" -v form="$2" '$1 == mix && $2 == form && $4 > best {best = $4} END {print best}' <<<"$results"
}

print_table() {
  printf '| PostgreSQL %s | uniform, orders/s | one hot SKU, orders/s |\n|---|---|---|\n' "$version"
  local form
  for form in statements function; do
    printf '| %s | %s | %s |\n' \
      "$([ $form = statements ] && echo 'statement by statement' || echo 'one function call')" \
      "$(best uniform $form)" "$(best hot $form)"
  done
}

write_json() {
  local first=yes
  mkdir -p "$(dirname "$json")"
  {
    printf '{"version": "%s", "file_system": "%s", "seconds": %s, "results": [' "$version" "$file_system" "$seconds"
    while read -r mix form clients rate latency; do
      [ $first = yes ] || printf ','
      first=no
      printf '\n  {"mix": "%s", "form": "%s", "clients": %s, "orders_per_s": %s, "mean_ms": %s}' \
        "$mix" "$form" "$clients" "$rate" "$latency"
    done <<<"$results"
    printf '\n]}\n'
  } >"$json"
}

start_cluster
version=$(query -c 'show server_version' | awk '{print $1}')
for mix in uniform hot; do
  for form in statements function; do
    for clients in 32 64; do
      measure $mix $form $clients
    done
  done
done
check
print_table
[ -z "$json" ] || write_json
