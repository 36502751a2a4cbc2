#!/usr/bin/env python3
"""etcd and some nodes of orderd on loopback addresses: started, killed, wiped, held still, restarted, stopped.

    tests/process/local_cluster.py --data FOLDER --nodes N [--etcd 1|3] [--bin FOLDER] [--shards N] [--replication N]
                                   [--prometheus] [--block B]

As a program: starts everything, prints where it is, and stops it all on Ctrl-C or SIGTERM; a node that ends by
itself is started again. With --prometheus a Prometheus and an Alertmanager watch the nodes. In tests:

    cluster = LocalCluster(folder, programs, nodes=3)
    cluster.start()
    cluster.kill(1)      # kill -9; its disk stays
    cluster.wipe(1)      # of a node that does not run; its next start says --replace-disk
    cluster.restart(1)
    cluster.stop()

As a program: node i (from 1) has the address 127.0.77.i (B for 77 with --block), the same ports on each: 7411 for
clients, 9464 for metrics, 7511 for the other nodes. Prometheus is at 127.0.77.201. In a test all nodes have one
address, which no other process of this machine uses, and each ports of its own: 10 i above these.
"""

import argparse
import ctypes
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import etcd_cluster  # noqa: E402
import prometheus_server  # noqa: E402

PR_SET_PDEATHSIG = 1
START_S_MAX = 60


def end_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Node:
    def __init__(self, number, address, shift, folder, program, arguments):
        self.number = number
        self.endpoint = f"{address}:{7411 + shift}"
        self.metrics = f"http://{address}:{9464 + shift}/metrics"
        self.data = folder / f"node{number}"
        self.log = folder / f"node{number}.log"
        self.command = [
            str(program), "--configuration", "etcd", "--node", str(number), "--data-dir", str(self.data),
            "--listen", self.endpoint, "--metrics", f"{address}:{9464 + shift}",
            "--peer-listen", f"{address}:{7511 + shift}", *arguments]
        self.process = None
        self.once = []  # arguments of the next start only

    def sample(self, name):
        """The value of a metric with its labels, as Prometheus reads it; None: not there yet."""
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(self.metrics, timeout=5) as page:
            for line in page.read().decode().splitlines():
                if line.startswith(name):
                    return float(line.split()[-1])
        return None

    def trouble(self, kind):
        """That trouble with the configuration; None: not there yet."""
        return self.sample(f'orderd_configuration_trouble{{kind="{kind}"}}')

    def start(self):
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen([*self.command, *self.once], stdout=out, stderr=out,
                                            preexec_fn=end_with_parent)
        self.once = []

    def runs(self):
        return self.process is not None and self.process.poll() is None

    def send(self, number):
        self.process.send_signal(number)

    def end(self, number=signal.SIGTERM, timeout=30):
        if not self.runs():
            return
        self.process.send_signal(signal.SIGCONT)
        self.process.send_signal(number)
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class LocalCluster:
    def __init__(self, folder, programs, nodes=3, members=1, shards=0, replication=0, block=None, arguments=(),
                 etcd_port=2379):
        """`block`: addresses 127.0.block.i; None: the one of this process."""
        self.folder = pathlib.Path(folder)
        self.programs = pathlib.Path(programs)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.etcd = etcd_cluster.EtcdCluster(self.folder / "etcd", members=members, port=etcd_port,
                                             address=None if block is None else f"127.0.{block}.200")
        self.shards = shards or nodes
        self.replication = replication or min(3, nodes)
        self.nodes = {}
        self.arguments = [*arguments]
        self.block = block
        self.count = nodes

    def start(self):
        self.etcd.start()
        endpoints = self.etcd.endpoints
        common = ["--etcd", endpoints, "--shards", str(self.shards), "--replication", str(self.replication),
                  *self.arguments]
        for number in range(1, self.count + 1):
            address, shift = (etcd_cluster.own_address(), 10 * number) if self.block is None else (
                f"127.0.{self.block}.{number}", 0)
            self.nodes[number] = Node(number, address, shift, self.folder, self.programs / "orderd", common)
            self.nodes[number].start()

    def watched_by_prometheus(self, **options):
        """A Prometheus of these nodes, in the cluster's folder; it is not started yet."""
        address = etcd_cluster.own_address() if self.block is None else f"127.0.{self.block}.201"
        pages = {f"node{number}": urllib.parse.urlsplit(node.metrics).netloc for number, node in self.nodes.items()}
        return prometheus_server.PrometheusServer(self.folder / "prometheus", address, pages, **options)

    @property
    def endpoints(self):
        return ",".join(node.endpoint for node in self.nodes.values())

    def orderctl(self, *arguments, timeout=60):
        return subprocess.run([str(self.programs / "orderctl"), "--endpoint", self.endpoints, *arguments],
                              capture_output=True, text=True, timeout=timeout)

    def status(self):
        """The JSON of `orderctl cluster status`, or None when nobody answers."""
        done = self.orderctl("cluster", "status", "--json")
        return json.loads(done.stdout) if done.returncode == 0 else None

    def whole(self):
        """Whether every shard is served, with every copy that is wanted in sync."""
        status = self.status()
        return bool(status) and len(status["shards"]) == self.shards and all(
            shard["state"] == "serving" and len(shard["in_sync"]) == self.replication
            for shard in status["shards"])

    def served_without(self, number):
        """Whether other nodes lead every shard, and serve, whatever copies there are."""
        status = self.status()
        return bool(status) and len(status["shards"]) == self.shards and all(
            shard["state"] == "serving" and shard["primary"] != number for shard in status["shards"])

    def wait_until_whole(self, seconds=START_S_MAX):
        end = time.monotonic() + seconds
        while not self.whole():
            if time.monotonic() > end:
                raise RuntimeError(f"not whole after {seconds} s:\n{self.orderctl('cluster', 'status').stdout}")
            time.sleep(0.1)

    def kill(self, number):
        self.nodes[number].process.kill()
        self.nodes[number].process.wait()

    def restart(self, number):
        self.nodes[number].start()

    def wipe(self, number):
        shutil.rmtree(self.nodes[number].data, ignore_errors=True)
        self.nodes[number].once = ["--replace-disk"]

    def stop(self):
        for node in self.nodes.values():
            node.end()
        self.etcd.stop()


