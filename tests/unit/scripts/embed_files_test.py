"""Tests of the script that makes a C++ source of the page's files: its bytes, whatever they are, and its refusals."""

import hashlib
import importlib.util
import re
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
spec = importlib.util.spec_from_file_location("embed_files", ROOT / "scripts" / "embed_files.py")
embed_files = importlib.util.module_from_spec(spec)
spec.loader.exec_module(embed_files)


def bytes_in(text, number):
    """What a compiler reads from the literals of file `number`."""
    literals = re.search(rf"bytes_{number}\[\] =\n(.*?);", text, re.DOTALL).group(1)
    return bytes(int(each, 8) for each in re.findall(r"\\(\d{3})", literals))


class EmbedFiles(unittest.TestCase):
    def test_every_byte_is_kept(self):
        data = bytes(range(256)) + b'"\\??/0123' + "ü–".encode()
        text = embed_files.source([("/page/a.js", data), ("/page/empty.css", b"")])
        self.assertEqual(bytes_in(text, 0), data)
        self.assertEqual(bytes_in(text, 1), b"")
        self.assertIn(f'{{"/page/a.js", {{bytes_0, {len(data)}}}, "{hashlib.sha256(data).hexdigest()}"}}', text)
        self.assertTrue(text.isascii())

    def test_what_it_is_told_is_checked(self):
        self.assertEqual(embed_files.main([]), 2)
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(embed_files.main([f"{folder}/out.cpp", "no equals sign"]), 2)
            Path(f"{folder}/in").write_bytes(b"x")
            self.assertEqual(embed_files.main([f"{folder}/out.cpp", f"/page/x={folder}/in"]), 0)
            self.assertIn("/page/x", Path(f"{folder}/out.cpp").read_text(encoding="ascii"))


if __name__ == "__main__":
    unittest.main()
