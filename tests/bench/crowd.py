#!/usr/bin/env python3
"""What others can do to a polite client of the same node.

    tests/bench/crowd.py [--seconds 10] [--rate 4000] [--bin FOLDER] [--json FILE]

A polite client places --rate orders a second, open loop, on a connection of its own, first alone, then beside
  the reader   one connection after another that asks 8,192 times for an order of 2,000 lines, does not read, and
               closes after 200 ms
  overload     four connections that offer 1, 2, 5 and 10 times the capacity (orderbench, niced, deadline 5 s)
and once more alone, two seconds after the last of them. The capacity is what four connections get in a closed loop
beside the polite client, niced too. Beside all of it one connection asks for bursts that nobody could answer before
their deadline: how soon it is told so is how long the node takes to refuse. (The crowd's own refusals are made in
its client library, by a process that hardly gets a core.) Prints a line each: of the polite client the share that
was confirmed and the 99th percentile, of the others what they got, of the refusals how long they took, of the node
its memory.
Exit code: 0 measured, 3 not.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/process"))
from bench_node import Node  # noqa: E402
from orderd_client import (REPLIES, REPLY, Client, Connection, ProtocolError, decode, fields,  # noqa: E402
                           hello_frame, make_order_id, place_order, requests_frame)

LINES = 2_000
READS_PER_FRAME, FRAMES = 1_024, 8
CLOSES_AFTER_S = 0.2
FACTORS = (1, 2, 5, 10)
OFFER_CONNECTIONS = 4
DEADLINE_MS = 5_000
RATE = 4_000  # of the polite client
BURST, BURST_EVERY_S, HURRY_MS = 500, 0.25, 2
OVERLOADED = 1


class Beside(threading.Thread):
    """What runs beside the polite client while its block lasts."""

    def __init__(self, host, port):
        super().__init__(daemon=True)
        self.at = (host, port)
        self.stopped = threading.Event()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.join()


class Reader(Beside):
    """Asks for a large order, again and again, and reads nothing."""

    def __init__(self, host, port):
        super().__init__(host, port)
        order_id = make_order_id()
        with Client(host, port) as client:
            skus = [f"L{i:04}" for i in range(LINES)]
            client.call_many([{"set_stock": {"sku": each, "on_hand": 10}} for each in skus[:1_000]])
            client.call_many([{"set_stock": {"sku": each, "on_hand": 10}} for each in skus[1_000:]])
            client.place(order_id, "reader", [(each, 1, 1) for each in skus])
        ask = [{"get_order": {"order_id": order_id}}] * READS_PER_FRAME
        self.frames = b"".join(requests_frame(1 + i * READS_PER_FRAME, ask) for i in range(FRAMES))

    def run(self):
        while not self.stopped.is_set():
            try:
                with Connection(*self.at) as connection:
                    connection.send(hello_frame() + self.frames)
                    time.sleep(CLOSES_AFTER_S)
            except OSError:
                time.sleep(CLOSES_AFTER_S)


class Hurried(Beside):
    """Sends bursts of orders with a deadline that only an idle node could keep, and times the refusals.

    An answer counts when its frame is there: the orders name a SKU that nobody has, so what is not refused is
    rejected, and takes nothing from the others."""

    def __init__(self, host, port):
        super().__init__(host, port)
        self.took_ms = []
        self.failure = None

    def run(self):
        try:
            with Client(*self.at) as client:
                while not self.stopped.wait(BURST_EVERY_S):
                    self.burst(client)
        except (OSError, ProtocolError) as failure:
            self.failure = failure

    def burst(self, client):
        orders = [{"timeout_ms": HURRY_MS, "place_order": place_order(make_order_id(), "hurried", [("none", 1, 1)])}
                  for _ in range(BURST)]
        frame = requests_frame(1, orders)
        sent_at = time.monotonic()
        client.send(frame)
        answered = 0
        while answered < BURST:
            kind, _, payload = client.read_frame()
            took_ms = (time.monotonic() - sent_at) * 1e3
            client.check(kind, REPLIES, payload)
            for _, one in fields(payload):
                answered += 1
                if decode(REPLY, one).get("fault", {}).get("code") == OVERLOADED:
                    self.took_ms.append(took_ms)

    def refusals(self):
        """Of those since the last call: how many, and how long they took."""
        if self.failure:
            raise RuntimeError(f"the hurried client: {self.failure!r}")
        took, self.took_ms = sorted(self.took_ms), []
        if not took:
            return {"count": 0}
        return {"count": len(took), "p50_ms": took[len(took) // 2], "p99_ms": took[len(took) * 99 // 100]}


def bench(given, endpoint, *options, niced=False):
    command = [f"{given.bin}/orderbench", "--endpoint", endpoint, "--json", *options]
    return subprocess.Popen((["nice", "-n", "19"] if niced else []) + command, stdout=subprocess.PIPE, text=True)


def result(running):
    return json.loads(running.communicate()[0])


def niced_loop(given, endpoint, *options):
    return bench(given, endpoint, "--connections", str(OFFER_CONNECTIONS), "--timeout-ms", str(DEADLINE_MS),
                 "--seconds", str(given.seconds + 2), "--warmup", "1", *options, niced=True)


def polite(given, endpoint):
    return bench(given, endpoint, "--rate", str(given.rate), "--seconds", str(given.seconds), "--warmup", "1",
                 "--timeout-ms", str(DEADLINE_MS))


class Measure:
    """The lines of one run, and what all of them are measured with."""

    def __init__(self, given, node, hurried):
        self.given, self.node, self.hurried = given, node, hurried
        self.lines = []

    def beside(self, name, crowd=None):
        """Runs the polite client beside `crowd`, and keeps a line of both; what is told of the crowd."""
        if crowd:
            time.sleep(1)
        self.hurried.refusals()
        told = result(polite(self.given, self.node.endpoint))
        line = {"beside": name, "confirmed_share": told["confirmed"] / (self.given.rate * self.given.seconds),
                "p99_ms": told["latency_us"]["p99"] / 1e3, "refusals": self.hurried.refusals(),
                "faults": told["faults"], "node_heap_mib": self.node.heap_bytes() >> 20}
        others = result(crowd) if crowd else None
        if others:
            line["others"] = {name: others[name] for name in ("orders_per_s", "confirmed", "faults", "latency_us")}
        print(json.dumps(line), flush=True)
        self.lines.append(line)
        return others


def run(given):
    """`given`: bin, seconds and rate, as of the command line."""
    with tempfile.TemporaryDirectory(prefix="orderd-crowd-", ignore_cleanup_errors=True) as folder, \
            Node(f"{given.bin}/orderd", folder, {}) as node:
        host, port = node.endpoint.rsplit(":", 1)
        result(bench(given, node.endpoint, "--seconds", "3"))  # The node's memory is what it will be.
        with Hurried(host, int(port)) as hurried:
            measure = Measure(given, node, hurried)
            measure.beside("nobody")
            with Reader(host, int(port)):
                measure.beside("the reader")
            capacity = measure.beside("a closed loop", niced_loop(given, node.endpoint))["orders_per_s"]
            for factor in FACTORS:
                offered = str(int(capacity * factor))
                measure.beside(f"{factor} x capacity",
                               niced_loop(given, node.endpoint, "--rate", offered, "--no-setup"))
                time.sleep(2)
            if measure.lines[-1]["refusals"]["count"] == 0:
                raise RuntimeError("nothing was refused beside the most load: the refusals are not measured")
            measure.beside("nobody, 2 s later")
    return {"capacity": capacity, "lines": measure.lines}


def middle(runs):
    """Of several runs the median of every figure, line by line; `others` and the capacity likewise."""
    return {"capacity": statistics.median(run["capacity"] for run in runs),
            "lines": [middle_line([run["lines"][i] for run in runs]) for i in range(len(runs[0]["lines"]))]}


def middle_line(lines):
    line = {"beside": lines[0]["beside"]}
    for name in ("confirmed_share", "p99_ms", "node_heap_mib"):
        line[name] = statistics.median(each[name] for each in lines)
    if all(each["refusals"]["count"] for each in lines):
        line["refused_p99_ms"] = statistics.median(each["refusals"]["p99_ms"] for each in lines)
    if "others" in lines[0]:
        line["others_per_s"] = statistics.median(each["others"]["orders_per_s"] for each in lines)
    return line


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rate", type=int, default=RATE)
    parser.add_argument("--bin", default=str(ROOT / "build/release/bin"))
    parser.add_argument("--json")
    given = parser.parse_args()
    try:
        measured = run(given)
    except (RuntimeError, OSError, KeyError, ValueError) as error:
        print(f"crowd: {error!r}", file=sys.stderr)
        return 3
    if given.json:
        pathlib.Path(given.json).write_text(json.dumps(measured, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
