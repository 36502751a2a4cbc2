"""What operators look into a node with: orderctl top on a real terminal, trace, debug bundle, and JSON log lines."""

import fcntl
import io
import json
import os
import pathlib
import pty
import select
import signal
import struct
import subprocess
import tarfile
import tempfile
import termios
import time
import types
import unittest

import orderd_node

ENTERS, LEAVES = b"\x1b[?1049h", b"\x1b[?1049l"
SHOWS_CURSOR = b"\x1b[?25h"


class Screen:
    """orderctl top on a pseudo terminal of its own."""

    def __init__(self, test, node, *arguments, term="xterm", columns=100, lines=30):
        self.master, self.slave = pty.openpty()
        self.resize(columns, lines)
        self.before = termios.tcgetattr(self.slave)
        self.seen = b""
        self.process = subprocess.Popen(
            [orderd_node.PROGRAMS / "orderctl", "--endpoint", f"127.0.0.1:{node.port}", "top", *arguments],
            stdin=self.slave, stdout=self.slave, stderr=self.slave, start_new_session=True,
            env={**os.environ, "TERM": term, "LC_ALL": "C.UTF-8"})
        test.addCleanup(self.close)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)

    def resize(self, columns, lines):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def read(self, seconds=0.05):
        if select.select([self.master], [], [], seconds)[0]:
            self.seen += os.read(self.master, 65536)

    def wait_for(self, text, seconds=30):
        """Until this has been written since the last call; what was, is forgotten."""
        ends_at = time.monotonic() + seconds
        while text not in self.seen:
            if time.monotonic() > ends_at:
                raise AssertionError(f"{text!r} is not on the screen:\n{self.seen.decode(errors='replace')}")
            self.read()
        found, self.seen = self.seen, b""
        return found

    def type(self, keys):
        os.write(self.master, keys)

    def end(self):
        """The exit code, once it has ended by itself; everything that was written is in `seen`."""
        orderd_node.wait_until(lambda: self.read() or self.process.poll() is not None, "the end of orderctl top")
        self.read()
        return self.process.returncode


