"""Which file includes which, read from the sources: no build is needed. For the other programs of this folder.

    closure(source, roots)      a source and all that it includes, directly or not
    Graph(root).reached_by(changed)     all files that a change of some reaches

An include of generated code, "actors/public/public.pb.h", is one of the schema that it is made from.
"""

import re
from pathlib import Path

FOLDERS = ("config", "runtime", "actors", "cluster", "tests")
SOURCES = {".cpp", ".hpp", ".proto", ".c"}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
IMPORT = re.compile(r'^\s*import\s+"([^"]+)"', re.MULTILINE)
GENERATED = re.compile(r"(\.grpc)?\.pb\.h$")


def included(path):
    """The names that a file includes, in their order."""
    return INCLUDE.findall(path.read_text(encoding="utf-8", errors="replace"))


def closure(source, roots):
    """`source` and every file below one of `roots` that it includes, sorted."""
    seen, waiting = set(), [source]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for name in included(path):
            waiting.extend(root / name for root in roots if (root / name).is_file())
    return sorted(seen)


class Graph:
    """The sources below `root`, by their names from there."""

    def __init__(self, root):
        self.texts = {}
        for folder in FOLDERS:
            for path in sorted((root / folder).rglob("*")):
                if path.suffix in SOURCES and path.is_file():
                    name = path.relative_to(root).as_posix()
                    self.texts[name] = path.read_text(encoding="utf-8", errors="replace")
        self.includes = {name: self.files_included(name) for name in self.texts}

    def files_included(self, name):
        """In their order; those beside the file before those from the root, as a compiler finds them."""
        out = []
        for said in INCLUDE.findall(self.texts[name]) + IMPORT.findall(self.texts[name]):
            said = GENERATED.sub(".proto", said)
            beside = f"{name.rsplit('/', 1)[0]}/{said}"
            out.extend([each for each in (beside, said) if each in self.texts][:1])
        return out

    def own_header(self, name):
        """What a source includes first: the header that says what is in it. None of a program or a header."""
        first = self.includes.get(name, ())[:1] if name.endswith(".cpp") else ()
        return next(iter(first), None)

    def reached_by(self, changed):
        """The files whose objects, or whose behaviour, a change of `changed` touches: those that include one of them,
        directly or not. A changed source stands for its own header too; so does what is reached in tests/. What a test
        reaches only by calls, through sources that are not changed themselves, is not among them."""
        users = {}
        for name, files in self.includes.items():
            for each in files:
                users.setdefault(each, []).append(name)
        reached, waiting = set(), [name for name in changed if name in self.texts]
        while waiting:
            name = waiting.pop()
            if name in reached:
                continue
            reached.add(name)
            waiting.extend(users.get(name, ()))
            header = self.own_header(name)
            if header and (name in changed or name.startswith("tests/")) and not self.is_test(name):
                waiting.append(header)
        return reached

    def is_test(self, name):
        return name.startswith("tests/") and name.endswith("_test.cpp")
