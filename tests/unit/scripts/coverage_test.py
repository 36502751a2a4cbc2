"""Sums of covered lines, by folder."""

import importlib.util
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
spec = importlib.util.spec_from_file_location("coverage_of_folders", ROOT / "scripts" / "coverage.py")
coverage = importlib.util.module_from_spec(spec)
spec.loader.exec_module(coverage)


class Sums(unittest.TestCase):
    def test_lines_are_added_up_by_the_folder_of_their_file(self):
        rows, whole = coverage.by_folder({
            Path("cluster/wire/a.cpp"): (3, 4), Path("cluster/wire/b.hpp"): (1, 1), Path("actors/c.cpp"): (0, 5)})
        self.assertEqual(rows, [("actors", 0, 5), ("cluster/wire", 4, 5)])
        self.assertEqual(whole, (4, 10))

    def test_the_sum_is_a_sentence(self):
        self.assertEqual(coverage.shown(1234, 2000), "1,234 of 2,000 lines, 61.7 %")


if __name__ == "__main__":
    unittest.main()
