#!/usr/bin/env python3
"""Placements over HTTP: orders a second and latency with keep-alive connections, and what idle ones cost.

    python3 tests/bench/http_load.py [--seconds S] [--connections N] [--idle N]

Starts one node on a fresh folder; the load comes from wrk (Debian's package) on the same machine. Each order has one
line of one of 1,000 SKUs, and is confirmed before it is answered. The target is 25,000 a second with a p99 of at
most 15 ms on 2 cores, client included.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.request

import bench_node

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKUS = 1_000


def put(base, path, body):
    request = urllib.request.Request(base + path, json.dumps(body).encode(), {"Content-Type": "application/json"},
                                     method="PUT")
    with urllib.request.urlopen(request, timeout=30) as answer:
        answer.read()


def set_up(base):
    for sku in range(SKUS):
        put(base, f"/v1/stock/H{sku}", {"on_hand": 1_000_000_000})
    put(base, "/v1/accounts/bench", {"currency": "GBP", "credit_limit_minor": 1 << 60})


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_kib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))


def load(base, options, seconds):
    done = subprocess.run(["wrk", "-t1", f"-c{options.connections}", f"-d{seconds}s", "--latency",
                           "-s", ROOT / "tests/bench/http_orders.lua", base], capture_output=True, text=True,
                          check=True, env={**os.environ, "ORDERD_BENCH_SKUS": str(SKUS)})
    sys.stderr.write(done.stderr)
    find = lambda pattern: re.search(pattern, done.stdout).group(1)  # noqa: E731
    if "Non-2xx" in done.stdout:  # a refusal is answered sooner than an order, and is none
        sys.exit(f"http_load.py: not every order was taken\n{done.stdout}")
    return {"orders_s": float(find(r"Requests/sec:\s+([\d.]+)")), "orders": int(find(r"(\d+) requests in")),
            "p50": find(r"50%\s+(\S+)"), "p99": find(r"99%\s+(\S+)")}


def idle_bytes(node, count):
    """Memory that so many connections cost which asked once and rest."""
    host, port = node.metrics_page.split("/")[2].split(":")
    before = rss_kib(node.pid)
    held = []
    for _ in range(count):
        one = socket.create_connection((host, int(port)))
        one.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        one.recv(4096)
        held.append(one)
    after = rss_kib(node.pid)
    for one in held:
        one.close()
    return (after - before) * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--connections", type=int, default=128)
    parser.add_argument("--idle", type=int, default=1_000)
    parser.add_argument("--binary", default=str(ROOT / "build/release/bin/orderd"))
    options = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("http_load.py needs wrk: apt-get install wrk")
    with tempfile.TemporaryDirectory() as parent, bench_node.Node(options.binary, parent, {}) as node:
        base = node.metrics_page.rsplit("/", 1)[0]
        set_up(base)
        load(base, options, 2)  # warm
        cpu = cpu_seconds(node.pid)
        got = load(base, options, options.seconds)
        cpu = cpu_seconds(node.pid) - cpu
        print(f"{got['orders_s']:,.0f} orders/s over {options.connections} connections: p50 {got['p50']}, "
              f"p99 {got['p99']}; node's CPU {cpu / max(got['orders'], 1) * 1e6:.1f} us an order")
        cost = idle_bytes(node, options.idle)
        print(f"{options.idle:,} idle connections: {cost / 2**20:.1f} MiB, "
              f"{cost / max(options.idle, 1):,.0f} bytes each")


if __name__ == "__main__":
    main()
