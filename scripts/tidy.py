#!/usr/bin/env python3
"""Runs clang-tidy over orderd's sources, and only over what changed since it was last found clean.

    scripts/tidy.py [--build FOLDER] [--jobs N] [FILE ...]

FOLDER (default build/dev) is a configured build whose generated headers exist. Without FILEs: every
source of config, runtime, actors, cluster and tests/bench. A file is looked at again when it, a header of
ours that it includes (directly or not), its compiler options, .clang-tidy or the version of clang-tidy changed.
What was clean is kept in ${ORDERD_CACHE:-~/.cache/orderd}/tidy, for every checkout on this machine. Exits 1 on
findings.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from include_graph import closure  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("config", "runtime", "actors", "cluster", "tests/bench")
PRECOMPILED = re.compile(r" -Winvalid-pch| -fpch-preprocess| -include \S*cmake_pch\.hxx")


def key_of(command, roots, version):
    """Names everything that a finding about this source can depend on, except the system's headers."""
    digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes())
    digest.update(version)
    digest.update(command["command"].replace(str(ROOT), "").encode())
    for path in closure(Path(command["file"]), roots):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def without_precompiled(commands):
    """The commands as clang can follow them, each reading only what its file includes itself."""
    for command in commands:
        command["command"] = PRECOMPILED.sub("", command["command"])
    return commands


def tidy(build, command, folder, clean, version):
    """The findings about one source, "" when there are none."""
    mark = clean / key_of(command, (ROOT, build / "generated"), version)
    if mark.exists():
        return ""
    ran = subprocess.run(
        ["clang-tidy", "-p", str(folder), "--quiet", command["file"]],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode == 0:
        mark.touch()
        return ""
    return ran.stdout + (ran.stderr if not ran.stdout.strip() else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "dev")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("files", nargs="*", type=Path)
    options = parser.parse_args()
    build = options.build.resolve()
    folder = build / "tidy"
    folder.mkdir(exist_ok=True)
    clean = Path(os.environ.get("ORDERD_CACHE") or Path.home() / ".cache" / "orderd") / "tidy"
    clean.mkdir(parents=True, exist_ok=True)
    wanted = {path.resolve() for path in options.files}
    every = without_precompiled(json.loads((build / "compile_commands.json").read_text(encoding="utf-8")))
    (folder / "compile_commands.json").write_text(json.dumps(every), encoding="utf-8")
    commands = [
        command
        for command in every
        if (Path(command["file"]) in wanted)
        or (not wanted and any(ROOT / folder in Path(command["file"]).parents for folder in FOLDERS))
    ]
    told = subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout
    version = re.search(rb"version \S+", told).group()  # what else it tells is of this machine

    def look(command):
        return tidy(build, command, folder, clean, version)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        findings = [text for text in pool.map(look, commands) if text]
    print("".join(findings), end="")
    print(f"tidy: {len(commands)} files, {len(findings)} with findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
