"""Tests of scripts/unity.py: what fits into one unit is put into one, what clashes is not, and always alike."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = pathlib.Path(__file__).resolve().parents[3] / "scripts" / "unity.py"


class Unity(unittest.TestCase):
    def groups(self, size, **sources):
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for name, text in sources.items():
                path = pathlib.Path(folder) / f"{name}.cpp"
                path.write_text(text, encoding="utf-8")
                paths.append(str(path))
            done = subprocess.run([sys.executable, PROGRAM, str(size), *paths], capture_output=True, text=True,
                                  check=True)
        return [[pathlib.Path(each).stem for each in line.split(";")] for line in done.stdout.splitlines()]

    def test_sources_without_a_name_in_common_are_one_group_up_to_its_size(self):
        sources = {"a": "int f() { return 1; }\n", "b": "int g() { return 2; }\n", "c": ""}
        self.assertEqual(self.groups(2, **sources), [["a", "b"], ["c"]])

    def test_what_has_a_name_in_common_in_unnamed_namespaces_is_kept_apart(self):
        for one, other in [
            ("int help(int a) {\n  return a;\n}", "bool help() { return true; }"),
            ("struct row {\n  int a = 1;\n};", "enum class row { a };"),
            ("constexpr int most = 4;", "const char* const most{\"a\"};"),
            ("using text = int;", "class text;"),
            ("template <class T>\nT best(T a) { return a; }", "int best = 0;"),
        ]:
            sources = {"a": f"namespace x {{\nnamespace {{\n{one}\n}}\n}}\n", "b": f"namespace {{\n{other}\n}}\n"}
            self.assertEqual(self.groups(8, **sources), [["a"], ["b"]], sources)

    def test_names_inside_functions_types_comments_and_text_do_not_clash(self):
        a = "namespace {\nint f() {\n  int inner = 1;\n  return inner;\n}\n}\n"
        b = "namespace {\n// int f() {}\nstruct s { int f(); };\nconst char* text = \"int f() {\";\n}\nint inner;\n"
        self.assertEqual(self.groups(8, a=a, b=b), [["a", "b"]])

    def test_tests_are_no_names(self):
        a = "namespace {\nTEST(A, B) {\n}\n}\n"
        self.assertEqual(self.groups(8, a=a, b=a.replace("B", "C")), [["a", "b"]])

    def test_a_source_that_sets_macros_stays_alone(self):
        self.assertEqual(self.groups(8, a="#define X 1\n", b="int g;\n", c="int h;\n"), [["a"], ["b", "c"]])

    def test_the_order_of_the_files_does_not_matter(self):
        sources = {name: f"namespace {{\nint f{i % 3};\n}}\n" for i, name in enumerate("abcdefgh")}
        self.assertEqual(self.groups(4, **sources), self.groups(4, **dict(reversed(sources.items()))))


if __name__ == "__main__":
    unittest.main()