class TopOnATerminal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        owner = types.SimpleNamespace(addCleanup=cls.addClassCleanup)
        cls.node = orderd_node.TemporaryNode(owner, "--shards", "2").start()

    def check_restored(self, screen):
        self.assertIn(LEAVES, screen.seen)
        self.assertIn(SHOWS_CURSOR, screen.seen)
        self.assertEqual(termios.tcgetattr(screen.slave), screen.before)

    def test_q_ends_it_and_the_terminal_is_as_it_was(self):
        screen = Screen(self, self.node)
        screen.wait_for(ENTERS)
        screen.wait_for(b"1 of 1 nodes answer")
        self.assertEqual(termios.tcgetattr(screen.slave)[3] & (termios.ICANON | termios.ECHO), 0)
        screen.type(b"q")
        self.assertEqual(screen.end(), 0)
        self.check_restored(screen)

    def test_signals_put_the_terminal_back(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            screen = Screen(self, self.node)
            screen.wait_for(b"1 of 1 nodes answer")
            screen.process.send_signal(number)
            self.assertEqual(screen.end(), 128 + number)
            self.check_restored(screen)

    def test_keys_change_the_view_and_a_new_size_draws_anew(self):
        screen = Screen(self, self.node)
        screen.wait_for(b"1 of 1 nodes answer")
        screen.type(b"2")
        screen.wait_for(b"unapplied")
        screen.type(b"\x1b[B\r")
        screen.wait_for(b"commands wait for other shards")
        screen.type(b"\x1b")
        screen.wait_for(b"unapplied")
        screen.type(b"3")
        screen.wait_for(b"every order is settled")
        screen.type(b"p")
        screen.wait_for(b"PAUSED")
        screen.resize(40, 8)
        screen.process.send_signal(signal.SIGWINCH)
        small = screen.wait_for(b"1 glance").split(b"\x1b[H")[-1]
        self.assertEqual(small.count(b"\r\n"), 7)
        screen.type(b"q")
        self.assertEqual(screen.end(), 0)
        self.check_restored(screen)

    def test_a_stop_gives_the_terminal_back_until_it_goes_on(self):
        screen = Screen(self, self.node)
        screen.wait_for(b"1 of 1 nodes answer")
        screen.process.send_signal(signal.SIGTSTP)
        screen.wait_for(LEAVES)
        orderd_node.wait_until(lambda: termios.tcgetattr(screen.slave) == screen.before, "the terminal as it was")
        screen.process.send_signal(signal.SIGCONT)
        screen.wait_for(ENTERS)
        screen.wait_for(b"1 of 1 nodes answer")
        screen.type(b"q")
        self.assertEqual(screen.end(), 0)

    def test_a_dumb_terminal_gets_plain_text(self):
        screen = Screen(self, self.node, term="dumb")
        for _ in range(2):
            text = screen.wait_for(b"every order is settled")
            self.assertNotIn(b"\x1b", text)
        screen.process.send_signal(signal.SIGTERM)
        screen.end()

    def test_one_look_where_there_is_no_terminal(self):
        done = self.node.ctl("top", "--once")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("1 of 1 nodes answer", done.stdout)
        self.assertNotIn("\x1b", done.stdout)
        shown = json.loads(self.node.ctl("--json", "top", "--once").stdout)
        self.assertEqual(len(shown["cluster"]["shards"]), 2)
        self.assertEqual(shown["nodes"][0]["status"]["admitting"], True)
        self.assertEqual(self.node.ctl("--json", "top").returncode, 2)

    def test_nobody_to_ask(self):
        done = subprocess.run([orderd_node.PROGRAMS / "orderctl", "--endpoint", f"127.0.0.1:{orderd_node.free_port()}",
                               "top", "--once"], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertIn("0 of 1 nodes answer", done.stdout)


class LookingIntoANode(unittest.TestCase):
    def place(self, node):
        for arguments in (("stock", "set", "A", "10"), ("account", "set", "anna", "--limit", "100")):
            self.assertEqual(node.ctl(*arguments).returncode, 0)
        return json.loads(node.ctl("--json", "place", "A=1@1", "--customer", "anna").stdout)["order_id"]

    def test_trace_shows_an_order_and_its_lines_by_time(self):
        node = orderd_node.TemporaryNode(self, "--log-level", "debug").start()
        order = self.place(node)
        other = self.place(node)
        done = node.ctl("trace", order)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("event=order_placed order=" + order, done.stdout)
        self.assertIn("event=order_settled order=" + order, done.stdout)
        self.assertIn("order   confirmed", done.stdout)
        self.assertNotIn(other, done.stdout)
        shown = json.loads(node.ctl("--json", "trace", order).stdout)
        times = [entry["at"] for entry in shown["entries"]]
        self.assertEqual(times, sorted(times))
        self.assertEqual({entry["from"] for entry in shown["entries"]}, {"order", "log"})
        self.assertEqual(shown["nodes"][0]["lines"], 2)
        self.assertEqual(node.ctl("trace", "no-id").returncode, 2)
        unknown = node.ctl("trace", "01890a5d-ac96-774b-bcce-b302099a8057")
        self.assertEqual(unknown.returncode, 1, unknown.stdout)

    def test_log_lines_are_json_when_they_are_to_be(self):
        node = orderd_node.TemporaryNode(self, "--log-level", "debug", "--log-format", "json", metrics=True).start()
        order = self.place(node)
        self.assertEqual(json.loads(node.ctl("--json", "trace", order).stdout)["nodes"][0]["lines"], 2)
        page = node.metrics_page()
        node.stop()
        lines = [json.loads(line) for line in node.said().splitlines()]
        settled = [line for line in lines if line["event"] == "order_settled"]
        self.assertEqual([(line["order"], line["status"]) for line in settled], [(order, "CONFIRMED")])
        self.assertIsInstance(settled[0]["took_us"], int)
        self.assertEqual([list(line)[:4] for line in lines], [["time", "level", "component", "event"]] * len(lines))
        self.assertIn('orderd_log_lines_total{level="debug"}', page)

    def test_a_bundle_holds_what_the_node_says(self):
        node = orderd_node.TemporaryNode(self, metrics=True).start()
        self.place(node)
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "b.tar.gz"
            metrics = f"http://127.0.0.1:{node.metrics_port}/metrics"
            done = node.ctl("debug", "bundle", file, "--metrics", metrics)
            self.assertEqual(done.returncode, 0, done.stderr)
            with tarfile.open(fileobj=io.BytesIO(file.read_bytes())) as archive:
                files = {name.split("/", 1)[1]: archive.extractfile(name).read().decode()
                         for name in archive.getnames()}
            self.assertIn("orderd_build_info", files["pages/1.txt"])
            self.assertTrue(json.loads(files["nodes/0/status.json"])["admitting"])
            self.assertEqual(json.loads(files["cluster.json"])["nodes"][0]["node"], 0)
            self.assertIn("README.txt", files)
            before = file.read_bytes()
            self.assertEqual(node.ctl("debug", "bundle", file).returncode, 2)
            self.assertEqual(file.read_bytes(), before)
            node.kill()
            done = node.ctl("debug", "bundle", file, "--yes")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("not in it: cluster.json", done.stderr)


if __name__ == "__main__":
    unittest.main()
