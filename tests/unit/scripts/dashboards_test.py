"""scripts/dashboards.py: what it makes is what is committed, and has the form that Grafana and Prometheus need."""

import contextlib
import io
import json
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "scripts"))
import dashboards  # noqa: E402


class Committed(unittest.TestCase):
    def test_every_made_file_is_what_its_source_makes(self):
        self.assertEqual(dashboards.different(ROOT), [], "run scripts/dashboards.py")

    def test_nothing_else_is_beside_them(self):
        made = {path.relative_to(ROOT) for path in dashboards.made(ROOT)}
        there = {path.relative_to(ROOT) for folder in ("config/grafana", "config/prometheus/consoles")
                 for path in (ROOT / folder).iterdir() if path.name != "README.md"}
        self.assertEqual(made, there)


class Grafana(unittest.TestCase):
    def boards(self):
        return [json.loads(path.read_text()) for path in sorted((ROOT / "config/grafana").glob("*.json"))]

    def test_each_dashboard_has_a_name_of_its_own_and_panels_that_do_not_overlap(self):
        boards = self.boards()
        self.assertEqual(len({board["uid"] for board in boards}), len(dashboards.ORDER))
        for board in boards:
            ids = [panel["id"] for panel in board["panels"]]
            self.assertEqual(len(ids), len(set(ids)), board["uid"])
            taken = set()
            for panel in board["panels"]:
                place = panel["gridPos"]
                cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                         for y in range(place["y"], place["y"] + place["h"])}
                self.assertLessEqual(place["x"] + place["w"], 24)
                self.assertFalse(taken & cells, f"{board['uid']}: {panel['title']} lies over another")
                taken |= cells

    def test_each_panel_asks_the_chosen_prometheus_and_says_what_it_shows(self):
        for board in self.boards():
            self.assertEqual(board["templating"]["list"][0]["type"], "datasource")
            for panel in board["panels"]:
                if panel["type"] != "row":
                    self.assertEqual(panel["datasource"]["uid"], "${source}")
                    self.assertTrue(panel["description"].endswith("."), panel["title"])
                    self.assertTrue(all(target["expr"] for target in panel["targets"]))
            named = "$instance" in json.dumps(board["panels"])
            self.assertEqual(named, any(each["name"] == "instance" for each in board["templating"]["list"]))


class Consoles(unittest.TestCase):
    def test_pages_hold_their_dashboard_and_no_action_but_the_prefix(self):
        for name, board in dashboards.read(ROOT).items():
            page = (ROOT / f"config/prometheus/consoles/{name}.html").read_text()
            self.assertEqual(set(re.findall(r"\{\{.*?\}\}", page)), {"{{ pathPrefix }}"})
            data = json.loads(re.search(r'id="dashboard">(.*)</script>', page, re.DOTALL)[1])
            self.assertEqual([len(section["panel"]) for section in data["section"]],
                             [len(section["panel"]) for section in board["section"]])

    def test_the_runbook_has_each_section_and_no_link_that_leads_nowhere(self):
        page = (ROOT / "config/prometheus/consoles/runbook.html").read_text()
        headings = re.findall(r"^## (\w+)$", (ROOT / "config/RUNBOOK.md").read_text(), re.MULTILINE)
        ids = set(re.findall(r' id="([^"]+)"', page))
        self.assertLessEqual({heading.lower() for heading in headings}, ids)
        self.assertLessEqual({link[1:] for link in re.findall(r'href="(#[^"]+)"', page)}, ids)
        self.assertNotIn("](", page)


class Program(unittest.TestCase):
    def test_a_changed_source_is_noticed(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            shutil.copytree(ROOT / "config", root / "config")
            source = root / "config/dashboards/business.toml"
            source.write_text(source.read_text().replace("Share that is rejected", "Share of rejections"))
            self.assertEqual(sorted(path.name for path in dashboards.different(root)),
                             ["business.html", "business.json"])

    def test_an_unknown_unit_and_an_unknown_argument_are_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            shutil.copytree(ROOT / "config", root / "config")
            source = root / "config/dashboards/node.toml"
            source.write_text(source.read_text().replace('unit = "bytes"', 'unit = "byte"', 1))
            with self.assertRaisesRegex(ValueError, "node.toml: 'Memory': no unit 'byte'"):
                dashboards.made(root)
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            self.assertEqual(dashboards.main(["--chek"]), 2)
        self.assertIn("--chek", said.getvalue())


if __name__ == "__main__":
    unittest.main()
