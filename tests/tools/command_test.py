#!/usr/bin/env python3
"""The `sequent` command: usage errors, unreadable files, and replaying what it wrote itself."""
import fcntl
import os
import pty
import struct
import subprocess
import tempfile
import termios
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

    def test_a_file_is_told_what_is_wrong_with_it(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "list"
            for text, why in ((b"", "is empty"), (b"sequent-case 1\nproperty stream\nhead 1\n", "property_tests --replay"),
                              (b"sequent-choices 1\n" * 1_000_000, "is too large")):
                file.write_bytes(text)
                done = run("sequent", "replay", file)
                self.assertEqual(done.returncode, 2)
                self.assertIn(why, done.stderr)
            with open(file, "wb") as vast:
                vast.truncate(1 << 30)
            before = os.times().children_user + os.times().children_system
            self.assertIn("is too large", run("sequent", "replay", file).stderr)
            self.assertLess(os.times().children_user + os.times().children_system - before, 1, "it was not read whole")

    @unittest.skipUnless(os.path.exists("/dev/full"), "there is no full disk to write to")
    def test_output_that_is_lost_is_an_error(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "list"
            file.write_text("sequent-choices 1\nscenario open.small\nfound-by me\nwhy none\nchoices 0 0 0\n")
            for words in (["scenarios"], ["replay", file], ["explore", "--only", "^corruption.small$"]):
                with open("/dev/full", "w") as full:
                    done = subprocess.run([BIN / "sequent", *words], stdout=full, stderr=subprocess.PIPE, text=True,
                                          timeout=120)
                self.assertEqual(done.returncode, 2, words)
                self.assertIn("cannot be written", done.stderr, words)

    def test_a_file_that_cannot_be_written_is_noticed_before_the_exploration(self):
        with tempfile.TemporaryDirectory() as folder:
            done = run("sequent", "explore", "--only", "^corruption.small$", "--json", Path(folder) / "none" / "claims.json")
            self.assertEqual(done.returncode, 2)
            self.assertIn("cannot be written", done.stderr)
            self.assertNotIn("states", done.stdout)

    def test_progress_is_no_wider_than_the_terminal(self):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
        with subprocess.Popen([BIN / "sequent", "explore", "--only", "^open.small$"], stdout=subprocess.DEVNULL,
                              stderr=theirs) as done:
            os.close(theirs)
            text = b""
            try:
                while piece := os.read(ours, 65536):
                    text += piece
            except OSError:  # the other end is closed
                pass
        os.close(ours)
        self.assertEqual(done.returncode, 0)
        lines = [line.removeprefix(b"\x1b[K") for line in text.split(b"\r")]
        self.assertTrue(all(len(line) < 40 for line in lines), lines[:3])

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
