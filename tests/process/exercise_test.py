"""orderd --failing-entities: an entity that fails on purpose, what an operator is told of it, and how it is mended."""

import json
import time
import unittest

import orderd_node

REFUSED, FAULT = 1, 3
LOOKED_AGAIN_S = 1.2  # the file is looked at once a second


class Exercise(unittest.TestCase):
    def setUp(self):
        self.node = orderd_node.TemporaryNode(self)
        self.file = self.node.data.parent / "failing.txt"
        self.node.flags = ["--failing-entities", str(self.file)]

    def ok(self, *arguments):
        done = self.node.ctl("--json", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        return json.loads(done.stdout)

    def now_fails(self, text):
        self.file.write_text(text)
        time.sleep(LOOKED_AGAIN_S)

    def place(self):
        """(exit code, placement) of an order for two of item A."""
        done = self.node.ctl("--json", "place", "A=2@1", "--customer", "alice")
        return done.returncode, json.loads(done.stdout)

    def test_an_item_fails_is_shown_in_words_and_is_mended(self):
        self.file.write_text("# nothing yet\n")
        self.node.start()
        self.ok("stock", "set", "A", "10")
        self.ok("account", "set", "alice", "--limit", "100")
        code, kept = self.place()
        self.assertEqual((code, kept["status"]), (0, "confirmed"))

        self.now_fails("item A\n")
        # Who asks for units gets a no; who gives some back waits.
        code, refused = self.place()
        self.assertEqual((code, refused["status"], refused["reason"]), (REFUSED, "rejected", "item_quarantined"))
        told = self.node.ctl("why", refused["order_id"]).stdout
        self.assertIn("because a SKU or an account that it needs waits for a person", told)
        self.node.ctl("--timeout", "1", "cancel", kept["order_id"], "--by", "bob", "--why", "too many")
        self.assertRegex(self.quarantined(), r"^item A: reserve failed \d+ times, last with: made to fail by "
                                             r"--failing-entities; since \S+, 1 command waits\n$")
        told = self.node.ctl("why", kept["order_id"]).stdout
        for words in (f"order {kept['order_id']}: stuck", "Cancelled by bob: too many.", "SKU A is in quarantine",
                      "made to fail by --failing-entities", "orderctl quarantine retry item 'A' --why TEXT"):
            self.assertIn(words, told)

        # As long as the cause is there a retry changes nothing, also where the file is spoiled meanwhile.
        self.now_fails("item A\nbasket B\n")
        self.fails_again(kept)
        self.file.unlink()
        self.file.mkdir()
        time.sleep(LOOKED_AGAIN_S)
        self.fails_again(kept)

        self.file.rmdir()
        self.now_fails("")
        self.retry()
        orderd_node.wait_until(lambda: self.ok("get", kept["order_id"])["status"] == "cancelled", "the order ends")
        self.assertEqual(self.node.ctl("quarantine", "list").stdout, "nothing is in quarantine\n")
        self.assertEqual(self.ok("stock", "get", "A")["available"], 10)
        self.assertEqual(self.place()[1]["status"], "confirmed")
        self.assertEqual(self.node.audit()[0], 0)
        self.assertEqual(self.node.stop(), 0)
        said = self.node.said()
        self.assertIn("event=exercise", said)
        self.assertIn("failing_entities_unread", said)
        self.assertIn("line 2: 'basket B' has to be a kind and a key", said)
        self.assertIn(f"cannot read {self.file}", said)

    def quarantined(self):
        """What the list says, once there is something."""
        def listed():
            said = self.node.ctl("quarantine", "list").stdout
            return said if said.startswith("item A") else None
        return orderd_node.wait_until(listed, "item A is in quarantine")

    def fails_again(self, order):
        self.retry()
        self.assertIn("item A: release failed", self.quarantined())
        self.assertIn("last with: made to fail by --failing-entities", self.quarantined())
        self.assertEqual(self.ok("get", order["order_id"])["status"], "cancelling")

    def retry(self):
        done = self.node.ctl("quarantine", "retry", "item", "A", "--by", "ann", "--why", "mended")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("item A is tried again", done.stdout)

    def test_what_a_person_asked_of_it_is_done_after_the_retry(self):
        self.file.write_text("item A\n")
        self.node.start()
        done = self.node.ctl("stock", "set", "A", "10")
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertIn("A is quarantined: made to fail by --failing-entities", done.stderr + done.stdout)
        self.assertIn("item A: set_stock failed", self.quarantined())
        self.now_fails("")
        self.retry()
        orderd_node.wait_until(lambda: self.node.ctl("stock", "get", "A").returncode == 0, "there is an item A")
        self.assertEqual(self.ok("stock", "get", "A")["on_hand"], 10)

    def test_a_wrong_file_or_line_is_refused_at_the_start(self):
        for text, words in ((None, f"--failing-entities: cannot read {self.file}"),
                            ("item A\n\nbasket B\n", f"{self.file}, line 3: 'basket B' has to be a kind and a key"),
                            ("order 7\n", f"{self.file}, line 1: 'order 7' has to be a kind and a key"),
                            ("item\n", f"{self.file}, line 1: 'item' has to be a kind and a key")):
            with self.subTest(text=text):
                if text is not None:
                    self.file.write_text(text)
                self.node.launch()
                self.assertEqual(self.node.wait(), FAULT, self.node.said())
                self.assertIn(words, self.node.said())
                self.assertNotIn("terminate", self.node.said())
        self.file.unlink()
        self.file.mkdir()
        self.node.launch()
        self.assertEqual(self.node.wait(), FAULT, self.node.said())
        self.assertIn(f"cannot read {self.file}", self.node.said())
        self.assertFalse(self.node.data.exists(), "a refused start made a folder")


if __name__ == "__main__":
    unittest.main()
