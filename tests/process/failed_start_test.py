"""Starts on a folder that cannot be read or written: another owner's, without rights, with something else in a file's
place, read-only, on a full disk, on a disk that answers with I/O errors. Each ends with a sentence that names the file
and exit code 3, never with a signal, and changes nothing; put right, the node starts with all it had.

Needs the rights of root, to start the program with those of somebody else and to mount; skipped without.
"""

import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import orderd_client as wire  # noqa: E402
from order_load import CONFIRMED  # noqa: E402
from orderd_node import PROGRAMS, Node, wait_until  # noqa: E402

FAULT = 3
NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
FILES = ["node.json", "lock", "journal/data.mdb", "journal/lock.mdb", "journal/end", "shards/0000/state/data.mdb",
         "shards/0000/state/lock.mdb", "shards/0000/state/sums"]
FOLDERS = ["journal", "shards", "shards/0000", "shards/0000/state"]


def give_to_nobody(path):
    os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


def replace_with(make):
    def deed(path):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
        make(path)
        give_to_nobody(path)
    return deed


def without_rights(path):
    path.chmod(0)


def of_root(path):
    path.chmod(0o700 if path.is_dir() else 0o600)
    os.chown(path, 0, 0)


WITHOUT_RIGHTS = {"without rights": without_rights, "of root": of_root}
SOMETHING_ELSE = {
    "a folder": replace_with(pathlib.Path.mkdir),
    "a queue": replace_with(os.mkfifo),
    "a device": replace_with(lambda path: path.symlink_to("/dev/zero")),
    "a circle": replace_with(lambda path: path.symlink_to(path.name)),
}


