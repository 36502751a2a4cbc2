#!/usr/bin/env python3
"""How long a shard's orders wait when the node that leads it is killed.

    tests/bench/failover.py [--kills 30] [--rate 500] [--bin FOLDER] [--json FILE]

Three nodes, three shards, three copies, one etcd, all on this machine, under the load of orderbench at --rate orders
a second. Each turn kills -9 the node that leads a shard, and takes the time until the next order of that shard is
answered, which is after its commit by the new leader; then the node starts again and everything becomes whole.
Exit code: 0 measured, 3 not.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/process"))
import cluster_shoppers  # noqa: E402
from local_cluster import LocalCluster  # noqa: E402

SHARDS = 3
IN_SOCKETS_S = 0.02  # what the killed node had sent already is read until then


def leader_of(cluster, shard):
    return next(each["primary"] for each in cluster.status()["shards"] if each["shard"] == shard)


def measure(cluster, shopper, number):
    """Kills the node; seconds until the shopper's next answer."""
    killed_at = time.monotonic()
    cluster.kill(number)
    while True:
        later = [at for at in shopper.answered_at[-50:] if at > killed_at + IN_SOCKETS_S]
        if later:
            return later[0] - killed_at
        if shopper.failure or time.monotonic() - killed_at > 60:
            raise RuntimeError(f"no order of shard {shopper.shard} was answered: {shopper.failure}")
        time.sleep(0.002)


def run(given):
    took = []
    with tempfile.TemporaryDirectory(prefix="orderd-failover-", ignore_cleanup_errors=True) as folder:
        cluster = LocalCluster(folder, given.bin, nodes=3, shards=SHARDS, block=78)
        shoppers = []
        try:
            cluster.start()
            cluster.wait_until_whole()
            endpoints = cluster.endpoints.split(",")
            cluster_shoppers.open_market(endpoints)
            shoppers = [cluster_shoppers.Shopper(endpoints, shard, SHARDS, shard) for shard in range(SHARDS)]
            for shopper in shoppers:
                shopper.start()
            load = subprocess.Popen([f"{given.bin}/orderbench", "--endpoint", cluster.endpoints, "--rate",
                                     str(given.rate), "--seconds", "36000"], stdout=subprocess.DEVNULL,
                                    stderr=subprocess.DEVNULL)
            time.sleep(3)
            for turn in range(given.kills):
                shard = turn % SHARDS
                number = leader_of(cluster, shard)
                took.append(measure(cluster, shoppers[shard], number))
                cluster.restart(number)
                cluster.wait_until_whole()
                time.sleep(0.3)
            load.kill()
            load.wait()
        finally:
            for shopper in shoppers:
                shopper.ending.set()
            cluster.stop()
    return sorted(took)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--rate", type=int, default=500)
    parser.add_argument("--bin", default=str(ROOT / "build/release/bin"))
    parser.add_argument("--json")
    given = parser.parse_args()
    took = run(given)
    result = {"kills": len(took), "p50_s": round(statistics.median(took), 3),
              "p99_s": round(took[min(len(took) - 1, int(len(took) * 0.99))], 3), "max_s": round(took[-1], 3)}
    print(f"{result['kills']} kills: next commit after p50 {result['p50_s']} s, p99 {result['p99_s']} s, "
          f"longest {result['max_s']} s")
    if given.json:
        pathlib.Path(given.json).write_text(json.dumps(result) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        sys.exit(f"failover: {error}")
