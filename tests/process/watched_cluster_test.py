"""tests/process/local_cluster.py --prometheus as a program, as scripts/run_cluster.sh starts it: where everything is, a
second start on the same folder, Ctrl-C; and what run_cluster.sh refuses.

Skipped, with the reason, where there is no etcd or no Prometheus.
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import etcd_cluster
import orderd_node
import prometheus_server

ROOT = orderd_node.ROOT
BIN = pathlib.Path(os.environ.get("ORDERD_BIN", ROOT / "build/release/bin"))
BLOCK = 100 + os.getpid() % 100  # of addresses that a cluster started by hand has not
READY = etcd_cluster.installed() and not prometheus_server.missing()


@unittest.skipUnless(READY, "there is no etcd or no Prometheus on this machine: scripts/setup.sh installs both")
class WatchedCluster(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="orderd-watched-", ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def start(self):
        command = [sys.executable, ROOT / "tests/process/local_cluster.py", "--data", self.folder, "--nodes", "2",
                   "--block", str(BLOCK), "--bin", BIN, "--prometheus"]
        # Whoever runs the tests in the background has them ignore Ctrl-C, and a process keeps that.
        started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                   start_new_session=True,
                                   preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        self.addCleanup(started.stdout.close)
        self.addCleanup(started.wait)
        self.addCleanup(started.kill)
        said = ""
        for line in started.stdout:
            said += line
            if line.startswith("try: "):
                return started, said
        self.fail(said)

    def check(self, said):
        """Prometheus is where it is said, and scrapes both nodes."""
        url = re.search(r"^prometheus on (http://\S+), alertmanager on http://\S+, data ", said, re.MULTILINE)[1]
        self.assertIn(f"dashboards: {url}/consoles/overview.html", said)
        ends_at = time.monotonic() + 30
        up = []
        while len(up) < 2 and time.monotonic() < ends_at:
            told = json.loads(prometheus_server.PrometheusServer.fetch(f"{url}/api/v1/query?query=up%3D%3D1"))
            up = sorted(each["metric"]["instance"] for each in told["data"]["result"])
            time.sleep(0.1)
        self.assertEqual(up, ["node1", "node2"])

    def test_it_says_where_everything_is_and_starts_again_after_an_interrupt(self):
        for _ in range(2):
            started, said = self.start()
            self.check(said)
            os.killpg(started.pid, signal.SIGINT)  # as a terminal does: everybody gets it
            self.assertEqual(started.wait(60), 0)
            for host, port in ((201, 9090), (201, 9093), (1, 7411)):
                address = f"127.0.{BLOCK}.{host}"
                self.assertEqual(prometheus_server.free_port(address, port), port, "nothing is left")
        for name in ("prometheus.log", "prometheus-alertmanager.log"):
            self.assertNotIn("level=error", (self.folder / "prometheus" / name).read_text())

    def test_what_cannot_be_meant_is_refused_before_anything_starts(self):
        for arguments, said in ((["3", "--prometeus"], "unknown argument '--prometeus'"),
                                (["3", "--prometheus", "yes"], "unknown argument 'yes'"),
                                (["3", "--shards"], "--shards needs a value"), (["0"], "'0' is no number of nodes")):
            done = subprocess.run([ROOT / "scripts/run_cluster.sh", *arguments], capture_output=True, text=True,
                                  check=False, timeout=60)
            self.assertEqual(done.returncode, 2)
            self.assertIn(said, done.stderr)


if __name__ == "__main__":
    unittest.main()
