"""Tests of the style program: each rule finds what it forbids, where it is, and lets its neighbour pass."""

import importlib.util
import tempfile
import unittest
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[3]
spec = importlib.util.spec_from_file_location("style", ROOT / "scripts" / "style.py")
style = importlib.util.module_from_spec(spec)
spec.loader.exec_module(style)
pages, rooms = style.pages, style.rooms  # which it imports from beside it


def tree_of(files):
    return {PurePosixPath(name): text for name, text in files.items()}


def told(findings):
    """Findings of the modules beside the style program, as text."""
    return [f"{path}:{line}: {what}" for path, line, what in findings]


def found(rule, path, text):
    return [(finding.line, finding.what) for finding in rule(PurePosixPath(path), text)]


def lines_of(rule, path, text):
    return [line for line, _ in found(rule, path, text)]


def function_of(lines):
    return "int f(int a) {\n" + "  ++a;\n" * (lines - 2) + "}\n"


class Functions(unittest.TestCase):
    def test_a_function_may_have_as_many_lines_as_the_limit_and_no_more(self):
        limit = style.FUNCTION_LINES_MAX
        self.assertEqual(lines_of(style.check_sizes, "runtime/a.cpp", function_of(limit)), [])
        self.assertEqual(lines_of(style.check_sizes, "runtime/a.cpp", "\n\n" + function_of(limit + 1)), [3])

    def spans(self, text):
        return list(style.cpp_functions(text))

    def test_members_of_classes_in_namespaces_are_functions(self):
        text = "namespace a::b {\nclass c final : public d<int> {\n  int f() const {\n    return 1;\n  }\n};\n}\n"
        self.assertEqual(self.spans(text), [(3, 5)])

    def test_a_constructor_with_braces_in_its_initializers_is_one_function(self):
        text = "c::c(int x) : a_{x}, b_(x), d_{1,\n 2} {\n  f();\n}\nint g() {\n}\n"
        self.assertEqual(self.spans(text), [(1, 4), (5, 6)])

    def test_enums_variables_and_arrays_are_no_functions(self):
        text = "enum class e : int {\n a,\n b };\nconstexpr int t[] = {\n 1,\n 2};\nconst x y{\n 1};\n"
        self.assertEqual(self.spans(text), [])

    def test_a_template_parameter_called_class_does_not_make_a_class(self):
        self.assertEqual(self.spans("template <class T>\nT f(T x) {\n  return x;\n}\n"), [(1, 4)])

    def test_braces_in_comments_strings_characters_and_macros_do_not_count(self):
        text = 'int f() {\n  // {\n  g("{", \'{\', R"(\n{)", 1\'000);\n}\n#define M \\\n  {\nint h() {\n}\n'
        self.assertEqual(self.spans(text), [(1, 5), (8, 9)])

    def test_a_structure_returned_by_a_function_does_not_make_a_structure(self):
        self.assertEqual(self.spans("struct tm now(int a) {\n}\n"), [(1, 2)])

    def test_python_and_shell_functions_are_measured(self):
        limit = style.FUNCTION_LINES_MAX
        python = "x = 1\ndef f():\n" + "    g()\n" * limit
        shell = "f() {\n" + "  g\n" * limit + "}\n"
        self.assertEqual(lines_of(style.check_sizes, "scripts/a.py", python), [2])
        self.assertEqual(lines_of(style.check_sizes, "scripts/a.sh", shell), [1])

    def test_functions_and_methods_of_javascript_are_measured(self):
        limit = style.FUNCTION_LINES_MAX
        body = "  if (a) {\n  }\n" + "  f();\n" * (limit - 3)
        self.assertEqual(lines_of(style.check_sizes, "a/b.js", "export function f(a) {\n" + body + "}\n"), [1])
        self.assertEqual(lines_of(style.check_sizes, "a/b.js", "\nconst f = async (a) => {\n" + body + "};\n"), [2])
        method = "class c {\n  f(a) {\n" + "    f();\n" * (limit - 1) + "  }\n}\n"
        self.assertEqual(lines_of(style.check_sizes, "a/b.mjs", method), [2])
        short = "function f(a) {\n" + "  f();\n" * (limit - 2) + "}\nfunction g() {\n}\n"
        self.assertEqual(lines_of(style.check_sizes, "a/b.js", short), [])


