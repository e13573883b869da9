#!/usr/bin/env python3
"""`sequent trace`: what it writes is read by others, and says why segments are sent again."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

BIN = Path(os.environ.get("SEQUENT_BIN_DIR", "build/test/bin"))
LOST = ("20", "21", "200")


def run(program, *arguments):
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=120)


@unittest.skipUnless((BIN / "sequent").exists(), "the sequent command is not built")
class Trace(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.lines = Path(cls.folder.name) / "run.jsonl"
        cls.capture = Path(cls.folder.name) / "run.pcapng"
        cls.done = run(BIN / "sequent", "trace", "--octets", "500000", "--lose", *LOST, "--json", cls.lines, "--pcapng",
                       cls.capture)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def events(self):
        return [json.loads(line) for line in self.lines.read_text().splitlines()][1:]

    def test_it_says_how_the_run_went(self):
        self.assertEqual(self.done.returncode, 0, self.done.stdout + self.done.stderr)
        self.assertIn("500000 octets in", self.done.stdout)
        self.assertIn(f"{len(LOST)} sent again, 0 needless, {len(LOST)} lost", self.done.stdout)

    def test_each_line_is_an_event_in_the_order_of_time(self):
        header = json.loads(self.lines.read_text().splitlines()[0])
        self.assertEqual(header["qlog_format"], "NDJSON")
        events = self.events()
        self.assertEqual(events[0]["data"]["why"], "handshake")
        self.assertEqual([e["time"] for e in events], sorted(e["time"] for e in events))
        for event in events:
            self.assertEqual(set(event), {"time", "name", "data"})

    def test_what_is_sent_again_has_its_reason(self):
        seen = {}
        reasons = []
        for event in self.events():
            data = event["data"]
            if event["name"] != "transport:segment_sent" or data["length"] == 0:
                continue
            if data["seq"] in seen:
                reasons.append(data["why"])
            seen[data["seq"]] = True
        self.assertEqual(reasons, ["repair"] * len(LOST))

    def test_the_window_falls_with_a_loss(self):
        metrics = [e["data"] for e in self.events() if e["name"] == "recovery:metrics_updated"]
        self.assertTrue(any(each["in_recovery"] for each in metrics))
        self.assertNotIn("ssthresh", metrics[0])
        largest = 0
        for each in metrics:
            if each["in_recovery"]:
                self.assertLess(each["ssthresh"], 0.8 * largest)
                break
            largest = max(largest, each["congestion_window"])
        self.assertLess(metrics[-1]["ssthresh"], 0.8 * largest)

    @unittest.skipUnless((BIN / "capture_replay").exists(), "capture_replay is not built")
    def test_the_capture_is_read_and_judged_by_capture_replay(self):
        done = run(BIN / "capture_replay", "--sequent", "192.0.2.1", self.capture)
        self.assertIn(" 0 not parsed", done.stdout, done.stderr)
        self.assertIn(f"1 connections, {len(LOST)} segments sent again", done.stdout)
        self.assertNotIn("refused", done.stdout)
        self.assertRegex(done.stdout, r"times asked, 0 broken: .*inside")

    def test_the_capture_carries_the_reasons(self):
        octets = self.capture.read_bytes()
        self.assertEqual(octets.count(b"repair; cwnd "), len(LOST))
        self.assertEqual(octets.count(b"the path loses it"), len(LOST))

    @unittest.skipUnless(shutil.which("tshark"), "tshark is not installed")
    def test_wireshark_reads_the_reasons(self):
        done = run("tshark", "-r", self.capture, "-Y", "frame.comment contains \"repair\"", "-T", "fields", "-e",
                   "tcp.analysis.retransmission")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(done.stdout.splitlines()), len(LOST))

    @unittest.skipUnless(shutil.which("capinfos"), "capinfos is not installed")
    def test_capinfos_reads_the_capture(self):
        done = run("capinfos", "-t", self.capture)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("pcapng", done.stdout)

    def test_a_timeout_is_told_as_one(self):
        with tempfile.TemporaryDirectory() as folder:
            lines = Path(folder) / "run.jsonl"
            numbers = [str(n) for n in range(2, 12)]
            done = run(BIN / "sequent", "trace", "--octets", "14480", "--lose", *numbers, "--json", lines)
            self.assertEqual(done.returncode, 0, done.stdout)
            text = lines.read_text()
            self.assertIn('"timer":"loss probe"', text)
            self.assertIn('"why":"tail probe"', text)

    def test_files_that_cannot_be_written_are_an_error(self):
        for option in ("--json", "--pcapng"):
            done = run(BIN / "sequent", "trace", "--octets", "1000", option, "/nowhere/at/all")
            self.assertEqual(done.returncode, 2)
            self.assertIn("cannot be written", done.stderr)


if __name__ == "__main__":
    unittest.main()
