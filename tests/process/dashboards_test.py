"""Every query of every dashboard and every alert, asked of a Prometheus that watches three nodes under load, one of
which is killed and started again.

Each query gives something, but for those that count what did not happen: their metric must be one of RARE, which
appear with their first event. A browser, where there is one, draws the overview. Skipped, with the reason, where there
is no etcd or no Prometheus.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import etcd_cluster
import orderd_node
import prometheus_server
import yaml
from local_cluster import LocalCluster

ROOT = orderd_node.ROOT
BIN = pathlib.Path(os.environ.get("ORDERD_BIN", ROOT / "build/release/bin"))
sys.path.insert(0, str(ROOT / "scripts"))
import dashboards  # noqa: E402

METRIC = re.compile(r"\b(?:orderd|process|caf)_[a-z_]+\b|\borderd:[a-z_:0-9]+\b|\bup\b")
# Counters that have no series before their first event, which a healthy cluster need not have.
RARE = {"orderd_peer_drops_total", "orderd_peer_refusals_total", "orderd_doubted_messages_total",
        "orderd_client_refusals_total", "orderd_held_configuration_trouble", "orderd_http_requests_total",
        "orderd_http_refusals_total"}
BROWSER = shutil.which("chromium")
NOTICED = ("OrderdDown", "OrderdCopyMissing", "OrderdLinkDown")  # of a node that is killed


def why_not():
    if not etcd_cluster.installed():
        return "there is no etcd on this machine: scripts/setup.sh installs it"
    if prometheus_server.missing():
        return f"there is no {' and no '.join(prometheus_server.missing())}: scripts/setup.sh installs it"
    return None


def panels():
    """(dashboard, title, expression) of each query, for all nodes."""
    return [(name, panel["title"], query["expr"].replace("$instance", ".*"))
            for name, board in dashboards.read(ROOT).items() for section in board["section"]
            for panel in section["panel"] for query in panel["queries"]]


def alerts():
    """(name, expression) of each alert."""
    return [(rule["alert"], rule["expr"]) for path in sorted((ROOT / "config/prometheus").glob("alerts_*.yml"))
            for group in yaml.safe_load(path.read_text())["groups"] for rule in group["rules"]]


def metrics_of(expression):
    """The metrics that it asks for; what stands in quotes is no metric."""
    return set(METRIC.findall(re.sub(r'"[^"]*"', '""', expression)))


@unittest.skipIf(why_not(), why_not())
class Dashboards(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="orderd-dashboards-", ignore_cleanup_errors=True)
        cls.addClassCleanup(folder.cleanup)
        # A tenth of the cards is declined and some calls have no answer, so that there is something to see.
        cls.cluster = LocalCluster(folder.name, BIN, nodes=3, shards=3, arguments=[
            "--provider-decline-rate", "0.1", "--provider-timeout-rate", "0.05", "--provider-timeout-ms", "300"])
        cls.addClassCleanup(cls.cluster.stop)
        cls.cluster.start()
        cls.cluster.wait_until_whole()
        cls.watch = cls.cluster.watched_by_prometheus(interval="1s")
        cls.addClassCleanup(cls.watch.stop)
        cls.watch.start()
        cls.began = time.time()
        cls.load_with_a_failover()

    @classmethod
    def load_with_a_failover(cls):
        load = subprocess.Popen([BIN / "orderbench", "--endpoint", cls.cluster.endpoints, "--rate", "100",
                                 "--cards", "0.3", "--seconds", "600"],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(load.wait)
        cls.addClassCleanup(load.kill)
        cls.wait_for(lambda: cls.watch.query('sum(orderd_orders_settled_total{status="rejected"}) > 0'), "orders")
        cls.wait_for(lambda: cls.watch.query("orderd_money_in_doubt_payments"), "a card call without an answer")
        cls.cluster.kill(2)
        # As long as the node is gone: it comes back in less time than two scrapes take on a quick machine.
        for name in NOTICED:
            cls.wait_for(lambda name=name: cls.watch.query(f'ALERTS{{alertname="{name}"}}'), f"{name} has begun")
        cls.wait_for(lambda: cls.cluster.served_without(2), "a takeover")
        cls.cluster.restart(2)
        cls.wait_for(cls.cluster.whole, "whole again")
        cls.wait_for(lambda: cls.watch.query("count(orderd_shard_serving) == 9"), "all nodes in Prometheus")
        time.sleep(3)  # so many scrapes more, for rates after the restart

    @staticmethod
    def wait_for(what, name, seconds=60):
        ends_at = time.monotonic() + seconds
        while not what():
            if time.monotonic() > ends_at:
                raise AssertionError(f"not within {seconds} s: {name}")
            time.sleep(0.2)

    def there(self):
        """Names of all metrics that Prometheus has."""
        return set(self.watch.ask("label/__name__/values"))

    def given(self, expression):
        """What a query gave at any time of the test."""
        return self.watch.query_range(expression, self.began, time.time(), 1)

    def test_each_panel_shows_something(self):
        there = self.there()
        for board, title, expression in panels():
            with self.subTest(f"{board}: {title}"):
                rare = metrics_of(expression) & RARE
                self.assertEqual(metrics_of(expression) - RARE - there, set())
                if not self.given(expression):
                    self.assertTrue(rare, f"{expression} gives nothing")

    def test_each_alert_can_be_asked_and_has_its_metrics(self):
        there = self.there()
        for name, expression in alerts():
            with self.subTest(name):
                self.given(expression)
                self.assertEqual(metrics_of(expression) - RARE - there, set())

    def test_prometheus_has_every_rule_and_none_fails(self):
        groups = self.watch.ask("rules")["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        self.assertEqual({rule["name"] for rule in rules if rule["type"] == "alerting"}, {name for name, _ in alerts()})
        self.assertEqual([rule["lastError"] for rule in rules if rule.get("lastError")], [])

    def test_the_killed_node_was_noticed(self):
        for name in NOTICED:
            self.assertTrue(self.given(f'ALERTS{{alertname="{name}"}}'), name)
        changes = self.watch.query("max(max_over_time(orderd_shard_term[10m]) - min_over_time(orderd_shard_term[10m]))")
        self.assertGreater(float(changes[0]["value"][1]), 0, "a shard of the killed node has another leader")

    def test_alertmanager_is_told(self):
        active = self.watch.ask("alertmanagers")["activeAlertmanagers"]
        self.assertEqual([each["url"] for each in active], [f"{self.watch.alertmanager_url}/api/v2/alerts"])

    def test_consoles_are_served(self):
        for name in [*dashboards.ORDER, "runbook"]:
            page = self.watch.fetch(f"{self.watch.url}/consoles/{name}.html").decode()
            self.assertIn("</html>", page)
            self.assertNotIn("{{", page)
            for asset in re.findall(r'(?:src|href)="(/user/[^"]+)"', page):
                self.assertTrue(self.watch.fetch(self.watch.url + asset), asset)

    @unittest.skipUnless(BROWSER, "there is no chromium on this machine")
    def test_a_browser_draws_the_overview(self):
        with tempfile.TemporaryDirectory() as profile:
            done = subprocess.run(
                [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-proxy-server",
                 f"--user-data-dir={profile}", "--virtual-time-budget=20000", "--dump-dom",
                 f"{self.watch.url}/consoles/overview.html?range=300"], capture_output=True, text=True, timeout=120,
                check=False)
        page = done.stdout
        self.assertIn('data-filled="yes"', page, done.stderr[-2000:])
        self.assertNotIn('class="trouble"', page)
        lines = re.findall(r'<path class="line c\d" d="(M[^"]+)"', page)
        self.assertGreater(len(lines), 10, "lines of charts")
        self.assertRegex(page, r'class="value">[23] of 3<')


if __name__ == "__main__":
    unittest.main()
