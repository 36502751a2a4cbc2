"""Which tests took longest, of results of two shards of a program."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[3] / "scripts/slowest_tests.py"


def result(suite, **seconds):
    return json.dumps({"testsuites": [{"name": suite, "testsuite": [
        {"name": name, "time": f"{took}s"} for name, took in seconds.items()]}]})


class Slowest(unittest.TestCase):
    def test_shards_of_a_program_are_one_list_with_the_longest_first(self):
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder) / f"tests-unit-{shard}.json" for shard in (0, 1)]
            files[0].write_text(result("Order", Waits=1.5, Is=0.001), encoding="utf-8")
            files[1].write_text(result("Item", Waits=2), encoding="utf-8")
            ran = subprocess.run([PROGRAM, "--count", "2", *files], capture_output=True, text=True, check=True)
        self.assertEqual(ran.stdout.splitlines(), [
            "tests-unit: 3 tests, 3.5 s", "    2.000 s  Item.Waits", "    1.500 s  Order.Waits"])


if __name__ == "__main__":
    unittest.main()
