"""Wrong folders, doubled numbers, folders that leave: three nodes and etcd on loopback addresses. No start gives a
good disk up, and none that fails changes anything.

Skipped, with the reason, where there is no etcd.
"""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import etcd_cluster
import orderd_node
from local_cluster import LocalCluster

BIN = orderd_node.PROGRAMS
NODES = (1, 2, 3)


def descriptors(pid, kind):
    """Those of a process that are of that kind, by their names in /proc."""
    return [each for each in pathlib.Path(f"/proc/{pid}/fd").iterdir() if os.readlink(each).startswith(kind)]


def orderd(*arguments, seconds=20):
    """A start that is expected to end by itself."""
    return subprocess.run([str(BIN / "orderd"), *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=seconds, check=False)


@unittest.skipUnless(etcd_cluster.installed(), "there is no etcd on this machine: scripts/setup.sh installs it")
class Disks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="orderd-disk-", ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.cluster = LocalCluster(self.folder, BIN, nodes=3)
        self.addCleanup(self.cluster.stop)
        self.cluster.start()
        self.cluster.wait_until_whole()
        for arguments in (("stock", "set", "A", "1000"), ("place", "A=1@1")):
            done = self.cluster.orderctl(*arguments)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def stop_nodes(self):
        for number in NODES:
            self.cluster.nodes[number].end()

    def start_nodes(self):
        for number in NODES:
            self.cluster.restart(number)
        self.cluster.wait_until_whole()

    def check_order(self):
        done = self.cluster.orderctl("list", "--json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("confirmed", done.stdout)

    def stored(self):
        """What etcd holds of nodes, by name."""
        return self.cluster.etcd.stored("nodes/")

    def start_again(self, number, *arguments):
        """A second process of a node: with its own arguments, unless these say otherwise."""
        own = self.cluster.nodes[number].command[1:]
        kept = [text for at in range(0, len(own), 2) if own[at] not in arguments for text in own[at:at + 2]]
        return orderd(*kept, *arguments)

    def elsewhere(self, number):
        address = self.cluster.nodes[number].endpoint.rsplit(":", 1)[0]
        return ["--listen", f"{address}:8411", "--peer-listen", f"{address}:8511", "--metrics", ""]

    def test_all_started_from_wrong_folders_twice_lose_nothing(self):
        for turn in ("first", "second"):
            self.stop_nodes()
            for number in NODES:
                wrong = self.folder / f"wrong-{turn}-{number}"
                refused = self.start_again(number, "--data-dir", wrong)
                self.assertEqual(refused.returncode, 3, refused.stderr)
                for part in (f"node {number}", "disk 1", str(wrong), "--data-dir", "--replace-disk"):
                    self.assertIn(part, refused.stderr)
                self.assertFalse(wrong.exists())
            self.start_nodes()
            self.check_order()
        for number in NODES:
            self.assertFalse((self.cluster.nodes[number].data / "given-up").exists())

    def test_all_replaced_by_mistake_are_taken_back(self):
        self.stop_nodes()
        for number in NODES:
            self.cluster.nodes[number].once = ["--replace-disk"]
            self.cluster.restart(number)
        orderd_node.wait_until(lambda: all((self.cluster.nodes[number].data / "given-up/0001/journal").exists()
                                           for number in NODES), "every disk is set aside")
        self.stop_nodes()
        for number in NODES:
            data = self.cluster.nodes[number].data
            shown = orderd("disks", "show", "0001", "--data-dir", data)
            self.assertEqual(shown.returncode, 0, shown.stderr)
            self.assertIn("whole", shown.stdout)
            back = orderd("disks", "take-back", "0001", "--data-dir", data)
            self.assertEqual(back.returncode, 0, back.stderr)
            listed = orderd("disks", "list", "--data-dir", data).stdout
            self.assertIn("0001", listed)
            self.assertIn("0002", listed)
        self.start_nodes()
        self.check_order()

    def test_a_lost_disk_comes_back_by_a_persons_word(self):
        self.cluster.kill(2)
        self.cluster.wipe(2)
        once, self.cluster.nodes[2].once = self.cluster.nodes[2].once, []
        self.cluster.restart(2)
        self.assertEqual(self.cluster.nodes[2].process.wait(20), 3)
        self.cluster.nodes[2].once = once
        self.cluster.restart(2)
        self.cluster.wait_until_whole()
        self.check_order()

    def test_a_second_process_under_a_living_number_changes_nothing(self):
        before = self.stored()
        self.assertEqual(len(before), 3)
        copied = self.folder / "copied"
        shutil.copytree(self.cluster.nodes[2].data, copied)
        empty = self.folder / "empty"
        for words, arguments in (
                ("runs already", ["--data-dir", empty, *self.elsewhere(2)]),
                ("runs already", ["--data-dir", empty, "--replace-disk", *self.elsewhere(2)]),
                ("cannot listen", ["--data-dir", empty, "--replace-disk", "--metrics", ""]),
                ("runs already", ["--data-dir", copied, *self.elsewhere(2)]),
                ("cannot listen", ["--data-dir", copied, "--metrics", ""]),
                ("in use by process", self.elsewhere(2)),
                ("is that of node 2", ["--data-dir", copied, "--node", "3", *self.elsewhere(3)])):
            refused = self.start_again(2, *arguments)
            self.assertEqual(refused.returncode, 3, refused.stderr)
            self.assertIn(words, refused.stderr)
            self.assertEqual(before, self.stored())
        self.assertFalse(empty.exists())
        # Held still, it is there as well.
        self.cluster.nodes[2].send(19)
        try:
            refused = self.start_again(2, "--data-dir", copied, *self.elsewhere(2))
        finally:
            self.cluster.nodes[2].send(18)
        self.assertIn("runs already", refused.stderr)
        self.assertEqual(before, self.stored())
        self.cluster.wait_until_whole()
        self.check_order()

    def test_a_clusters_folder_starts_alone_only_after_it_has_left(self):
        self.stop_nodes()
        data = self.cluster.nodes[1].data
        refused = orderd("--data-dir", data, "--listen", "127.0.0.1:0", "--metrics", "")
        self.assertEqual(refused.returncode, 3, refused.stderr)
        cluster = json.loads((data / "node.json").read_text())["cluster"]
        for part in (cluster, str(data), "--leave-cluster"):
            self.assertIn(part, refused.stderr)
        copied = self.folder / "copied"
        shutil.copytree(data, copied)
        left = orderd("--data-dir", copied, "--leave-cluster")
        self.assertEqual(left.returncode, 0, left.stderr)
        self.assertIn(cluster, left.stdout)
        alone = orderd_node.Node(copied)
        self.addCleanup(alone.kill)
        alone.start()
        self.assertIn("confirmed", alone.ctl("list").stdout)
        alone.stop()
        refused = self.start_again(1, "--data-dir", copied)
        self.assertEqual(refused.returncode, 3)
        self.assertIn("a node by itself", refused.stderr)
        self.start_nodes()
        self.check_order()


class Starting(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="orderd-start-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_nothing_is_written_into_a_foreign_folder(self):
        (self.folder / "lock").write_text("of somebody else")
        (self.folder / "letter").write_text("dear reader")
        for _ in range(2):
            refused = orderd("--data-dir", self.folder, "--listen", "127.0.0.1:0", "--metrics", "")
            self.assertEqual(refused.returncode, 3)
            self.assertIn(str(self.folder), refused.stderr)
            self.assertEqual((self.folder / "lock").read_text(), "of somebody else")
            (self.folder / "letter").unlink(missing_ok=True)
        self.assertEqual([each.name for each in self.folder.iterdir()], ["lock"])

    def test_closed_standard_descriptors_are_replaced(self):
        data = self.folder / "data"
        command = [str(BIN / "orderd"), "--data-dir", str(data), "--listen", "127.0.0.1:0", "--metrics", ""]
        closed = subprocess.Popen(command, preexec_fn=lambda: os.closerange(0, 3))
        self.addCleanup(closed.wait)
        self.addCleanup(closed.kill)
        orderd_node.wait_until(lambda: descriptors(closed.pid, "socket:"), "it listens")
        for number in (0, 1, 2):
            self.assertEqual(os.readlink(f"/proc/{closed.pid}/fd/{number}"), "/dev/null")
        self.assertNotIn(b"level=", (data / "journal/lock.mdb").read_bytes())


if __name__ == "__main__":
    unittest.main()
