#!/usr/bin/env python3
"""Groups sources that can be compiled as one, for builds with ORDERD_UNITY (CMakeLists.txt).

    scripts/unity.py SIZE FILE...

Prints one line a group: its files, with semicolons between. Reading the same headers for each source is two thirds
of a build; a group reads them once. A group lies in one folder. Files with a name in common in their unnamed
namespaces are kept apart, and so are files that set macros, since those would reach the rest of their group. At most
SIZE files are in a group. The same files give the same groups: what ccache holds is found again.
"""

import re
import sys
from pathlib import Path

TEXT = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^(\s]*)\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL
)
MACRO = re.compile(r"^\s*#\s*(define|undef)\b", re.MULTILINE)


def names_of(text):
    """Names that a source defines in unnamed namespaces."""
    text = re.sub(r"^\s*#(?:\\\n|[^\n])*", "", TEXT.sub(" ", text), flags=re.MULTILINE)
    names, scopes, head = set(), [], ""
    for c in text:
        if c == "{":
            unnamed = re.search(r"\bnamespace\s*$", head) is not None
            if scopes and all(scopes[-1:]) and not unnamed:
                names |= defined_by(head)
            scopes.append(unnamed)
            head = ""
        elif c == "}":
            scopes.pop() if scopes else None
            head = ""
        elif c == ";":
            if scopes and scopes[-1]:
                names |= defined_by(head)
            head = ""
        else:
            head += c
    return names


def defined_by(head):
    """The name that a declaration up to its body or end defines; several for `int a = 1, b = 2`."""
    head = re.sub(r"<[^<>]*>", "", re.sub(r"<[^<>]*>", "", head)).strip()
    head = re.sub(r"^template\s*", "", head)
    if found := re.match(r"(?:inline\s+|constexpr\s+|const\s+)*(?:struct|class|enum class|enum|union)\s+(\w+)", head):
        return {found.group(1)}
    if found := re.match(r"using\s+(\w+)\s*=", head):
        return {found.group(1)}
    if head.startswith("using") or not head:
        return set()
    if re.match(r"[A-Z_]+\(", head):  # a macro: TEST(...)
        return set()
    if "(" in head:
        return set(re.findall(r"(\w+)\s*\($", head[: head.index("(") + 1]))
    return set(re.findall(r"(\w+)\s*(?=[=,\[]|$)", head))


def groups_of(size, files):
    groups = []  # (files, names that are taken; None: it takes no more)
    for path in files:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
        if MACRO.search(text):
            groups.append(([path], None))
            continue
        names = names_of(text)
        for members, taken in groups:
            fits = taken is not None and len(members) < size and Path(members[0]).parent == Path(path).parent
            if fits and not names & taken:
                members.append(path)
                taken |= names
                break
        else:
            groups.append(([path], names))
    return [members for members, _ in groups]


if __name__ == "__main__":
    for group in groups_of(int(sys.argv[1]), sorted(sys.argv[2:])):
        print(";".join(group))