class Files(unittest.TestCase):
    def test_a_file_may_have_as_many_lines_as_the_limit_and_no_more(self):
        self.assertEqual(found(style.check_sizes, "a.md", "x\n" * style.FILE_LINES_MAX), [])
        self.assertEqual(len(found(style.check_sizes, "a.md", "x\n" * (style.FILE_LINES_MAX + 1))), 1)

    def test_words_of_later_work_are_found_but_not_inside_others(self):
        self.assertEqual(lines_of(style.check_words, "a.cpp", "x\n// TO" "DO: y\n"), [2])
        self.assertEqual(lines_of(style.check_words, "a.cpp", "HA" "CKNEY TO" "DOS\n"), [])

    def test_places_of_one_machine_are_found(self):
        self.assertEqual(lines_of(style.check_words, "a.sh", "cd /ro" "ot/x\n"), [1])
        self.assertEqual(lines_of(style.check_words, "a.sh", 'cd "$x/tmp/"; cd ../wo' 'rk/; cd /var/tmp/x\n'), [])

    def test_hosts_of_registries_are_found(self):
        self.assertEqual(lines_of(style.check_words, "a.sh", "curl https://py" "pi.org/x\n"), [1])
        self.assertEqual(lines_of(style.check_words, "a.md", "https://prometheus.io/docs\n"), [])

    def test_blanks_tabs_and_long_lines_are_found(self):
        text = "a \n\tb\n" + "c" * (style.COLUMNS_MAX + 1) + "\nd"
        self.assertEqual(sorted(lines_of(style.check_layout, "a.py", text)), [1, 2, 3, 4])

    def test_a_header_opens_with_its_contract(self):
        self.assertEqual(found(style.check_header, "a.hpp", "// What it is.\n#pragma once\n"), [])
        self.assertEqual(len(found(style.check_header, "a.hpp", "int f();\n")), 2)


class Includes(unittest.TestCase):
    def test_a_folder_includes_itself_and_those_below_it(self):
        text = '#include "config/a.hpp"\n#include "runtime/b.hpp"\n#include <actors/c.hpp>\n'
        self.assertEqual(found(style.check_includes, "runtime/x.cpp", text), [])

    def test_a_folder_does_not_include_those_above_it(self):
        text = '#include "runtime/b.hpp"\n#include "actors/c.hpp"\n#include "local.hpp"\n'
        self.assertEqual(lines_of(style.check_includes, "runtime/x.cpp", text), [2, 3])

    def test_tests_include_from_everywhere_and_from_beside_them(self):
        text = '#include "cluster/c.hpp"\n#include "fake.hpp"\n'
        self.assertEqual(found(style.check_includes, "tests/unit/x.cpp", text), [])


class Tests(unittest.TestCase):
    def test_names_are_sentences_in_files_of_tests(self):
        text = "TEST(Order, RefusesThis) {\n}\nTEST_F(Order, Refuses_that) {\n}\n"
        self.assertEqual(lines_of(style.check_tests, "tests/unit/a/x_test.cpp", text), [3])
        self.assertEqual(lines_of(style.check_tests, "tests/unit/a/x.cpp", "TEST(A, B) {\n}\n"), [1])

    def test_pauses_are_found_but_not_in_comments(self):
        text = "// sl" "eep(1)\nstd::this_thread::sl" "eep_for(x);\n"
        self.assertEqual(lines_of(style.check_tests, "tests/fault/a/x_test.cpp", text), [2])

    def test_a_kind_of_test_that_nobody_runs_is_found(self):
        self.assertEqual(lines_of(style.check_tests, "tests/other/x_test.cpp", "\n"), [1])


