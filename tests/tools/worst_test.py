#!/usr/bin/env python3
"""Tests of tools/worst with programs that only pretend: nothing here measures anything."""

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

import samples

sys.path.insert(0, os.path.join(samples.ROOT, "tools"))
from benchmarking import worst  # noqa: E402
from reporting import marks  # noqa: E402

WORST = os.path.join(samples.ROOT, "tools", "worst")
FIGURES = os.path.join(samples.ROOT, "bench", "worst.json")


def measured(**changes) -> worst.Measured:
    costs = {"a.one": {"instructions": 1_000.0, "packets": 1.0, "octets": 2.5},
             "a.two": {"instructions": 0.0, "packets": 7.0, "octets": 0.0}}
    for name, cost in changes.items():
        costs["a." + name] = {**costs["a." + name], **cost}
    return worst.Measured("gcc 12", {name: f"what {name} is" for name in costs}, costs)


class Comparison(unittest.TestCase):
    def setUp(self):
        self.limits = worst.limits_of(worst.figures_of(measured(), {}), "gcc 12")

    def compare(self, of, **more):
        return worst.compare(of, self.limits, **more)

    def test_the_same_and_less_are_allowed(self):
        self.assertEqual(self.compare(measured()), [])
        self.assertEqual(self.compare(measured(one={"instructions": 1.0, "packets": 0.0, "octets": 0.0})), [])

    def test_instructions_have_their_slack_and_no_more(self):
        self.assertEqual(self.compare(measured(one={"instructions": 1_050.0})), [])
        found = self.compare(measured(one={"instructions": 1_051.0}))
        self.assertEqual(len(found), 1)
        self.assertIn("a.one: 1,051.000 instructions a packet, 1,000.000 expected", found[0])

    def test_what_is_sent_has_none(self):
        for cost in {"packets": 1.01}, {"octets": 2.51}:
            self.assertEqual(len(self.compare(measured(one=cost))), 1, cost)
        self.assertEqual(len(self.compare(measured(two={"octets": 0.01}))), 1)

    def test_an_attack_on_one_side_only_is_found(self):
        del self.limits.costs["a.two"]
        self.assertIn("not in the figures", self.compare(measured())[0])
        self.limits = worst.limits_of(worst.figures_of(measured(), {}), "gcc 12")
        self.limits.costs["a.three"] = self.limits.costs["a.one"]
        self.assertIn("not measured", self.compare(measured())[0])
        self.assertEqual(self.compare(measured(), whole=False), [])

    def test_instructions_of_another_compiler_are_not_compared(self):
        limits = worst.limits_of(worst.figures_of(measured(), {}), "clang 99")
        self.assertFalse(limits.instructions)
        self.assertEqual(worst.compare(measured(one={"instructions": 9_999.0}), limits), [])
        self.assertEqual(len(worst.compare(measured(one={"octets": 9.0}), limits)), 1)

    def test_figures_keep_those_of_other_compilers(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "figures")
            worst.write(path, measured())
            worst.write(path, measured()._replace(compiler="clang 14"))
            self.assertEqual(sorted(worst.read(path)["instructions"]), ["clang 14", "gcc 12"])

    def test_the_committed_figures_are_whole(self):
        figures = worst.read(FIGURES)
        for compiler, counted in figures["instructions"].items():
            self.assertEqual(sorted(counted), sorted(figures["drawn"]), compiler)
        self.assertEqual(figures["slack"], worst.SLACK)

    def test_the_page_has_the_committed_figures(self):
        with open(os.path.join(samples.ROOT, "docs", "security.md"), encoding="utf-8") as file:
            page = file.read()
        self.assertEqual(marks.filled(page, "worst", worst.page(worst.read(FIGURES)), "docs/security.md"), page)


class Command(unittest.TestCase):
    """Where there is no valgrind."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.figures = os.path.join(folder.name, "figures.json")
        worst.write(self.figures, measured())
        path = os.path.join(folder.name, "path")
        os.mkdir(path)
        for program in "python3", "sh", "env":
            os.symlink(os.path.realpath(shutil.which(program)), os.path.join(path, program))
        self.environment = {**os.environ, "PATH": path}

    def program(self, of, name="program", status=0):
        path = os.path.join(self.folder, name)
        lines = [json.dumps({"compiler": of.compiler})]
        for attack, cost in of.costs.items():
            lines.append(json.dumps({"attack": attack, "what": attack, "packets_in": 1_000, "octets_in": 1_000,
                                     "packets_out": 1_000 * cost["packets"], "octets_out": 1_000 * cost["octets"]}))
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n" + "".join(f"echo '{line}'\n" for line in lines) + f"exit {status}\n")
        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)
        return path

    def worst(self, *options):
        return subprocess.run([sys.executable, WORST, "--figures", self.figures, *options], env=self.environment,
                              capture_output=True, text=True, timeout=60, check=False)

    def test_what_is_sent_is_compared_and_the_rest_skipped_with_the_reason(self):
        run = self.worst("--program", self.program(measured()))
        self.assertEqual(run.returncode, 77, run.stdout + run.stderr)
        self.assertRegex(run.stdout, r"skipped: .*no valgrind\n$")

    def test_an_attack_that_draws_more_fails(self):
        run = self.worst("--program", self.program(measured(one={"octets": 3.0})))
        self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
        self.assertIn("FAILED: a.one: 3.000 octets out for one in, 2.500 expected", run.stdout)

    def test_another_program_can_be_compared_with(self):
        cheap, dear = self.program(measured()), self.program(measured(one={"packets": 2.0}), "dear")
        self.assertEqual(self.worst("--program", dear, "--against", cheap).returncode, 1)
        self.assertEqual(self.worst("--program", cheap, "--against", dear).returncode, 77)

    def test_what_cannot_be_measured_or_read_exits_2(self):
        good = self.program(measured())
        other = os.path.join(self.folder, "other")
        for text in "", "{}", "[1]", "nothing":
            with open(other, "w", encoding="utf-8") as file:
                file.write(text)
            self.assertEqual(self.worst("--program", good, "--figures", other).returncode, 2, text)
        self.assertEqual(self.worst("--program", self.program(measured(), "bad", status=1)).returncode, 2)
        self.assertEqual(self.worst("--program", os.path.join(self.folder, "none")).returncode, 2)
        self.assertEqual(self.worst("--program", good, "--figures", self.folder + "/none").returncode, 2)

    def test_bad_usage_exits_2(self):
        for options in (["--nonsense"], ["--write", "--only", "a"], ["--write", "--against", "x"], ["--write"]):
            self.assertEqual(self.worst(*options).returncode, 2, options)


if __name__ == "__main__":
    unittest.main()
