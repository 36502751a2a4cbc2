#!/usr/bin/env python3
"""An etcd of one or three members on loopback: started, killed, held still, restarted, stopped.

    tests/process/etcd_cluster.py --data FOLDER [--members 1|3] [--address 127.0.0.1] [--port 2379]

As a program: prints "etcd on ENDPOINT,ENDPOINT,..." when every member serves, and stops them all on Ctrl-C
or SIGTERM. In tests:

    etcd = EtcdCluster(folder, members=3)
    etcd.start()
    etcd.kill(0)       # kill -9; its data stays
    etcd.restart(0)
    etcd.stop()

Members take two ports each, for clients and for each other: --port, the one after it, and so on. Their times
are those orderd is tuned for: heartbeat 50 ms, election 500 ms; every write is synced.
"""

import argparse
import base64
import ctypes
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.request

PROGRAM = "/usr/bin/etcd"
START_S_MAX = 30
PR_SET_PDEATHSIG = 1


def installed():
    return os.access(PROGRAM, os.X_OK)


def own_address():
    """An address of 127.0.0.0/8 that no other process of this machine uses, so that no port of it is taken."""
    process = os.getpid()
    return f"127.{64 + (process >> 16 & 63)}.{process >> 8 & 255}.{process & 255}"


def encoded(value):
    return base64.b64encode(value).decode()


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class EtcdCluster:
    """The members by number from 0. They die with the thread that started them."""

    def __init__(self, folder, members=1, address=None, port=2379):
        self.folder = pathlib.Path(folder)
        address = address or own_address()
        self.clients = [f"{address}:{port + 2 * number}" for number in range(members)]
        self.peers = [f"{address}:{port + 2 * number + 1}" for number in range(members)]
        self.processes = [None] * members

    @property
    def endpoints(self):
        """As the setting `etcd` of orderd takes them."""
        return ",".join(self.clients)

    def command(self, number):
        clients, peers = f"http://{self.clients[number]}", f"http://{self.peers[number]}"
        everyone = ",".join(f"m{other}=http://{at}" for other, at in enumerate(self.peers))
        return [PROGRAM, f"--name=m{number}", f"--data-dir={self.folder / f'm{number}'}",
                f"--listen-client-urls={clients}", f"--advertise-client-urls={clients}",
                f"--listen-peer-urls={peers}", f"--initial-advertise-peer-urls={peers}",
                f"--initial-cluster={everyone}", "--heartbeat-interval=50", "--election-timeout=500",
                "--auto-compaction-mode=revision", "--auto-compaction-retention=10000",
                "--logger=zap", "--log-level=error"]

    def launch(self, number):
        """Starts a member and does not wait for it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / f"m{number}.log", "ab") as log:
            self.processes[number] = subprocess.Popen(self.command(number), stdin=subprocess.DEVNULL, stdout=log,
                                                      stderr=log, preexec_fn=die_with_parent)

    def serves(self, number):
        """Whether a member answers, with a majority behind it."""
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(f"http://{self.clients[number]}/health", timeout=1) as answer:
                return json.load(answer).get("health") == "true"
        except (OSError, ValueError):
            return False

    def wait_until_serving(self):
        ends_at = time.monotonic() + START_S_MAX
        for number, process in enumerate(self.processes):
            while process is not None and not self.serves(number):
                if process.poll() is not None or time.monotonic() > ends_at:
                    raise AssertionError(f"etcd does not serve:\n{(self.folder / f'm{number}.log').read_text()}")
                time.sleep(0.02)

    def start(self):
        """Starts every member that does not run, and waits until all serve."""
        for number, process in enumerate(self.processes):
            if process is None:
                self.launch(number)
        self.wait_until_serving()
        return self

    def restart(self, number):
        """Starts a member that was killed. Does not wait for it."""
        assert self.processes[number] is None, "it runs"
        self.launch(number)

    def pause(self, number):
        self.processes[number].send_signal(signal.SIGSTOP)

    def resume(self, number):
        self.processes[number].send_signal(signal.SIGCONT)

    def call(self, what, body):
        """A call of the JSON interface of a member that runs."""
        at = next(at for at, process in zip(self.clients, self.processes) if process is not None)
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        ask = urllib.request.Request(f"http://{at}/v3/kv/{what}", method="POST", data=json.dumps(body).encode())
        with direct.open(ask, timeout=5) as answer:
            return json.load(answer)

    def stored(self, part=""):
        """What it holds, as bytes by name: of all names with that part."""
        found = self.call("range", {"key": encoded(b"\0"), "range_end": encoded(b"\0")}).get("kvs", [])
        there = {base64.b64decode(each["key"]).decode(): base64.b64decode(each["value"]) for each in found}
        return {name: value for name, value in there.items() if part in name}

    def put(self, name, value):
        """Writes a record whatever is there."""
        self.call("put", {"key": encoded(name.encode()), "value": encoded(value)})

    def kill(self, number):
        """kill -9; the data stays."""
        process, self.processes[number] = self.processes[number], None
        if process is not None:
            process.kill()
            process.wait()

    def stop(self):
        """Stops every member in order; one that does not end in time is killed."""
        for process in filter(None, self.processes):
            process.terminate()
        for number, process in enumerate(self.processes):
            if process is not None:
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    pass
                self.kill(number)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=pathlib.Path, required=True, help="folder of the members' data and logs")
    parser.add_argument("--members", type=int, choices=(1, 3), default=1)
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=2379)
    options = parser.parse_args()
    if not installed():
        sys.exit("etcd is not installed: scripts/setup.sh installs it")
    signals = {signal.SIGINT, signal.SIGTERM}
    etcd = EtcdCluster(options.data, options.members, options.address, options.port)
    try:
        etcd.start()
        # Members inherit nothing of this: they were started before.
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        print(f"etcd on {etcd.endpoints}", flush=True)
        signal.sigwait(signals)
    except AssertionError as failed:
        sys.exit(str(failed))
    finally:
        etcd.stop()


if __name__ == "__main__":
    main()
