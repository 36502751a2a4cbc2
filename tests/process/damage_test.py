"""Damaged bytes on disk are reported by name and never answered as data.

Faults injected, with the node stopped or, where it is looked through (scrub), at work: one bit of a stored value, of
a page's head, or of a journal record, is flipped; the bytes of a stored value are overwritten. Survivable, because
every value and record has a checksum over its place and its bytes, and every page of a state has one for each of its
sectors.
"""

import json
import os
import pathlib
import re
import struct
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import orderd_client as wire  # noqa: E402
from order_load import CONFIRMED, REJECTED  # noqa: E402
from orderd_node import TemporaryNode, wait_until  # noqa: E402

ORDERS = 200
REFUSED, FAULT = 1, 3
ITEM_QUARANTINED = 8


def as_uuid(order_id):
    text = order_id.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def damaged_copy(known):
    """The bytes with one bit flipped in their middle."""
    middle = len(known) // 2
    return known[:middle] + bytes([known[middle] ^ 1]) + known[middle + 1:]


PAGE = 4096
SECTOR = 512  # what has one checksum


def is_in_gap(page, at):
    """Whether an LMDB page has no row there; its head names the bounds of the gap behind 12 other bytes."""
    lower, upper = struct.unpack_from("<HH", page, 12)
    return lower <= at < upper <= PAGE


