#!/usr/bin/env python3
"""Runs the tests of the build `coverage`, and says how many lines of each folder they reach.

    cmake --preset coverage && cmake --build --preset coverage && scripts/coverage.py

The programs are those of CMake, each once, simulations with few seeds; tests of the real programs are not among
them. Prints a table of Markdown, and in its last line the sum. Exits 1 when a test fails.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "coverage"
KINDS = ("unit", "actor", "fault", "simulation", "system")
LIBRARIES = ("config", "runtime", "actors", "cluster")
SEEDS = {"ORDERD_SEEDS": "30", "ORDERD_WORLD_SEEDS": "100", "ORDERD_CLUSTER_SEEDS": "20"}


def run_tests():
    """Whether all pass. Counts of earlier runs are dropped: they would be added to."""
    for counts in BUILD.rglob("*.gcda"):
        counts.unlink()
    return all([
        subprocess.run([BUILD / "bin" / f"{kind}_tests", "--gtest_brief=1"], env={**os.environ, **SEEDS},
                       stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0
        for kind in KINDS])


def lines_by_file():
    """{file: (lines reached, lines)}, by gcovr."""
    done = subprocess.run(
        ["gcovr", "--root", ROOT, "--object-directory", BUILD, "--json-summary", "-", "-j", str(os.cpu_count()),
         *(f"--filter={ROOT}/{folder}/" for folder in LIBRARIES), BUILD],
        cwd=BUILD, stdout=subprocess.PIPE, check=True)
    return {Path(each["filename"]): (each["line_covered"], each["line_total"])
            for each in json.loads(done.stdout)["files"]}


def by_folder(files):
    """[(folder, lines reached, lines)], and the sum of all."""
    folders = {}
    for file, (reached, total) in files.items():
        of_folder = folders.setdefault(file.parent.as_posix(), [0, 0])
        of_folder[0] += reached
        of_folder[1] += total
    rows = [(folder, *folders[folder]) for folder in sorted(folders)]
    return rows, (sum(row[1] for row in rows), sum(row[2] for row in rows))


def shown(reached, total):
    return f"{reached:,} of {total:,} lines, {100 * reached / max(total, 1):.1f} %"


def main():
    passed = run_tests()
    rows, (reached, total) = by_folder(lines_by_file())
    print("| folder | lines | reached |\n|---|---|---|")
    for folder, of_folder, lines in rows:
        print(f"| `{folder}/` | {lines:,} | {100 * of_folder / max(lines, 1):.1f} % |")
    print(shown(reached, total))
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
