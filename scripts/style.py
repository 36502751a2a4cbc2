#!/usr/bin/env python3
"""The style program: rules of orderd's house style that a program can hold.

    scripts/style.py [ROOT]

Prints one line a finding, "path:line: what is wrong", and exits 1 when there is any.
What it checks: direction of includes between folders and between rooms (scripts/rooms.py), size of files and
functions, words that promise later work, places that exist on one machine only, names of tests, pauses in tests,
comments that open headers, that each folder has a README whose table of files is equal to the tree, where links of
pages lead (scripts/pages.py), quoted examples to their sources, and that each function of a tour is where it says;
that files and tests that a page names exist; that each invariant that is cited stands in tests/INVARIANTS.md, and
each test and patch named there exists.
"""

import ast
import itertools
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

sys.path.insert(0, str(Path(__file__).resolve().parent))
import pages  # noqa: E402 beside this file
import rooms  # noqa: E402 beside this file

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
COLUMNS_MAX = 120

# Each folder may include from itself and from those before it.
LAYERS = ["config", "runtime", "actors", "cluster"]
TEST_FOLDERS = ["unit", "actor", "fault", "simulation", "system", "process", "browser", "bench", "fuzz", "support",
                "package"]
SKIPPED_FOLDERS = {".git", "build", "corpus", "data", "__pycache__", "node_modules"}
CODE = {".hpp", ".cpp", ".py", ".sh", ".proto", ".js", ".mjs", ".css", ".html"}
TEXT = CODE | {".md", ".txt", ".toml", ".yml", ".yaml", ".json", ""}

MADE = re.compile(r"Made by scripts/\w+\.py from ")
LATER_WORK = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
MACHINE_PATH = re.compile(r"(?<![\w.$}/])/(work|home|root|Users|tmp)/")
REGISTRY_HOST = re.compile(
    r"\b((deb|ftp|snapshot|security)\.debian\.org|archive\.ubuntu\.com|pypi\.org|pythonhosted\.org"
    r"|npmjs\.org|crates\.io|proxy\.golang\.org|docker\.io|ghcr\.io)\b"
)
PAUSE = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
TEST_NAME = re.compile(r"^\s*(?:TEST|TEST_F|TEST_P|TYPED_TEST|TYPED_TEST_P)\(\s*(\w+)\s*,\s*(\w+)\s*\)")
QUOTE = re.compile(r"^<!-- quoted from (?P<file>\S+) -->\n+```\w*\n(?P<block>.*?)^```$", re.MULTILINE | re.DOTALL)
INVARIANTS = PurePosixPath("tests/INVARIANTS.md")
PLANTED = PurePosixPath("tests/simulation/planted")
INVARIANT_ROW = re.compile(r"^\| (?P<id>[A-Z]\d+) \| .* \| (?P<seen>[^|]*) \| (?P<planted>[^|]*) \|$")
TOUR_STOP = re.compile(r"^\| \d+ \| `(?P<file>[^`]+)` \| `(?P<function>[\w:]+)` \|")
PLACE = re.compile(r"`((?:actors|cluster|config|runtime|scripts|tests)/[\w./{},-]*\.[\w{},]+)`")
NAMED_TEST = re.compile(r"`([A-Z]\w+)\.([A-Z]\w+)`")
CITED = re.compile(r"\(([A-FNS]\d{1,2}(?:, [A-FNS]\d{1,2})*)\)")
SENTENCE = re.compile(r"^[A-Z][A-Za-z0-9]*$")


@dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    what: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.what}"


def without_comments_and_strings(text):
    """C++ text with comments, strings and characters blanked out, line by line in the same places."""
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^(\s]*)\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'',
        re.DOTALL,
    )
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def without_macros(text):
    """C++ text with preprocessor lines blanked out, continued ones included."""
    return re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.MULTILINE)