def replace(path, old, new):
    """Overwrites every place in the file where the old bytes are; older copies of a page may have them too.

    Not in the rows of a page that says which tables there are, or how far the state is: without it nothing can be
    saved. Nor what an earlier page left in the gap between the heads of rows and the rows: that would take the rows of
    whatever has the page now, the item of all orders for one.
    """
    content = bytearray(path.read_bytes())
    at, found = content.find(old), False
    while at >= 0:
        page = content[at // PAGE * PAGE:(at // PAGE + 1) * PAGE]
        if b"meta" not in page and b"applied" not in page and not is_in_gap(page, at % PAGE):
            content[at:at + len(old)] = new
            found = True
        at = content.find(old, at + len(old))
    if not found:
        raise AssertionError(f"{old!r} is not in {path}")
    path.write_bytes(content)


class DamageTest(unittest.TestCase):
    def setUp(self):
        self.node = TemporaryNode(self, metrics=True)
        self.state = self.node.data / "shards/0000/state/data.mdb"
        self.journal = self.node.data / "journal/data.mdb"

    def place_orders(self):
        """Orders by reference, all confirmed."""
        orders = {}
        with self.node.client() as client:
            client.set_stock("WIDGET", 10**6)
            client.set_account("C", 10**9)
            for number in range(ORDERS):
                reference = f"reference-{number:06}"
                orders[reference] = wire.make_order_id()
                reply = client.place(orders[reference], "C", [("WIDGET", 1, 100)], reference=reference)
                self.assertEqual(reply["placement"]["status"], CONFIRMED)
        return orders

    def wait_until_applied(self):
        def applied():
            shards = json.loads(self.node.ctl("--json", "status").stdout)["shards"]
            return all(shard["committed_epoch"] == shard["applied_epoch"] for shard in shards)
        wait_until(applied, "everything is in the state store")

    def stopped_with_orders(self):
        """Orders that are in the state store of a node that was stopped in order."""
        self.node.start()
        orders = self.place_orders()
        self.wait_until_applied()
        self.assertEqual(self.node.stop(), 0)
        return orders

    def check_others(self, client, orders, damaged, refused_max=0):
        """Each other order is as it was; at most so many share a damaged sector and are refused, none is missing."""
        refused = 0
        for reference, order_id in orders.items():
            if order_id == damaged:
                continue
            reply = client.get(order_id)
            if refused < refused_max and wire.FAULTS.get(reply.get("fault", {}).get("code")) == "CORRUPT":
                refused += 1
                continue
            assert "order" in reply, reply
            order = reply["order"]
            self.assertEqual((order["reference"], order["status"]), (reference, CONFIRMED))

    def assert_damaged(self, reply, order_id, code):
        self.assertEqual(wire.FAULTS.get(reply.get("fault", {}).get("code")), code, reply)
        self.assertIn(order_id.hex(), reply["fault"]["message"])
        self.assertIn("checksum", reply["fault"]["message"])

    def test_a_damaged_order_is_named_and_harms_no_other(self):
        orders = self.stopped_with_orders()
        damaged = orders["reference-000077"]
        replace(self.state, b"reference-000077", b"#" * 16)
        self.node.start()
        self.assertIn("event=state_salvaged", self.node.said())
        self.assertEqual([self.damage_shown(each) for each in ("corrected_pages", "state_salvaged")], [0, 1])
        self.assertGreaterEqual(self.damage_shown("lost_ranges"), 1)
        self.assertTrue((self.state.parent.parent / "state.damaged-1/data.mdb").exists())
        with self.node.client() as client:
            self.assert_damaged(client.get(damaged), damaged, "CORRUPT")
            # Nothing of a command for it is kept: the same answer however often it is sent.
            for _ in range(2):
                self.assert_damaged(client.cancel(damaged), damaged, "CORRUPT")
                again = client.place(damaged, "C", [("WIDGET", 1, 100)], reference="reference-000077")
                self.assert_damaged(again, damaged, "CORRUPT")
                self.assertIn(f"order {as_uuid(damaged)} cannot be read", again["fault"]["message"])
                self.assertIn("rows here were lost", again["fault"]["message"])
            self.assertIn("nothing is in quarantine", self.node.ctl("quarantine", "list").stdout)
            self.assert_damaged(client.get(damaged), damaged, "CORRUPT")
            self.check_others(client, orders, damaged, refused_max=16)
            self.assertEqual(client.place(wire.make_order_id(), "C", [("WIDGET", 1, 1)])["placement"]["status"],
                             CONFIRMED)
            self.assertEqual(client.get_stock("WIDGET")["stock_item"]["reserved"], ORDERS + 1)
        for command in (["get", as_uuid(damaged)], ["cancel", as_uuid(damaged)],
                        ["place", "WIDGET=1@1.00", "--customer", "C", "--id", as_uuid(damaged)]):
            done = self.node.ctl(*command)
            self.assertEqual(done.returncode, FAULT, done.stdout)
            self.assertIn("checksum", done.stderr)
        self.assertIn("event=entity_unreadable", self.node.said())

    def damage_shown(self, metric):
        """What the page for Prometheus says of the one shard."""
        return float(re.search(rf'^orderd_{metric}{{shard="0"}} (.*)$', self.node.metrics_page(), re.M)[1])

    def test_the_audit_reports_damage(self):
        self.stopped_with_orders()
        replace(self.state, b"reference-000077", b"#" * 16)
        self.node.start()
        done = self.node.ctl("audit")
        self.assertEqual(done.returncode, REFUSED, done.stderr)
        self.assertIn("LOST", done.stdout)
        self.assertIn("order content", done.stdout)
        self.assertIn(f"{ORDERS} orders", done.stdout)

    def test_lost_rows_are_listed_and_can_be_given_up(self):
        orders = self.stopped_with_orders()
        damaged = orders["reference-000077"]
        replace(self.state, damaged, bytes(len(damaged)))
        self.node.start()
        listed = json.loads(self.node.ctl("--json", "lost", "list").stdout)
        self.assertEqual(len(listed), self.damage_shown("lost_ranges"))
        self.assertGreater(listed[0]["found_at_ms"], 1_600_000_000_000)
        self.assertIn(listed[0]["name"], self.node.ctl("lost", "list").stdout)
        with self.node.client() as client:
            self.assertEqual(self.node.ctl("lost", "accept", "--all").returncode, REFUSED, "nobody said yes")
            self.assert_damaged(client.get(damaged), damaged, "CORRUPT")
            self.assertEqual(self.node.ctl("lost", "accept", "0-000000000000", "--yes").returncode, REFUSED)
            done = self.node.ctl("lost", "accept", *(each["name"] for each in listed), "--yes", "--by", "the test")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(self.damage_shown("lost_ranges"), 0)
            self.assertEqual(self.node.said().count("event=lost_accepted"), len(listed))
            self.assertIn('by="the test"', self.node.said())
            self.assertEqual(wire.REJECTIONS.get(client.get(damaged).get("rejection", {}).get("code")), "NOT_FOUND")
        self.assertEqual(self.node.stop(), 0)
        self.node.start()
        self.assertEqual(self.node.ctl("lost", "list").stdout, "nothing is lost\n")
        with self.node.client() as client:
            again = client.place(damaged, "C", [("WIDGET", 1, 100)], reference="reference-000077")
            self.assertEqual(again["placement"]["status"], CONFIRMED, "it is placed a second time, as was said")

    def test_a_flipped_bit_is_turned_back(self):
        orders = self.stopped_with_orders()
        replace(self.state, b"reference-000077", damaged_copy(b"reference-000077"))
        self.node.start()
        with self.node.client() as client:
            self.check_others(client, orders, None)
        self.assertEqual(self.node.audit()[0], 0)
        self.assertGreaterEqual(self.damage_shown("corrected_pages"), 1)
        self.assertEqual([self.damage_shown(each) for each in ("state_salvaged", "lost_ranges")], [0, 0])

    def test_a_damaged_key_is_not_an_order_that_never_was(self):
        orders = self.stopped_with_orders()
        damaged = orders["reference-000077"]
        replace(self.state, damaged, bytes(len(damaged)))
        self.node.start()
        with self.node.client() as client:
            self.assert_damaged(client.get(damaged), damaged, "CORRUPT")
            again = client.place(damaged, "C", [("WIDGET", 1, 100)], reference="reference-000077")
            self.assert_damaged(again, damaged, "CORRUPT")
            stock = client.get_stock("WIDGET")
            self.assertEqual(stock.get("stock_item", {}).get("reserved"), ORDERS, stock)

    def test_a_lost_item_and_a_lost_account_refuse_what_needs_them(self):
        orders = self.stopped_with_orders()
        for key in (b"\x01WIDGET", b"\x02C"):
            replace(self.state, key, bytes([key[0]]) + b"?" * (len(key) - 1))
        self.node.start()
        with self.node.client() as client:
            for reply in (client.set_stock("WIDGET", 5), client.set_account("C", 5),
                          client.get_stock("WIDGET")):
                self.assertEqual(wire.FAULTS.get(reply.get("fault", {}).get("code")), "CORRUPT", reply)
            order = wire.make_order_id()
            placed = client.place(order, "C", [("WIDGET", 1, 100)])["placement"]
            self.assertEqual((placed["status"], placed["reason"]), (REJECTED, ITEM_QUARANTINED))
            # What an order gives back waits, until what was held of it is given up.
            held = as_uuid(orders["reference-000077"])
            self.node.ctl("--timeout", "1", "cancel", held)
            wait_until(lambda: len(json.loads(self.node.ctl("--json", "quarantine", "list").stdout)) == 2,
                       "the item and the account wait for a person")
            self.assertEqual(self.node.ctl("lost", "accept", "--all", "--yes").returncode, 0)
            for entity in (["item", "WIDGET"], ["account", "C"]):
                self.assertEqual(self.node.ctl("quarantine", "retry", *entity).returncode, 0)
            wait_until(lambda: json.loads(self.node.ctl("--json", "get", held).stdout)["status"] == "cancelled",
                       "the order ends")
            self.assertIn("nothing is in quarantine", self.node.ctl("quarantine", "list").stdout)

    def flip_under_a_running_node(self, path, text):
        """Turns over one bit of each sector that has the text: one wrong bit a sector is corrected, more are not.

        The byte is read again right before, because the node may have written another page there since.
        """
        content = path.read_bytes()
        places = [found.start() + len(text) // 2 for found in re.finditer(re.escape(text), content)]
        self.assertTrue(places)
        with open(path, "r+b", buffering=0) as file:
            for at in {place // SECTOR: place for place in places}.values():
                byte = os.pread(file.fileno(), 1, at)[0]
                os.pwrite(file.fileno(), bytes([byte ^ 1]), at)

    def test_the_scrub_finds_nothing_in_a_sound_node(self):
        self.node.start()
        self.place_orders()
        self.wait_until_applied()
        before = json.loads(self.node.ctl("--json", "scrub").stdout)
        self.assertEqual((before["begun_at_ms"], before["running"]), (0, False))
        self.assertGreater(before["next_in_ms"], 23 * 3_600_000)
        self.assertEqual(self.node.ctl("scrub", "--now").returncode, 0)
        wait_until(lambda: json.loads(self.node.ctl("--json", "scrub").stdout)["ended_at_ms"], "the scrub has ended")
        done = self.node.ctl("--json", "scrub")
        said = json.loads(done.stdout)
        self.assertEqual((done.returncode, said["bad"], said["mended"], said["finding"]), (0, 0, 0, None))
        self.assertGreaterEqual(said["bytes"], self.state.stat().st_size // 2)
        self.assertIn("100.0 %", self.node.ctl("scrub").stdout)

    def test_a_node_goes_on_with_a_damaged_journal_which_a_start_would_refuse(self):
        self.node.start()
        orders = self.place_orders()
        self.wait_until_applied()
        self.flip_under_a_running_node(self.journal, f"reference-{ORDERS - 1:06}".encode())
        self.node.ctl("scrub", "--now")
        wait_until(lambda: "event=journal_damaged" in self.node.said(), "the damaged record is found")
        self.assertRegex(self.node.said(), r"event=scrub_damage store=.the journal.*record \d+ of the journal: .*wrong "
                                           r"checksum; it is epoch \d+ of shard 0, which the state has")
        said = json.loads(self.node.ctl("--json", "scrub").stdout)
        self.assertEqual((said["looking_at"], said["bad"]), ("the journal", 1))
        with self.node.client() as client:
            self.check_others(client, orders, None)
            again = client.place(wire.make_order_id(), "C", [("WIDGET", 1, 100)])
            self.assertEqual(again["placement"]["status"], CONFIRMED)

    def test_the_scrub_finds_what_nobody_reads_and_the_next_start_mends_it(self):
        self.node.start()
        orders = self.place_orders()
        self.wait_until_applied()
        self.flip_under_a_running_node(self.state, b"reference-000077")
        self.node.ctl("scrub", "--now")
        self.assertEqual(self.node.wait(), FAULT)
        self.assertRegex(self.node.said(), r"event=scrub_damage.*page \d+ of .*is not what was written")
        self.assertIn("start the node again", self.node.said())
        self.node.start()
        with self.node.client() as client:
            self.check_others(client, orders, None)
        self.assertEqual(self.node.stop(), 0)
        self.assertIn("event=bits_corrected", self.node.said())

    def test_a_damaged_journal_record_stops_the_start_with_a_diagnosis(self):
        self.node.flags = ["--apply-interval-ms", "60000"]
        self.node.start()
        orders = self.place_orders()
        self.node.kill()
        replace(self.journal, b"reference-000077", damaged_copy(b"reference-000077"))
        for _ in range(2):  # looking at it changes nothing
            self.node.launch()
            self.assertEqual(self.node.wait(), FAULT)
            self.assertRegex(self.node.said(), r"record \d+ of the journal: .*checksum")
        replace(self.journal, damaged_copy(b"reference-000077"), b"reference-000077")
        self.node.start()
        with self.node.client() as client:
            self.check_others(client, orders, None)
        self.assertEqual(self.node.audit()[0], 0)


if __name__ == "__main__":
    unittest.main()
