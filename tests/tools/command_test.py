#!/usr/bin/env python3
"""The `sequent` command: usage errors, unreadable files, and replaying what it wrote itself."""
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

BIN = Path(os.environ.get("SEQUENT_BIN_DIR", "build/test/bin"))
ROOT = Path(__file__).resolve().parents[2]


def run(program, *arguments):
    return subprocess.run([BIN / program, *arguments], capture_output=True, text=True, timeout=120)


@unittest.skipUnless((BIN / "sequent").exists(), "the sequent command is not built")
class Command(unittest.TestCase):
    def test_wrong_usage_ends_with_2_and_says_why(self):
        for words in ([], ["explore", "--no-such-option"], ["explore", "--only", "("], ["explore", "--only", "no-such"],
                      ["replay"], ["dance"]):
            done = run("sequent", *words)
            self.assertEqual(done.returncode, 2, words)
            self.assertNotEqual(done.stdout + done.stderr, "", words)

    def test_files_that_are_no_choice_list_are_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            for text in (b"", b"garbage\n", b"\x00\xff" * 500, b"sequent-choices 2\n",
                         b"sequent-choices 1\nscenario no-such\nfound-by me\nwhy none\nchoices 0\n",
                         b"sequent-choices 1\nscenario open.small\nfound-by me\nwhy none\nchoices 99999999999\n",
                         b"sequent-choices 1\nscenario open.small\nfound-by me\nwhy none\nchoices 60000\n"):
                file = Path(folder) / "list"
                file.write_bytes(text)
                done = run("sequent", "replay", file)
                self.assertEqual(done.returncode, 2, text)
                self.assertIn("sequent replay", done.stderr, text)
            self.assertEqual(run("sequent", "replay", Path(folder) / "missing").returncode, 2)

    def test_a_replay_draws_a_ladder(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "list"
            file.write_text("sequent-choices 1\nscenario open.small\nfound-by me\nwhy none\nchoices 0 0 0\n")
            done = run("sequent", "replay", file)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("<CTL=SYN,ACK>", done.stdout)
            self.assertIn("ESTABLISHED", done.stdout)

    def test_exploring_is_deterministic(self):
        figures = set()
        for threads in ("1", "2", "2"):
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "claims.json"
                done = run("sequent", "explore", "--only", "^corruption.small$", "--threads", threads, "--json", file)
                self.assertEqual(done.returncode, 0, done.stdout)
                text = file.read_text()
                figures.add(text.split('"figures"')[1].split("}")[0])
        self.assertEqual(len(figures), 1, figures)


@unittest.skipUnless((BIN / "spec_docs").exists(), "spec_docs is not built")
class Documents(unittest.TestCase):
    def test_the_committed_documents_are_those_that_the_rules_generate(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(run("spec_docs", folder).returncode, 0)
            for name in ("rules.md", "choices.md"):
                fresh = (Path(folder) / name).read_text()
                self.assertEqual((ROOT / "docs" / name).read_text(), fresh,
                                 f"docs/{name} is out of date: run spec_docs docs")


if __name__ == "__main__":
    unittest.main()
