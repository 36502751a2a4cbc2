"""kill -9 at random moments under load: nothing acknowledged is lost, nothing happens twice.

    ORDERD_KILLS=200 ORDERD_SEED=7 python3 -m unittest tests/process/crash_test.py

Faults injected: the process ends without warning while it serves, while it commits, while it applies behind,
and while it recovers from the kill before. Survivable, because a reply leaves only after its epoch is in the
journal, and because a recovery that is cut short leaves the journal as it was.
"""

import os
import pathlib
import random
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from order_check import check_all  # noqa: E402
from order_load import Crowd, Market  # noqa: E402
from orderd_node import TemporaryNode, seed_of_this_run  # noqa: E402

KILLS = int(os.environ.get("ORDERD_KILLS", "50"))
# Cards that are declined and answers that get lost, so that kills meet unknown outcomes too.
PROVIDER = ("--provider-decline-rate", 0.05, "--provider-timeout-rate", 0.02, "--provider-timeout-ms", 200)


class CrashTest(unittest.TestCase):
    def setUp(self):
        self.seed = seed_of_this_run()
        self.random = random.Random(self.seed)
        folder = tempfile.TemporaryDirectory(prefix="orderd-ledgers-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.market = Market()

    def kill_at_random(self):
        """One life of the node; one in five ends while it starts."""
        if self.random.random() < 0.2:
            self.node.launch()
            time.sleep(self.random.uniform(0, 0.15))
        else:
            self.node.start()
            time.sleep(self.random.uniform(0.05, 1.5))
        self.assertIsNone(self.node.process.poll(), "orderd ended by itself")
        self.node.kill()

    def test_no_acknowledged_order_is_lost_or_doubled(self):
        self.survive(KILLS, *PROVIDER)

    def test_nor_between_shards_where_commands_cross_in_channels(self):
        self.survive(max(KILLS // 3, 3), "--shards", 4, *PROVIDER)

    def survive(self, kills, *options):
        self.node = TemporaryNode(self, *options)
        self.node.start()
        with self.node.client() as client:
            self.market.open(client)
        crowd = Crowd(self.node.port, self.folder, self.seed, self.market)
        self.addCleanup(crowd.kill)
        crowd.wait_for_load()  # so that the first kill meets all of them, however busy the machine is
        self.node.kill()
        for _ in range(kills - 2):
            self.kill_at_random()
            self.assertTrue(crowd.alive(), "a customer gave up")
        self.node.start()
        counted = crowd.finish()
        self.node.kill()
        self.node.start()
        self.assertEqual([wrong for one in counted for wrong in one["wrong"]][:5], [])
        findings = check_all(self, self.node, crowd.ledgers, self.market)
        broken_off = sum(one["broken_off"] for one in counted)
        print(f"{kills} kills, {findings.orders} orders, {broken_off} connections broken off under load", flush=True)
        self.assertGreater(broken_off, kills / 2, "the kills met no load")
        self.assertGreater(findings.orders, 20 * kills, "hardly any load")


if __name__ == "__main__":
    unittest.main()
