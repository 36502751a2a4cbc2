"""The page in a real browser: every view, both themes, phone and desk, against made-up answers of every state.

    python3 -m unittest tests/browser/browser_test.py

Pictures of what was seen are in build/browser/. A scenario is a function of scenarios.mjs; each has a mock of its own.
"""

import pathlib
import shutil
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
SHOTS = HERE.parents[1] / "build/browser"
SCENARIO_S_MAX = 300


def run_scenario(test, scenario, base, size="desk", theme="light"):
    """Runs it in a browser; fails with what it says is wrong."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    command = ["node", HERE / "run.mjs", scenario, base, size, theme, SHOTS]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SCENARIO_S_MAX)
    test.assertEqual(done.returncode, 0, done.stderr)


def need_browser():
    for program in ("node", "chromium"):
        if not shutil.which(program):
            raise unittest.SkipTest(f"there is no {program} here: scripts/setup.sh installs it")


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        need_browser()

    def setUp(self):
        mock = subprocess.Popen([sys.executable, HERE / "mock_node.py"], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, text=True)
        self.addCleanup(mock.stdout.close)
        self.addCleanup(mock.wait)
        self.addCleanup(mock.kill)
        self.base = "http://" + mock.stdout.readline().split()[-1]

    def run_in(self, scenario, size="desk", theme="light"):
        run_scenario(self, scenario, self.base, size, theme)

    def test_every_view_at_a_desk_by_day_and_by_night(self):
        self.run_in("views")

    def test_every_view_on_a_phone_by_day_and_by_night(self):
        self.run_in("views", size="phone")

    def test_nothing_is_wrong(self):
        self.run_in("fine")

    def test_nothing_is_there(self):
        self.run_in("empty")

    def test_nothing_is_there_yet(self):
        self.run_in("loading")

    def test_no_node_leads(self):
        self.run_in("unavailable")

    def test_the_node_does_not_answer(self):
        self.run_in("unreachable", size="phone", theme="dark")

    def test_everything_goes_by_keys(self):
        self.run_in("keyboard")

    def test_a_cancellation_lands_in_the_history(self):
        self.run_in("cancel")

    def test_a_cancellation_on_a_phone(self):
        self.run_in("cancel", size="phone", theme="dark")

    def test_many_are_retried_at_once(self):
        self.run_in("resolve")

    def test_a_hundred_thousand_orders_are_pages(self):
        self.run_in("pages")

    def test_text_of_strangers_stays_text(self):
        self.run_in("strangers")

    def test_nothing_jumps_while_it_refreshes(self):
        self.run_in("calm")

    def test_numbers_are_words_for_people(self):
        self.run_in("words")

    def test_time_and_theme_are_chosen_and_remembered(self):
        self.run_in("choices")


if __name__ == "__main__":
    unittest.main()
