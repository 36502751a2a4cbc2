"""The package orderd-client: a shop's project, away from these sources, builds with what is installed and no more."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from orderd_node import PROGRAMS, ROOT, TemporaryNode

BUILD = PROGRAMS.parent
INSTALLED_HEADERS = {
    "actors/public/operators.pb.h",
    "actors/public/orders.pb.h",
    "actors/public/public.pb.h",
    "actors/rules/order_id.hpp",
    "cluster/client/client.hpp",
    "cluster/client/fault_meaning.hpp",
    "cluster/wire/type_ids.hpp",
}


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=600, check=False,
                          **more)
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def caf_of(build):
    """Where the build found CAF: the shop has to name it too, for it is no package of the system."""
    cache = (build / "CMakeCache.txt").read_text(encoding="utf-8")
    return re.search(r"^CAF_DIR:PATH=(.*)/lib/.*$", cache, re.MULTILINE).group(1)


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="orderd-package-")
        cls.addClassCleanup(folder.cleanup)
        cls.prefix = pathlib.Path(folder.name) / "installed"
        shop = pathlib.Path(folder.name) / "shop"
        shutil.copytree(ROOT / "tests" / "package", shop)
        run("cmake", "--build", BUILD, "--target", "orderd_client_package")
        run("cmake", "--install", BUILD, "--component", "client", "--prefix", cls.prefix)
        run("cmake", "-S", shop, "-B", shop / "build", "-G", "Ninja",
            f"-DCMAKE_PREFIX_PATH={cls.prefix};{caf_of(BUILD)}")
        run("cmake", "--build", shop / "build")
        cls.program = shop / "build" / "shop"

    def test_has_the_headers_that_a_shop_includes_and_nothing_else(self):
        top = self.prefix / "include" / "orderd-client"
        found = {str(each.relative_to(top)) for each in top.rglob("*") if each.is_file()}
        self.assertEqual(found, INSTALLED_HEADERS)
        everything = {each.relative_to(self.prefix).parts[0] for each in self.prefix.rglob("*")}
        self.assertEqual(everything, {"include", "lib"})

    def test_a_program_built_with_it_places_an_order(self):
        node = TemporaryNode(self).start()
        self.assertEqual(node.ctl("stock", "set", "A", "10").returncode, 0)
        self.assertEqual(node.ctl("account", "set", "alice", "--limit", "500").returncode, 0)
        said = run(self.program, f"127.0.0.1:{node.port}", "alice", "A", "2", "999",
                   env={**os.environ, "LD_LIBRARY_PATH": ""})
        order = re.fullmatch(r"confirmed ([0-9a-f-]{36})\n", said)
        self.assertTrue(order, said)
        shown = node.ctl("get", order.group(1))
        self.assertEqual(shown.returncode, 0)
        self.assertIn("confirmed", shown.stdout)


if __name__ == "__main__":
    unittest.main()
