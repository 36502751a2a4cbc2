#!/usr/bin/env python3
"""What copies cost, and what a wiped disk costs those who go on.

    tests/bench/replication.py cost [--rounds 3] [--orders 200000] [--rate 1000] [--bin FOLDER] [--json FILE]
    tests/bench/replication.py rejoin [--orders 1000000] [--rate 1000] [--bin FOLDER] [--json FILE]

cost: one node by itself, three nodes with one copy of each shard, and with three copies, one after the other,
--rounds times, all on this machine: processor time of all nodes for each order and orders a second with 2,000
orders unanswered; latency at --rate orders a second. Medians.

rejoin: three nodes with three copies, filled with --orders orders. One is killed, and its disk wiped; latency of
the two others at --rate orders a second, second by second, alone and then while the third takes its copies; and how
long those take.

Exit code: 0 measured, 3 not.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/process"))
from local_cluster import LocalCluster, end_with_parent  # noqa: E402

SHARDS = 3
SLICE_S = 1
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pids):
    """Processor time of processes so far."""
    total = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def bench(given, endpoint, *arguments):
    done = subprocess.run([f"{given.bin}/orderbench", "--endpoint", endpoint, "--json", *map(str, arguments)],
                          capture_output=True, text=True, timeout=1800, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"orderbench ended with {done.returncode}: {done.stderr.strip()}")
    return json.loads(done.stdout)


class OneNode:
    """A node by itself, as a LocalCluster looks from here."""

    def __init__(self, folder, given, block):
        self.endpoints = f"127.0.{block}.1:7411"
        self.bin = given.bin
        self.folder = pathlib.Path(folder)
        self.process = None

    def start(self):
        with open(self.folder / "node.log", "ab") as log:
            self.process = subprocess.Popen(
                [f"{self.bin}/orderd", "--data-dir", str(self.folder / "data"), "--listen", self.endpoints,
                 "--metrics", "", "--shards", str(SHARDS)],
                stdout=log, stderr=log, preexec_fn=end_with_parent)

    def wait_until_whole(self):
        for _ in range(300):
            if subprocess.run([f"{self.bin}/orderctl", "--endpoint", self.endpoints, "status"],
                              capture_output=True, check=False).returncode == 0:
                return
            time.sleep(0.1)
        raise RuntimeError("the node does not answer")

    def pids(self):
        return [self.process.pid]

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Cluster(LocalCluster):
    def pids(self):
        return [node.process.pid for node in self.nodes.values() if node.runs()]


CASES = {
    "1 node": lambda folder, given: OneNode(folder, given, 79),
    "3 nodes, 1 copy": lambda folder, given: Cluster(folder, given.bin, 3, shards=SHARDS, replication=1, block=79),
    "3 nodes, 3 copies": lambda folder, given: Cluster(folder, given.bin, 3, shards=SHARDS, block=79),
}


def measure_case(given, make):
    with tempfile.TemporaryDirectory(prefix="orderd-replication-", ignore_cleanup_errors=True) as folder:
        nodes = make(folder, given)
        try:
            nodes.start()
            nodes.wait_until_whole()
            bench(given, nodes.endpoints, "--orders", 20_000)  # sets stock and accounts, and warms up
            before = cpu_s(nodes.pids())
            full = bench(given, nodes.endpoints, "--orders", given.orders, "--no-setup", "--seed", 2)
            spent = cpu_s(nodes.pids()) - before
            paced = bench(given, nodes.endpoints, "--rate", given.rate, "--seconds", 10, "--no-setup", "--seed", 3)
        finally:
            nodes.stop()
    return {"cpu_us": spent * 1e6 / given.orders, "orders_s": full["orders_per_s"],
            "full_p99_ms": full["latency_us"]["p99"] / 1e3, "paced_p50_ms": paced["latency_us"]["p50"] / 1e3,
            "paced_p99_ms": paced["latency_us"]["p99"] / 1e3}


def cost(given):
    rounds = {name: [] for name in CASES}
    for _ in range(given.rounds):
        for name, make in CASES.items():
            rounds[name].append(measure_case(given, make))
    result = {name: {key: round(statistics.median(each[key] for each in all_), 2) for key in all_[0]}
              for name, all_ in rounds.items()}
    print(f"| | CPU an order | orders/s | p99 then | p50 at {given.rate:,}/s | p99 at {given.rate:,}/s |")
    print("|---|---|---|---|---|---|")
    for name, row in result.items():
        print(f"| {name} | {row['cpu_us']:.1f} us | {row['orders_s']:,.0f} | {row['full_p99_ms']:.0f} ms | "
              f"{row['paced_p50_ms']:.1f} ms | {row['paced_p99_ms']:.1f} ms |")
    ratio = result["3 nodes, 3 copies"]["cpu_us"] / result["3 nodes, 1 copy"]["cpu_us"]
    print(f"three copies take {ratio:.2f} times the processor time of one")
    return result | {"ratio": round(ratio, 2)}


def state_bytes(node):
    return sum(each.stat().st_blocks * 512 for each in (node.data / "shards").rglob("*") if each.is_file())


def p99_of_a_slice(given, cluster, seed):
    slice_ = bench(given, cluster.endpoints, "--rate", given.rate, "--seconds", SLICE_S, "--warmup", 0, "--no-setup",
                   "--seed", seed)
    return slice_["latency_us"]["p99"] / 1e3


def rejoin(given):
    with tempfile.TemporaryDirectory(prefix="orderd-rejoin-", ignore_cleanup_errors=True) as folder:
        cluster = Cluster(folder, given.bin, 3, shards=SHARDS, block=79)
        try:
            cluster.start()
            cluster.wait_until_whole()
            bench(given, cluster.endpoints, "--orders", given.orders)
            cluster.kill(3)
            size = state_bytes(cluster.nodes[3])
            cluster.wipe(3)
            time.sleep(5)
            alone = [p99_of_a_slice(given, cluster, seed) for seed in range(2, 12)]
            begun = time.monotonic()
            cluster.restart(3)
            meanwhile, took = [], 0
            while not took:
                meanwhile.append(p99_of_a_slice(given, cluster, 20 + len(meanwhile)))
                took = time.monotonic() - begun if cluster.whole() else 0
        finally:
            cluster.stop()
    result = {"state_mib": round(size / 2**20), "seconds": round(took, 1), "s_gib": round(took / (size / 2**30), 1),
              "p99_alone_ms": round(statistics.median(alone), 1),
              "p99_meanwhile_ms": round(statistics.median(meanwhile), 1),
              "worst_meanwhile_ms": round(max(meanwhile), 1), "slices": len(meanwhile)}
    print(f"{result['state_mib']} MiB of state in {result['seconds']} s, {result['s_gib']} s a GiB; p99 of the others "
          f"{result['p99_alone_ms']} ms before, {result['p99_meanwhile_ms']} ms meanwhile (medians of "
          f"{result['slices']} slices of {SLICE_S} s; the worst {result['worst_meanwhile_ms']} ms)")
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("cost", "rejoin"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--orders", type=int)
    parser.add_argument("--rate", type=int)
    parser.add_argument("--bin", default=str(ROOT / "build/release/bin"))
    parser.add_argument("--json")
    given = parser.parse_args()
    given.orders = given.orders or (200_000 if given.what == "cost" else 1_000_000)
    given.rate = given.rate or 1_000
    result = cost(given) if given.what == "cost" else rejoin(given)
    if given.json:
        pathlib.Path(given.json).write_text(json.dumps(result) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        print(f"replication: {error}", file=sys.stderr)
        sys.exit(3)
