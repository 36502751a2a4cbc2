"""Deadlines are kept whatever the wall clock says.

Faults injected: the machine's clock is ahead by a minute, an hour, or 400 days while a card order waits for its
provider; then the process is killed and started with the right clock, and the other way round. Survivable, because
a shard's time is stored with its epochs and advances with the monotone clock.
"""

import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import orderd_client as wire  # noqa: E402
from orderd_node import TemporaryNode, wait_until  # noqa: E402

DEADLINE_S = 3
GRACE_S = 2
DAY_S = 86_400
AHEAD_S = {"a minute": 60, "an hour": 3_600, "400 days": 400 * DAY_S}


class ClockTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="orderd-clock-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.shim = pathlib.Path(cls.folder.name) / "clock_offset.so"
        source = pathlib.Path(__file__).with_name("clock_offset.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", cls.shim, source], check=True)

    def node(self, name):
        """A node whose wall clock is wrong by what stands in its file."""
        made = TemporaryNode(self, "--placement-deadline-ms", DEADLINE_S * 1000, "--provider-delay-ms", 60_000,
                             "--provider-timeout-ms", 600_000, metrics=True)
        made.offset = pathlib.Path(self.folder.name) / name.replace(" ", "-")
        made.environment = {"LD_PRELOAD": str(self.shim), "CLOCK_OFFSET_FILE": str(made.offset)}
        return made

    def place_one_that_waits(self, node):
        with node.client() as client:
            client.set_stock("WIDGET", 10)
            order_id = wire.make_order_id()
            order = wire.place_order(order_id, "C", [("WIDGET", 1, 100)], method=wire.CARD)
            client.send(wire.requests_frame(99, [{"place_order": order}]))
            with node.client() as other:
                wait_until(lambda: other.get_stock("WIDGET")["stock_item"].get("reserved") == 1, "the reservation", 5)
        return order_id

    def check_deadline(self, node, order_id, begun_at):
        with node.client() as client:
            wait_until(lambda: client.get_stock("WIDGET")["stock_item"].get("reserved", 0) == 0,
                       "the deadline's end of the reservation",
                       max(0.1, begun_at + DEADLINE_S + GRACE_S - time.monotonic()))
            order = client.get(order_id)["order"]
        self.assertGreaterEqual(order["updated_at_ms"], order["placed_at_ms"])

    def restart_with(self, steps):
        """Nodes by name: each starts with the first clock, is killed while an order waits, starts with the second."""
        nodes = []
        for name, (first_s, second_s) in steps.items():
            node = self.node(name)
            node.offset.write_text(str(first_s))
            node.start()
            order_id = self.place_one_that_waits(node)
            node.kill()
            node.offset.write_text(str(second_s))
            begun_at = time.monotonic()
            node.start()
            nodes.append((name, node, order_id, begun_at))
        for name, node, order_id, begun_at in nodes:
            with self.subTest(name):
                self.check_deadline(node, order_id, begun_at)
        return {name: node for name, node, _, _ in nodes}

    def test_a_clock_that_was_ahead_when_the_order_was_placed_delays_nothing(self):
        nodes = self.restart_with({name: (ahead, 0) for name, ahead in AHEAD_S.items()})
        page = nodes["an hour"].metrics_page()
        ahead = next(line for line in page.splitlines()
                     if line.startswith("orderd_shard_wall_clock_ahead_seconds{"))
        self.assertLess(float(ahead.split()[-1]), -3_000)
        self.assertEqual(nodes["an hour"].stop(), 0)
        self.assertIn("event=clock_far", nodes["an hour"].said())
        self.assertEqual(nodes["a minute"].stop(), 0)
        self.assertNotIn("event=clock_far", nodes["a minute"].said())

    def test_a_clock_that_is_ahead_after_the_restart_hurries_nothing(self):
        self.restart_with({f"{name} later": (0, ahead) for name, ahead in AHEAD_S.items()})

    def test_a_clock_that_is_set_while_the_order_waits_changes_nothing(self):
        node = self.node("set meanwhile")
        node.offset.write_text("0")
        node.start()
        begun_at = time.monotonic()
        order_id = self.place_one_that_waits(node)
        node.offset.write_text(str(-400 * DAY_S))
        self.check_deadline(node, order_id, begun_at)


if __name__ == "__main__":
    unittest.main()
