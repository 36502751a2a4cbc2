"""Which tests a change can touch, of a small tree; and that the script refuses what is no commit."""

import importlib.util
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
spec = importlib.util.spec_from_file_location("change_reach", ROOT / "scripts" / "change_reach.py")
reach = importlib.util.module_from_spec(spec)
spec.loader.exec_module(reach)

TREE = {
    "actors/rule.hpp": "",
    "actors/rule.cpp": '#include "actors/rule.hpp"\n\n#include "config/limits.hpp"\n',
    "actors/shell.cpp": '#include "actors/shell.hpp"\n\n#include "actors/rule.hpp"\n',
    "actors/shell.hpp": '#include "actors/forms.pb.h"\n',
    "actors/forms.proto": 'syntax = "proto3";\n',
    "config/limits.hpp": "",
    "tests/support/bench.hpp": "",
    "tests/support/bench.cpp": '#include "tests/support/bench.hpp"\n#include "actors/rule.hpp"\n',
    "tests/support/suite.hpp": "TYPED_TEST_P(AnyStore, Keeps) {\n}\n",
    "tests/unit/actors/rule_test.cpp": '#include "actors/rule.hpp"\nTEST(Rule, Refuses) {\n}\n',
    "tests/unit/actors/form_test.cpp": '#include "actors/shell.hpp"\nTEST_F(Form, IsOld) { golden("forms.txt"); }\n',
    "tests/actor/actors/shell_test.cpp": '#include "tests/support/bench.hpp"\nTEST(Shell, Answers) {\n}\n',
    "tests/system/actors/store_test.cpp": '#include "tests/support/suite.hpp"\nINSTANTIATE(Etcd, AnyStore);\n',
    "tests/simulation/world_test.cpp": "TEST(Simulation, Keeps) {\n}\n",
}


class Reach(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve()
        for name, text in TREE.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(text, encoding="utf-8")

    def runs(self, *changed):
        return reach.gtest_runs(reach.Graph(self.root), self.root, self.root / "build", changed)

    def suites(self, program, *changed):
        """Names of the suites, without the forms of GoogleTest."""
        tests = self.runs(*changed).get(program, "")
        return {each.removesuffix(".*") for each in tests.split(":") if "/" not in each and each != ""}

    def test_a_header_reaches_the_tests_that_include_it_through_others_too(self):
        self.assertEqual(self.suites("actor_tests", "actors/rule.hpp"), {"Shell"})
        self.assertEqual(self.suites("system_tests", "actors/rule.hpp"), set())

    def test_a_source_stands_for_its_own_header(self):
        self.assertEqual(self.suites("actor_tests", "actors/rule.cpp"), {"Shell"})
        self.assertEqual(self.suites("actor_tests", "actors/shell.cpp"), set())

    def test_what_a_source_includes_does_not_reach_its_header_by_itself(self):
        self.assertNotIn("actors/shell.hpp", reach.Graph(self.root).reached_by({"actors/rule.hpp"}))

    def test_a_schema_reaches_what_includes_the_code_made_of_it(self):
        self.assertIn("tests/unit/actors/form_test.cpp", reach.Graph(self.root).reached_by({"actors/forms.proto"}))

    def test_a_library_s_source_runs_all_unit_tests_and_the_simulation_of_a_node(self):
        self.assertEqual(self.runs("config/limits.hpp"), reach.THROUGH_CALLS)

    def test_a_test_runs_alone(self):
        self.assertEqual(self.suites("unit_tests", "tests/unit/actors/rule_test.cpp"), {"Rule"})
        self.assertEqual(len(self.runs("tests/unit/actors/rule_test.cpp")), 1)

    def test_suites_of_a_header_are_run_where_it_is_included(self):
        self.assertEqual(self.suites("system_tests", "tests/support/suite.hpp"), {"AnyStore"})
        self.assertIn("*/AnyStore/*.*", self.runs("tests/support/suite.hpp")["system_tests"].split(":"))

    def test_a_golden_file_runs_the_tests_that_name_it(self):
        self.assertEqual(self.suites("unit_tests", "tests/golden/actors/forms.txt"), {"Form"})
        self.assertEqual(self.runs("tests/golden/actors/orms.txt"), {})

    def test_a_file_of_cmake_runs_everything(self):
        self.assertEqual(set(self.runs("actors/CMakeLists.txt").values()), {"*"})
        self.assertEqual(len(self.runs("actors/CMakeLists.txt")), 4)

    def test_a_source_of_two_programs_is_run_in_both(self):
        source = self.root / "tests/unit/actors/rule_test.cpp"
        (self.root / "build").mkdir()
        (self.root / "build/compile_commands.json").write_text(json.dumps([
            {"file": str(source), "command": f"c++ -o tests/CMakeFiles/{kind}_tests.dir/rule_test.cpp.o -c {source}"}
            for kind in ("unit", "actor")]), encoding="utf-8")
        self.assertEqual(set(self.runs("tests/unit/actors/rule_test.cpp")), {"unit_tests", "actor_tests"})

    def test_scripts_run_their_tests_and_process_tests_themselves(self):
        self.assertEqual(reach.python_runs(["scripts/style.py", "tests/process/orderd_node.py",
                                            "tests/process/crash_test.py"]),
                         [("tests/process", "crash_test.py"), ("tests/unit/scripts", "*_test.py")])


class Script(unittest.TestCase):
    def test_what_is_no_commit_is_refused(self):
        ran = subprocess.run([ROOT / "scripts/check_change.sh", "no-such-commit"], capture_output=True, text=True,
                             check=False)
        self.assertEqual(ran.returncode, 2)
        self.assertIn('"no-such-commit" is no commit', ran.stderr)

    def test_every_test_of_this_tree_belongs_to_a_program(self):
        graph = reach.Graph(ROOT)
        programs = reach.programs_by_source(graph, ROOT, ROOT / "no-build")
        for name in graph.texts:
            if graph.is_test(name):
                self.assertIn(name, programs)
                self.assertTrue(reach.suites(graph, name), name)


if __name__ == "__main__":
    unittest.main()
