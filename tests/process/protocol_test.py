"""The wire protocol of a real orderd, spoken by a client written from cluster/wire/PROTOCOL.md.

    ORDERD_BIN=build/release/bin python3 -m unittest tests/process/protocol_test.py
"""

import os
import pathlib
import random
import socket
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import orderd_client as wire  # noqa: E402
from orderd_node import Node, TemporaryNode, seed_of_this_run  # noqa: E402


class ProtocolTest(unittest.TestCase):
    """One node for all tests; each uses names of its own."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="orderd-test-")
        cls.addClassCleanup(folder.cleanup)
        cls.node = Node(pathlib.Path(folder.name) / "data").start()
        cls.addClassCleanup(cls.node.kill)

    @classmethod
    def tearDownClass(cls):
        code = cls.node.stop()
        assert code == 0, f"orderd ended with {code}"

    def setUp(self):
        self.client = self.node.client()
        self.addCleanup(self.client.socket.close)

    def stocked(self, on_hand=100, limit=1_000_000):
        """A SKU and a customer of this test's own."""
        name = os.urandom(6).hex()
        self.assertEqual(self.client.set_stock(name, on_hand)["stock_item"]["on_hand"], on_hand)
        self.assertEqual(self.client.set_account(name, limit)["account"]["credit_limit_minor"], limit)
        return name

    def error_of(self, data, greet=True, closes=False):
        """The fault of the ERROR frame with which the node answers `data`."""
        with self.node.raw() as peer:
            peer.send((wire.hello_frame() if greet else b"") + data)
            while True:
                kind, _, payload = peer.read_frame()
                if kind == wire.ERROR:
                    if closes:
                        with self.assertRaises(ConnectionError):
                            peer.read_exactly(1)
                    return wire.FAULTS[wire.decode(wire.FAULT, payload)["code"]]

    def assert_alive(self):
        self.assertIsNone(self.node.process.poll())
        with self.node.client() as another:
            self.assertTrue(another.status()["node_status"]["admitting"])

    # -- what clients do -----------------------------------------------------

    def test_says_hello(self):
        self.assertEqual(self.client.hello["protocol_version"], 1)
        self.assertEqual(self.client.hello["credit_window"], 8192)
        self.assertEqual(self.client.hello["frame_bytes_max"], 1 << 20)

    def test_places_and_gets_an_order(self):
        name, order_id = self.stocked(), wire.make_order_id()
        placed = self.client.place(order_id, name, [(name, 6, 255)], reference="536365")["placement"]
        self.assertEqual(wire.STATUS[placed["status"]], "CONFIRMED")
        self.assertEqual(placed["authorized_minor"], 1530)
        self.assertEqual(placed["lines_reserved"], 1)
        order = self.client.get(order_id)["order"]
        self.assertEqual(order["reference"], "536365")
        self.assertEqual(order["customer"], name)
        self.assertEqual(order["total_minor"], 1530)
        self.assertEqual(order["lines"], [{"sku": name, "quantity": 6, "unit_price_minor": 255, "reserved": True}])
        self.assertEqual(wire.STATUS[order["history"][-1]], "CONFIRMED")
        stock = self.client.get_stock(name)["stock_item"]
        self.assertEqual((stock["on_hand"], stock["reserved"], stock["available"]), (100, 6, 94))
        self.assertEqual(self.client.get_account(name)["account"]["held_minor"], 1530)

    def test_answers_the_same_order_the_same_and_another_with_conflict(self):
        name, order_id = self.stocked(), wire.make_order_id()
        first = self.client.place(order_id, name, [(name, 6, 255)])
        self.assertEqual(self.client.place(order_id, name, [(name, 6, 255)]), first)
        other = self.client.place(order_id, name, [(name, 7, 255)])["rejection"]
        self.assertEqual(wire.REJECTIONS[other["code"]], "CONFLICT")
        self.assertEqual(self.client.get_stock(name)["stock_item"]["reserved"], 6)

    def test_rejects_what_stock_and_credit_do_not_allow(self):
        name = self.stocked(on_hand=5, limit=1000)
        short = self.client.place(wire.make_order_id(), name, [(name, 6, 1)])["placement"]
        self.assertEqual((wire.STATUS[short["status"]], short["reason"]), ("REJECTED", 1))
        dear = self.client.place(wire.make_order_id(), name, [(name, 1, 1001)])["placement"]
        self.assertEqual((wire.STATUS[dear["status"]], dear["reason"]), ("REJECTED", 3))
        self.assertNotIn("reserved", self.client.get_stock(name)["stock_item"])

    def test_cancels_an_order(self):
        name, order_id = self.stocked(), wire.make_order_id()
        self.client.place(order_id, name, [(name, 6, 255)])
        self.assertEqual(wire.STATUS[self.client.cancel(order_id)["cancellation"]["status"]], "CANCELLED")
        self.assertEqual(self.client.get_stock(name)["stock_item"]["available"], 100)
        unknown = self.client.cancel(wire.make_order_id())["rejection"]
        self.assertEqual(wire.REJECTIONS[unknown["code"]], "NOT_FOUND")

    def test_answers_many_requests_of_one_frame(self):
        name = self.stocked(on_hand=1000)
        ids = [wire.make_order_id() for _ in range(1000)]
        replies = self.client.call_many([{"place_order": wire.place_order(one, name, [(name, 1, 1)])} for one in ids])
        self.assertEqual([one["placement"]["order_id"] for one in replies], ids)
        self.assertEqual(self.client.get_stock(name)["stock_item"]["reserved"], 1000)

    # -- what clients must not do --------------------------------------------

    def test_names_the_field_that_is_wrong(self):
        rows = [
            ({"place_order": wire.place_order(b"short", "c", [("s", 1, 1)])}, "order_id"),
            ({"place_order": wire.place_order(wire.make_order_id(), "c", [])}, "lines"),
            ({"place_order": wire.place_order(wire.make_order_id(), "c", [("s", 0, 1)])}, "lines[0].quantity"),
            ({"place_order": wire.place_order(wire.make_order_id(), "c" * 41, [("s", 1, 1)])}, "customer"),
            ({"place_order": wire.place_order(wire.make_order_id(), "c", [("s", 1, 1)] * 2001)}, "lines"),
            ({"set_stock": {"command_id": b"", "sku": "s", "on_hand": 1}}, "command_id"),
            ({"get_stock": {"sku": ""}}, "sku"),
        ]
        for request, field in rows:
            rejection = self.client.call(request)["rejection"]
            self.assertEqual((wire.REJECTIONS[rejection["code"]], rejection["field"]), ("INVALID_FIELD", field))

    def test_answers_requests_that_cannot_be_read_one_by_one(self):
        status = wire.encode(wire.REQUEST, {"get_status": {}})
        bad_text = wire.encode_nested(7, wire.encode_nested(1, b"\xff\xfe"))
        nested = b"\x0b" * 100
        for _ in range(50):
            nested = wire.encode_nested(2, nested)
        many_fields = wire.encode_nested(2, wire.encode_nested(7, b"") * 5000)
        rows = [(bad_text, "MALFORMED"), (b"\x12\x7f\x01", "MALFORMED"), (b"\x0b" * 100, "MALFORMED"),
                (nested, "MALFORMED"), (b"", "MALFORMED"), (many_fields, "TOO_LARGE")]
        for bytes_of_request, expected in rows:
            with self.node.client() as peer:
                payload = wire.encode_nested(1, bytes_of_request) + wire.encode_nested(1, status)
                peer.send(wire.frame(wire.REQUESTS, 1, payload))
                replies = {}
                while len(replies) < 2:
                    _, _, answer = peer.read_frame()
                    for _, one in wire.fields(answer):
                        reply = wire.decode(wire.REPLY, one)
                        replies[reply["request_id"]] = reply
                self.assertEqual(wire.FAULTS[replies[1]["fault"]["code"]], expected)
                self.assertIn("node_status", replies[2])

    def test_ends_connections_that_send_no_frames(self):
        request = wire.requests_frame(1, [{"get_status": {}}])
        rows = [
            (b"GET / HTTP/1.1\r\n\r\n", False, "UNSUPPORTED_VERSION"),
            (b"\0" * 4096, False, "UNSUPPORTED_VERSION"),
            (request, False, "MALFORMED"),  # before HELLO
            (wire.frame(wire.HELLO, 0, b"\xff" * 5000), False, "TOO_LARGE"),
            (wire.hello_frame(), True, "MALFORMED"),  # a second one
            (wire.frame(wire.REPLIES, 0, b""), True, "MALFORMED"),
            (wire.frame(9, 0, b""), True, "MALFORMED"),
            (wire.frame(wire.REQUESTS, 1, b""), True, "MALFORMED"),
            (wire.frame(wire.REQUESTS, 1, b"\xff" * 100), True, "MALFORMED"),
            (wire.frame(wire.REQUESTS, 1, wire.encode_nested(1, b"") * 1025), True, "TOO_LARGE"),
            (wire.HEADER.pack(0xFFFFFFFF, 1, wire.REQUESTS, 0, 1), True, "TOO_LARGE"),
            (wire.HEADER.pack((1 << 20) + 1, 1, wire.REQUESTS, 0, 1), True, "TOO_LARGE"),
            (wire.HEADER.pack(0, 1, wire.REQUESTS, 7, 1), True, "MALFORMED"),
            (wire.HEADER.pack(0, 2, wire.REQUESTS, 0, 1), True, "UNSUPPORTED_VERSION"),
        ]
        for data, greet, expected in rows:
            self.assertEqual(self.error_of(data, greet), expected, data[:20])
        self.assert_alive()

    def test_ends_a_connection_that_says_nothing_within_its_time(self):
        began = time.monotonic()
        self.assertEqual(self.error_of(wire.hello_frame()[:7], greet=False, closes=True), "TIMEOUT")
        self.assertLess(time.monotonic() - began, 10)
        self.assert_alive()

    def test_serves_the_others_while_frames_trickle_in(self):
        request = wire.requests_frame(1, [{"get_status": {}}])
        slow = [self.node.raw() for _ in range(50)]
        for one in slow:
            one.send(wire.hello_frame())
        for byte in request:  # each connection gets the next byte in turn
            for one in slow:
                one.send(bytes([byte]))
            self.assertIn("node_status", self.client.status())
        for one in slow:
            kind = None
            while kind != wire.REPLIES:
                kind, _, _ = one.read_frame()
            one.socket.close()

    def test_survives_connections_that_break_off(self):
        whole = wire.hello_frame() + wire.requests_frame(1, [{"get_status": {}}])
        for size in range(len(whole) + 1):
            with self.node.raw() as peer:
                peer.send(whole[:size])
        for _ in range(20):  # without reading, and with a reset instead of an orderly end
            with self.node.raw() as peer:
                peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                peer.send(whole)
        self.assert_alive()

    def test_ends_a_connection_that_asks_for_more_than_its_credit(self):
        frames, of_each = 60, 20
        # No order is settled, and so no request answered, before the provider has said something.
        node = TemporaryNode(self, "--provider-delay-ms", 20_000, "--provider-timeout-ms", 60_000).start()
        with node.client() as client:
            client.set_stock("A", 1_000_000)
        with node.raw() as peer:
            peer.send(wire.hello_frame())
            order = wire.place_order(wire.make_order_id(), "", [("A", 1, 1)] * 2000, method=wire.CARD)
            data = wire.requests_frame(1, [{"place_order": order}] * of_each)
            self.assertGreater(len(data) * frames, self.client.hello["credit_window_bytes"])
            try:
                for _ in range(frames):
                    peer.send(data)
            except ConnectionError:
                pass  # the node has closed
            code, replies = None, 0
            try:
                while code is None:
                    kind, _, payload = peer.read_frame()
                    if kind == wire.ERROR:
                        code = wire.FAULTS[wire.decode(wire.FAULT, payload)["code"]]
                    elif kind == wire.REPLIES:
                        replies += sum(1 for _ in wire.fields(payload))
                    self.assertLess(replies, frames * of_each, "every request was answered")
            except ConnectionError:
                code = "CREDIT_EXCEEDED"  # a reset may overtake the frame
            self.assertEqual(code, "CREDIT_EXCEEDED")
        with node.client() as another:
            self.assertTrue(another.status()["node_status"]["admitting"])

    def test_survives_random_bytes(self):
        chance = random.Random(seed_of_this_run())
        for size in range(200):
            noise = chance.randbytes(1 + size * 37 % 3000)
            with self.node.raw() as peer:
                try:
                    peer.send((wire.hello_frame() if size % 2 else b"") + noise)
                except ConnectionError:
                    pass
        for size in range(200):  # valid frames around random payloads
            with self.node.client() as peer:
                peer.send(wire.frame(wire.REQUESTS, size, wire.encode_nested(1, chance.randbytes(size))))
                kind, _, _ = peer.read_frame()
                self.assertIn(kind, (wire.REPLIES, wire.ERROR))
        self.assert_alive()


if __name__ == "__main__":
    unittest.main()
