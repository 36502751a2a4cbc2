"""Every script tells what it does, and begins nothing, when it is asked with --help."""
import pathlib
import subprocess
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parents[3] / "scripts"


class Help(unittest.TestCase):
    def test_is_what_stands_at_the_top_of_each_script(self):
        found = sorted(each for each in SCRIPTS.glob("*.sh") if each.name != "help.sh")
        self.assertGreater(len(found), 10)
        for script in found:
            for option in ("--help", "-h"):
                with self.subTest(script=script.name, option=option):
                    told = subprocess.run([script, option], capture_output=True, text=True, timeout=5, check=False)
                    self.assertEqual(told.returncode, 0, told.stderr)
                    self.assertIn(f"scripts/{script.name}", told.stdout)
                    self.assertEqual(told.stderr, "")

    def test_an_unknown_argument_is_refused(self):
        for name in ("test.sh", "model_check.sh", "prove.sh", "check.sh", "damage.sh"):
            with self.subTest(script=name):
                told = subprocess.run([SCRIPTS / name, "--fast"], capture_output=True, text=True, timeout=5,
                                      check=False)
                self.assertEqual(told.returncode, 2)
                self.assertIn('"--fast"', told.stderr)


if __name__ == "__main__":
    unittest.main()
