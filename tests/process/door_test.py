"""Crowds at the door of a real orderd: who says nothing, and who sends half of everything.

    ORDERD_BIN=build/release/bin python3 -m unittest tests/process/door_test.py
"""

import pathlib
import resource
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import orderd_client as wire  # noqa: E402
from orderd_node import TemporaryNode, wait_until  # noqa: E402

CLIENTS = 1024  # places of a node for those that said HELLO


class DoorTest(unittest.TestCase):
    def setUp(self):
        files = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, files)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, files[1]), files[1]))
        self.node = TemporaryNode(self, "--provider-delay-ms", 1000, metrics=True).start()
        self.open = []
        self.addCleanup(lambda: [one.socket.close() for one in self.open])

    def keep(self, connection):
        self.open.append(connection)
        return connection

    def peak_bytes(self):
        """The most memory that the node has had."""
        status = pathlib.Path(f"/proc/{self.node.process.pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:"))

    def assert_served(self):
        """A client that comes now places an order, and a person at a terminal is answered."""
        with self.node.client(timeout_s=5) as client:
            self.assertIn("stock_item", client.set_stock("A", 1_000_000))
            client.set_account("c", 1_000_000)
            placed = client.place(wire.make_order_id(), "c", [("A", 1, 1)])
            self.assertEqual(wire.STATUS[placed["placement"]["status"]], "CONFIRMED")
        self.assertEqual(self.node.ctl("status", seconds=30).returncode, 0)

    def test_a_silent_crowd_keeps_nobody_out(self):
        for _ in range(CLIENTS + 200):
            self.keep(self.node.raw())
        self.assert_served()
        for _ in range(CLIENTS + 200):  # these say HELLO first
            self.keep(self.node.raw()).send(wire.hello_frame())
        self.assert_served()

    def test_who_was_there_before_a_crowd_and_waits_is_answered(self):
        node = self.node
        with node.client() as before:
            before.set_stock("A", 10)
            order = wire.make_order_id()
            waiting = wire.place_order(order, "", [("A", 1, 1)], method=wire.CARD)
            before.send(wire.requests_frame(7, [{"place_order": waiting}]))
            for _ in range(CLIENTS + 200):
                self.keep(node.raw()).send(wire.hello_frame())
            kind, _, payload = before.read_frame()
            self.assertEqual(kind, wire.REPLIES, payload)

    def test_frames_that_do_not_end_fill_no_memory(self):
        before = self.node.rss_bytes()
        whole = wire.HEADER.pack((1 << 20), 1, wire.REQUESTS, 0, 1) + b"\0" * ((1 << 20) - 1)
        for _ in range(CLIENTS):
            one = self.keep(self.node.raw())
            one.socket.settimeout(0.5)
            try:
                one.send(wire.hello_frame() + whole)
            except OSError:
                pass  # the node closed it
        self.assert_served()
        grown = self.peak_bytes() - before
        print(f"{CLIENTS} unfinished frames of 1 MiB: {grown >> 20} MiB more at most")
        self.assertLess(grown, 350 << 20)
        with self.node.client(timeout_s=10) as large:  # a frame that needs some of what they hold
            order = wire.place_order(wire.make_order_id(), "c", [("A", 1, 1)] * 2000)
            replies = large.call_many([{"place_order": {**order, "order_id": wire.make_order_id()}} for _ in range(20)])
            self.assertEqual(len(replies), 20)

    def settled_bytes(self):
        """Memory once a start has done what it does only once: unchanged for two seconds."""
        seen = [self.node.rss_bytes()]

        def unchanged():
            seen.append(self.node.rss_bytes())
            return len(seen) > 20 and seen[-1] == seen[-21]

        wait_until(unchanged, "memory stays as it is", 60, every_s=0.1)
        return seen[-1]

    def test_an_idle_connection_costs_little(self):
        with self.node.client() as one:
            one.status()
        before = self.settled_bytes()
        count = 900
        for _ in range(count):
            self.keep(self.node.client()).status()
        limit = 16 << 10
        each = wait_until(lambda: (self.node.rss_bytes() - before) / count if
                          (self.node.rss_bytes() - before) / count <= limit else 0,
                          f"an idle connection costs at most {limit} bytes", 5)
        print(f"an idle connection costs {each / 1024:.1f} KiB")


if __name__ == "__main__":
    unittest.main()
