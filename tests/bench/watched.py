#!/usr/bin/env python3
"""What it costs to be watched, and how fast an operator is answered at peak load.

    python3 tests/bench/watched.py [--rounds N] [--seconds S] [--rate R]

First, round by round and in turn: orders a second of a bare node (no HTTP, no gRPC, log from warning on) and of one
with everything on: HTTP, gRPC, a log of JSON lines from info on, scraped every 5 s as Prometheus does by
config/prometheus, and one open page, which asks for its overview every second. Target: 0.97 of the bare node.

Then, beside an open loop of R orders a second (36,000): how long a search takes that finds an order by its id, the
page's first file, and what the page asks every second.
"""
import argparse
import contextlib
import gzip
import http.client
import json
import pathlib
import statistics
import subprocess
import tempfile
import threading
import time

import bench_node

BIN = pathlib.Path(__file__).resolve().parents[2] / "build/release/bin"
EVERYTHING = {"grpc": "127.0.0.1:0", "log-level": "info", "log-format": "json"}
BARE = {"metrics": ""}
SCRAPE_S, PAGE_S, LOOK_S = 5, 1, 0.05


def say(text):
    print(text, flush=True)


def host_of(node):
    return node.metrics_page.split("/")[2]


class Getter:
    """Asks a node over one kept connection, as a browser or a scraper does."""

    def __init__(self, node):
        self.connection = http.client.HTTPConnection(host_of(node), timeout=30)

    def get(self, path):
        """The body, and how many milliseconds it took."""
        began = time.monotonic()
        self.connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body[:200]!r}")
        return body, (time.monotonic() - began) * 1e3


@contextlib.contextmanager
def asked_every(seconds, node, path):
    """Somebody asks for a path every so many seconds until the block ends; a question that fails ends the run."""
    ended = threading.Event()
    failed = []

    def ask():
        try:
            getter = Getter(node)
            while not ended.wait(seconds):
                getter.get(path)
        except (OSError, RuntimeError, http.client.HTTPException) as error:
            failed.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    if failed:
        raise failed[0]


def start_load(node, seconds, *flags):
    return subprocess.Popen([BIN / "orderbench", "--endpoint", node.endpoint, "--node-pid", str(node.pid), "--json",
                             "--seconds", str(seconds), *flags], stdout=subprocess.PIPE, text=True)


def finish(load):
    output, _ = load.communicate()
    if load.returncode != 0:
        raise RuntimeError(f"orderbench ended with {load.returncode}")
    return json.loads(output)


def measured(parent, options, settings):
    """(orders a second, the node's processor time of an order in us), watched if there is something to look at."""
    with bench_node.Node(BIN / "orderd", parent, settings) as node, contextlib.ExitStack() as watchers:
        if node.metrics_page:
            watchers.enter_context(asked_every(SCRAPE_S, node, "/metrics"))
            watchers.enter_context(asked_every(PAGE_S, node, "/v1/overview?seconds=60"))
        got = finish(start_load(node, options.seconds))
        return got["orders_per_s"], got["node"]["cpu_us_per_order"]


def compare(parent, options):
    runs = {"bare": [], "everything": []}
    for _ in range(options.rounds):
        for name, settings in (("bare", BARE), ("everything", EVERYTHING)):
            runs[name].append(measured(parent, options, settings))
        say(", ".join(f"{name} {all_[-1][0]:,.0f} orders/s, {all_[-1][1]:.1f} us each" for name, all_ in runs.items()))
    (bare, bare_us), (everything, everything_us) = (
        [statistics.median(run[i] for run in runs[name]) for i in (0, 1)] for name in ("bare", "everything"))
    say(f"medians: bare {bare:,.0f} and everything {everything:,.0f} orders/s, ratio {everything / bare:.3f} (target "
        f"0.97); processor time of an order {bare_us:.1f} and {everything_us:.1f} us")


def look(node, load):
    """Times of three questions, in turn, while the load runs."""
    getter = Getter(node)
    newest = json.loads(gunzipped(getter.get("/v1/orders?limit=1")[0]))["items"][0]["order_id"]
    took = {"find by id": [], "page, first file": [], "overview": []}
    paths = {"find by id": f"/v1/orders/{newest}", "page, first file": "/", "overview": "/v1/overview?seconds=60"}
    while load.poll() is None:
        for name, path in paths.items():
            took[name].append(getter.get(path)[1])
            time.sleep(LOOK_S)
    return took


def gunzipped(body):
    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body


def answer_times(parent, options):
    with bench_node.Node(BIN / "orderd", parent, EVERYTHING) as node:
        finish(start_load(node, 1))  # so that there are orders, stock and accounts
        load = start_load(node, options.seconds * 2, "--rate", str(options.rate), "--no-setup")
        took = look(node, load)
        got = finish(load)
    say(f"beside {got['orders_per_s']:,.0f} orders/s (p99 {got['latency_us']['p99'] / 1e3:.1f} ms):")
    for name, times in took.items():
        cuts = statistics.quantiles(times, n=100)
        say(f"  {name}: p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms, {len(times)} asked")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rate", type=int, default=36_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as parent:
        compare(parent, options)
        answer_times(parent, options)


if __name__ == "__main__":
    main()