class Readmes(unittest.TestCase):
    def check(self, files, readme):
        tree = {PurePosixPath(name): "" for name in files}
        path = PurePosixPath("runtime/README.md")
        tree[path] = readme
        return [finding.what for finding in style.check_readme(path, readme, tree)]

    def test_a_table_equal_to_the_folder_passes(self):
        readme = "# runtime\n\n| file | what |\n|---|---|\n| `a.{hpp,cpp}` | x |\n| `b.md`, `c/` | y |\n\nText `d`.\n"
        files = ["runtime/a.hpp", "runtime/a.cpp", "runtime/b.md", "runtime/c/d.cpp"]
        self.assertEqual(self.check(files, readme), [])

    def test_missing_and_surplus_names_are_found(self):
        readme = "| `a.cpp` | x |\n| `gone.cpp` | y |\n"
        self.assertEqual(
            self.check(["runtime/a.cpp", "runtime/new.cpp"], readme),
            ["'new.cpp' is missing in the table of files", "'gone.cpp' is in the table and not in the folder"],
        )

    def test_a_file_without_a_description_counts_as_missing(self):
        missing = ["'a.cpp' is missing in the table of files"]
        self.assertEqual(self.check(["runtime/a.cpp"], "| `a.cpp` |  |\n"), missing)

    def test_a_quoted_example_is_equal_to_its_source(self):
        path, source = PurePosixPath("README.md"), PurePosixPath("tests/e.cpp")
        quote = "<!-- quoted from tests/e.cpp -->\n```cpp\nint x;\n```\n"
        for text, findings in (
            ("// [example]\nint x;\n// [example]\n", 0),
            ("// [example]\nint y;\n// [example]\n", 1),
            ("int x;\n", 1),
        ):
            self.assertEqual(len(list(style.check_quotes(path, quote, {source: text}))), findings, text)
        self.assertEqual(len(list(style.check_quotes(path, quote, {}))), 1)

    def test_a_stop_of_a_tour_is_a_function_of_its_file(self):
        tree = {PurePosixPath("a.cpp"): "void shard::stop() {\n  shard::look();\n}\n"}
        stops = "| 1 | `a.cpp` | `shard::stop` | it ends |\n| 2 | `a.cpp` | `shard::look` | it sees |\n"
        self.assertEqual([f.line for f in style.check_tour(PurePosixPath("README.md"), stops, tree)], [2])

    def test_what_a_page_names_exists(self):
        tree = {PurePosixPath(name): text for name, text in {
            "a.md": "`actors/a.{hpp,cpp}`, `Rule.Holds`, `Rule.*`\n`tests/b.cpp`: `Rule.Fails`\n`c.cpp`, `actors/`\n",
            "actors/a.hpp": "", "actors/a.cpp": "TEST(Rule, Holds) {\n"}.items()}
        self.assertEqual([str(finding) for finding in style.check_pages(tree)],
                         ["a.md:2: there is no file 'tests/b.cpp'", "a.md:2: there is no test 'Rule.Fails'"])


class Folders(unittest.TestCase):
    def missing(self, *files):
        findings = pages.check_folders(tree_of(dict.fromkeys(files, "")))
        return [str(path) for path, line, what in findings if what.startswith("missing")]

    def test_each_of_the_first_level_has_a_page(self):
        self.assertEqual(self.missing("actors/a.cpp"), ["README.md", "actors/README.md"])
        self.assertEqual(self.missing("README.md", "actors/README.md", "actors/a.cpp"), [])

    def test_below_it_one_of_two_files_has_a_page_and_one_of_one_file_may_do_without(self):
        own = ["README.md", "config/README.md"]
        self.assertEqual(self.missing(*own, "config/shown/a.yml", "config/shown/b.json"), ["config/shown/README.md"])
        self.assertEqual(self.missing(*own, "config/shown/a.yml"), [])
        self.assertEqual(self.missing(*own, "config/shown/README.md", "config/shown/a.yml", "config/shown/b.yml"), [])

    def test_mirrors_of_rooms_and_examples_have_none(self):
        own = ["README.md", "tests/README.md"]
        for folder in ("tests/unit/actors/rules", "tests/fault", "tests/golden/actors", "tests/simulation/planted"):
            self.assertEqual(self.missing(*own, f"{folder}/a", f"{folder}/b"), [], folder)
        self.assertEqual(self.missing(*own, "tests/support/a.hpp", "tests/support/b.hpp"), ["tests/support/README.md"])


