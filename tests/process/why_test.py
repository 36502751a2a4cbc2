"""orderctl why against a real node: what an order waits for, who cancelled it, also after a restart."""

import json
import unittest
import uuid

import orderd_client as wire
import orderd_node


class Why(unittest.TestCase):
    def setUp(self):
        # Every answer of the provider is lost, and the deadline is far.
        self.node = orderd_node.TemporaryNode(self, "--provider-timeout-rate", 1, "--provider-delay-ms", 1,
                                              "--provider-timeout-ms", 50, "--placement-deadline-ms", 600_000).start()
        self.ok("stock", "set", "A", "10")
        self.order = str(uuid.UUID(bytes=wire.make_order_id()))
        self.node.ctl("--timeout", "1", "place", "A=2@2.50", "--id", self.order)

    def ok(self, *arguments):
        done = self.node.ctl("--json", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        return json.loads(done.stdout)

    def why(self, state):
        """The explanation, once the order is in that state and the provider was asked more than once."""
        def explained():
            said = self.ok("why", self.order)
            asked = [card["state"]["attempts"] for card in said["entities"] if card["kind"] == "card"]
            return said if said["state"] == state and asked and asked[0] > 1 else None
        return orderd_node.wait_until(explained, state)

    def test_an_order_that_waits_for_a_silent_provider_says_so_and_when_it_is_asked_again(self):
        said = self.why("waiting")
        self.assertEqual(said["order"]["status"], "authorizing")
        self.assertEqual([step["what"] for step in said["steps"][:2]], ["Placed.", "Asked 1 SKU for their units."])
        self.assertTrue(all(step["at"] for step in said["steps"]))
        wait = said["waits"][0]
        self.assertIn("The card provider did not say whether it holds 5.00 GBP", wait["what"])
        self.assertEqual(wait["entity"], {"kind": "card", "key": self.order})
        orderd_node.wait_until(lambda: self.why("waiting")["waits"][0]["next_at"], "the time of the next try")
        self.assertIn("deadline_passed", said["next"][-1])
        self.assertEqual([can["action"] for can in said["you_can"]], ["cancel"])
        shown = self.node.ctl("why", self.order).stdout
        for text in (f"order {self.order}: waiting", "what happened", "what it waits for", "what happens by itself",
                     f"orderctl cancel {self.order}"):
            self.assertIn(text, shown)

    def test_a_cancelled_order_names_who_and_why_after_a_restart(self):
        self.why("waiting")
        self.ok("cancel", self.order, "--by", "eve", "--why", "the customer called")
        for _ in range(2):
            said = self.why("waiting")
            self.assertEqual(said["order"]["status"], "cancelling")
            actions = [(each["what"], each["by"], each["why"]) for each in said["order"]["actions"]]
            self.assertEqual(actions, [("cancel", "eve", "the customer called")])
            self.assertIn("Cancelled by eve: the customer called.", [step["what"] for step in said["steps"]])
            self.assertIn("cancelled by eve: the customer called", self.node.ctl("get", self.order).stdout)
            self.node.stop()
            self.node.start()

    def test_of_an_order_that_is_none_it_says_so_and_ends_with_1(self):
        done = self.node.ctl("why", "01890a5d-ac96-774b-bcce-b302099a8057")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("There is no order with this id.", done.stdout)


if __name__ == "__main__":
    unittest.main()
