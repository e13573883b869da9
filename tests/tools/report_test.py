"""Tests of tools/report.py: merging, the page, the committed figures, the README."""

import json
import os
import re
import subprocess
import tempfile
import unittest

import samples
from balanced import Balanced
from reporting import claims, diagram, markdown, text

REPORT = os.path.join(samples.ROOT, "tools", "report.py")


class ReportTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.output = self.path("report")
        self.expected = self.path("expected.json")
        self.results = samples.outputs()
        samples.write_json(self.expected, samples.expected_of(self.results))

    def path(self, name):
        return os.path.join(self.folder, name)

    def report(self, *options):
        return subprocess.run([REPORT, "--output", self.output, "--expected", self.expected, *options],
                              capture_output=True, text=True, timeout=60, check=False)

    def merge(self, *options, **statuses):
        runs = []
        for part, result in self.results.items():
            file = samples.write_json(self.path(part + ".json"), result)
            runs += ["--run", f"{part}:{statuses.get(part, 0)}:1.5:{file}"]
        return self.report("--merge", "--seconds", "12", *runs, *options)

    def merged(self):
        with open(os.path.join(self.output, "report.json"), encoding="utf-8") as file:
            return json.load(file)

    def page(self):
        with open(os.path.join(self.output, "report.html"), encoding="utf-8") as file:
            return file.read()

    def test_bad_usage_exits_2(self):
        for options in ([], ["--merge"], ["--merge", "--show"], ["--merge", "--run", "nonsense:0:1:x"],
                        ["--merge", "--run", "explore"], ["--show"], ["--readme", self.path("none.md")],
                        ["--check-readme", self.path("none.md")]):
            with self.subTest(options):
                self.assertEqual(self.report(*options).returncode, 2)

    def test_the_report_has_what_its_documentation_says(self):
        self.assertEqual(self.merge().returncode, 0)
        report = self.merged()
        with open(os.path.join(samples.ROOT, "docs", "report.md"), encoding="utf-8") as file:
            documented = set(re.findall(r"^\| `(\w+)` \|", file.read(), re.MULTILINE))
        used = set(report) | {key for claim in report["claims"] for key in claim}
        used |= {key for kind in ("rules", "edges", "phases") for record in report[kind] for key in record}
        self.assertEqual(used - documented, set())

    def test_table_has_word_bounds_figures_seconds_and_verdict_of_each_claim(self):
        output = self.merge().stdout
        for strength in claims.STRENGTHS:
            self.assertIn(f"\n{strength.upper()} (", "\n" + output)
        self.assertRegex(output, r"(?m)^  holds    acceptance +0\.5 s\n +what acceptance says\n +bounds: all of them\n"
                                 r" +figures: paths 12, queries 345, claims 67$")
        self.assertRegex(output, r"(?m)^holds: 7 of 7 claims hold, 12 s$")
        self.assertNotIn("\033", output)

    def test_page_is_balanced_and_loads_nothing(self):
        self.results["explore"]["claims"][0].update(verdict="falls", counterexample={
            "ladder": "<|-- SYN & ACK -->", "replay": "sequent replay x"})
        self.assertEqual(self.merge(explore=1).returncode, 1)
        parser = Balanced()
        parser.feed(self.page())
        self.assertEqual(parser.open, [])
        self.assertEqual(parser.loads, [])
        self.assertNotRegex(self.page(), r"@import|url\((?!#)|<script|https?://")
        self.assertIn("&lt;|-- SYN &amp; ACK --&gt;", self.page())
        self.assertIn("1 claim falls", self.page())

    def test_page_names_each_claim_rule_and_strength(self):
        self.merge()
        for name in ("acceptance", "capture-replay", "expected-figures", "OPEN-1", "OPEN-2", *claims.STRENGTHS):
            self.assertIn(name, self.page())

    def test_malformed_records_are_unknown(self):
        for broken in (7, {}, {"id": "x"}, samples.claim("x", "certain"), samples.claim("x", verdict="perhaps"),
                       samples.claim("x", figures=[]), samples.claim("x", seconds="long"),
                       samples.claim("x", bounds=None)):
            with self.subTest(broken):
                self.results["proofs"] = [samples.outputs()["proofs"][0], broken]
                self.assertEqual(self.merge().returncode, 1)
                verdicts = {claim["id"]: claim["verdict"] for claim in self.merged()["claims"]}
                self.assertEqual(verdicts["proofs-ended"], "unknown")

    def test_results_of_another_shape_are_unknown(self):
        for shape in (None, 3, "claims", {}, [], {"claims": {}, "rules": [], "edges": []},
                      {"claims": [], "rules": [{"id": 1}], "edges": []}):
            with self.subTest(shape):
                self.results["explore"] = shape
                self.assertEqual(self.merge().returncode, 1)
                verdicts = {claim["id"]: claim["verdict"] for claim in self.merged()["claims"]}
                self.assertEqual(verdicts["explore-open.small"], "unknown")

    def test_two_claims_of_one_name_are_unknown(self):
        self.results["proofs"] *= 2
        self.assertEqual(self.merge().returncode, 1)

    def test_a_claim_that_the_engine_skipped_does_not_hold(self):
        self.results["captures"][0]["verdict"] = "skipped"
        self.assertEqual(self.merge().returncode, 1)
        self.assertEqual(self.merged()["verdict"], "unknown")

    def test_interrupted_exits_130(self):
        self.assertEqual(self.merge("--interrupted", fuzz=130).returncode, 130)
        self.assertEqual(self.merged()["verdict"], "interrupted")

    def test_without_committed_figures_the_claim_on_them_is_unknown(self):
        os.remove(self.expected)
        self.assertEqual(self.merge().returncode, 1)
        self.assertIn("--update-expected writes it", self.merged()["claims"][-1]["detail"])

    def test_time_and_chance_do_not_count_as_figures(self):
        self.results["proofs"][0]["figures"]["queries"] += 1
        self.results["fuzz"][0]["figures"]["executions"] += 1
        self.results["properties"][0]["seconds"] = 99
        self.assertEqual(self.merge().returncode, 0)

    def test_what_counts_as_figure_falls_when_it_changes(self):
        changes = (("proofs", "figures", {"paths": 13, "claims": 67}), ("explore", "bounds", "half of them"),
                   ("captures", "strength", "sampled"), ("properties", "says", "less"))
        for part, key, value in changes:
            with self.subTest(key):
                self.results = samples.outputs()
                found = self.results[part]
                (found["claims"] if isinstance(found, dict) else found)[0][key] = value
                self.assertEqual(self.merge().returncode, 1)
                self.assertEqual(self.merged()["claims"][-1]["verdict"], "falls")

    def test_a_claim_that_is_not_committed_falls_except_a_large_scenario(self):
        self.results["explore"]["claims"].append(samples.claim("explore-open.large", "exhaustive"))
        self.assertEqual(self.merge().returncode, 0)
        self.results["proofs"].append(samples.claim("new", "proven"))
        self.assertEqual(self.merge().returncode, 1)
        self.assertIn("new: not committed", self.merged()["claims"][-1]["detail"])

    def test_the_page_says_why_a_rule_never_fired(self):
        self.results["explore"] = samples.explored(*self.results["explore"]["claims"], fired=0)
        self.assertEqual(self.merge().returncode, 0)
        self.assertIn("never fired, and nobody says why", self.page())
        self.results["explore"]["rules"][1]["why_unfired"] = "no such call"
        self.assertEqual(self.merge().returncode, 0)
        self.assertIn("no such call", self.page())
        self.assertNotIn("nobody says why", self.page())

    def test_update_expected_makes_the_next_run_hold(self):
        os.remove(self.expected)
        self.merge()
        self.assertEqual(self.report("--update-expected").returncode, 0)
        self.assertEqual(self.merge().returncode, 0, self.merge().stdout)

    def test_update_expected_refuses_a_part_and_what_does_not_hold(self):
        self.merge("--left-out", "fuzz")
        self.assertEqual(self.report("--update-expected").returncode, 2)
        self.results["proofs"][0]["verdict"] = "falls"
        self.merge(proofs=1)
        self.assertEqual(self.report("--update-expected").returncode, 2)

    def test_the_readme_and_the_page_of_claims_are_written_checked_and_found_out_of_date(self):
        readme, page = self.path("README.md"), self.path("docs/claims.md")
        samples.write_text(readme, "before\n<!-- claims:begin -->\nold\n<!-- claims:end -->\nafter\n")
        self.assertEqual(self.report("--check-readme", readme).returncode, 1)
        self.merge()
        self.assertEqual(self.report("--readme", readme).returncode, 0)
        for file, said in ((readme, r"(?s)\Abefore\n<!-- claims:begin -->\n\|.* 12.*\n<!-- claims:end -->\nafter\n\Z"),
                           (page, r"\| `acceptance` \| what acceptance says \| all of them \| paths 12, claims 67 \|")):
            with self.subTest(file):
                with open(file, encoding="utf-8") as content:
                    written = content.read()
                self.assertRegex(written, said)
                self.assertEqual(self.report("--check-readme", readme).returncode, 0)
                samples.write_text(file, written.replace(" 12", " 13"))
                self.assertEqual(self.report("--check-readme", readme).returncode, 1)
                samples.write_text(file, written)
        os.remove(page)
        self.assertEqual(self.report("--check-readme", readme).returncode, 1)

    def test_a_readme_without_markers_is_refused(self):
        readme = self.path("README.md")
        with open(readme, "w", encoding="utf-8") as file:
            file.write("nothing here\n")
        self.assertEqual(self.report("--check-readme", readme).returncode, 2)


