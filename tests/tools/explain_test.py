#!/usr/bin/env python3
"""`sequent explain` on the command line: topics, usage errors, files and pipes that cannot be written, its page."""
import json
import os
import pty
import re
import signal
import subprocess
import tempfile
import unittest
import xml.dom.minidom
from pathlib import Path

from balanced import Balanced

BIN = Path(os.environ.get("SEQUENT_BIN_DIR", "build/test/bin"))
ROOT = Path(__file__).resolve().parents[2]


def explain(*words, **more):
    return subprocess.run([BIN / "sequent", "explain", *words], capture_output=True, text=True, timeout=120, **more)


def topics():
    return re.findall(r"^  (\S+) +\S", explain().stdout, re.MULTILINE)


@unittest.skipUnless((BIN / "sequent").exists(), "the sequent command is not built")
class Explain(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_without_a_topic_the_topics_are_listed(self):
        done = explain()
        self.assertEqual(done.returncode, 0)
        self.assertIn("handshake", topics())
        self.assertEqual(len(topics()), len(set(topics())))

    def test_a_bad_topic_ends_with_2_and_lists_them(self):
        for word in ("no-such", "", "hand", "Handshake"):
            if word == "":
                continue
            done = explain(word)
            self.assertEqual(done.returncode, 2, word)
            self.assertEqual(done.stdout, "")
            for topic in topics():
                self.assertIn(topic, done.stderr)

    def test_wrong_usage_ends_with_2(self):
        for words in (["handshake", "--loss", "51"], ["handshake", "--loss", "-1"], ["handshake", "--rtt", "1"],
                      ["handshake", "--isn", "5"], ["handshake", "--isn", "1,2,3"], ["handshake", "--isn", "a,b"],
                      ["handshake", "--isn", "4294967296,1"], ["handshake", "--run", "99"], ["handshake", "transfer"],
                      ["handshake", "--scheme", "green"], ["handshake", "--no-such"]):
            done = explain(*words)
            self.assertEqual(done.returncode, 2, words)
            self.assertNotEqual(done.stderr, "", words)

    def test_numbers_and_round_trip_are_those_asked_for(self):
        done = explain("handshake", "--isn", "1000,7000", "--rtt", "30", "--run", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        for shown in ("SYN SEQ=1000", "SYN,ACK SEQ=7000 ACK=1001", "ACK=7001", "15 ms", "45 ms", "LISTEN-3", "ESTABLISHED"):
            self.assertIn(shown, done.stdout)

    def test_the_same_seed_tells_the_same_story_and_another_seed_another(self):
        told = [explain("handshake", "--loss", "40", "--seed", seed).stdout for seed in ("1", "1", "2", "3", "4", "5")]
        self.assertEqual(told[0], told[1])
        self.assertGreater(len(set(told)), 1)

    def test_files_that_cannot_be_written(self):
        for form in ("--html", "--svg", "--json"):
            for file in [self.folder / "none" / "file", self.folder] + [Path("/dev/full")] * os.path.exists("/dev/full"):
                done = explain("handshake", form, file)
                self.assertEqual(done.returncode, 2, (form, file))
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
                self.assertIn("cannot be written", done.stderr)

    @unittest.skipUnless(os.path.exists("/dev/full"), "there is no full disk to write to")
    def test_a_full_disk_is_noticed(self):
        for words in ([], ["handshake"], ["handshake", "--svg", "-"]):
            with open("/dev/full", "w") as full:
                done = subprocess.run([BIN / "sequent", "explain", *words], stdout=full, stderr=subprocess.PIPE, text=True,
                                      timeout=120)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn("cannot be written", done.stderr)

    def test_a_closed_pipe_ends_with_one_line_or_the_signal(self):
        for words in ([], ["handshake"], ["handshake", "--json", "-"]):
            ours, theirs = os.pipe()
            os.close(ours)
            done = subprocess.run([BIN / "sequent", "explain", *words], stdout=theirs, stderr=subprocess.PIPE, text=True,
                                  timeout=120)
            os.close(theirs)
            self.assertIn(done.returncode, (2, -signal.SIGPIPE), words)
            self.assertLessEqual(done.stderr.count("\n"), 1, done.stderr)

    def on_a_terminal(self, **environment):
        ours, theirs = pty.openpty()
        done = subprocess.Popen([BIN / "sequent", "explain", "handshake"], stdout=theirs,
                                env={k: v for k, v in os.environ.items() if k != "NO_COLOR"} | environment)
        os.close(theirs)
        text = b""
        try:
            while piece := os.read(ours, 65536):
                text += piece
        except OSError:  # the other end is closed
            pass
        os.close(ours)
        self.assertEqual(done.wait(timeout=60), 0)
        return text

    def test_colour_is_for_terminals_that_may_have_it(self):
        self.assertIn(b"\x1b[", self.on_a_terminal())
        self.assertNotIn(b"\x1b[", self.on_a_terminal(NO_COLOR="1"))
        self.assertNotIn("\x1b[", explain("handshake").stdout)

    def test_every_topic_has_a_page_that_loads_nothing_and_a_picture_that_can_be_read_aloud(self):
        for topic in topics():
            with self.subTest(topic):
                page, picture, steps = (self.folder / (topic + end) for end in (".html", ".svg", ".json"))
                done = explain(topic, "--html", page, "--svg", picture, "--json", steps)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(done.stdout, "")
                text = page.read_text()
                parser = Balanced()
                parser.feed(text)
                self.assertEqual(parser.open, [])
                self.assertEqual(parser.loads, [])
                self.assertNotRegex(text, r"@import|url\(|<script|https?://(?!www\.w3\.org/2000/svg)")
                self.assertIn("prefers-color-scheme:dark", text)
                names = re.findall(r' id="([^"]*)"', text)
                self.assertEqual(len(names), len(set(names)))
                root = xml.dom.minidom.parse(str(picture)).documentElement
                self.assertEqual((root.tagName, root.getAttribute("role")), ("svg", "img"))
                told = {child.getAttribute("id"): child for child in root.childNodes if child.nodeType == child.ELEMENT_NODE}
                for name in root.getAttribute("aria-labelledby").split():
                    self.assertGreater(len(told[name].firstChild.data), 5)
                chapters = json.loads(steps.read_text())["chapters"]
                self.assertGreater(len(chapters), 0)
                for chapter in chapters:
                    self.assertEqual(chapter["wrong"], "")
                    if not chapter["judged"]:
                        self.assertIn(topic, ("syn-flood", "udp"))
                        continue
                    for step in chapter["steps"]:
                        if step["kind"] == "arrives" and step["fate"] != "damaged":
                            self.assertNotEqual(step["rules"], [], step)

    def test_a_picture_of_one_scheme_is_of_that_alone(self):
        for scheme, paper in (("light", "#ffffff"), ("dark", "#14171b")):
            done = explain("handshake", "--svg", "-", "--scheme", scheme)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("--page:" + paper, done.stdout)
            self.assertNotIn("prefers-color-scheme", done.stdout)


@unittest.skipUnless((BIN / "sequent").exists(), "the sequent command is not built")
class Page(unittest.TestCase):
    """docs/explain.md, and the picture that it says how to draw."""

    def setUp(self):
        page = (ROOT / "docs" / "explain.md").read_text()
        self.rows = re.findall(r"^\| (.*?) \| `sequent explain (.*?)` \| `(\w+)` \|$", page, re.MULTILINE)

    def test_every_topic_has_a_row_and_every_row_a_topic(self):
        self.assertEqual({words.split()[0] for _, words, _ in self.rows}, set(topics()))

    def test_every_command_does_what_it_says(self):
        for what, words, _ in self.rows:
            with self.subTest(what):
                done = explain(*words.split())
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertGreater(len(done.stdout), 500)

    def test_every_test_that_is_named_is_there_and_every_one_that_is_there_is_named(self):
        sources = "".join(file.read_text() for file in (ROOT / "tests" / "tools").glob("explain_*test.cpp"))
        written = set(re.findall(r"TEST\(Explain, (\w+)\)", sources))
        named = {test for _, _, test in self.rows}
        self.assertEqual(named - written, set())
        # What is of every topic, or of a variation of one that is named, needs no row.
        general = {"HandshakeOverALossyPathSaysWhatWasLost", "TimeWaitWithOtherNumbersLosesTheLastAckAllTheSame"}
        self.assertEqual({test for test in written - named - general if not re.match(r"Every|Text|Varied", test)}, set())

    def test_the_picture_is_the_one_that_is_drawn(self):
        for scheme in ("light", "dark"):
            committed = ROOT / "docs" / "pictures" / f"exchange-{scheme}.svg"
            drawn = subprocess.run([BIN / "sequent", "explain", "loss", "--run", "2", "--wide", "--scheme", scheme, "--svg", "-"],
                                   capture_output=True, timeout=120, check=True).stdout
            self.assertEqual(committed.read_bytes(), drawn, f"{committed.name} is out of date: see docs/explain.md")


if __name__ == "__main__":
    unittest.main()
