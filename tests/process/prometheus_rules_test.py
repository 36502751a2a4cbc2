"""The rules of config/prometheus: they are valid, every alert fires in one case of tests/prometheus and stays quiet in
another, says what it has to say, and has a section of config/RUNBOOK.md whose commands exist.

Skipped, with the reason, where there is no promtool.
"""

import concurrent.futures
import functools
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import orderd_node
import yaml

ROOT = orderd_node.ROOT
BIN = pathlib.Path(os.environ.get("ORDERD_BIN", ROOT / "build/release/bin"))
RULES = ROOT / "config/prometheus"
CASES = ROOT / "tests/prometheus"
RUNBOOK = ROOT / "config/RUNBOOK.md"
WORKERS = 2  # promtool runs on one core
# Words of commands that are values, not names of further commands.
VALUES = {"orders", "stock", "accounts", "reserving", "authorizing", "rejecting", "cancelling", "card"}

needs_promtool = unittest.skipUnless(shutil.which("promtool"),
                                     "there is no promtool on this machine: scripts/setup.sh installs it")


@functools.cache
def alerts():
    """Every alert by name."""
    found = {}
    for path in sorted(RULES.glob("alerts_*.yml")):
        for group in yaml.safe_load(path.read_text())["groups"]:
            for rule in group["rules"]:
                assert rule["alert"] not in found, f"{rule['alert']} is defined twice"
                found[rule["alert"]] = rule
    return found


def cases():
    """(file, its content) of every file of cases."""
    return [(path, yaml.safe_load(path.read_text())) for path in sorted(CASES.glob("*.yml"))]


def name_and_end(case):
    name, end = re.fullmatch(r"(\w+) (fires|stays quiet)", case["name"]).groups()
    return name, end


def promtool(*arguments):
    return subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, timeout=600, check=False)


def with_what_is_said(path, content, folder):
    """The same cases; each in which an alert fires expects that none does, so that promtool shows what it says."""
    for case in content["tests"]:
        name, end = name_and_end(case)
        if end == "fires":
            when = case["promql_expr_test"][0]["eval_time"]
            case["alert_rule_test"] = [{"alertname": name, "eval_time": when, "exp_alerts": []}]
    content["rule_files"] = [str((CASES / each).resolve()) for each in content["rule_files"]]
    copy = pathlib.Path(folder) / path.name
    copy.write_text(yaml.safe_dump(content))
    return copy


@needs_promtool
class Rules(unittest.TestCase):
    def test_prometheus_and_alertmanager_take_the_files(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / "prometheus"
            shutil.copytree(RULES, copy)
            (copy / "targets").mkdir()
            for name in ("orderd", "alertmanager"):
                (copy / f"targets/{name}.json").write_text('[{"targets": ["127.0.0.1:9464"]}]')
            done = promtool("check", "config", copy / "prometheus.yml")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertNotIn("WARNING", done.stdout)
        done = subprocess.run(["amtool", "check-config", str(RULES / "alertmanager.yml")], capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_each_alert_has_a_case_that_fires_and_one_that_does_not(self):
        wanted = {(name, end) for name in alerts() for end in ("fires", "stays quiet")}
        there = []
        for _, content in cases():
            for case in content["tests"]:
                name, end = name_and_end(case)
                there.append((name, end))
                if end == "fires":
                    asked = case["promql_expr_test"][0]
                    self.assertIn(f'alertname="{name}",alertstate="firing"', asked["expr"])
                    self.assertIn(f'severity="{alerts()[name]["labels"]["severity"]}"',
                                  asked["exp_samples"][0]["labels"])
                else:
                    asked = case["alert_rule_test"][0]
                    self.assertEqual((asked["alertname"], asked["exp_alerts"]), (name, []))
        self.assertEqual(sorted(there), sorted(wanted))

    def test_each_case_is_as_it_says_and_what_an_alert_says_can_be_read(self):
        with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            copies = [with_what_is_said(path, content, folder) for path, content in cases()]
            runs = pool.map(lambda copy: promtool("test", "rules", copy), copies)
            told = "".join(done.stdout + done.stderr for done in runs)
        self.assertNotIn("expr: ", told, "an alert that should fire does not, or with other labels")
        fired = re.findall(r"name: (\w+) (fires|stays quiet),\s+alertname: \w+, time: \S+\s+exp:\[\],\s+got:\[(.*?)\n"
                           r"\s+\]\n", told, re.DOTALL)
        self.assertEqual(sorted((name, end) for name, end, _ in fired),
                         sorted((name, "fires") for name in alerts()), told)
        for name, _, said in fired:
            self.assertNotRegex(said, r"<error|<no value>|\{\{|NaN", f"{name} says it badly")
            self.assertRegex(re.search(r'summary="(.*?)"(, |\})', said)[1], r"\d|no node", f"{name} tells no value")


class Words(unittest.TestCase):
    def test_each_alert_says_how_bad_it_is_what_it_means_and_where_to_read_on(self):
        for name, rule in alerts().items():
            with self.subTest(name):
                self.assertIn(rule["labels"]["severity"], ("page", "ticket"))
                self.assertEqual(set(rule["annotations"]), {"summary", "description", "runbook", "runbook_url"})
                self.assertEqual(rule["annotations"]["runbook"], f"config/RUNBOOK.md#{name.lower()}")
                self.assertEqual(rule["annotations"]["runbook_url"],
                                 f"{{{{ $externalURL }}}}/consoles/runbook.html#{name.lower()}")

    def test_the_runbook_has_a_section_for_each_alert_and_for_nothing_else(self):
        sections = re.split(r"^## (\w+)$", RUNBOOK.read_text(), flags=re.MULTILINE)[1:]
        self.assertEqual(sorted(sections[::2]), sorted(alerts()))
        for name, text in zip(sections[::2], sections[1::2]):
            self.assertEqual(re.findall(r"^- \*\*(\w+)\*\*: ", text, re.MULTILINE), ["Means", "Look", "Do"], name)

    def test_the_commands_of_the_runbook_exist(self):
        commands = set(re.findall(r"`(orderctl [^`]+)`", RUNBOOK.read_text()))
        self.assertGreater(len(commands), 10)
        for command in sorted(commands):
            with self.subTest(command):
                words = command.split()
                names = [word for word in words[1:] if re.fullmatch(r"[a-z][a-z-]*", word)]
                if len(names) > 1 and names[-1] in VALUES:
                    names.pop()
                done = subprocess.run([BIN / "orderctl", *names, "--help"], capture_output=True, text=True,
                                      check=False)
                self.assertEqual(done.returncode, 0, done.stderr)
                for flag in (word for word in words if word.startswith("--") and word not in ("--endpoint", "--json")):
                    self.assertIn(flag, done.stdout)

    def test_the_settings_of_the_runbook_exist(self):
        known = subprocess.run([BIN / "orderd", "--help"], capture_output=True, text=True, check=True).stdout
        known += subprocess.run([BIN / "orderctl", "--help-all"], capture_output=True, text=True, check=True).stdout
        for flag in sorted(set(re.findall(r"`(--[a-z-]+)", RUNBOOK.read_text()))):
            self.assertIn(flag, known)


if __name__ == "__main__":
    unittest.main()