class DiagramTest(unittest.TestCase):
    def test_every_state_and_every_edge_is_drawn(self):
        names = [name for name in diagram.PLACES if not name.endswith("again")]
        edges = [{"from": a, "to": b, "rules": ["X"], "fired": 5} for a in names for b in names if a != b]
        drawn = diagram.draw(edges)
        self.assertEqual(len(names), 11)
        self.assertEqual(drawn.count("<title>"), len(edges))
        for edge in edges:
            self.assertIn(diagram.tooltip(edge), drawn)

    def test_colours_follow_the_logarithm_and_none_is_apart(self):
        self.assertEqual([diagram.step(count, 10**7) for count in (0, 1, 10**7)], [0, 1, diagram.STEPS])
        steps = [diagram.step(10**n, 10**7) for n in range(8)]
        self.assertEqual(steps, sorted(steps))

    def test_counts_are_short(self):
        self.assertEqual([diagram.short(n) for n in (0, 999, 1000, 1234, 99_950, 999_499, 999_500, 12_345_678)],
                         ["0", "999", "1.0 k", "1.2 k", "100 k", "999 k", "1.0 M", "12 M"])


class MarkdownTest(unittest.TestCase):
    def test_blocks(self):
        drawn = markdown.html("# Title\n\nOne **two** `a<b`\nthree.\n\n## Part\n\n- x\n  y\n- z\n\n"
                              "| a | b |\n|---|---|\n| 1 | 2 |\n\n```\n<raw>\n```\n")
        for piece in ("<p>One <b>two</b> <code>a&lt;b</code> three.</p>", "<h3>Part</h3>", "<li>x y</li><li>z</li>",
                      "<th>a</th>", "<td>2</td>", "<pre>&lt;raw&gt;\n</pre>"):
            self.assertIn(piece, drawn)
        self.assertNotIn("Title", drawn)


if __name__ == "__main__":
    unittest.main()
