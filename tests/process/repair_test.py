"""What operators do when a shard cannot be led without loss, or its term was made impossible: `orderctl cluster elect`
and `reset-term` with the real programs: what they say, that they ask first, what they refuse, what they leave.

Skipped, with the reason, where there is no etcd.
"""

import json
import pathlib
import tempfile
import unittest

import etcd_cluster
import orderd_node
from local_cluster import LocalCluster

BIN = orderd_node.PROGRAMS
REFUSED, USAGE, FAULT = 1, 2, 3
TERM_TAG = 8  # of the first field of a shard's record, a varint


def read_varint(value, at):
    number, shift = 0, 0
    while True:
        number |= (value[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if value[at - 1] < 0x80:
            return number, at


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out + bytes([number]))


def term_of(record):
    assert record[0] == TERM_TAG, record
    return read_varint(record, 1)[0]


def with_term(record, term):
    return bytes([TERM_TAG]) + varint(term) + record[read_varint(record, 1)[1]:]


class Repair(unittest.TestCase):
    nodes = 3

    def setUp(self):
        if not etcd_cluster.installed():
            self.skipTest("there is no etcd on this machine: scripts/setup.sh installs it")
        folder = tempfile.TemporaryDirectory(prefix="orderd-repair-", ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.cluster = LocalCluster(self.folder, BIN, nodes=self.nodes, shards=1, replication=self.nodes)
        self.addCleanup(self.cluster.stop)
        self.cluster.start()
        self.cluster.wait_until_whole()
        self.done("stock", "set", "A", "1000")

    def done(self, *arguments):
        answer = self.cluster.orderctl(*arguments)
        self.assertEqual(answer.returncode, 0, answer.stdout + answer.stderr + self.logs())
        return answer.stdout

    def place(self):
        return json.loads(self.done("--json", "place", "A=1@1"))["order_id"]

    def logs(self):
        return "\n".join(node.log.read_text(errors="replace")[-2000:] for node in self.cluster.nodes.values())

    def assert_refused(self, code, words, *arguments):
        before = self.cluster.etcd.stored("shards/"), self.cluster.etcd.stored("audit/")
        answer = self.cluster.orderctl("cluster", *arguments)
        self.assertEqual(answer.returncode, code, answer.stdout + answer.stderr)
        for part in words:
            self.assertIn(part, answer.stdout + answer.stderr)
        self.assertEqual(before, (self.cluster.etcd.stored("shards/"), self.cluster.etcd.stored("audit/")))
        return answer.stdout

    def assert_remembered(self, words):
        """The one record of a change, and the line in the log of who wrote it."""
        (name, record), = self.cluster.etcd.stored("audit/").items()
        self.assertTrue(name.endswith("audit/0001"), name)
        for part in words:
            self.assertIn(part.encode(), record)
        self.assertIn("event=configuration_changed", self.logs())

    def the_record(self):
        """Of the one shard: name and bytes."""
        return next(iter(self.cluster.etcd.stored("shards/").items()))


class Elect(Repair):
    nodes = 5

    def in_sync(self):
        status = self.cluster.status()
        return status["shards"][0]["in_sync"] if status and status["shards"] else None

    def leave_out(self, number):
        self.cluster.kill(number)
        orderd_node.wait_until(lambda: number not in (self.in_sync() or [number]), f"node {number} is left out")

    def test_the_longest_copy_that_is_left_leads_by_a_persons_word(self):
        kept = [self.place()]
        self.leave_out(5)
        kept.append(self.place())
        self.leave_out(4)
        lost = self.place()
        self.assert_refused(FAULT, ["no election is needed"], "elect", "--shard", "0", "--node", "1", "--accept-loss",
                            "--yes")
        for number in (1, 2, 3):
            self.cluster.kill(number)
        for number in (4, 5):
            self.cluster.restart(number)
        orderd_node.wait_until(lambda: "node 5" in self.cluster.orderctl(
            "cluster", "elect", "--shard", "0", "--node", "4", "--accept-loss").stdout, "nodes 4 and 5 answer")

        self.assert_refused(USAGE, ["--accept-loss"], "elect", "--shard", "0", "--node", "4", "--yes")
        self.assert_refused(FAULT, ["elect the former", "node 4"], "elect", "--shard", "0", "--node", "5",
                            "--accept-loss", "--yes")
        self.assert_refused(FAULT, ["node 1 does not answer"], "elect", "--shard", "0", "--node", "1",
                            "--accept-loss", "--yes")
        self.assert_refused(FAULT, ["shard 1"], "elect", "--shard", "1", "--node", "4", "--accept-loss", "--yes")
        shown = self.assert_refused(REFUSED, ["nothing was changed"], "elect", "--shard", "0", "--node", "4",
                                    "--accept-loss")
        for part in ("led by node 4", "nodes 1, 2, 3", "do not answer", "LOST", "set aside"):
            self.assertIn(part, shown)

        done = self.done("cluster", "elect", "--shard", "0", "--node", "4", "--accept-loss", "--yes", "--by", "me")
        self.assertIn("audit/0001", done)
        self.assert_remembered(["me", "node 4 elected", "accepting loss", "1, 2, 3"])

        # Those who come back have more: it is kept, and not what counts.
        for number in (1, 2, 3):
            self.cluster.restart(number)
        orderd_node.wait_until(self.whole_again, "every copy is in sync again", 90, 0.2)
        for number in (1, 2, 3):
            self.assertTrue((self.cluster.nodes[number].data / "given-up/0001").exists(), self.logs())
        for order in kept:
            self.assertIn("confirmed", self.done("get", order))
        self.assertNotEqual(self.cluster.orderctl("get", lost).returncode, 0)
        self.done("place", "A=1@1")
        self.done("audit")

    def whole_again(self):
        """Nodes that ended by themselves, to set their disks aside, are started again, as whoever watches them does."""
        for node in self.cluster.nodes.values():
            if not node.runs():
                node.start()
        return self.cluster.whole()


class ResetTerm(Repair):
    def everyone_says(self, records):
        orderd_node.wait_until(
            lambda: all(self.cluster.nodes[number].trouble("records") == records for number in self.cluster.nodes
                        if self.cluster.nodes[number].runs()),
            f"records that are not believed: {records} at each node")

    def test_a_term_that_cannot_be_is_written_over(self):
        for term in (2**64 - 1, 2**62 + 1, 2**40):
            with self.subTest(term=term):
                self.poison_and_reset(term)

    def poison_and_reset(self, poison):
        order = self.place()
        audits = len(self.cluster.etcd.stored("audit/"))
        name, record = self.the_record()
        term = term_of(record)
        self.cluster.etcd.put(name, with_term(record, poison))
        self.everyone_says(1)
        self.assertIn("orderctl cluster restore-configuration", self.logs())
        self.place()  # The shard goes on as its nodes hold it.

        self.assert_refused(USAGE, ["--shard"], "reset-term", "--yes")
        shown = self.assert_refused(REFUSED, ["nothing was changed"], "reset-term", "--shard", "0")
        self.assertIn(f"term {term} -> {term + 1000}", shown)
        done = self.done("cluster", "reset-term", "--shard", "0", "--yes", "--by", "me")
        self.assertIn(f"audit/{audits + 1:04}", done)
        if audits == 0:
            self.assert_remembered(["me", f"its term set to {term + 1000}"])
        self.everyone_says(0)
        self.cluster.wait_until_whole()
        self.assertGreaterEqual(term_of(self.the_record()[1]), term + 1000)

        # Terms are given again: another node leads when this one goes.
        primary = self.cluster.status()["shards"][0]["primary"]
        self.cluster.kill(primary)
        orderd_node.wait_until(lambda: self.cluster.status()["shards"][0]["primary"] != primary, "another node leads")
        self.assertIn("confirmed", self.done("get", order))
        self.place()
        self.cluster.restart(primary)
        self.cluster.wait_until_whole()


if __name__ == "__main__":
    unittest.main()
