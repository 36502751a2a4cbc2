"""How a node starts, stops and refuses to start, and what it shows of itself."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import orderd_client as wire  # noqa: E402
from order_check import check_all  # noqa: E402
from order_load import Crowd, Market  # noqa: E402
from orderd_node import PROGRAMS, ROOT, TemporaryNode, seed_of_this_run, wait_until  # noqa: E402

STOPS = 5
USAGE, FAULT = 2, 3


class StoppingTest(unittest.TestCase):
    """Ctrl-C and SIGTERM under load: the end comes soon, with code 0, and costs nothing that was acknowledged."""

    def stop_under_load(self, number):
        seed = seed_of_this_run()
        folder = tempfile.TemporaryDirectory(prefix="orderd-ledgers-")
        self.addCleanup(folder.cleanup)
        node, market = TemporaryNode(self).start(), Market()
        with node.client() as client:
            market.open(client)
        crowd = Crowd(node.port, pathlib.Path(folder.name), seed, market, size=2)
        self.addCleanup(crowd.kill)
        for _ in range(STOPS):
            crowd.wait_for_load()
            # The crowd goes on until it is told: a node that waited for its clients would never end.
            self.assertEqual(node.stop(number), 0, node.said())
            self.assertIn("event=stopping", node.said())
            node.start()
        counted = crowd.finish()
        self.assertEqual([wrong for one in counted for wrong in one["wrong"]][:5], [])
        self.assertGreater(sum(one["broken_off"] for one in counted), 2, "the stops met no load")
        self.assertEqual(node.stop(number), 0)
        node.start()
        check_all(self, node, crowd.ledgers, market)

    def test_ctrl_c_ends_it_soon_and_loses_nothing(self):
        self.stop_under_load(signal.SIGINT)

    def test_sigterm_ends_it_soon_and_loses_nothing(self):
        self.stop_under_load(signal.SIGTERM)

    def test_a_second_signal_changes_nothing(self):
        node = TemporaryNode(self).start()
        node.process.send_signal(signal.SIGTERM)
        node.process.send_signal(signal.SIGINT)
        self.assertEqual(node.wait(), 0)


class RefusalTest(unittest.TestCase):
    """A node that may not start says why in one line, with the exit code of its kind, and harms nobody."""

    def refused(self, node, code, *words):
        node.launch()
        try:
            self.assertEqual(node.wait(20), code, node.said())
        finally:
            node.kill()
        for word in words:
            self.assertIn(word, node.said())

    def test_a_data_folder_has_one_node(self):
        first = TemporaryNode(self).start()
        second = TemporaryNode(self)
        second.data = first.data
        self.refused(second, FAULT, "in use by process", str(first.process.pid), str(first.data))
        with first.client() as client:
            self.assertIn("stock_item", client.set_stock("A", 1))
        first.kill()
        second.start()
        with second.client() as client:
            self.assertEqual(client.get_stock("A")["stock_item"]["on_hand"], 1)

    def test_a_busy_port_is_named(self):
        node = TemporaryNode(self)
        with socket.create_server(("127.0.0.1", node.port)):
            self.refused(node, FAULT, str(node.port), "in use")
        node.start()  # what was made of the folder does not stand in the way

    def test_a_busy_metrics_port_is_named(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = "127.0.0.1:" + str(taken.getsockname()[1])
            node = TemporaryNode(self)
            node.metrics_address = address
            self.refused(node, FAULT, address, "metrics")

    def test_the_number_of_shards_stays(self):
        node = TemporaryNode(self, "--shards", 4).start()
        node.kill()
        node.flags = ["--shards", "2"]
        self.refused(node, FAULT, "has 4 shards, asked for 2")
        node.flags = ["--shards", "4"]
        node.start()

    def test_a_folder_of_something_else_is_left_alone(self):
        node = TemporaryNode(self)
        node.data.mkdir()
        (node.data / "letter.txt").write_text("dear reader")
        self.refused(node, FAULT, "is not a data folder", "letter.txt")
        self.assertEqual((node.data / "letter.txt").read_text(), "dear reader")
        self.assertFalse((node.data / "journal").exists())

    def test_what_it_stores_is_nobody_elses_to_read(self):
        node = TemporaryNode(self)
        node.data.mkdir(mode=0o755)
        node.data.chmod(0o755)  # whatever the umask is
        node.start()
        self.assertEqual(node.stop(), 0)
        self.assertIn("event=folder_closed_to_others", node.said())
        for path in [node.data, *node.data.rglob("*")]:
            self.assertEqual(path.stat().st_mode & 0o077, 0, path)

    def test_it_names_its_folder_in_full(self):
        node = TemporaryNode(self)
        node.data.mkdir()
        (node.data / "notes.txt").write_text("mine")
        folder, node.data = node.data, pathlib.Path(os.path.relpath(node.data))
        node.launch()
        self.assertEqual(node.wait(), FAULT)
        self.assertIn(f"orderd: {folder} is not a data folder", node.said())

    def test_a_node_of_a_cluster_needs_its_folder_said(self):
        command = [PROGRAMS / "orderd", "--configuration", "etcd", "--etcd", "127.0.0.1:1", "--node", "1"]
        with tempfile.TemporaryDirectory(prefix="orderd-test-") as folder:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=30, check=False)
            self.assertEqual(done.returncode, USAGE, done.stderr)
            self.assertIn("--data-dir", done.stderr)
            self.assertEqual(os.listdir(folder), [])

    def test_wrong_flags_are_usage(self):
        for flags, word in ((["--no-such-flag"], "--no-such-flag"), (["--shards", "many"], "--shards"),
                            (["--shards", "65"], "--shards"), (["--disk-used-max", "1.5"], "--disk-used-max"),
                            (["--listen", "0.0.0.0:7411"], "0.0.0.0:7411"), (["--listen", "127.0.0.1"], "--listen"),
                            (["--metrics", "192.0.2.1:9464"], "192.0.2.1:9464"),
                            (["--config", "no-such-file.toml"], "no-such-file.toml")):
            with self.subTest(flags=flags):
                node = TemporaryNode(self, *flags)
                self.refused(node, USAGE, word)
                self.assertFalse(node.data.exists(), "a refused start made a folder")

    def test_it_starts_again_after_a_kill(self):
        node = TemporaryNode(self).start()
        with node.client() as client:
            client.set_stock("A", 5)
        for _ in range(3):
            node.kill()
            node.start()
            with node.client() as client:
                self.assertEqual(client.get_stock("A")["stock_item"]["on_hand"], 5)


class SettingsTest(unittest.TestCase):
    """Settings at the ends of their ranges, on a node with several shards."""

    def test_a_limit_of_orders_below_the_number_of_shards_still_admits(self):
        node = TemporaryNode(self, "--shards", 4, "--unsettled-orders-max", 2).start()
        with node.client() as client:
            client.set_stock("A", 100)
            for _ in range(20):  # random ids: guests' orders lie in every shard
                placed = client.place(wire.make_order_id(), "", [("A", 1, 100)], method=wire.CARD)
                self.assertIn("placement", placed)


class MetricsTest(unittest.TestCase):
    """The page for Prometheus, after some orders."""

    SAMPLE = re.compile(r'^([a-z_]+)(\{[a-z_]+="(?:[^"\\]|\\.)*"(?:,[a-z_]+="(?:[^"\\]|\\.)*")*\})? (\S+)$')

    def setUp(self):
        self.node = TemporaryNode(self, metrics=True).start()
        with self.node.client() as client:
            client.set_stock("A", 100)
            client.set_account("C", 10_000)
            for _ in range(5):
                self.assertEqual(client.place(wire.make_order_id(), "C", [("A", 1, 100)])["placement"]["status"], 4)
            client.place(wire.make_order_id(), "C", [("B", 1, 100)])
            client.place(wire.make_order_id(), "", [("A", 1, 100)], method=wire.CARD)
            client.get(wire.make_order_id())

    def samples(self):
        """(name, labels) -> value; fails at a line that is not in Prometheus' text format."""
        types, out = {}, {}
        for line in self.node.metrics_page().splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                self.assertNotIn(name, types, "a metric comes twice")
                types[name] = kind
            elif not line.startswith("# HELP "):
                match = self.SAMPLE.match(line)
                self.assertTrue(match, f"not a sample: {line!r}")
                name, labels, value = match.groups()
                family = name if name in types else re.sub(r"_(bucket|sum|count)$", "", name)
                self.assertIn(family, types, f"no type: {line}")
                self.assertEqual(types[family] == "counter", name.endswith("_total"), f"{name} is a {types[family]}")
                out[name, labels or ""] = float(value)
        return out

    @staticmethod
    def documented_names():
        """Every metric that the header promises."""
        return re.findall(r"orderd_[a-z_]+", (ROOT / "runtime/base/metrics.hpp").read_text().split("class metrics ")[1])

    def test_every_documented_metric_is_there(self):
        documented = set(self.documented_names())
        self.assertGreater(len(documented), 20)

        def missing():
            shown = {name.removesuffix("_bucket") for name, _ in self.samples()}
            return documented - shown
        wait_until(lambda: not missing(), "every documented metric is shown", seconds=10)

    def test_it_counts_what_happened(self):
        def settled():  # figures of a shard are shown a moment later
            return self.samples().get(("orderd_orders_settled_total", '{status="confirmed"}')) == 6
        wait_until(settled, "six orders are shown as confirmed", seconds=10)
        samples = self.samples()
        self.assertEqual(samples["orderd_orders_settled_total", '{status="rejected"}'], 1)
        self.assertEqual(samples["orderd_requests_total", '{outcome="ok",type="place_order"}'], 7)
        self.assertEqual(samples["orderd_requests_total", '{outcome="rejection",type="get_order"}'], 1)

    def test_every_stage_of_a_request_is_timed(self):
        def timed(stage):
            return self.samples()["orderd_stage_duration_seconds_count", f'{{stage="{stage}"}}']
        for stage in ("queue", "epoch", "commit", "reply"):
            self.assertGreaterEqual(timed(stage), 7, stage)

    def test_the_process_and_its_actors_are_shown(self):
        samples = self.samples()
        self.assertGreater(samples["process_resident_memory_bytes", ""], 1e6)
        self.assertGreater(samples["process_start_time_seconds", ""], 1.6e9)
        self.assertGreater(samples["process_max_fds", ""], samples["process_open_fds", ""])
        self.assertGreater(samples["caf_system_processed_messages_total", ""], 0)
        measured = {labels for name, labels in samples if name == "caf_actor_mailbox_size"}
        for actor in ("applier", "gateway", "journal", "node"):
            self.assertIn(f'{{name="orderd.{actor}"}}', measured)
        self.assertNotIn('{name="orderd.entity"}', measured, "each order would be one to measure")

    def test_histograms_add_up(self):
        samples = self.samples()
        buckets = [value for (name, _), value in samples.items() if name == "orderd_request_duration_seconds_bucket"]
        self.assertEqual(buckets, sorted(buckets))
        self.assertEqual(buckets[-1], samples["orderd_request_duration_seconds_count", ""])
        self.assertGreaterEqual(buckets[-1], 10)
        self.assertGreater(samples["orderd_request_duration_seconds_sum", ""], 0)


if __name__ == "__main__":
    unittest.main()
