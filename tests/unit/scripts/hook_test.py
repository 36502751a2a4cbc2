"""The hook of git: what is staged is looked at, as it is staged, and only what is whole is let pass."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]

README = "# a\n\n| folder | what |\n|---|---|\n| `{}` | b |\n"


class Hook(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        # What git says to its hooks is about another repository.
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        self.git("init", "--quiet")
        modules = ("scripts/style.py", "scripts/pages.py", "scripts/rooms.py")
        for name in (".clang-format", "scripts/help.sh", *modules, "scripts/hooks/pre-commit"):
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.root / name)
        self.write("README.md", README.format("scripts/"))
        self.write("scripts/README.md", README.format("hooks/` `help.sh` `style.py` `pages.py` `rooms.py` `a.sh"))
        self.write("scripts/a.sh", "#!/usr/bin/env bash\ntrue\n")
        self.git("add", "--all")

    def git(self, *arguments):
        subprocess.run(["git", *arguments], cwd=self.root, env=self.environment, check=True)

    def write(self, name, text):
        (self.root / name).write_text(text, encoding="utf-8")

    def hook(self):
        return subprocess.run([self.root / "scripts/hooks/pre-commit"], cwd=self.root, env=self.environment,
                              capture_output=True, text=True, check=False)

    def test_lets_pass_what_is_whole(self):
        ran = self.hook()
        self.assertEqual((ran.returncode, ran.stdout), (0, "style: clean\n"), ran.stderr)

    def test_stops_at_a_source_in_another_form(self):
        self.write("README.md", README.format("scripts/` `config/"))
        (self.root / "config").mkdir()
        self.write("config/README.md", README.format("a.cpp"))
        self.write("config/a.cpp", "int  a;\n")
        self.git("add", "--all")
        self.write("config/a.cpp", "int a;\n")  # mended, and not staged
        ran = self.hook()
        self.assertEqual(ran.returncode, 1)
        self.assertIn("config/a.cpp:1", ran.stderr)
        self.git("add", "--all")
        self.assertEqual(self.hook().returncode, 0)

    def test_stops_at_a_script_with_a_fault(self):
        self.write("scripts/a.sh", "#!/usr/bin/env bash\ncd $1\n")
        self.git("add", "--all")
        ran = self.hook()
        self.assertEqual(ran.returncode, 1)
        self.assertIn("SC2086", ran.stdout)

    def test_stops_at_what_the_style_program_finds(self):
        self.write("scripts/b.sh", "#!/usr/bin/env bash\n")
        self.git("add", "--all")
        ran = self.hook()
        self.assertEqual(ran.returncode, 1)
        self.assertIn("'b.sh' is missing in the table of files", ran.stdout)

    def test_does_not_look_at_what_is_not_staged(self):
        self.write("scripts/b.sh", "cd $1")
        self.assertEqual(self.hook().returncode, 0)


if __name__ == "__main__":
    unittest.main()
