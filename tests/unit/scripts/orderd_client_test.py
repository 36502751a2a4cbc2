"""What the process tests' client does with a refusal for want of room."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "process"))

from orderd_client import Client, is_overloaded  # noqa: E402

OVERLOADED = {"fault": {"code": 1, "retry_after_ms": 1}}
DONE = {"placement": {"status": 4}}


class Busy(Client):
    """A client of a node that refuses what it gets as often as `refusals` say, by request."""

    def __init__(self, refusals):
        self.refusals = dict(refusals)
        self.sent = []

    def exchange(self, requests):
        self.sent.append(list(requests))
        return [self.answer(one) for one in requests]

    def answer(self, request):
        if self.refusals.get(request, 0) == 0:
            return DONE
        self.refusals[request] -= 1
        return OVERLOADED


class OrderdClientTest(unittest.TestCase):
    def test_sends_again_only_what_was_refused(self):
        client = Busy({"b": 2, "c": 1})
        self.assertEqual(client.call_many(["a", "b", "c"]), [DONE, DONE, DONE])
        self.assertEqual(client.sent, [["a", "b", "c"], ["b", "c"], ["b"]])

    def test_gives_the_refusal_once_its_patience_is_over(self):
        client = Busy({"a": 1})
        self.assertTrue(is_overloaded(client.call_many(["a"], patience_s=0)[0]))
        self.assertEqual(client.sent, [["a"]])


if __name__ == "__main__":
    unittest.main()
