"""Real programs for the tests of this folder: start orderd, stop or kill it, ask orderctl.

The folder of the programs is $ORDERD_BIN, else build/release/bin.
"""

import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request

import orderd_client as wire

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(os.environ.get("ORDERD_BIN", ROOT / "build/release/bin")).absolute()
START_S_MAX = 60


def seed_of_this_run():
    """The seed of a test: $ORDERD_SEED, else a new one; printed, so that a failure can be tried again."""
    seed = int(os.environ.get("ORDERD_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"seed {seed} (ORDERD_SEED={seed} repeats the choices)", flush=True)
    return seed


def free_port():
    """A port of 127.0.0.1 that nobody has, and that nobody is given who asks the kernel for any: a node that starts
    again finds it free, and who connects meanwhile does not reach itself."""
    while True:
        port = random.SystemRandom().randrange(10_000, 32_768)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def wait_until(happened, what, seconds=30, every_s=0.02):
    """Waits for an event that only polling can see; fails after `seconds`."""
    ends_at = time.monotonic() + seconds
    while True:
        result = happened()
        if result:
            return result
        if time.monotonic() > ends_at:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(every_s)


class Output:
    """Collects the lines of a stream on a thread, so that the program never waits for its reader."""

    def __init__(self, stream):
        self.lines = []
        self.changed = threading.Condition()
        self.ended = False
        self.thread = threading.Thread(target=self.collect, args=(stream,), daemon=True)
        self.thread.start()

    def collect(self, stream):
        for line in stream:
            with self.changed:
                self.lines.append(line.rstrip("\n"))
                self.changed.notify_all()
        stream.close()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def find(self, prefix, seconds):
        """The first line that starts so, when it has come; None when the stream ends without it."""
        def found():
            return next((line for line in self.lines if line.startswith(prefix)), None)
        with self.changed:
            self.changed.wait_for(lambda: found() or self.ended, seconds)
            return found()

    def text(self):
        self.thread.join(10)
        return "\n".join(self.lines)


class Node:
    """orderd on a data folder, started as often as a test likes. Its port stays the same."""

    def __init__(self, data, *flags, metrics=False):
        self.data = pathlib.Path(data)
        self.flags = [str(flag) for flag in flags]
        self.port = free_port()
        self.metrics_address = "127.0.0.1:0" if metrics else ""
        self.metrics_port = None
        self.environment = {}  # beside this program's own
        self.process = None
        self.out = None
        self.errors = None

    def launch(self):
        """Starts the program and does not wait for anything."""
        command = [PROGRAMS / "orderd", "--data-dir", self.data, "--listen", f"127.0.0.1:{self.port}",
                   "--metrics", self.metrics_address, *self.flags]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, errors="replace",
                                        env={**os.environ, **self.environment})
        self.out = Output(self.process.stdout)
        self.errors = Output(self.process.stderr)
        return self

    def start(self):
        """Starts the program and waits until it serves."""
        self.launch()
        if not self.out.find("listening on ", START_S_MAX):
            code = self.process.poll()
            self.kill()
            raise AssertionError(f"orderd does not listen (exit code {code}):\n{self.errors.text()}")
        if self.metrics_address:
            self.metrics_port = int(self.out.find("metrics on ", 5).split(":")[2].split("/")[0])
        return self

    def wait(self, seconds=30):
        """The exit code, when the program has ended by itself."""
        return self.process.wait(seconds)

    def stop(self, number=signal.SIGTERM, seconds=30):
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def kill(self):
        """kill -9; whatever the program was doing is over."""
        if self.process and self.process.poll() is None:
            self.process.kill()
        if self.process:
            self.process.wait()

    def said(self):
        """What an ended program wrote to stderr."""
        return self.errors.text()

    def client(self, timeout_s=30):
        return wire.Client("127.0.0.1", self.port, timeout_s)

    def raw(self):
        """A connection that has not introduced itself."""
        return wire.Connection("127.0.0.1", self.port)

    def ctl(self, *arguments, seconds=300):
        return subprocess.run([PROGRAMS / "orderctl", "--endpoint", f"127.0.0.1:{self.port}", *map(str, arguments)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, check=False)

    def audit(self):
        """(exit code, report) of orderctl audit."""
        done = self.ctl("--json", "audit")
        return done.returncode, json.loads(done.stdout) if done.stdout.startswith("{") else done.stderr

    def metrics_page(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=10) as page:
            return page.read().decode()

    def rss_bytes(self):
        """Memory of the running program, as the kernel counts it."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("the program has no memory: it has ended")


class TemporaryNode(Node):
    """A Node with a data folder of its own, which goes with it."""

    def __init__(self, test, *flags, **more):
        folder = tempfile.TemporaryDirectory(prefix="orderd-test-")
        super().__init__(pathlib.Path(folder.name) / "data", *flags, **more)
        test.addCleanup(folder.cleanup)
        test.addCleanup(self.kill)