class Links(unittest.TestCase):
    def told(self, text, page="cluster/README.md", other="# A\n\n## After the loss of `etcd`, or more\n"):
        return told(pages.check_links(tree_of({page: text, "cluster/repair/README.md": other, "a.md": "# A\n"})))

    def test_lead_to_files_folders_and_headings(self):
        self.assertEqual(self.told("[x](repair/README.md) [y](repair/) [z](../a.md#a) [w](#here)\n# Here\n"), [])
        self.assertEqual(self.told("[x](repair/README.md#after-the-loss-of-etcd-or-more)\n"), [])
        self.assertEqual(self.told("[x](https://example.org/a#b)\n```\n[y](gone.md)\n```\n"), [])

    def test_that_lead_nowhere_are_found(self):
        self.assertEqual(self.told("\n[x](repair/gone.md)\n"), ["cluster/README.md:2: there is no 'repair/gone.md'"])
        self.assertEqual(self.told("[x](../../a.md)\n"), ["cluster/README.md:1: there is no '../../a.md'"])
        self.assertEqual(self.told("[x](repair/README.md#after)\n"),
                         ["cluster/README.md:1: 'cluster/repair/README.md' has no heading '#after'"])


class Rooms(unittest.TestCase):
    CMAKE = "orderd_library(runtime/base orderd_config)\norderd_library(runtime/lmdb orderd_runtime_base\n  lmdb)\n"
    ROOMS = {
        "runtime/CMakeLists.txt": CMAKE,
        "runtime/base/README.md": "# a\n\nMay include: `config`.\n",
        "runtime/lmdb/README.md": "# b\n\nMay include: `runtime/base`.\n",
    }

    def told(self, files):
        return told(rooms.check(tree_of({**self.ROOMS, **files})))

    def test_may_include_what_their_library_names(self):
        self.assertEqual(rooms.rooms_of(tree_of(self.ROOMS)),
                         {"runtime/base": {"config"}, "runtime/lmdb": {"runtime/base"}})
        both = '#include "runtime/base/b.hpp"\n#include "runtime/lmdb/c.hpp"\n'
        self.assertEqual(self.told({"runtime/lmdb/a.cpp": both,
                                    "runtime/base/a.cpp": '#include "config/b.hpp"\n#include <string>\n'}), [])

    def test_may_include_nothing_else(self):
        self.assertEqual(self.told({"runtime/base/a.cpp": '\n#include "runtime/lmdb/b.hpp"\n'}),
                         ['runtime/base/a.cpp:2: runtime/base may not include "runtime/lmdb/b.hpp": '
                          "its library names config"])
        self.assertEqual(self.told({"runtime/lmdb/a.hpp": '#include "config/b.hpp"\n'}),
                         ['runtime/lmdb/a.hpp:1: runtime/lmdb may not include "config/b.hpp": '
                          "its library names runtime/base"])

    def test_say_on_their_page_what_they_may_include(self):
        page = "runtime/lmdb/README.md"
        self.assertEqual(self.told({page: "# b\n\n\nMay include: `config`, `runtime/base`.\n"}),
                         [f"{page}:4: says it may include config, runtime/base; its library names runtime/base"])
        self.assertEqual(self.told({page: "# b\n"}), [f"{page}:1: has no line 'May include: `...`.'"])
        without = {name: text for name, text in self.ROOMS.items() if name != page}
        self.assertEqual(told(rooms.check(tree_of(without))), [f"{page}:1: missing: each room has one"])

    def test_hold_all_sources_of_their_folder(self):
        lies = "lies in no room: a sub-folder that its folder's CMakeLists.txt names"
        self.assertEqual(self.told({"runtime/a.cpp": "", "runtime/other/b.proto": "", "runtime/notes.md": ""}),
                         [f"runtime/a.cpp:1: {lies}", f"runtime/other/b.proto:1: {lies}"])

    def test_call_lmdb_in_one_only(self):
        self.assertEqual(self.told({"runtime/lmdb/a.cpp": "#include <lmdb.h>\n"}), [])
        self.assertEqual(self.told({"runtime/base/a.cpp": "\n#include <lmdb.h>\n"}),
                         ["runtime/base/a.cpp:2: calls LMDB: only runtime/lmdb does"])

    def test_headers_that_say_pure_reach_no_caf(self):
        caf = {"runtime/base/c.hpp": "// An actor.\n#include <caf/actor.hpp>\n"}
        by_way = {**caf, "runtime/base/b.hpp": '// Words.\n#include "runtime/base/c.hpp"\n'}
        includes = '#include "runtime/base/b.hpp"\n'
        self.assertEqual(self.told({**by_way, "runtime/base/a.hpp": "// A rule. Pure.\n" + includes}),
                         ["runtime/base/a.hpp:1: calls itself pure and reaches CAF: runtime/base/a.hpp -> "
                          "runtime/base/b.hpp -> runtime/base/c.hpp -> <caf/actor.hpp>"])
        self.assertEqual(self.told({**by_way, "runtime/base/a.hpp": "// A shell.\n" + includes + "// not pure\n"}), [])
        self.assertEqual(self.told({**caf, "runtime/base/a.hpp": "// A rule. Pure.\n#include <string>\n"}), [])


