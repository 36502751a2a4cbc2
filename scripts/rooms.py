"""Rules between the rooms of orderd, for scripts/style.py.

A room is a sub-folder of runtime/, actors/ or cluster/ with a static library of its own. What its line
`orderd_library(FOLDER/ROOM orderd_...)` in FOLDER/CMakeLists.txt names, its sources may include, and nothing else:
the rule and what the linker sees are one line. A header that calls itself pure reaches no header of CAF, and LMDB
is called in one room.
"""

import re
from pathlib import PurePosixPath

FOLDERS = ("runtime", "actors", "cluster")
LIBRARY = re.compile(r"^orderd_library\(([\w/]+)([^)]*)\)", re.MULTILINE)
OURS = re.compile(r"\borderd_(config|(?:" + "|".join(FOLDERS) + r")_\w+)")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)
MAY_INCLUDE = re.compile(r"^May include: (.*)\.$", re.MULTILINE)
PURE = re.compile(r"\b[Pp]ure\b")
LMDB_ROOM = "runtime/lmdb"


def rooms_of(tree):
    """{room: rooms and folders that it may include}, from the CMake files."""
    rooms = {}
    for folder in FOLDERS:
        for name, links in LIBRARY.findall(tree.get(PurePosixPath(folder) / "CMakeLists.txt", "")):
            rooms[name] = {each.replace("_", "/", 1) for each in OURS.findall(links)}
    return rooms


def room_of(path):
    """"runtime/base" of runtime/base/clock.hpp; None of what lies in no room."""
    return "/".join(path.parts[:2]) if len(path.parts) == 3 and path.parts[0] in FOLDERS else None


def is_source(path):
    return path.suffix in {".hpp", ".cpp", ".proto"}


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def check_places(tree, rooms):
    """(path, line, what is wrong): each source lies in a room, and each room has a page that says what it may use."""
    for path in tree:
        if path.parts[0] in FOLDERS and is_source(path) and room_of(path) not in rooms:
            yield path, 1, "lies in no room: a sub-folder that its folder's CMakeLists.txt names"
    for room, may in rooms.items():
        page = PurePosixPath(room) / "README.md"
        text = tree.get(page)
        if text is None:
            yield page, 1, "missing: each room has one"
            continue
        said = MAY_INCLUDE.search(text)
        names = set(re.findall(r"`([\w/]+)`", said.group(1))) if said else set()
        if not said:
            yield page, 1, "has no line 'May include: `...`.'"
        elif names != may:
            yield (page, line_of(text, said.start()),
                   f"says it may include {', '.join(sorted(names))}; its library names {', '.join(sorted(may))}")


def check_includes(tree, rooms):
    for path, text in tree.items():
        room = room_of(path)
        if room not in rooms or not is_source(path):
            continue
        for match in INCLUDE.finditer(text):
            ours, theirs = match.groups()
            if theirs == "lmdb.h" and room != LMDB_ROOM:
                yield path, line_of(text, match.start()), f"calls LMDB: only {LMDB_ROOM} does"
            if not ours or "/" not in ours:
                continue
            other = str(PurePosixPath(ours).parent)
            if other != room and other not in rooms[room] and other.split("/")[0] in (*FOLDERS, "config"):
                yield (path, line_of(text, match.start()),
                       f"{room} may not include \"{ours}\": its library names {', '.join(sorted(rooms[room]))}")


def reaches_caf(path, tree, seen):
    """The chain of headers from `path` to one of CAF, or None."""
    if path in seen or path not in tree:
        return None
    seen.add(path)
    for ours, theirs in INCLUDE.findall(tree[path]):
        if theirs.startswith("caf/"):
            return [str(path), f"<{theirs}>"]
        chain = reaches_caf(PurePosixPath(ours), tree, seen) if ours else None
        if chain:
            return [str(path), *chain]
    return None


def opening(text):
    """The comment that a header opens with."""
    return re.match(r"(?://[^\n]*\n)*", text).group()


def check_purity(tree):
    for path, text in tree.items():
        if path.suffix == ".hpp" and path.parts[0] in FOLDERS and PURE.search(opening(text)):
            chain = reaches_caf(path, tree, set())
            if chain:
                yield path, 1, f"calls itself pure and reaches CAF: {' -> '.join(chain)}"


def check(tree):
    rooms = rooms_of(tree)
    yield from check_places(tree, rooms)
    yield from check_includes(tree, rooms)
    yield from check_purity(tree)
