"""Rules of the pages, for scripts/style.py: which folders have one, and where links between pages lead.

Every folder of the project has a README with a table of its files. A folder of one file may do with its row in the
table of the folder above, and so do folders that mirror others (tests by kind and room) or hold nothing but
examples of one form, named by what they are examples of.
"""

import re
from pathlib import PurePosixPath

MIRRORS = [PurePosixPath("tests") / kind for kind in ("unit", "actor", "fault", "system")]
EXAMPLES = {"golden", "corpus", "planted"}
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def needs_page(folder, files):
    """Whether a folder with so many files, and their folders' names on the way, has a README of its own."""
    if any(part.startswith(".") or part in EXAMPLES for part in folder.parts):
        return False
    if any(folder == kind or kind in folder.parents for kind in MIRRORS):
        return False
    return len(folder.parts) <= 1 or files > 1


def check_folders(tree):
    """(path, line, what is wrong): each folder has a README."""
    folders = {PurePosixPath("."): 0}
    for path in tree:
        for folder in path.parents:
            folders.setdefault(folder, 0)
        folders[path.parent] += path.name != "README.md"
    for folder, files in folders.items():
        if folder / "README.md" not in tree and needs_page(folder, files):
            yield folder / "README.md", 1, "missing: each folder has one, with a table of its files"


def anchor(heading):
    """The name by which a link finds a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def target_of(page, link):
    """The path that a link of a page leads to, from the root of the tree; None where it leaves the tree."""
    parts = []
    for part in (page.parent / link).parts:
        if part != "..":
            parts.append(part)
        elif not parts:
            return None
        else:
            parts.pop()
    return PurePosixPath(*parts)


def check_links(tree):
    """(path, line, what is wrong): each link of a page leads to a file or folder, and to a heading that is there."""
    folders = {folder for path in tree for folder in path.parents}
    for page, text in tree.items():
        if page.suffix != ".md":
            continue
        plain = FENCED.sub(lambda block: re.sub(r"[^\n]", " ", block.group()), text)
        for match in LINK.finditer(plain):
            link, _, name = match.group(1).partition("#")
            if "://" in link or link.startswith("mailto:"):
                continue
            line = plain.count("\n", 0, match.start()) + 1
            target = target_of(page, link) if link else page
            if target not in tree and target not in folders:
                yield page, line, f"there is no '{match.group(1)}'"
            elif name and name not in map(anchor, HEADING.findall(tree.get(target, ""))):
                yield page, line, f"'{target}' has no heading '#{name}'"


def check(tree):
    yield from check_folders(tree)
    yield from check_links(tree)
