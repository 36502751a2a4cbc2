"""A full disk: new orders are refused and told so, accepted ones go on, and nothing acknowledged is lost.

Faults injected: the disk fills up with orders; another file takes all of it in one step under load. The first is
survivable because new orders are refused while there is room left for the accepted ones. In the second a commit
may fail: then its outcome is unknown, nothing is acknowledged, the process ends with code 3, and the next start
finds what was acknowledged in the journal.

Needs the right to mount a small file system of its own (root); without it the tests are skipped.
"""

import errno
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import orderd_client as wire  # noqa: E402
from order_check import check_all  # noqa: E402
from order_load import CANCELLED, CONFIRMED, Crowd, Market  # noqa: E402
from orderd_node import Node, seed_of_this_run, wait_until  # noqa: E402

DISK_MIB = 96
FAULT = 3


class Disk:
    """A file system in memory of its own, on a temporary folder."""

    def __init__(self, test):
        folder = tempfile.TemporaryDirectory(prefix="orderd-disk-")
        test.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        self.ballast = self.path / "ballast"
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", self.path],
                                 capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            test.skipTest(f"a small file system cannot be mounted here: {mounted.stderr.strip()}")
        test.addCleanup(subprocess.run, ["umount", "-l", self.path], check=True)

    def fill(self, leave_bytes=0):
        """Another program's file takes what is free, to the last page even while others write."""
        with open(self.ballast, "wb") as file:
            taken, size = 0, self.free_bytes() - leave_bytes
            while size > 0:
                try:
                    os.posix_fallocate(file.fileno(), taken, size)
                    taken += size
                    size = self.free_bytes() - leave_bytes
                except OSError as full:
                    if full.errno != errno.ENOSPC:
                        raise
                    size //= 2

    def free_bytes(self):
        space = os.statvfs(self.path)
        return space.f_bavail * space.f_frsize

    def free(self):
        self.ballast.unlink()


class FullDiskTest(unittest.TestCase):
    def setUp(self):
        self.disk = Disk(self)
        self.node = Node(self.disk.path / "data", "--apply-interval-ms", 20)
        self.addCleanup(self.node.kill)  # before the disk goes
        self.node.start()

    def fault_of(self, reply):
        return wire.FAULTS.get(reply.get("fault", {}).get("code"))

    def place_until_refused(self, client, lines):
        """Answers by order id, and the first refusal."""
        accepted = {}
        for _ in range(10_000):
            order_id = wire.make_order_id()
            reply = client.place(order_id, "C", lines)
            if self.fault_of(reply) == "STORAGE_FULL":
                return accepted, reply["fault"]
            if self.fault_of(reply) != "OVERLOADED":
                self.assertEqual(reply["placement"]["status"], CONFIRMED, reply)
                accepted[order_id] = reply
        self.fail("the disk never fills up")

    def check_statuses(self, client, accepted, cancelled):
        for order_id in accepted:
            self.assertEqual(client.get(order_id)["order"]["status"],
                             CANCELLED if order_id in cancelled else CONFIRMED)

    def test_a_disk_filled_by_orders_refuses_new_ones_only(self):
        self.disk.fill(leave_bytes=20 << 20)
        with self.node.client() as client:
            skus = [f"SKU{i:03}" for i in range(200)]
            client.call_many([{"set_stock": {"command_id": os.urandom(16), "sku": sku, "on_hand": 10**9}}
                              for sku in skus])
            client.set_account("C", 10**15)
            accepted, refusal = self.place_until_refused(client, [(sku, 1, 1) for sku in skus])
            self.assertGreater(len(accepted), 10)
            self.assertRegex(refusal["message"], r"disk is \d+ % full, new orders are accepted below")
            self.assertGreater(refusal["retry_after_ms"], 0)
            status = self.node.ctl("status")
            self.assertIn("refusing new orders", status.stdout)
            cancelled = list(accepted)[:20]
            for order_id in cancelled:
                self.assertEqual(client.cancel(order_id)["cancellation"]["status"], CANCELLED)
            self.check_statuses(client, accepted, cancelled)
            self.assertEqual(client.get_stock(skus[0])["stock_item"]["reserved"], len(accepted) - len(cancelled))
            self.disk.free()
            wait_until(lambda: client.status()["node_status"].get("admitting"), "orders are accepted again")
            another = client.place(wire.make_order_id(), "C", [(skus[0], 1, 1)])
            self.assertEqual(another["placement"]["status"], CONFIRMED)
            for order_id, reply in list(accepted.items())[::10]:
                self.assertEqual(client.place(order_id, "C", [(sku, 1, 1) for sku in skus]), reply)
        self.node.kill()
        self.node.start()
        with self.node.client() as client:
            self.check_statuses(client, accepted, cancelled)
        code, report = self.node.audit()
        self.assertEqual(code, 0, report)
        self.assertEqual(report["orders"], len(accepted) + 1)

    def test_a_disk_taken_in_one_step_under_load_loses_nothing(self):
        seed, market = seed_of_this_run(), Market()
        ledgers = tempfile.TemporaryDirectory(prefix="orderd-ledgers-")
        self.addCleanup(ledgers.cleanup)
        with self.node.client() as client:
            market.open(client)
        crowd = Crowd(self.node.port, pathlib.Path(ledgers.name), seed, market, size=2)
        self.addCleanup(crowd.kill)
        for _ in range(3):
            crowd.wait_for_load(500)
            self.disk.fill()
            self.stay_full()
            self.disk.free()
            if self.node.process.poll() is not None:
                self.node.start()
        counted = crowd.finish()
        self.assertEqual([wrong for one in counted for wrong in one["wrong"]][:5], [])
        self.assertGreater(sum(one["answered"] for one in counted), 500)
        check_all(self, self.node, crowd.ledgers, market)
        self.node.kill()
        self.node.start()
        check_all(self, self.node, crowd.ledgers, market)

    def stay_full(self):
        """Until the node refuses new orders for want of space, or has ended and said why."""
        def noticed():
            if self.node.process.poll() is not None:
                return True
            try:
                with self.node.client() as client:
                    return not client.status()["node_status"].get("admitting")
            except (OSError, wire.ProtocolError):
                return False  # it is about to end
        wait_until(noticed, "the node notices that its disk is full")
        if self.node.process.poll() is None:
            with self.node.client() as client:
                reply = client.place(wire.make_order_id(), "", [("SKU0001", 1, 1)], method=wire.CARD)
                self.assertEqual(self.fault_of(reply), "STORAGE_FULL", reply)
                self.assertIn("full", reply["fault"]["message"])
            print("the node lived on a full disk", flush=True)
            return
        print("the node ended on a full disk: " + self.node.said().splitlines()[-1], flush=True)
        self.assertEqual(self.node.wait(), FAULT, self.node.said())
        self.assertRegex(self.node.said(), r"(?i)storage_full|no space|full")


if __name__ == "__main__":
    unittest.main()