def opens(head):
    """What a brace after `head` (the text since the last statement) opens, outside of functions."""
    head = re.sub(r"\[\[.*?\]\]", "", head).strip()
    if re.search(r"\b(namespace|extern)\b[^()]*$", head):
        return "scope"
    if re.search(r"\)\s*(noexcept\s*(\([^)]*\))?)?\s*:(?!:)", head) and re.search(r"[\w>]$", head):
        return "member"  # a member's initializer of a constructor: its body comes later
    if re.search(r"(^|[^<,\w])(class|struct|union|enum)\b[^()]*$", re.sub(r"<[^<>]*>", "", head)):
        return "scope"
    return "function" if "(" in head else "value"


def cpp_functions(text):
    """(first line, last line) of every function that is defined in C++ text."""
    text = without_macros(without_comments_and_strings(text))
    line, start, head, depth, kind = 1, 1, "", 0, ""
    for c in text:
        if c == "\n":
            line += 1
        if depth:  # inside a function or an initializer: only count braces
            depth += (c == "{") - (c == "}")
            if not depth:
                if kind == "function":
                    yield start, line
                head = head + ")" if kind == "member" else ""  # as if the member were set in parentheses
        elif c == "{":
            kind = opens(head)
            depth = 0 if kind == "scope" else 1
            head = "" if kind == "scope" else head
        elif c in ";}":
            head = ""
        else:
            if not head.strip():
                start = line
            head += c


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno


def shell_functions(text):
    start = None
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"^\w+\(\) \{\s*$", line):
            start = number
        elif line == "}" and start:
            yield start, number
            start = None


def script_functions(text):
    """Of JavaScript: functions and methods that begin a line, as far as the brace below their first letter."""
    begun = []
    for number, line in enumerate(text.splitlines(), 1):
        head = re.match(r"^( *)(?:export )?(?:default )?(?:static )?(?:async )?"
                        r"(?:function\b.*|const \w+ = .*=>.*|(?!if|for|while|switch|catch)\w+\(.*\)) \{$", line)
        if head:
            begun.append((head.group(1), number))
        elif begun and re.match(rf"^{begun[-1][0]}\}}[;),]*$", line):
            yield begun.pop()[1], number


FUNCTIONS = {".hpp": cpp_functions, ".cpp": cpp_functions, ".py": python_functions, ".sh": shell_functions,
             ".js": script_functions, ".mjs": script_functions}


def check_sizes(path, text):
    lines = text.count("\n")
    if lines > FILE_LINES_MAX and not is_made(text):
        yield Finding(str(path), lines, f"file of {lines} lines; at most {FILE_LINES_MAX}")
    for first, last in FUNCTIONS.get(path.suffix, lambda _: ())(text):
        if last - first + 1 > FUNCTION_LINES_MAX:
            yield Finding(str(path), first, f"function of {last - first + 1} lines; at most {FUNCTION_LINES_MAX}")


