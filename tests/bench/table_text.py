"""Turns the results of run_table.py into the tables of the README."""

SHARDS = (1, 2, 4, 8, 16)
MIXES = ("uniform", "hot", "retail")


def best(postgres, mix, form):
    return max(run["orders_per_s"] for run in postgres["results"] if run["mix"] == mix and run["form"] == form)


def ms(microseconds):
    return f"{microseconds / 1e3:.1f} ms"


def latencies(run):
    latency = run["latency_us"]
    return f"p50 {ms(latency['p50'])}, p99 {ms(latency['p99'])}, p99.9 {ms(latency['p99_9'])}, max {ms(latency['max'])}"


def processes(run):
    parts = []
    for who in ("node", "client"):
        usage = run[who]
        parts.append(f"{who} {usage['cpu_us_per_order']:.1f} µs, {usage['memory_bytes_peak'] / 2**20:,.0f} MiB")
    return "; ".join(parts)


def failures(run):
    """What was refused or failed; an empty text in a good run."""
    counts = {**run["rejected"], **run["faults"]}
    return "".join(f"; {count:,} {name}" for name, count in counts.items())


def row(*cells):
    return "| " + " | ".join(cells) + " |\n"


def speed_rows(rows):
    postgres = {mix: best(rows["postgres"], mix, "function") for mix in ("uniform", "hot")}
    text = row("load", "target", "orders/s", "latency", "PostgreSQL", "ratio", "CPU an order, peak memory")
    text += row(*["---"] * 7)
    targets = {"uniform": "≥ 60,000/s, ≥ 7 ×", "hot": "not below uniform, ≥ 50 ×", "retail": "≥ 12,000/s"}
    peak = rows["peak"]
    text += row(f"uniform, open loop {peak['rate_per_s']:,.0f}/s for {peak['measured_s']:.0f} s", "p99 ≤ 25 ms",
                f"{peak['orders_per_s']:,.0f}{failures(peak)}", latencies(peak), "", "", processes(peak))
    for mix in MIXES:
        run = rows[f"capacity_{mix}"]
        rival = postgres.get(mix)
        text += row(f"{mix}, {run['window']:,} unanswered", targets[mix], f"{run['orders_per_s']:,.0f}{failures(run)}",
                    latencies(run), f"{rival:,}" if rival else "",
                    f"{run['orders_per_s'] / rival:.1f} ×" if rival else "", processes(run))
    single = rows["one_at_a_time"]
    text += row("one order at a time", "p50 ≤ 1.5 ms", f"{single['orders_per_s']:,.0f}{failures(single)}",
                latencies(single), "", "", processes(single))
    return text


def crowd_rows(rows):
    """What a polite client gets beside others, and they beside it."""
    found = rows["crowd"]
    alone = found["lines"][0]["p99_ms"]
    text = row("a client with 4,000 orders/s, beside", "confirmed", "its p99", "against alone",
               "the others, of what they get unhurried", "refusals, p99", "memory of the node")
    text += row(*["---"] * 7)
    for line in found["lines"]:
        others = f"{line['others_per_s'] / found['capacity'] * 100:.0f} %" if "others_per_s" in line else ""
        refused = f"{line['refused_p99_ms']:.1f} ms" if "refused_p99_ms" in line else ""
        text += row(line["beside"], f"{line['confirmed_share'] * 100:.1f} %", f"{line['p99_ms']:.1f} ms",
                    f"{line['p99_ms'] / alone:.1f} ×", others, refused, f"{line['node_heap_mib']:,.0f} MiB")
    return text


def postgres_rows(rows):
    postgres = rows["postgres"]
    text = row(f"PostgreSQL {postgres['version']}", "uniform, orders/s", "one hot SKU, orders/s")
    text += row("---", "---", "---")
    for form, name in (("statements", "statement by statement"), ("function", "one function call")):
        text += row(name, f"{best(postgres, 'uniform', form):,}", f"{best(postgres, 'hot', form):,}")
    return text


def shard_rows(rows):
    text = row("shards", *[str(n) for n in SHARDS])
    text += row("---", *["---"] * len(SHARDS))
    text += row("uniform, orders/s", *[f"{rows[f'shards_{n}']['orders_per_s']:,.0f}" for n in SHARDS])
    return text + row("p99", *[ms(rows[f"shards_{n}"]["latency_us"]["p99"]) for n in SHARDS])


def entity_rows(rows):
    text = row("entities as", *[f"{mix}, orders/s" for mix in MIXES], "node's CPU an order (uniform)")
    text += row(*["---"] * (len(MIXES) + 2))
    for form in ("actor", "object"):
        runs = [rows[f"entities_{form}_{mix}"] for mix in MIXES]
        text += row(f"{form}s", *[f"{run['orders_per_s']:,.0f}" for run in runs],
                    f"{runs[0]['node']['cpu_us_per_order']:.1f} µs")
    return text


def memory_lines(rows):
    live, settled = rows["live_memory"], rows["settled_orders"]
    text = (f"- Memory: {live['bytes_per_order']:,.0f} bytes a live order that waits for its card: its actor, "
            f"the provider call and the caller (target: 4,096). {live['live_orders']:,.0f} orders were live.\n"
            f"- {settled['orders']:,} settled orders leave {settled['live_orders_at_end']:,.0f} live order actors at "
            f"once and {settled['live_orders_when_idle']:,.0f} when idle (target 0).\n")
    wire = rows["wire"]
    text += (f"- The wire alone, with a node that does nothing: {wire['gateway_us']:.1f} µs of processor time an order "
             f"in the gateway, {wire['client_us']:.1f} µs in the client.\n")
    if "long_run" in rows:
        run = rows["long_run"]
        text += (f"- {run['measured_s']:.0f} s at {run['rate_per_s']:,.0f}/s: the heap of the last minute is "
                 f"{run['heap_growth']:.2f} × that of the second; {latencies(run)}.\n")
    return text


def table_text(rows):
    return "\n".join((speed_rows(rows), postgres_rows(rows), shard_rows(rows), entity_rows(rows), crowd_rows(rows),
                      memory_lines(rows)))