def watch_nodes(cluster):
    """Starts a node again that ended by itself."""
    while True:
        time.sleep(0.5)
        for node in cluster.nodes.values():
            if not node.runs():
                how = ""
                if not node.data.exists():  # Whoever removed it wants to see that.
                    node.once = ["--replace-disk"]
                    how = ", with --replace-disk: its folder is gone"
                print(f"node {node.number} ended with {node.process.returncode}; it is started again{how}", flush=True)
                node.start()


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--etcd", type=int, choices=(1, 3), default=1)
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--shards", type=int, default=0, help="default: as many as nodes")
    parser.add_argument("--replication", type=int, default=0, help="default: 3, or as many as nodes")
    parser.add_argument("--block", type=int, default=77, help="addresses 127.0.BLOCK.i (default: 77)")
    parser.add_argument("--prometheus", action="store_true", help="Prometheus and Alertmanager watch the nodes")
    given = parser.parse_args()
    if not 1 <= given.nodes <= 9:
        parser.error("--nodes: 1 to 9")
    if not 1 <= given.block <= 255:
        parser.error("--block: 1 to 255")
    if given.prometheus and prometheus_server.missing():
        parser.error(f"--prometheus: there is no {' and no '.join(prometheus_server.missing())}: scripts/setup.sh "
                     "installs it")
    return given


def say_where(cluster, watch, programs):
    print(f"etcd on {cluster.etcd.endpoints}")
    for node in cluster.nodes.values():
        print(f"node {node.number}: clients {node.endpoint}, metrics {node.metrics}, "
              f"process {node.process.pid}, data {node.data}, log {node.log}")
    if watch:
        print(f"prometheus on {watch.url}, alertmanager on {watch.alertmanager_url}, data {watch.folder}")
        print(f"dashboards: {watch.url}/consoles/overview.html")
    print(f"try: {programs}/orderctl --endpoint {cluster.endpoints} cluster status", flush=True)


def main():
    given = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    cluster = LocalCluster(given.data, given.bin, given.nodes, given.etcd, given.shards, given.replication,
                           block=given.block)
    watch = None
    try:
        cluster.start()
        cluster.wait_until_whole()
        if given.prometheus:
            watch = cluster.watched_by_prometheus()
            watch.start()
        say_where(cluster, watch, given.bin)
        watch_nodes(cluster)
    except KeyboardInterrupt:
        pass
    finally:
        if watch:
            watch.stop()
        cluster.stop()


if __name__ == "__main__":
    main()
