"""Prometheus and Alertmanager of Debian beside some nodes, with the rules and consoles of config/prometheus.

    watch = PrometheusServer(folder, "127.0.77.201", {"node1": "127.0.77.1:9464"})
    watch.start()
    watch.query("up")            # [{"metric": {...}, "value": [seconds, "1"]}]
    watch.stop()

Everything is below `folder`: a copy of the rules, made anew by each start, the targets, what was scraped, logs. A port
that is taken gives way to the next one. Both die with the thread that started them.
"""

import json
import pathlib
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import etcd_cluster

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIG = ROOT / "config/prometheus"
PROGRAMS = ("prometheus", "prometheus-alertmanager")
START_S_MAX = 30
KEPT = "15d"
PACE = re.compile(r"^( *(?:scrape_|evaluation_)?(?:interval|timeout)): \d+s$", re.MULTILINE)


def missing():
    """The programs that are not installed."""
    return [name for name in PROGRAMS if not shutil.which(name)]


def free_port(address, first):
    """The first port from there on that nobody listens on."""
    for port in range(first, first + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
                return port
            except OSError:
                continue
    raise RuntimeError(f"no port of {address} from {first} on is free")


class PrometheusServer:
    def __init__(self, folder, address, targets, interval=None):
        """`targets`: the page of metrics of each node, by its name. `interval`: of scrapes and rules, as "1s", in the
        place of those of the files."""
        self.folder = pathlib.Path(folder)
        self.config = self.folder / "config"
        self.address = address
        self.targets = targets
        self.interval = interval
        self.processes = []
        self.url = self.alertmanager_url = None

    def write_config(self, alertmanager):
        shutil.rmtree(self.config, ignore_errors=True)
        (self.config / "targets").mkdir(parents=True)
        for path in CONFIG.glob("*.yml"):
            text = path.read_text()
            if self.interval:
                text = PACE.sub(rf"\1: {self.interval}", text)
            (self.config / path.name).write_text(text)
        nodes = [{"targets": [page], "labels": {"instance": name}} for name, page in self.targets.items()]
        (self.config / "targets/orderd.json").write_text(json.dumps(nodes, indent=1))
        (self.config / "targets/alertmanager.json").write_text(json.dumps([{"targets": [alertmanager]}]))

    def launch(self, name, *arguments):
        with open(self.folder / f"{name}.log", "ab") as log:
            self.processes.append(subprocess.Popen([name, *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                                   preexec_fn=etcd_cluster.die_with_parent))

    def start(self):
        alertmanager = f"{self.address}:{free_port(self.address, 9093)}"
        self.alertmanager_url = f"http://{alertmanager}"
        self.write_config(alertmanager)
        self.launch("prometheus-alertmanager", f"--config.file={self.config / 'alertmanager.yml'}",
                    f"--storage.path={self.folder / 'alertmanager'}", f"--web.listen-address={alertmanager}",
                    "--cluster.listen-address=", "--log.level=warn")
        listen = f"{self.address}:{free_port(self.address, 9090)}"
        self.url = f"http://{listen}"
        self.launch("prometheus", f"--config.file={self.config / 'prometheus.yml'}",
                    f"--storage.tsdb.path={self.folder / 'data'}", f"--storage.tsdb.retention.time={KEPT}",
                    f"--web.listen-address={listen}", f"--web.console.templates={CONFIG / 'consoles'}",
                    f"--web.console.libraries={CONFIG / 'consoles'}", f"--web.user-assets={CONFIG / 'assets'}",
                    f"--web.external-url={self.url}", "--log.level=warn")
        for name, url in zip(PROGRAMS, (self.url, self.alertmanager_url)):
            self.wait_until_ready(name, url)
        return self

    def wait_until_ready(self, name, url):
        ends_at = time.monotonic() + START_S_MAX
        while True:
            try:
                if self.fetch(f"{url}/-/ready"):
                    return
            except OSError:
                pass
            if time.monotonic() > ends_at or any(each.poll() is not None for each in self.processes):
                raise RuntimeError(f"{name} does not serve: see {self.folder / name}.log")
            time.sleep(0.05)

    @staticmethod
    def fetch(url):
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(url, timeout=20) as answer:
            return answer.read()

    def ask(self, path, **parameters):
        """A call of the HTTP interface; a query that is refused raises with its words."""
        try:
            told = self.fetch(f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}")
        except urllib.error.HTTPError as refused:
            raise RuntimeError(f"{parameters}: {refused.read().decode()}") from refused
        return json.loads(told)["data"]

    def query(self, expression):
        return self.ask("query", query=expression)["result"]

    def query_range(self, expression, start, end, step):
        return self.ask("query_range", query=expression, start=start, end=end, step=step)["result"]

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes = []
