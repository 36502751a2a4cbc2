"""Three nodes and etcd on loopback addresses, under load: nodes killed, held still, wiped, etcd killed. Afterwards
every acknowledged order is compared, and the audit is clean.

ORDERD_CLUSTER_FAULTS (8) says how many faults each history has. Skipped, with the reason, where there is no etcd.
"""

import json
import os
import pathlib
import random
import signal
import subprocess
import tempfile
import time
import unittest

import cluster_shoppers
import etcd_cluster
import orderd_node
from local_cluster import LocalCluster

BIN = orderd_node.PROGRAMS
SAMPLE = orderd_node.ROOT / "tests/sample/online_retail_sample.csv"
YEAR = orderd_node.ROOT.parent / "shared/data/online_retail_2009_2010.csv.xz"
FAULTS = int(os.environ.get("ORDERD_CLUSTER_FAULTS", "8"))
SHARDS = 3


@unittest.skipUnless(etcd_cluster.installed(), "there is no etcd on this machine: scripts/setup.sh installs it")
class Cluster(unittest.TestCase):
    members = 1

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="orderd-cluster-", ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.random = random.Random(orderd_node.seed_of_this_run())
        self.cluster = LocalCluster(self.folder, BIN, nodes=3, members=self.members, shards=SHARDS)
        self.addCleanup(self.cluster.stop)
        self.cluster.start()
        self.cluster.wait_until_whole()
        self.endpoints = self.cluster.endpoints.split(",")

    def audit(self):
        done = self.cluster.orderctl("audit", "--json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def confirmed(self):
        """Orders, by the pages of metrics of the nodes."""
        return sum(node.sample('orderd_orders_settled_total{status="confirmed"}') or 0
                   for node in self.cluster.nodes.values())

    def logs(self):
        return "\n".join(node.log.read_text(errors="replace")[-3000:] for node in self.cluster.nodes.values())

    # -- faults ----------------------------------------------------------------------------------

    def kill_a_node(self):
        number = self.random.choice((1, 2, 3))
        self.cluster.kill(number)
        time.sleep(self.random.choice((0.05, 0.4, 1.5)))
        self.cluster.restart(number)

    def wipe_a_node(self):
        number = self.random.choice((1, 2, 3))
        self.cluster.kill(number)
        self.cluster.wipe(number)
        self.cluster.restart(number)

    def hold_a_node_still(self):
        node = self.cluster.nodes[self.random.choice((1, 2, 3))]
        node.send(signal.SIGSTOP)
        time.sleep(self.random.choice((0.1, 0.5, 1, 3)))
        node.send(signal.SIGCONT)

    def kill_etcd(self):
        self.cluster.etcd.kill(0)
        time.sleep(self.random.choice((0.2, 1.5)))
        self.cluster.etcd.restart(0)

    def test_no_acknowledged_order_is_lost_or_counted_twice(self):
        cluster_shoppers.open_market(self.endpoints)
        shoppers = [cluster_shoppers.Shopper(self.endpoints, shard, SHARDS, number)
                    for number, shard in enumerate(list(range(SHARDS)) * 2)]
        for shopper in shoppers:
            shopper.start()
        faults = [self.kill_a_node, self.wipe_a_node, self.hold_a_node_still, self.kill_etcd]
        for turn in range(FAULTS):
            cluster_shoppers.wait_for_orders(shoppers, 10)
            faults[turn % len(faults)]()
            # Within what is promised: the next disk goes only when every copy is back.
            self.cluster.wait_until_whole(90)
        for shopper in shoppers:
            shopper.finish()
        placed = sum(len(shopper.orders) for shopper in shoppers)
        self.assertGreater(placed, 100)
        self.assertEqual([], cluster_shoppers.check_orders(self.endpoints, shoppers)[:5], self.logs())
        report = self.audit()
        self.assertEqual(0, int(report["violations"]), report)
        self.assertEqual(placed, int(report["orders"]), report)

    def test_a_member_whose_pages_are_damaged_gets_a_copy_of_the_others(self):
        """Found by the scrub: nobody reads those pages. It distrusts its disk, which is kept aside (F2, F4)."""
        for number in range(200):
            done = self.cluster.orderctl("stock", "set", f"SKU-{number:04}", "10")
            self.assertEqual(done.returncode, 0, done.stderr)
        node = self.cluster.nodes[2]

        def damage():
            flipped = 0
            for state in node.data.glob("shards/*/state/data.mdb"):
                content = state.read_bytes()
                with open(state, "r+b", buffering=0) as file:
                    at = content.find(b"SKU-")
                    while at >= 0:
                        file.seek(at)
                        file.write(b"ZKU-")
                        flipped += 1
                        at = content.find(b"SKU-", at + 1)
            return flipped
        orderd_node.wait_until(damage, "the rows are in the state of node 2")
        subprocess.run([str(BIN / "orderctl"), "--endpoint", node.endpoint, "scrub", "--now"], check=False,
                       capture_output=True, timeout=60)
        orderd_node.wait_until(lambda: not node.runs(), "node 2 has ended", 30)
        # Or by an apply that was about to change such a page, just before.
        self.assertRegex(node.log.read_text(errors="replace"), "event=scrub_damage|is not what was written")
        self.cluster.restart(2)
        self.cluster.wait_until_whole(90)
        self.assertTrue(list(node.data.glob("given-up/*")), self.logs())
        for endpoint in self.endpoints:
            done = subprocess.run([str(BIN / "orderctl"), "--endpoint", endpoint, "scrub"], check=False,
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.audit()

    def test_the_import_while_a_node_is_killed_and_another_wiped_is_that_of_a_quiet_node(self):
        # Enough of everything, so that the outcome does not depend on who comes first.
        arguments = ["import", "online-retail", str(YEAR if YEAR.exists() else SAMPLE), "--stock-factor", "1",
                     "--rejects", str(self.folder / "rejects"), "--not-placed", str(self.folder / "not_placed")]
        command = [str(BIN / "orderctl"), "--endpoint", self.cluster.endpoints, *arguments]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as job:
            orderd_node.wait_until(lambda: self.confirmed() > 10, "the import is under way")
            self.cluster.kill(2)
            orderd_node.wait_until(lambda: self.cluster.served_without(2), "others lead what node 2 led")
            self.cluster.restart(2)
            self.cluster.wait_until_whole(90)
            self.cluster.kill(3)
            self.cluster.wipe(3)
            self.cluster.restart(3)
            said = job.communicate(timeout=240)[0]
        self.assertEqual(job.returncode, 0, said + self.logs())
        self.cluster.wait_until_whole(90)
        quiet = orderd_node.TemporaryNode(self).start()
        done = quiet.ctl(*arguments)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for what in ("orders", "stock", "accounts"):
            of_cluster = self.cluster.orderctl("export", what)
            of_node = quiet.ctl("export", what)
            self.assertEqual(of_cluster.returncode, 0, of_cluster.stderr)
            self.assertEqual(without_times(of_cluster.stdout), without_times(of_node.stdout), what)
        self.assertEqual(0, int(self.audit()["violations"]))


def untimed(value):
    """Without what says when, or how long, at any depth: the history of an order says both."""
    if isinstance(value, list):
        return [untimed(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: untimed(each) for name, each in value.items()
            if name not in ("at", "took_ms") and not name.endswith(("_at", "_at_ms"))}


def without_times(lines):
    return sorted(json.dumps(untimed(json.loads(line)), sort_keys=True) for line in lines.splitlines())


if __name__ == "__main__":
    unittest.main()