class Invariants(unittest.TestCase):
    PAGE = "| A1 | something | replicas, `Rule.Holds` | `breaks_it` |\n"

    def check(self, page, test="TEST(Rule, Holds) {\n", patch="breaks_it", source=""):
        tree = {
            "tests/INVARIANTS.md": page,
            "tests/unit/cluster/rule_test.cpp": test,
            f"tests/simulation/planted/{patch}.patch": "",
            "cluster/rule.cpp": source,
        }
        return [(f.line, f.what) for f in
                style.check_invariants({PurePosixPath(name): text for name, text in tree.items()})]

    def test_what_is_named_exists(self):
        self.assertEqual(self.check(self.PAGE, source="// safe (A1)\n"), [])
        self.assertEqual(self.check(self.PAGE, test="TEST(Rule, Fails) {\n"), [(1, "there is no test 'Rule.Holds'")])
        self.assertEqual(self.check(self.PAGE, patch="another"),
                         [(1, "there is no patch 'breaks_it' in tests/simulation/planted")])

    def test_each_is_proven_and_stands_once(self):
        self.assertEqual(self.check("| A1 | something | replicas |  |\n"), [(1, "A1 names no test")])
        self.assertEqual(self.check(self.PAGE * 2), [(2, "A1 stands here twice")])

    def test_what_is_cited_stands_there(self):
        self.assertEqual(self.check(self.PAGE, source="\n// safe (A1, B2)\n"),
                         [(2, "B2 is not in tests/INVARIANTS.md")])


class Program(unittest.TestCase):
    def test_it_reads_a_tree_and_leaves_out_what_is_built(self):
        with tempfile.TemporaryDirectory() as root:
            for name in ("a.py", "build/b.py", "data/c.py"):
                path = Path(root) / name
                path.parent.mkdir(exist_ok=True)
                path.write_text("x = 1\n", encoding="utf-8")
            self.assertEqual(list(style.read_tree(Path(root))), [PurePosixPath("a.py")])


if __name__ == "__main__":
    unittest.main()
