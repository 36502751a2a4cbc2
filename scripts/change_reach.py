#!/usr/bin/env python3
"""Says which tests a change of some files can touch, for scripts/check_change.sh.

    scripts/change_reach.py [--root FOLDER] [--build FOLDER] FILE ...

FILEs are named from the root of the project. One line for each program to be run, its parts separated by tabs:

    unit_tests  Order.*:Business.*      a GoogleTest program, and the filter for it
    python  tests/unit/scripts style_test.py    a folder and a pattern for unittest discover

A test is touched when it includes a file that changed, directly or not; a changed source stands for its header too.
A file that is no source touches the tests that name it, and a file of CMake all of them. What a library's source
reaches through calls alone, the unit tests and the simulation of a node stand for: they take seconds.
"""

import argparse
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from include_graph import FOLDERS, Graph  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("unit", "actor", "fault", "simulation", "system")
LIBRARIES = tuple(f"{folder}/" for folder in FOLDERS if folder != "tests")
SUITE = re.compile(r"^\s*(?:TEST|TEST_F|TEST_P|TYPED_TEST|TYPED_TEST_P)\(\s*(\w+)\s*,", re.MULTILINE)
THROUGH_CALLS = {"unit_tests": "*", "simulation_tests": "Simulation.KeepsItsPromisesFromEverySeed"}
BUILD_FILES = {"CMakeLists.txt", "CMakePresets.json"}


def programs_by_source(graph, root, build):
    """{source: names of the test programs that it is compiled into}, as CMake says, else by its folder."""
    found = {}
    commands = build / "compile_commands.json"
    for command in json.loads(commands.read_text(encoding="utf-8")) if commands.exists() else ():
        program = re.search(r"tests/CMakeFiles/(\w+_tests)\.dir/", command["command"])
        path = Path(command["file"])
        if program and root in path.parents:
            found.setdefault(path.relative_to(root).as_posix(), set()).add(program.group(1))
    for name in graph.texts:
        parts = name.split("/")
        if name not in found and parts[0] == "tests" and parts[1] in KINDS and name.endswith(".cpp"):
            found[name] = {f"{parts[1]}_tests"}
    return found


def suites(graph, source):
    """Those that stand in a source, or in a header of tests/ that it includes."""
    out, seen, waiting = set(), set(), [source]
    while waiting:
        name = waiting.pop()
        if name not in seen and name.startswith("tests/"):
            seen.add(name)
            out.update(SUITE.findall(graph.texts[name]))
            waiting.extend(graph.includes[name])
    return out


def naming(graph, file):
    """The sources of tests that name a file that is no source: a golden file, a page, a sample."""
    name = re.compile(rf"[\"/]{re.escape(file.rsplit('/', 1)[-1])}\b")
    return {source for source, text in graph.texts.items() if source.startswith("tests/") and name.search(text)}


def filter_of(names):
    """What GoogleTest calls them: alone, with parameters, of types, and both."""
    return ":".join(form.format(name) for name in sorted(names) for form in ("{}.*", "*/{}.*", "{}/*.*", "*/{}/*.*"))


def gtest_runs(graph, root, build, changed):
    """{program: filter} of the GoogleTest programs to be run."""
    programs = programs_by_source(graph, root, build)
    if any(file.rsplit("/", 1)[-1] in BUILD_FILES for file in changed):
        return {program: "*" for names in programs.values() for program in names}
    seeds = set(changed)
    for file in changed:
        if file not in graph.texts:
            seeds |= naming(graph, file)
    runs = {}
    for source in graph.reached_by(seeds):
        for program in programs.get(source, ()):
            runs.setdefault(program, set()).update(suites(graph, source))
    runs = {program: filter_of(names) for program, names in runs.items() if names}
    if any(file.startswith(LIBRARIES) and file in graph.texts for file in changed):
        runs = {**THROUGH_CALLS, **runs, "unit_tests": THROUGH_CALLS["unit_tests"]}
    return runs


def python_runs(changed):
    """[(folder, pattern)] for unittest discover. Of the process tests only those that changed: each takes a while."""
    out = set()
    for file in changed:
        if file.startswith(("scripts/", "tests/unit/scripts/")):
            out.add(("tests/unit/scripts", "*_test.py"))
        if file.startswith("tests/process/") and file.endswith("_test.py"):
            out.add(("tests/process", file.rsplit("/", 1)[-1]))
    return sorted(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=ROOT)
    parser.add_argument("--build", type=Path, default=None, help="default: build/dev below the root")
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    root = options.root.resolve()
    build = (options.build or root / "build" / "dev").resolve()
    for program, tests in sorted(gtest_runs(Graph(root), root, build, options.files).items()):
        print(f"{program}\t{tests}")
    for folder, pattern in python_runs(options.files):
        print(f"python\t{folder}\t{pattern}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
