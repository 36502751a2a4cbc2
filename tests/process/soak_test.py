"""Settled orders cost no memory: after many of them the node is as large as after fewer.

    ORDERD_SOAK_ORDERS=2000000 python3 -m unittest tests/process/soak_test.py
"""

import multiprocessing
import os
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import orderd_client as wire  # noqa: E402
from order_load import CONFIRMED  # noqa: E402
from orderd_node import TemporaryNode, wait_until  # noqa: E402

ORDERS = int(os.environ.get("ORDERD_SOAK_ORDERS", "200000"))
SKUS, CUSTOMERS = 20, 50
BATCH = 250
# An order that stayed in memory takes about 4 KiB; this is less than 0.2 KiB for each of the last third.
GROWTH_BYTES_MAX = 12 << 20


def place_orders(port, count, results):
    """A client process: places so many orders of one line and counts those that are confirmed."""
    confirmed = 0
    with wire.Client("127.0.0.1", port, 120) as client:
        for first in range(0, count, BATCH):
            requests = [{"place_order": wire.place_order(wire.make_order_id(), f"C{i % CUSTOMERS}",
                                                         [(f"SKU{i % SKUS}", 1, 100)])}
                        for i in range(first, min(first + BATCH, count))]
            # What is refused because the machine is busy with other things is asked again.
            while requests:
                replies = client.call_many(requests)
                confirmed += sum(reply.get("placement", {}).get("status") == CONFIRMED for reply in replies)
                requests = [request for request, reply in zip(requests, replies) if "fault" in reply]
    results.put(confirmed)


class SoakTest(unittest.TestCase):
    def setUp(self):
        self.node = TemporaryNode(self, "--idle-s-max", 1, metrics=True).start()
        with self.node.client() as client:
            for i in range(SKUS):
                client.set_stock(f"SKU{i}", 10**9)
            for i in range(CUSTOMERS):
                client.set_account(f"C{i}", 10**15)

    def place(self, count):
        context = multiprocessing.get_context("fork")
        results = context.Queue()
        processes = [context.Process(target=place_orders, daemon=True, args=(self.node.port, count // 2, results))
                     for _ in range(2)]
        for process in processes:
            process.start()
        confirmed = sum(results.get(timeout=600) for _ in processes)
        for process in processes:
            process.join()
        self.assertEqual(confirmed, count // 2 * 2)

    def figure(self, name, labels=""):
        """The sum of a metric over all label values that contain `labels`."""
        found = re.findall(rf"^{name}(\{{[^}}]*\}})? (\S+)$", self.node.metrics_page(), re.MULTILINE)
        self.assertTrue(found, f"{name} is not shown")
        return sum(float(value) for label, value in found if labels in label)

    def anonymous_bytes(self):
        """Memory of the node without the pages of its files, which the kernel takes back as it likes."""
        status = pathlib.Path(f"/proc/{self.node.process.pid}/status").read_text()
        return int(re.search(r"RssAnon:\s+(\d+) kB", status)[1]) * 1024

    def quiet(self):
        return self.figure("orderd_live_entities") == 0 and self.figure("orderd_apply_lag_epochs") == 0

    def test_settled_orders_leave_memory(self):
        sizes = []
        for _ in range(3):
            self.place(ORDERS // 3)
            self.assertLessEqual(self.figure("orderd_live_entities", 'kind="item"'), SKUS)
            self.assertLessEqual(self.figure("orderd_live_entities", 'kind="account"'), CUSTOMERS)
            wait_until(lambda: self.figure("orderd_live_entities", 'kind="order"') == 0, "no order stays in memory")
            wait_until(self.quiet, "idle items and accounts leave memory too, and all is applied", every_s=0.2)
            sizes.append(self.anonymous_bytes())
        print("memory after each third:", *(f"{size >> 20} MiB" for size in sizes), flush=True)
        self.assertEqual(self.figure("orderd_unsettled_orders"), 0)
        self.assertLess(sizes[2] - sizes[1], GROWTH_BYTES_MAX, sizes)
        code, report = self.node.audit()
        self.assertEqual((code, report["orders"]), (0, ORDERS // 3 // 2 * 6))


if __name__ == "__main__":
    unittest.main()
