"""A healthy cluster whose etcd loses everything: it goes on under what its nodes hold, a node that restarts meanwhile
too, and `orderctl cluster restore-configuration` brings changes of ownership back. Nothing acknowledged is lost.

Skipped, with the reason, where there is no etcd.
"""

import json
import pathlib
import shutil
import tempfile
import time
import unittest

import cluster_shoppers
import etcd_cluster
import orderd_node
from local_cluster import LocalCluster

BIN = orderd_node.PROGRAMS
SHARDS = 3


@unittest.skipUnless(etcd_cluster.installed(), "there is no etcd on this machine: scripts/setup.sh installs it")
class LostStore(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="orderd-lost-store-", ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.cluster = LocalCluster(self.folder, BIN, nodes=3, shards=SHARDS)
        self.addCleanup(self.cluster.stop)
        self.cluster.start()
        self.cluster.wait_until_whole()
        self.endpoints = self.cluster.endpoints.split(",")
        cluster_shoppers.open_market(self.endpoints)
        self.shoppers = [cluster_shoppers.Shopper(self.endpoints, shard, SHARDS, shard) for shard in range(SHARDS)]
        for shopper in self.shoppers:
            shopper.start()

    def lose_etcd(self):
        self.cluster.etcd.kill(0)
        shutil.rmtree(self.folder / "etcd" / "m0")
        self.cluster.etcd.restart(0)
        self.cluster.etcd.wait_until_serving()

    def wait_for_orders(self, shards, more=20, seconds=60):
        """Until so many more orders of each shard are acknowledged."""
        cluster_shoppers.wait_for_orders([self.shoppers[shard] for shard in shards], more, seconds, self.logs())

    def logs(self):
        return "\n".join(node.log.read_text(errors="replace")[-2000:] for node in self.cluster.nodes.values())

    def follows(self, number):
        """Whether it has what the others' shards have, by the word of who leads them. While the store does not tell it
        what became of its last proposals it grants no leases: its leaders answer nothing, and so take nothing."""
        status = self.cluster.status()
        led = [shard for shard in status["shards"] if shard["primary"] != number] if status else []
        return bool(led) and all(
            shard["state"] in ("serving", "too few heard") and number in [each["node"] for each in shard["followers"]
                                                       if int(each["lag_epochs"]) == 0] for shard in led)

    def test_goes_on_and_comes_back_whole(self):
        everyone = range(SHARDS)
        self.wait_for_orders(everyone)
        processes = {number: node.process.pid for number, node in self.cluster.nodes.items()}
        self.lose_etcd()
        orderd_node.wait_until(lambda: all(self.cluster.nodes[number].trouble("empty") == 1 for number in (1, 2, 3)),
                               "every node says that the store is empty")
        time.sleep(3)  # Long enough for every lease and grace, and three polls.
        self.wait_for_orders(everyone)
        self.assertEqual(processes, {number: node.process.pid for number, node in self.cluster.nodes.items()
                                     if node.runs()}, self.logs())

        # A node restarts: it follows who leads, with its own disk; what it led waits, and orders that need it.
        self.cluster.kill(3)
        self.cluster.restart(3)
        orderd_node.wait_until(lambda: self.follows(3), "node 3 follows the shards that others lead")
        self.assertTrue(self.cluster.nodes[3].runs(), self.logs())
        self.assertNotIn("empty folder", self.cluster.nodes[3].log.read_text())

        refused = self.cluster.orderctl("cluster", "restore-configuration")
        self.assertEqual(refused.returncode, 1, refused.stdout + refused.stderr)
        done = self.cluster.orderctl("cluster", "restore-configuration", "--yes", "--by", "the test")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr + self.logs())
        self.assertIn("audit/0001", done.stdout)
        self.cluster.wait_until_whole()
        self.wait_for_orders(everyone)
        self.assertTrue(all(self.cluster.nodes[number].trouble("empty") == 0 for number in (1, 2, 3)))

        # Changes of ownership take place again.
        self.cluster.kill(1)
        self.wait_for_orders(everyone)
        self.cluster.restart(1)
        self.cluster.wait_until_whole()
        for shopper in self.shoppers:
            shopper.finish()
        self.assertEqual([], cluster_shoppers.check_orders(self.endpoints, self.shoppers)[:5], self.logs())
        audit = self.cluster.orderctl("audit", "--json")
        self.assertEqual(audit.returncode, 0, audit.stdout + audit.stderr)
        self.assertEqual(int(json.loads(audit.stdout)["orders"]), sum(len(each.orders) for each in self.shoppers))


if __name__ == "__main__":
    unittest.main()
