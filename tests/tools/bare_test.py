#!/usr/bin/env python3
"""Tests of tools/bare with a debootstrap that only pretends: its Debian is a shell."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import samples

BARE = os.path.join(samples.ROOT, "tools", "bare")
# Its second argument is the folder. FAKE says what to do: fail, sleep, or make a root in which sh is all there is.
DEBOOTSTRAP = """#!/bin/sh
for word; do case $word in /*) root=$word ;; esac; done
echo "made $*"
case $FAKE in
  fail) exit 5 ;;
  sleep) : >"$root/begun"; sleep 600 ;;
esac
for folder in bin proc sys run dev root tmp etc/apt/apt.conf.d var/cache/apt/archives; do mkdir -p "$root/$folder"; done
cp -L /bin/sh "$root/bin/sh"
for library in $(ldd /bin/sh | grep -o '/[^ ]*'); do mkdir -p "$root${library%/*}"; cp -L "$library" "$root$library"; done
"""


def why_not() -> str:
    """Why no root can be made here; empty if one can."""
    if os.geteuid() != 0:
        return "needs root"
    if not os.path.exists(os.path.join(samples.ROOT, ".git")) or shutil.which("git") is None:
        return "needs a git clone"
    made = subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], capture_output=True, check=False)
    return "" if made.returncode == 0 else "no namespaces can be made here"


class BareTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.store = os.path.join(folder.name, "store")
        self.temporary = os.path.join(folder.name, "tmp")
        self.root = os.path.join(folder.name, "root")
        fakes = os.path.join(folder.name, "fakes")
        os.mkdir(self.temporary)
        os.mkdir(fakes)
        with open(os.path.join(fakes, "debootstrap"), "w", encoding="utf-8") as file:
            file.write(DEBOOTSTRAP)
        os.chmod(file.name, 0o755)
        self.environment = {**os.environ, "PATH": fakes + os.pathsep + os.environ["PATH"], "TMPDIR": self.temporary}

    def start(self, *options, fake=""):
        return subprocess.Popen([BARE, "--store", self.store, *options], env={**self.environment, "FAKE": fake},
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def bare(self, *options, fake=""):
        process = self.start(*options, fake=fake)
        output, _ = process.communicate(timeout=120)
        return process.returncode, output

    def log(self, part):
        with open(os.path.join(self.store, part + ".log"), encoding="utf-8") as file:
            return file.read()


class Usage(BareTest):
    def test_bad_usage_exits_2_and_makes_nothing(self):
        os.mkdir(self.root)
        with open(os.path.join(self.root, "precious"), "w", encoding="utf-8"):
            pass
        for options in (["--nonsense"], ["--only", "everything"], ["--only", "test,x"], ["--only"], ["--run", ""],
                        ["--only", "test", "--run", "true"], ["--suite", "Not/One"], ["--mirror", "nowhere"],
                        ["--root", self.root], ["--root", BARE], ["extra"]):
            with self.subTest(options):
                code, output = self.bare(*options)
                self.assertEqual(code, 2, output)
                self.assertIn("see --help", output)
        self.assertFalse(os.path.exists(self.store))
        self.assertEqual(os.listdir(self.root), ["precious"])

    def test_help_names_every_option(self):
        code, output = self.bare("--help")
        self.assertEqual(code, 0)
        for option in ("--only", "--run", "--root", "--keep", "--suite", "--mirror", "--store", "--fresh"):
            self.assertIn(option, output)

    @unittest.skipUnless(os.environ.get("SEQUENT_BUILD_DIR"), "no build tree with tests is known")
    def test_it_is_a_test_of_its_own_label_that_only_runs_when_asked_for(self):
        listed = ["ctest", "--test-dir", os.environ["SEQUENT_BUILD_DIR"], "-N", "-L", "bare"]
        for words, count in ([], 0), (["-C", "bare"], 1):
            done = subprocess.run(listed + words, capture_output=True, text=True, check=False)
            self.assertIn(f"Total Tests: {count}", done.stdout)


@unittest.skipIf(why_not(), why_not())
class Roots(BareTest):
    def test_what_passes_and_what_fails_is_told_with_its_status(self):
        code, output = self.bare("--run", "echo in $PWD as $$", "--run", "exit 3")
        self.assertEqual(code, 1, output)
        self.assertIn("passed: run-1", output)
        self.assertRegex(output, r"FAILED: run-2 \(exit status 3, ")
        self.assertEqual(self.log("run-1"), "in /sequent as 1\n")
        self.assertEqual(os.listdir(self.temporary), [])

    def test_parts_are_the_commands_of_the_clone(self):
        code, output = self.bare("--only", "setup,test", "--only", "verify")
        # They need a bash, which this Debian does not have.
        self.assertEqual(code, 1, output)
        for part in "setup", "test", "verify":
            self.assertIn(f"bare: {part}: tools/{part}\n", output)
            self.assertRegex(output, rf"FAILED: {part} \(exit status 12[67], ")

    def test_the_minimal_debian_is_made_once_unless_fresh_is_asked_for(self):
        for options, made in ([], True), ([], False), (["--fresh"], True):
            code, output = self.bare("--run", "true", *options)
            self.assertEqual(code, 0, output)
            self.assertEqual("made --variant=minbase" in output, made, output)

    def test_a_kept_root_is_used_again_with_a_new_clone(self):
        code, output = self.bare("--root", self.root, "--keep", "--run", ": >/kept; : >left")
        self.assertEqual(code, 0, output)
        self.assertIn(f"kept: {self.root}", output)
        self.assertTrue(os.path.exists(os.path.join(self.root, "kept")))
        code, output = self.bare("--root", self.root, "--run", "[ -e /kept ] && [ ! -e left ] && [ -x tools/test ]")
        self.assertEqual(code, 0, output)
        self.assertFalse(os.path.exists(self.root))

    def test_a_failing_debootstrap_is_told_and_nothing_stays(self):
        code, output = self.bare("--run", "true", fake="fail")
        self.assertEqual(code, 1, output)
        self.assertIn("debootstrap.log", output)
        self.assertEqual(os.listdir(self.temporary), [])
        self.assertNotIn("bookworm.tar", os.listdir(self.store))

    def interrupted(self, process, begun):
        limit = time.monotonic() + 60
        while not os.path.exists(begun) and time.monotonic() < limit:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, output)
        self.assertFalse(os.path.exists(self.root))
        self.assertNotIn(self.root, subprocess.run(["mount"], capture_output=True, text=True, check=True).stdout)

    def test_an_interrupt_ends_debootstrap_and_takes_the_root_away(self):
        self.interrupted(self.start("--root", self.root, fake="sleep"), os.path.join(self.root, "begun"))

    def test_an_interrupt_ends_what_runs_in_the_root_and_takes_it_away(self):
        process = self.start("--root", self.root, "--run", ": >/begun; while :; do :; done")
        self.interrupted(process, os.path.join(self.root, "begun"))

    def test_without_debootstrap_it_is_skipped_with_the_reason(self):
        self.environment["PATH"] = os.path.dirname(shutil.which("git"))
        if shutil.which("debootstrap", path=self.environment["PATH"] + ":/usr/sbin:/sbin") is not None:
            self.skipTest("there is one where every program is")
        code, output = self.bare("--run", "true")
        self.assertEqual(code, 77, output)
        self.assertIn("needs debootstrap", output)


if __name__ == "__main__":
    unittest.main()
