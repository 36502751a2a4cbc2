"""config/prometheus/assets/chart.js: how values are written, where lines of the scale are, where a line has gaps.

Skipped, with the reason, where there is no node.
"""

import json
import pathlib
import shutil
import subprocess
import unittest

CHART = pathlib.Path(__file__).resolve().parents[3] / "config/prometheus/assets/chart.js"


def of(expression):
    """The value of an expression of JavaScript beside the functions of chart.js."""
    program = f"{CHART.read_text()}\nconsole.log(JSON.stringify({expression}));"
    done = subprocess.run(["node", "-e", program], capture_output=True, text=True, timeout=30, check=True)
    return json.loads(done.stdout)


@unittest.skipUnless(shutil.which("node"), "there is no node on this machine")
class Chart(unittest.TestCase):
    def test_values_are_written_in_few_characters_with_their_unit(self):
        rows = [(0.00042, "s", "420 µs"), (0.0125, "s", "12.5 ms"), (90, "s", "1.5 min"), (0, "s", "0 s"),
                (1536, "bytes", "1.5 KiB"), (3 * 2**30, "bytes", "3 GiB"), (2**20, "Bps", "1 MiB/s"),
                (0.00123, "ratio", "0.123 %"), (1, "ratio", "100 %"), (12345, "ops", "12.3 k/s"),
                (0.25, "ops", "0.25/s"), (9000, "short", "9000"), (2500000, "short", "2.5 M"), (-400, "s", "-6.67 min")]
        asked = [[value, unit] for value, unit, _ in rows]
        self.assertEqual(of(f"{json.dumps(asked)}.map(([value, unit]) => show(value, unit))"), [row[2] for row in rows])

    def test_never_and_nothing_are_words(self):
        self.assertEqual(of('[show(Infinity, "s"), show(NaN, "s"), show(null, "short"), show(Infinity, "short")]'),
                         ["never", "–", "–", "∞"])

    def test_scales_have_round_lines_that_hold_every_value(self):
        for least, most in ((0, 1), (0, 7.3), (0, 148), (-400, 20), (0, 0.0031), (0, 99999)):
            levels = of(f'ticks({least}, {most}, "short")')
            self.assertTrue(3 <= len(levels) <= 9, levels)
            self.assertLessEqual(levels[0], least)
            self.assertGreaterEqual(levels[-1], most)
        self.assertEqual(of('ticks(0, 100 * 1024 * 1024, "bytes").map((each) => show(each, "bytes"))'),
                         ["0 B", "32 MiB", "64 MiB", "96 MiB", "128 MiB"])

    def test_a_line_has_a_gap_where_a_value_is_missing_or_no_number(self):
        path = of("pathOf([[0, 1], [5, 2], [20, 3], [25, Infinity], [30, 4]], 5, (at) => at, (value) => value)")
        self.assertEqual(path, "M0.0,1.0h0.1L5.0,2.0M20.0,3.0h0.1M30.0,4.0h0.1")


if __name__ == "__main__":
    unittest.main()
