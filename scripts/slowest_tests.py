#!/usr/bin/env python3
"""Names the tests of each program that took longest in the last run of scripts/test.sh.

    scripts/slowest_tests.py [--count N] [FILE ...]

FILEs are results of GoogleTest (--gtest_output=json:FILE); default: those in build/test/. A test of tests/unit or
tests/actor that takes longer than a moment waits for something that it should be given: a limit, a clock, an event.
"""

import argparse
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def cases(results):
    """[(seconds, Suite.Test)] of a result of GoogleTest, the longest first."""
    return sorted(((float(test["time"].rstrip("s")), f"{suite['name']}.{test['name']}")
                   for suite in results["testsuites"] for test in suite["testsuite"]), reverse=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=20, help="of each program (20)")
    parser.add_argument("files", nargs="*", type=Path)
    options = parser.parse_args()
    programs = {}
    for file in options.files or sorted((ROOT / "build" / "test").glob("*.json")):
        found = cases(json.loads(file.read_text(encoding="utf-8")))
        programs.setdefault(re.sub(r"-\d+$", "", file.stem), []).extend(found)  # its shards together
    for program, found in programs.items():
        print(f"{program}: {len(found)} tests, {sum(seconds for seconds, _ in found):.1f} s")
        for seconds, name in sorted(found, reverse=True)[:options.count]:
            print(f"  {seconds:7.3f} s  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
