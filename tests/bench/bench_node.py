"""Starts orderd for a measurement and looks at it from outside. Used by run_table.py."""
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import urllib.request

START_S_MAX = 30
STOP_S_MAX = 60


class Node:
    """One orderd on a fresh data folder below `parent`; a context manager that stops it and removes the folder.

    `settings` by name, "metrics" for the address of HTTP among them: "" is a node without it.
    """

    def __init__(self, binary, parent, settings):
        settings = {"metrics": "127.0.0.1:0", "log-level": "warning", **settings}
        self.data = tempfile.mkdtemp(prefix="orderd_bench_", dir=parent)
        command = [binary, "--data-dir", os.path.join(self.data, "data"), "--listen", "127.0.0.1:0"]
        for name, value in settings.items():
            command += ["--" + name, str(value)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        # A node that neither starts nor fails must not stop the whole table.
        watchdog = threading.Timer(START_S_MAX, self.process.kill)
        watchdog.start()
        self.endpoint = self._await(r"listening on (\S+:\d+)")
        self.metrics_page = self._await(r"metrics on (\S+)") if settings["metrics"] else None
        watchdog.cancel()
        if self.endpoint is None or (settings["metrics"] and self.metrics_page is None):
            self.__exit__()
            raise RuntimeError(f"orderd did not start: {' '.join(command)}")
        # Whatever it prints from now on must not fill the pipe.
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def _await(self, pattern):
        for line in self.process.stdout:
            found = re.search(pattern, line)
            if found:
                return found.group(1)
        return None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_S_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.data)

    @property
    def pid(self):
        return self.process.pid

    def heap_bytes(self):
        """Resident memory without mapped files: LMDB's pages are the system's cache, not the node's."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return int(re.search(r"RssAnon:\s+(\d+)", status.read()).group(1)) * 1024

    def metric_sum(self, name, **labels):
        """The sum of a metric over all rows that carry these labels."""
        with urllib.request.urlopen(self.metrics_page, timeout=5) as page:
            text = page.read().decode()
        total = 0.0
        for row in re.finditer(rf"^{name}(?:\{{(.*)\}})? (\S+)$", text, re.MULTILINE):
            if all(f'{key}="{value}"' in (row.group(1) or "") for key, value in labels.items()):
                total += float(row.group(2))
        return total
