#!/usr/bin/env python3
"""Writes a C++ source with the bytes of the page's files, for cluster/page/embedded_files.hpp.

    scripts/embed_files.py OUT PATH=FILE ...

PATH is what a browser asks for, FILE what it gets. The build calls it (cluster/CMakeLists.txt).
"""

import hashlib
import sys
from pathlib import Path

BYTES_A_LINE = 64

HEAD = """// Made by scripts/embed_files.py.
#include "cluster/page/embedded_files.hpp"

namespace orderd::cluster {
namespace {
"""
TAIL = """
std::span<const embedded_file> embedded_files() {
  return all;
}

} // namespace orderd::cluster
"""


def literal(data):
    """Bytes as string literals, one a line; octal, so that no digit that follows can be taken for a part of one."""
    for start in range(0, len(data), BYTES_A_LINE):
        yield '  "' + "".join(f"\\{byte:03o}" for byte in data[start:start + BYTES_A_LINE]) + '"'


def source(files):
    """The C++ text for [(path, bytes)]."""
    parts, table = [HEAD], []
    for number, (path, data) in enumerate(files):
        parts.append(f"constexpr char bytes_{number}[] =")
        parts.append("\n".join(literal(data)) + ";" if data else '  "";')
        table.append(f'  {{"{path}", {{bytes_{number}, {len(data)}}}, "{hashlib.sha256(data).hexdigest()}"}},')
    return "\n".join([*parts, "constexpr embedded_file all[] = {", *table, "};", "", "} // namespace", TAIL])


def main(arguments):
    if len(arguments) < 2 or not all("=" in each for each in arguments[1:]):
        print(__doc__, file=sys.stderr)
        return 2
    files = [each.split("=", 1) for each in arguments[1:]]
    Path(arguments[0]).write_text(source([(path, Path(file).read_bytes()) for path, file in files]), encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
