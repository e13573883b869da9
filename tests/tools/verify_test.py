"""Tests of tools/verify with engines that only pretend."""

import json
import os
import signal
import subprocess
import tempfile
import time
import unittest

import samples

VERIFY = os.path.join(samples.ROOT, "tools", "verify")


class VerifyTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.bin = os.path.join(folder.name, "bin")
        self.output = os.path.join(folder.name, "report")
        self.expected = os.path.join(folder.name, "expected.json")
        os.mkdir(self.bin)
        self.results = samples.outputs()
        for part, result in self.results.items():
            samples.install(self.bin, part, result)
        samples.write_json(self.expected, samples.expected_of(self.results))

    def command(self, *options):
        return [VERIFY, "--bin", self.bin, "--output", self.output, "--expected", self.expected, *options]

    def verify(self, *options):
        return subprocess.run(self.command(*options), capture_output=True, text=True, timeout=60, check=False)

    def report(self):
        with open(os.path.join(self.output, "report.json"), encoding="utf-8") as file:
            return json.load(file)

    def verdicts(self):
        return {claim["id"]: claim["verdict"] for claim in self.report()["claims"]}

    def calls(self, program):
        path = os.path.join(self.bin, program + ".calls")
        if not os.path.exists(path):
            return ""
        with open(path, encoding="utf-8") as file:
            return file.read()

    def test_bad_usage_exits_2_and_runs_nothing(self):
        for options in (["--nonsense"], ["--only", "everything"], ["--only", "proofs,x"], ["--minutes", "0"],
                        ["--minutes", "soon"], ["--minutes"], ["--jobs", "0"], ["--filter", "a", "--scenario", "b"],
                        ["extra"]):
            with self.subTest(options):
                run = self.verify(*options)
                self.assertEqual(run.returncode, 2, run.stdout)
                self.assertIn("see --help", run.stderr)
        self.assertFalse(os.listdir(self.output) if os.path.exists(self.output) else [])

    def test_a_missing_folder_of_programs_is_bad_usage(self):
        run = subprocess.run([VERIFY, "--bin", self.bin + "/none"], capture_output=True, timeout=60, check=False)
        self.assertEqual(run.returncode, 2)

    def test_help_exits_0(self):
        run = self.verify("--help")
        self.assertEqual(run.returncode, 0)
        self.assertIn("Usage: tools/verify", run.stdout)

    def test_everything_holds(self):
        run = self.verify()
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertEqual(set(self.verdicts().values()), {"holds"})
        self.assertEqual(set(self.verdicts()), {"explore-open.small", "acceptance", "stream", "path-goodput",
                                                "fuzz-segment", "capture-replay", "expected-figures"})
        self.assertTrue(os.path.getsize(os.path.join(self.output, "report.html")) > 1000)

    def test_a_falling_claim_exits_1_and_shows_ladder_and_replay(self):
        fallen = samples.claim("explore-open.small", "exhaustive", "falls", counterexample={
            "ladder": samples.LADDER, "replay": "sequent replay some.choices"})
        samples.install(self.bin, "explore", samples.explored(fallen), status=1)
        run = self.verify()
        self.assertEqual(run.returncode, 1)
        self.assertIn(samples.LADDER, run.stdout)
        self.assertIn(f"replay: {self.bin}/sequent replay some.choices", run.stdout)
        self.assertEqual(self.report()["verdict"], "falls")

    def test_an_engine_without_results_is_unknown_and_exits_1(self):
        samples.install(self.bin, "proofs", None)
        os.remove(os.path.join(self.bin, "sequent_proofs.json"))
        run = self.verify()
        self.assertEqual(run.returncode, 1)
        self.assertEqual(self.verdicts()["acceptance"], "unknown")

    def test_results_of_an_earlier_run_do_not_count(self):
        self.assertEqual(self.verify().returncode, 0)
        os.remove(os.path.join(self.bin, "fuzz.json"))
        self.assertEqual(self.verify().returncode, 1)
        self.assertEqual(self.verdicts()["fuzz-segment"], "unknown")

    def test_garbage_is_unknown_and_exits_1(self):
        samples.install(self.bin, "captures", b"\xff{ not json")
        run = self.verify()
        self.assertEqual(run.returncode, 1)
        self.assertEqual(self.verdicts()["capture-replay"], "unknown")
        self.assertIn("cannot be read", run.stdout)

    def test_an_engine_that_dies_is_unknown_even_with_results(self):
        samples.install(self.bin, "properties", self.results["properties"], before="kill -SEGV $$")
        run = self.verify()
        self.assertEqual(run.returncode, 1)
        self.assertIn("died of signal 11", run.stdout)

    def test_a_status_without_a_falling_claim_is_unknown(self):
        samples.install(self.bin, "fuzz", self.results["fuzz"], status=1)
        self.assertEqual(self.verify().returncode, 1)
        self.assertEqual(self.verdicts()["fuzz-ended"], "unknown")

    def test_a_missing_program_is_unknown(self):
        os.remove(os.path.join(self.bin, "capture_replay"))
        self.assertEqual(self.verify().returncode, 1)
        self.assertEqual(self.verdicts()["capture-replay"], "unknown")

    def test_other_figures_fall(self):
        changed = samples.expected_of(self.results)
        changed["claims"]["explore-open.small"]["figures"]["states"] = 1235
        samples.write_json(self.expected, changed)
        run = self.verify()
        self.assertEqual(run.returncode, 1)
        self.assertIn("explore-open.small: states was 1235, is 1234", run.stdout)

    def test_only_runs_what_was_asked_for_and_says_what_was_not(self):
        run = self.verify("--only", "proofs,captures", "--only", "properties")
        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertEqual(self.report()["left_out"], ["explore", "paths", "fuzz", "interop"])
        self.assertIn("left out on request: explore, paths, fuzz", run.stdout)
        self.assertEqual(self.calls("sequent") + self.calls("fuzz"), "")

    def test_minutes_reach_explorer_and_fuzzing(self):
        self.assertEqual(self.verify("--minutes", "1.5").returncode, 0)
        self.assertIn("--large --minutes 1.5", self.calls("sequent"))
        self.assertIn("--minutes 1.5", self.calls("fuzz"))

    def test_a_scenario_runs_the_explorer_alone(self):
        run = self.verify("--scenario", "open")
        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertIn("--only open", self.calls("sequent"))
        self.assertEqual(self.calls("sequent_proofs"), "")
        self.assertEqual(self.report()["filter"], "open")

    def test_a_filter_that_matches_nothing_is_bad_usage(self):
        for part in ("proofs", "properties"):
            samples.install(self.bin, part, self.results[part], listed=2)
        self.assertEqual(self.verify("--filter", "zzz").returncode, 2)

    def test_a_filter_leaves_out_the_parts_without_a_match(self):
        samples.install(self.bin, "proofs", self.results["proofs"], listed=2)
        run = self.verify("--filter", "open")
        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertEqual(self.report()["left_out"], ["paths", "fuzz", "captures", "interop", "proofs"])

    def interrupt(self, times=1):
        """Starts verify, interrupts it once its proofs have begun, and gives its status and output."""
        with subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:
            deadline = time.monotonic() + 30
            while not self.calls("sequent_proofs") and time.monotonic() < deadline:
                time.sleep(0.05)
            for _ in range(times):
                time.sleep(0.5)
                run.send_signal(signal.SIGINT)
            text = run.communicate(timeout=30)[0]
        return run.returncode, text

    def test_an_interrupt_ends_the_engines_and_reports_the_rest(self):
        samples.install(self.bin, "proofs", self.results["proofs"],
                        before=f"trap 'printf ended > {self.bin}/ended; exit 130' INT\n"
                               "while :; do sleep 0.1; done")
        status, text = self.interrupt()
        self.assertEqual(status, 130, text)
        self.assertTrue(os.path.exists(os.path.join(self.bin, "ended")), "the engine saw no interrupt")
        verdicts = self.verdicts()
        self.assertEqual(self.report()["verdict"], "interrupted")
        self.assertEqual(verdicts["explore-open.small"], "holds")
        for name in ("acceptance", "stream", "path-goodput", "fuzz-segment", "capture-replay"):
            self.assertEqual(verdicts[name], "unknown")
        self.assertEqual(self.calls("fuzz"), "", "an engine was started after the interrupt")

    def test_a_second_interrupt_does_not_wait(self):
        samples.install(self.bin, "proofs", self.results["proofs"],
                        before=f"trap '' INT\nprintf $$ > {self.bin}/pid\nwhile :; do sleep 0.1; done")
        status, text = self.interrupt(times=2)
        self.assertEqual(status, 130, text)
        with open(os.path.join(self.bin, "pid"), encoding="utf-8") as file:
            self.assertFalse(os.path.exists(f"/proc/{file.read()}"), "the engine lives on")


if __name__ == "__main__":
    unittest.main()