def check_words(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        if match := LATER_WORK.search(line):
            yield Finding(str(path), number, f"'{match.group()}' promises later work: do it, or drop it")
        if match := MACHINE_PATH.search(line):
            yield Finding(str(path), number, f"'{match.group()}' is a place of one machine")
        if match := REGISTRY_HOST.search(line):
            yield Finding(str(path), number, f"'{match.group()}' is a registry's host: use what the machine is set to")


def is_made(text):
    """Whether a program of ours wrote the file, whose source is what people read."""
    return MADE.search(text[:200]) is not None


def check_layout(path, text):
    if path.suffix not in CODE or is_made(text):
        return
    if text and not text.endswith("\n"):
        yield Finding(str(path), text.count("\n") + 1, "no newline at the end")
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > COLUMNS_MAX and path.suffix != ".proto":
            yield Finding(str(path), number, f"line of {len(line)} columns; at most {COLUMNS_MAX}")
        if line != line.rstrip() or "\t" in line:
            yield Finding(str(path), number, "blank at the end of the line, or a tab")


def check_header(path, text):
    if path.suffix != ".hpp":
        return
    if not text.startswith("//"):
        yield Finding(str(path), 1, "a header opens with a comment: what it is for and how it is used")
    if "#pragma once" not in text:
        yield Finding(str(path), 1, "a header has #pragma once")


def check_includes(path, text):
    if path.suffix not in {".hpp", ".cpp"}:
        return
    folder = path.parts[0]
    allowed = LAYERS[: LAYERS.index(folder) + 1] if folder in LAYERS else LAYERS + ["tests"]
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        beside = folder == "tests" and match and "/" not in match.group(1)
        if match and not beside and match.group(1).split("/")[0] not in allowed:
            yield Finding(
                str(path), number, f"{folder}/ may not include \"{match.group(1)}\": only from {', '.join(allowed)}"
            )


def check_tests(path, text):
    if path.parts[0] != "tests" or path.suffix != ".cpp":
        return
    if len(path.parts) > 2 and path.parts[1] not in TEST_FOLDERS:
        yield Finding(str(path), 1, f"tests are of a kind: {', '.join(TEST_FOLDERS)}")
    for number, line in enumerate(without_comments_and_strings(text).splitlines(), 1):
        if match := TEST_NAME.match(line):
            if not path.stem.endswith("_test"):
                yield Finding(str(path), number, "tests stand in files named <stem>_test.cpp")
            for name in match.groups():
                if not SENTENCE.match(name):
                    yield Finding(str(path), number, f"'{name}' is no sentence in CamelCase without underscores")
        if PAUSE.search(line) and path.parts[1] not in {"process", "bench"}:
            yield Finding(str(path), number, "a test never sleeps: drive the clock, or wait for the event")


def expanded(name):
    """`a.{hpp,cpp}` means both."""
    parts = re.split(r"\{([^{}]*)\}", name)
    choices = [part.split(",") if i % 2 else [part] for i, part in enumerate(parts)]
    return {"".join(choice) for choice in itertools.product(*choices)}


def table_of_files(text):
    """{name: line} of the first table whose first column holds names in backquotes."""
    rows, seen = {}, False
    for number, line in enumerate(text.splitlines(), 1):
        cells = re.match(r"^\|([^|]*)\|(.*)\|\s*$", line)
        names = re.findall(r"`([^`]+)`", cells.group(1)) if cells else []
        if names and cells.group(2).strip():
            seen = True
            for name in names:
                rows.update(dict.fromkeys(expanded(name), number))
        elif seen and not cells:
            break
    return rows


def check_readme(path, text, tree):
    folder = path.parent
    rows = table_of_files(text)
    there = set()
    for other in tree:
        if folder in other.parents:
            inside = other.relative_to(folder)
            there.add(inside.parts[0] + ("/" if len(inside.parts) > 1 else ""))
    there = {name for name in there if name != "README.md" and not name.startswith(".")}
    if folder == PurePosixPath("."):  # the project's own README lists its folders
        there = {name for name in there if name.endswith("/")}
    for name in sorted(there - rows.keys()):
        yield Finding(str(path), 1, f"'{name}' is missing in the table of files")
    for name in sorted(rows.keys() - there):
        yield Finding(str(path), rows[name], f"'{name}' is in the table and not in the folder")


def check_quotes(path, text, tree):
    """`<!-- quoted from FILE -->` and a fenced block: what FILE has between two lines `// [example]`."""
    for match in QUOTE.finditer(text):
        number = text.count("\n", 0, match.start()) + 1
        source = tree.get(PurePosixPath(match.group("file")))
        parts = (source or "").split("// [example]\n")
        if len(parts) != 3:
            yield Finding(str(path), number, f"'{match.group('file')}' has no part between two marks [example]")
        elif parts[1] != match.group("block"):
            yield Finding(str(path), number, f"the block differs from the example in '{match.group('file')}'")


def check_tour(path, text, tree):
    """Rows `| stop | FILE | FUNCTION | ...`: the function is defined in that file."""
    for number, line in enumerate(text.splitlines(), 1):
        stop = TOUR_STOP.match(line)
        if stop and not re.search(rf"^[^\s/].*\b{re.escape(stop.group('function'))}\(", tree.get(
                PurePosixPath(stop.group("file")), ""), re.MULTILINE):
            yield Finding(str(path), number, f"'{stop.group('file')}' defines no '{stop.group('function')}'")


def tests_of(tree):
    """Every test of the tree as "Suite.Name"."""
    return {f"{m.group(1)}.{m.group(2)}" for path, code in tree.items() if path.suffix in {".cpp", ".hpp"}
            for m in map(TEST_NAME.match, code.splitlines()) if m}


def check_pages(tree):
    """A page names files by their whole path and tests as Suite.Name, in backquotes: each of them exists."""
    tests = tests_of(tree)
    for path, text in tree.items():
        if path.suffix != ".md" or path == INVARIANTS:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            for name in sorted(itertools.chain(*map(expanded, PLACE.findall(line)))):
                if PurePosixPath(name) not in tree:
                    yield Finding(str(path), number, f"there is no file '{name}'")
            for name in map(".".join, NAMED_TEST.findall(line)):
                if name not in tests:
                    yield Finding(str(path), number, f"there is no test '{name}'")


def check_invariants(tree):
    """tests/INVARIANTS.md: each number cited in parentheses anywhere stands there once, and what it names exists."""
    text = tree.get(INVARIANTS)
    if text is None:
        return
    tests = tests_of(tree)
    known = set()
    for number, line in enumerate(text.splitlines(), 1):
        row = INVARIANT_ROW.match(line)
        if not row:
            continue
        if row.group("id") in known:
            yield Finding(str(INVARIANTS), number, f"{row.group('id')} stands here twice")
        known.add(row.group("id"))
        seen = re.findall(r"`(\w+\.\w+)`", row.group("seen"))
        if not seen:
            yield Finding(str(INVARIANTS), number, f"{row.group('id')} names no test")
        for name in seen:
            if name not in tests:
                yield Finding(str(INVARIANTS), number, f"there is no test '{name}'")
        for name in re.findall(r"`(\w+)`", row.group("planted")):
            if PLANTED / f"{name}.patch" not in tree:
                yield Finding(str(INVARIANTS), number, f"there is no patch '{name}' in {PLANTED}")
    for path, content in tree.items():
        for number, line in enumerate(content.splitlines(), 1):
            for cited in itertools.chain(*(re.findall(r"\w+", m) for m in CITED.findall(line))):
                if cited not in known:
                    yield Finding(str(path), number, f"{cited} is not in {INVARIANTS}")


FILE_RULES = [check_sizes, check_words, check_layout, check_header, check_includes, check_tests]


def check(tree):
    """Findings in a tree: {relative path: text}, as PurePosixPath and str."""
    findings = [*check_invariants(tree), *check_pages(tree)]
    findings.extend(Finding(str(path), line, what) for path, line, what in [*pages.check(tree), *rooms.check(tree)])
    for path, text in tree.items():
        for rule in FILE_RULES:
            findings.extend(rule(path, text))
        if path.name == "README.md":
            findings.extend(check_readme(path, text, tree))
            findings.extend(check_quotes(path, text, tree))
            findings.extend(check_tour(path, text, tree))
    return sorted(set(findings))


def read_tree(root):
    """Every file below `root`; the text of those that are text, "" of the rest."""
    tree = {}
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        for name in names:
            path = Path(folder) / name
            relative = PurePosixPath(path.relative_to(root).as_posix())
            readable = path.suffix in TEXT and name != ".git"
            tree[relative] = path.read_text(encoding="utf-8", errors="replace") if readable else ""
    return tree


def main(arguments):
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    findings = check(read_tree(root))
    for finding in findings:
        print(finding)
    print(f"style: {len(findings)} findings" if findings else "style: clean")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
