"""The page of a real cluster, in a real browser: three nodes under load, card payments in doubt, a node killed.

    ORDERD_BIN=build/release/bin python3 -m unittest tests/browser/real_node_test.py
"""

import json
import os
import pathlib
import shutil
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request
import uuid

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "process")]

import browser_test  # noqa: E402
from local_cluster import LocalCluster  # noqa: E402
from orderd_node import PROGRAMS, wait_until  # noqa: E402

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
CUSTOMER, SKU, SCARCE, BROKEN, CURRENCY = "17850", "85123A", "22423", "84406B", "GBP"
PAUSE_S = 0.05  # between orders of the load
DEADLINE_MS = 600_000  # of a placement: what waits is still waiting when the browser looks at it
LOOK_S = 1  # between two looks of a node at its --failing-entities


def ask(base, method, path, body=None):
    """The JSON of an answer, of a refusal too; None when there is none."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data, {"Content-Type": "application/json"}, method=method)
    try:
        with DIRECT.open(request, timeout=10) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as refusal:
        with refusal:
            return json.loads(refusal.read())
    except OSError:
        return None


def order(sku=SKU, quantity=2, method="account", **more):
    lines = [{"sku": sku, "quantity": quantity, "unit_price_minor": 255}]
    who = {"customer": CUSTOMER} if method == "account" else {}
    return {"order_id": new_id(), "currency": CURRENCY, "payment_method": method, "lines": lines, **who, **more}


def new_id():
    """A UUIDv7 of now."""
    text = f"{time.time_ns() // 1_000_000:012x}7{uuid.uuid4().hex[13:]}"
    return str(uuid.UUID(hex=text))


class Load(threading.Thread):
    """Places orders, one after the other, until it is stopped."""

    def __init__(self, base):
        super().__init__(daemon=True)
        self.base = base
        self.ended = threading.Event()

    def run(self):
        while not self.ended.wait(PAUSE_S):
            ask(self.base, "POST", "/v1/orders", order())

    def stop(self):
        self.ended.set()
        self.join(20)


class RealPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        browser_test.need_browser()
        if not shutil.which("etcd"):
            raise unittest.SkipTest("there is no etcd here: scripts/setup.sh installs it")
        folder = tempfile.TemporaryDirectory(prefix="orderd-page-")
        cls.addClassCleanup(folder.cleanup)
        cls.failing = pathlib.Path(folder.name) / "failing.txt"
        cls.failing.touch()
        cls.cluster = LocalCluster(folder.name, PROGRAMS, arguments=[
            "--provider-timeout-rate", "1", "--failing-entities", str(cls.failing), "--restarts-max", "2",
            "--placement-deadline-ms", str(DEADLINE_MS)])
        cls.addClassCleanup(cls.cluster.stop)
        cls.cluster.start()
        cls.cluster.wait_until_whole()
        cls.base = cls.cluster.nodes[1].metrics.removesuffix("/metrics")
        wait_until(lambda: (ask(cls.base, "GET", "/readyz") or {}).get("ready"), "the node is ready")
        cls.fill()
        cls.load = Load(cls.base)
        cls.addClassCleanup(cls.load.stop)
        cls.load.start()

    @classmethod
    def fill(cls):
        """What the scenarios look at."""
        for sku, on_hand in ((SKU, 10_000_000), (SCARCE, 1), (BROKEN, 40)):
            ask(cls.base, "PUT", f"/v1/stock/{sku}", {"on_hand": on_hand})
        ask(cls.base, "PUT", f"/v1/accounts/{CUSTOMER}", {"currency": CURRENCY, "credit_limit_minor": 10**12})
        confirmed, rejected = order(reference="R-536365"), order(SCARCE)
        doubtful, cls.stuck = order(method="card"), order(reference="R-536366")
        for each in (confirmed, rejected):
            ask(cls.base, "POST", "/v1/orders", each)
        ask(cls.base, "POST", "/v1/orders?timeout_ms=200", doubtful)
        os.environ["ORDERD_SUBJECTS"] = json.dumps({
            "confirmed": confirmed["order_id"], "rejected": rejected["order_id"], "doubtful": doubtful["order_id"],
            "stuck": cls.stuck["order_id"], "broken": BROKEN, "failing": str(cls.failing),
            "sku": SKU, "customer": CUSTOMER, "reference": "R-536365"})

    def run_in(self, scenario, size="desk", theme="light"):
        browser_test.run_scenario(self, scenario, self.base, size, theme)

    def test_1_every_view_at_a_desk(self):
        self.run_in("real_views")

    def test_1_every_view_on_a_phone_in_the_dark(self):
        self.run_in("real_views", size="phone", theme="dark")

    def test_2_it_is_live(self):
        self.run_in("real_live")

    def test_3_a_cancellation_lands_in_the_history(self):
        self.run_in("real_cancel")

    def test_4_what_fails_is_repaired(self):
        self.failing.write_text(f"order {self.stuck['order_id']}\nitem {BROKEN}\n")
        time.sleep(LOOK_S)
        for each in (self.stuck, order(BROKEN)):
            ask(self.base, "POST", "/v1/orders?timeout_ms=200", each)
        wait_until(lambda: len((ask(self.base, "GET", "/v1/quarantine") or {}).get("items", [])) == 2,
                   "an order and a SKU are in quarantine")
        self.run_in("real_repair")

    def test_5_a_node_is_killed(self):
        self.cluster.kill(3)
        wait_until(lambda: self.cluster.served_without(3), "others lead what node 3 led")
        self.run_in("real_failover")


if __name__ == "__main__":
    unittest.main()
