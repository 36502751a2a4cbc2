"""scripts/run.sh with the built-in sample: the import, the same import again, and ending it by Ctrl-C.

Everything runs on free ports and in temporary folders. The programs are built when they are not yet.
"""

import os
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 600  # a first build included


class Run(unittest.TestCase):
    def setUp(self):
        self.data = tempfile.mkdtemp(prefix="orderd-run-")
        self.addCleanup(shutil.rmtree, self.data, ignore_errors=True)

    def command(self, *arguments, listen="127.0.0.1:0"):
        node = ["--", "--data-dir", self.data, "--listen", listen, "--metrics", "", "--grpc", ""]
        return [str(ROOT / "scripts" / "run.sh"), *arguments, *node]

    def run_once(self, *arguments, **options):
        return subprocess.run(
            self.command("--once", *arguments, **options),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False,
        )

    def confirmed(self, output):
        """How many orders the summary says are confirmed."""
        match = re.search(r"confirmed\D*([\d,]+)", output)
        self.assertTrue(match, output)
        return int(match.group(1).replace(",", ""))

    def test_the_sample_is_imported_and_again_without_effect(self):
        first = self.run_once()
        self.assertEqual(first.returncode, 0, first.stdout + first.stderr)
        again = self.run_once()
        self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
        self.assertGreater(self.confirmed(first.stdout), 50)
        self.assertEqual(self.confirmed(first.stdout), self.confirmed(again.stdout))

    def test_it_serves_until_interrupted_and_stops_cleanly(self):
        with subprocess.Popen(
            self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True,
            # Whoever runs the tests in the background has them ignore it, and a shell keeps that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        ) as process:
            said = b""
            while b"serving on" not in said:
                ready, _, _ = select.select([process.stdout], [], [], SECONDS)
                chunk = os.read(process.stdout.fileno(), 65536) if ready else b""
                self.assertTrue(chunk, said.decode())
                said += chunk
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does
            said += process.stdout.read()
            self.assertEqual(process.wait(SECONDS), 130, said.decode())
        # The folder is free again: its lock went with the node.
        again = self.run_once()
        self.assertEqual(again.returncode, 0, again.stdout + again.stderr)

    def test_a_port_in_use_is_named(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            ran = self.run_once(listen=address)
        self.assertEqual(ran.returncode, 3, ran.stdout + ran.stderr)
        self.assertIn(address, ran.stderr)

    def test_a_second_node_on_the_same_data_is_refused(self):
        with subprocess.Popen(
            self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        ) as process:
            for line in process.stdout:
                if "serving on" in line:
                    break
            second = self.run_once()
            process.terminate()
            process.wait(SECONDS)
        self.assertEqual(second.returncode, 3, second.stdout + second.stderr)
        self.assertIn(self.data, second.stderr)

    def test_a_file_that_is_not_there_is_named(self):
        ran = self.run_once("no such file.csv")
        self.assertEqual(ran.returncode, 3)
        self.assertIn("no such file.csv", ran.stderr)


if __name__ == "__main__":
    unittest.main()