@unittest.skipUnless(os.geteuid() == 0, "needs the rights of root")
class FailedStart(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="orderd-start-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.folder.chmod(0o755)
        cls.good = cls.folder / "good"
        node = Node(cls.good).start()
        with node.client() as client:
            client.set_stock("WIDGET", 100)
            client.set_account("C", 10**9)
            cls.order = wire.make_order_id()
            assert client.place(cls.order, "C", [("WIDGET", 1, 100)])["placement"]["status"] == CONFIRMED
        node.stop()
        for path in [cls.good, *cls.good.rglob("*")]:
            give_to_nobody(path)

    def copy(self):
        """The good folder once more, to be spoiled."""
        data = self.folder / "data"
        shutil.rmtree(data, ignore_errors=True)
        subprocess.run(["cp", "-a", self.good, data], check=True)
        return data

    def start(self, data, user=(), environment=None):
        """(exit code, what it said) of a start; None: it served, and was stopped."""
        command = [*user, PROGRAMS / "orderd", "--data-dir", data, "--listen", "127.0.0.1:0", "--metrics", ""]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, env={**os.environ, **(environment or {})}) as process:
            try:
                wait_until(lambda: process.poll() is not None or select.select([process.stdout], [], [], 0)[0],
                           "it serves or ends", 20)
                if process.poll() is None:
                    process.terminate()
                out, errors = process.communicate(timeout=20)
            finally:
                process.kill()
        return None if out.startswith("listening") and process.returncode == 0 else (process.returncode, errors)

    def assert_sentence(self, ended, named):
        self.assertIsNotNone(ended, "it serves")
        code, said = ended
        self.assertEqual(code, FAULT, said)
        last = said.strip().splitlines()[-1]
        self.assertTrue(last.startswith("orderd: ") or "event=fatal" in last, said)
        self.assertIn(str(named), last)
        self.assertNotIn("is missing", last)

    def bytes_of(self, data):
        return {name: (data / name).read_bytes() for name in FILES if name != "lock" and "lock.mdb" not in name}

    def check_order(self, data):
        node = Node(data)
        self.addCleanup(node.kill)
        node.start()
        with node.client() as client:
            self.assertEqual(client.get(self.order)["order"]["status"], CONFIRMED)
        self.assertEqual(node.stop(), 0)

    def test_what_may_not_be_opened_is_named(self):
        for name, deed in WITHOUT_RIGHTS.items():
            for part in [*FILES, *FOLDERS, "."]:
                with self.subTest(part=part, deed=name):
                    data = self.copy()
                    before = self.bytes_of(data)
                    deed(data / part)
                    self.assert_sentence(self.start(data, AS_NOBODY), data / part if part != "." else data)
                    self.assertEqual(before, self.bytes_of(data))
        self.check_order(self.copy())

    def test_something_else_in_the_place_of_a_file_is_named(self):
        for name, deed in SOMETHING_ELSE.items():
            for part in FILES:
                with self.subTest(part=part, deed=name):
                    data = self.copy()
                    deed(data / part)
                    self.assert_sentence(self.start(data, AS_NOBODY), data / part)

    def test_a_file_in_the_place_of_a_folder_is_named(self):
        for part in FOLDERS:
            with self.subTest(part=part):
                data = self.copy()
                replace_with(lambda path: path.write_text("x"))(data / part)
                self.assert_sentence(self.start(data, AS_NOBODY), data / part)

    def mount(self, *arguments):
        done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            self.skipTest(f"nothing can be mounted here: {done.stderr.strip()}")

    def test_a_read_only_folder_is_named(self):
        data = self.copy()
        self.mount("--bind", data, data)
        self.addCleanup(subprocess.run, ["umount", "-l", data], check=True)
        self.mount("-o", "remount,ro,bind", data)
        self.assert_sentence(self.start(data), data)
        subprocess.run(["mount", "-o", "remount,rw,bind", data], check=True)
        self.check_order(data)

    def test_a_full_disk_ends_a_start_with_a_sentence(self):
        disk = self.folder / "disk"
        disk.mkdir()
        self.addCleanup(disk.rmdir)
        self.mount("-t", "tmpfs", "-o", "size=8m", "tmpfs", disk)
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=True)
        ballast = disk / "ballast"
        data = disk / "data"
        for free_kib in range(0, 132, 4):
            with self.subTest(free_kib=free_kib):
                shutil.rmtree(data, ignore_errors=True)
                with open(ballast, "wb") as file:
                    os.posix_fallocate(file.fileno(), 0, os.statvfs(disk).f_bavail * 4096 - free_kib * 1024)
                ended = self.start(data)
                if ended is not None:
                    self.assert_sentence(ended, "No space left on device")
                ballast.unlink()
                self.assertIsNone(self.start(data), "there is room again")

    def test_io_errors_end_a_start_with_a_sentence(self):
        shim = self.folder / "io_error.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", shim, pathlib.Path(__file__).with_name("io_error.c")],
                       check=True)
        read = ["node.json", "journal/data.mdb", "journal/end", "state/data.mdb"]
        for call, part in [("write", "data/lock"), *(("read", each) for each in read)]:
            with self.subTest(call=call, part=part):
                data = self.copy()
                before = self.bytes_of(data)
                ended = self.start(data, (), {"LD_PRELOAD": str(shim), "IO_ERROR_ON": call, "IO_ERROR_PATH": part})
                self.assert_sentence(ended, "Input/output error")
                self.assertEqual(before, self.bytes_of(data))
        # Sums say nothing that the state itself does not: its pages are looked at without, and summed again.
        data = self.copy()
        self.assertIsNone(self.start(data, (), {"LD_PRELOAD": str(shim), "IO_ERROR_ON": "read",
                                                "IO_ERROR_PATH": "state/sums"}), "its pages are whole")
        self.assertIsNone(self.start(data), "they were written anew")
        # The first start of a new folder writes each of them.
        for call in ("write", "sync"):
            for part in ("node.json", "journal", "journal/data.mdb", "journal/end", "state/data.mdb", "state/sums"):
                with self.subTest(call=call, part=part, first=True):
                    data = self.folder / "new"
                    shutil.rmtree(data, ignore_errors=True)
                    ended = self.start(data, (), {"LD_PRELOAD": str(shim), "IO_ERROR_ON": call,
                                                  "IO_ERROR_PATH": part})
                    if ended is not None:
                        self.assert_sentence(ended, "Input/output error")
                    self.assertIsNone(self.start(data), "the disk is well again")


if __name__ == "__main__":
    unittest.main()
