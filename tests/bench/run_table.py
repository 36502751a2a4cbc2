#!/usr/bin/env python3
"""Runs the whole speed table: orderd under orderbench, and PostgreSQL beside it. Called by scripts/bench.sh.

Every row starts orderd on a fresh data folder. Writes each result to OUT/<row>.json and the table to
OUT/table.md, and prints the table.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time

import crowd
from bench_node import Node
from table_text import MIXES, SHARDS, table_text

PEAK_RATE = 36_000
WINDOWS = {"uniform": (1000, 2000, 4000, 8000), "hot": (1000, 2000, 4000, 8000), "retail": (125, 250, 500, 1000)}
ROWS = ("postgres", "peak", "capacity", "one_at_a_time", "shards", "entities", "live_memory", "settled_orders",
        "crowd", "wire")
LIVE_ORDERS = 50_000
SETTLED_ORDERS = 1_000_000
SETTLED_IDLE_S = 5
LONG_RATE = 20_000
LONG_S = 300
ALLOCATOR_DECAY_S = 12  # the allocator keeps freed memory for 10 s


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def await_true(what, seconds_max, condition):
    give_up_at = time.monotonic() + seconds_max
    while not condition():
        if time.monotonic() > give_up_at:
            raise RuntimeError(f"{what}: not within {seconds_max} s")
        time.sleep(0.5)


class Bench:
    def __init__(self, options):
        self.options = options
        self.rows = {}
        os.makedirs(options.out, exist_ok=True)

    # -- running -----------------------------------------------------------------------------------

    def node(self, **settings):
        return Node(os.path.join(self.options.bin, "orderd"), self.options.out,
                    {name.replace("_", "-"): value for name, value in settings.items()})

    def orderbench(self, node, **flags):
        command = [os.path.join(self.options.bin, "orderbench"), "--endpoint", node.endpoint, "--node-pid",
                   str(node.pid), "--json"]
        for name, value in flags.items():
            command += ["--" + name.replace("_", "-")] + ([] if value is True else [str(value)])
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def load(self, node, **flags):
        running = self.orderbench(node, **flags)
        output, _ = running.communicate()
        if running.returncode != 0:
            raise RuntimeError(f"orderbench ended with {running.returncode}: {' '.join(running.args)}")
        return json.loads(output)

    def keep(self, name, result):
        self.rows[name] = result
        with open(os.path.join(self.options.out, f"{name}.json"), "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
        return result

    def medians(self, name, key, settings, **flags):
        """The median run, by `key`, of several on fresh nodes; all of them are kept."""
        runs = []
        for _ in range(self.options.repeats):
            with self.node(**settings) as node:
                runs.append(self.load(node, **flags))
        runs.sort(key=key)
        middle = dict(runs[len(runs) // 2], all_runs=[key(run) for run in runs])
        rate, latency = middle["orders_per_s"], middle["latency_us"]
        say(f"{name}: {rate:,.0f} orders/s, p50 {latency['p50'] / 1e3:.1f} ms, p99 {latency['p99'] / 1e3:.1f} ms")
        return self.keep(name, middle)

    def best_window(self, mix):
        with self.node() as node:
            rates = {}
            for n, window in enumerate(WINDOWS[mix]):
                setup = {} if n == 0 else {"no_setup": True}
                run = self.load(node, mix=mix, window=window, seconds=self.options.probe_s, warmup=1, **setup)
                rates[window] = run["orders_per_s"]
        return max(rates, key=rates.get)

    def window(self, mix):
        """The window at which the capacity was measured, in this run or just for this."""
        if f"capacity_{mix}" in self.rows:
            return self.rows[f"capacity_{mix}"]["window"]
        return self.best_window(mix)

    # -- rows --------------------------------------------------------------------------------------

    def peak(self):
        self.medians("peak", lambda run: run["latency_us"]["p99"], {}, mix="uniform", rate=PEAK_RATE,
                     seconds=self.options.peak_s)

    def capacity(self):
        for mix in MIXES:
            window = self.best_window(mix)
            self.medians(f"capacity_{mix}", lambda run: run["orders_per_s"], {}, mix=mix, window=window,
                         seconds=self.options.capacity_s)

    def one_at_a_time(self):
        self.medians("one_at_a_time", lambda run: run["latency_us"]["p50"], {}, mix="uniform", window=1,
                     seconds=self.options.capacity_s)

    def shards(self):
        window = self.window("uniform")
        for shards in SHARDS:
            self.medians(f"shards_{shards}", lambda run: run["orders_per_s"], {"shards": shards}, mix="uniform",
                         window=window, seconds=self.options.capacity_s)

    def entities(self):
        for form in ("actor", "object"):
            for mix in MIXES:
                window = self.window(mix)
                self.medians(f"entities_{form}_{mix}", lambda run: run["orders_per_s"], {"entities": form}, mix=mix,
                             window=window, seconds=self.options.capacity_s)

    def live_memory(self):
        """Orders that wait for a slow card provider stay live. Their item is one, and no account takes part."""
        settings = {"provider_delay_ms": 60_000, "provider_timeout_ms": 600_000, "provider_concurrency": 10_000,
                    "placement_deadline_ms": 3_600_000, "live_entities_max": 10_000_000, "idle_s_max": 3_600}
        with self.node(**settings) as node:
            self.load(node, mix="hot", orders=1)
            self.settle_memory(node)
            before, actors_before = node.heap_bytes(), node.metric_sum("orderd_live_entities")
            running = self.orderbench(node, mix="hot", cards=1, orders=LIVE_ORDERS, window=LIVE_ORDERS,
                                      connections=8, timeout_ms=300_000, no_setup=True)
            await_true("live orders", 60, lambda: node.metric_sum("orderd_unsettled_orders") >= LIVE_ORDERS)
            self.settle_memory(node)
            live = node.metric_sum("orderd_unsettled_orders")
            actors = node.metric_sum("orderd_live_entities") - actors_before
            grown = node.heap_bytes() - before
            result = {"live_orders": live, "live_actors": actors, "bytes_per_order": grown / live}
            running.terminate()
            running.communicate()
        say(f"live_memory: {result}")
        self.keep("live_memory", result)

    @staticmethod
    def settle_memory(node):
        await_true("state applied", 60, lambda: node.metric_sum("orderd_unapplied_bytes") == 0)
        time.sleep(ALLOCATOR_DECAY_S)

    def settled_orders(self):
        with self.node(idle_s_max=SETTLED_IDLE_S) as node:
            self.load(node, mix="uniform", window=2000, orders=SETTLED_ORDERS)
            at_end = node.metric_sum("orderd_live_entities", kind="order")
            time.sleep(3 * SETTLED_IDLE_S)
            result = {"orders": SETTLED_ORDERS, "live_orders_at_end": at_end,
                      "live_orders_when_idle": node.metric_sum("orderd_live_entities", kind="order"),
                      "live_entities_when_idle": node.metric_sum("orderd_live_entities")}
        say(f"settled_orders: {result}")
        self.keep("settled_orders", result)

    def long_run(self):
        samples = []
        stop = threading.Event()

        def sample(node):
            while not stop.wait(5):
                samples.append(node.heap_bytes())

        with self.node() as node:
            sampler = threading.Thread(target=sample, args=(node,))
            sampler.start()
            try:
                result = self.load(node, mix="uniform", rate=LONG_RATE, seconds=LONG_S)
            finally:
                stop.set()
                sampler.join()
        per_minute = 12
        result["heap_bytes"] = samples
        result["heap_growth"] = (statistics.median(samples[-per_minute:])
                                 / statistics.median(samples[per_minute:2 * per_minute]))
        say(f"long_run: heap of the last minute / of the second: {result['heap_growth']:.3f}")
        self.keep("long_run", result)

    def crowd(self):
        runs = []
        for _ in range(self.options.repeats):
            runs.append(crowd.run(argparse.Namespace(bin=self.options.bin, rate=crowd.RATE,
                                                     seconds=self.options.capacity_s)))
        self.keep("crowd", crowd.middle(runs))

    def wire(self):
        done = subprocess.run([os.path.join(self.options.bin, "wire_cost")], check=True, stdout=subprocess.PIPE)
        say(f"wire: {self.keep('wire', json.loads(done.stdout))}")

    def postgres(self):
        path = os.path.join(self.options.out, "postgres.json")
        subprocess.run(["scripts/bench_postgres.sh", "--seconds", str(self.options.postgres_s), "--warmup",
                        str(self.options.postgres_warmup_s), "--dir", self.options.postgres_dir, "--json", path],
                       check=True, stdout=sys.stderr)
        with open(path, encoding="utf-8") as file:
            self.rows["postgres"] = json.load(file)

    def run(self):
        for name in self.options.only or ROWS + (("long_run",) if self.options.long else ()):
            getattr(self, name)()


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, help="folder of orderd and orderbench")
    parser.add_argument("--out", required=True, help="folder of the results; on a disk, not in memory")
    parser.add_argument("--postgres-dir", default="/var/tmp", help="folder of PostgreSQL's cluster")
    parser.add_argument("--quick", action="store_true", help="one short run of everything: minutes, not an hour")
    parser.add_argument("--long", action="store_true", help="also five minutes of load, watching the memory")
    parser.add_argument("--only", nargs="+", choices=ROWS + ("long_run",), metavar="ROW",
                        help=f"only these rows, and no table: {', '.join(ROWS)}, long_run")
    options = parser.parse_args()
    durations = {"repeats": 3, "peak_s": 60, "capacity_s": 10, "probe_s": 4, "postgres_s": 20, "postgres_warmup_s": 5}
    if options.quick:
        durations = {"repeats": 1, "peak_s": 10, "capacity_s": 3, "probe_s": 1, "postgres_s": 3, "postgres_warmup_s": 1}
    vars(options).update(durations)
    return options


def main():
    options = parse()
    bench = Bench(options)
    bench.run()
    if options.only:
        return
    text = table_text(bench.rows)
    with open(os.path.join(options.out, "table.md"), "w", encoding="utf-8") as file:
        file.write(text)
    print(text)


if __name__ == "__main__":
    main()
