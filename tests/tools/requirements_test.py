"""Tests of tools/requirements: the pages, and that each kind of gap is found."""

import os
import subprocess
import tempfile
import unittest

import samples
from reporting import tags

TOOL = os.path.join(samples.ROOT, "tools", "requirements")
SOURCES = {
    "docs/requirements.csv": "id,level,section,summary,specified,noticed_by,not_tested_because\n"
                             "MUST-1,MUST,3.1 (also 3.2),Fields are unsigned.,EMIT-1 C24,property:losses proof:fields.word,\n"
                             "MUST-2,MUST,3.9.2.1,Source routes.,none,none,an option of IP\n"
                             "U-1,MUST,3.8.4,Probes.,none,none,left out here\n",
    "docs/second_reading.csv": "rfc,section,level,summary,specified,noticed_by,tests\n"
                               "8985,6.2,SHOULD,Losses by time.,oracles/losses,explore:losses,rfc/section_3_1_test.cpp\n"
                               "8985,8,SHOULD,One timer.,none,none,\n",
    "model/spec/rules.hpp": 'rule<P>{"EMIT-1", "rfc9293#3.1"',
    "model/spec/choices.hpp": '{"C24", "throttled"',
    "model/check/scenarios.hpp": 'plain("losses", "some are lost")',
    "docs/features.csv": "id,group,feature,sections,reason\n"
                         "fields,Core,Fields,rfc9293#3.1,\n"
                         "losses,Core,Losses by time,rfc8985#6.2,\n"
                         "pacing,Core,Pacing,,\n"
                         "fast-open,Core,Fast Open,rfc7413#4,being built\n",
    "impl/sequent/fields.hpp": "// Fields (RFC 9293\n/// sections 3.1 and 3.2).\n",
    "impl/sequent/losses.hpp": "// Losses (RFC 8985 section 6.2).\n",
    "impl/sequent/transfer/pacing.hpp": "// Spreading.\n// implements: pacing\n",
    "model/spec/oracles/losses.hpp": "// RFC 8985 section 6.2, step by step.\n",
    "proofs/fields.cpp": '    .id = "proof.fields.word",\n    .cite = "rfc9293#3.1",\n',
    "tests/rfc/section_3_1_test.cpp": "// covers: MUST-1\nTEST(section_3_1, unsigned) {}\n",
    "tests/property/losses.cpp": '#include "tests/property/watch.hpp"\n// covers: rfc8985#6.2/4, pacing\n    .id = "losses",\n',
    "tests/property/watch.hpp": '#include "model/spec/oracles/losses.hpp"\n',
    "tests/spec/oracle_test.cpp": "// covers: rfc7413#4.2\n",
}


class RequirementsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        for name, content in SOURCES.items():
            self.put(name, content)
        self.assertEqual(self.run_tool().returncode, 0)

    def path(self, name):
        return os.path.join(self.folder, name)

    def put(self, name, content):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        samples.write_text(self.path(name), content)

    def change(self, name, old, new):
        self.assertIn(old, self.text(name))
        self.put(name, self.text(name).replace(old, new))

    def text(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def run_tool(self, *options):
        return subprocess.run([TOOL, "--root", self.folder, *options], capture_output=True, text=True, timeout=60,
                              check=False)

    def complaint(self):
        """What --check says; it must say something."""
        done = self.run_tool("--check")
        self.assertEqual(done.returncode, 1, done.stderr)
        return done.stdout

    def test_what_is_complete_passes(self):
        done = self.run_tool("--check")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_the_pages_say_what_is_where(self):
        page = self.text("docs/features.md")
        self.assertIn("| Losses by time | 8985 6.2 | `losses.hpp` | `oracles/losses.hpp` | **sampled** `property/losses.cpp` |", page)
        self.assertIn("| Fields | 9293 3.1 | `fields.hpp` |  | **proven** `proofs/fields.cpp`<br>**tests** "
                      "`rfc/section_3_1_test.cpp` |", page)
        self.assertIn("| Fast Open | 7413 4 |  |  | *being built* |", page)
        self.assertIn("| MUST-1 | 3.1 (also 3.2) | Fields are unsigned. | `EMIT-1`, `C24` | `property:losses`, `proof:fields.word` "
                      "| `rfc/section_3_1_test.cpp` |", self.text("docs/requirements.md"))
        reading = self.text("docs/second_reading.md")
        self.assertIn("2 duties: 1 would be missed by an engine, 0 by tests alone, 1 by nothing.", reading)
        self.assertIn("| 8985 | 6.2 | SHOULD | Losses by time. | `oracles/losses` | `explore:losses` | `rfc/section_3_1_test.cpp` |",
                      reading)
        self.assertIn("| 8985 | 8 | SHOULD | One timer. | *nothing* | *none* |  |", reading)

    def test_the_page_of_features_begins_with_a_line_for_each(self):
        short, _, long = self.text("docs/features.md").partition("\n## Where each stands\n")
        self.assertIn("\n\n| Core | RFC | checked |\n|---|---|---|\n| Fields | 9293 3.1 | proven, tests |\n", short)
        self.assertIn("| Fast Open | 7413 4 | *being built* |\n", short)
        self.assertIn("Of the 2 numbered requirements of RFC 9293, 1 have a test; 1 do not", short)
        self.assertEqual(short.count("\n| "), 5)
        self.assertIn("\n### Core\n", long)

    def test_a_feature_without_code_needs_a_reason(self):
        os.remove(self.path("impl/sequent/losses.hpp"))
        self.assertIn("losses has no code and no reason", self.complaint())

    def test_a_feature_without_an_engine_needs_a_reason(self):
        self.change("proofs/fields.cpp", "rfc9293#3.1", "rfc9293#3.2")
        self.assertIn("fields has no check of an engine and no reason", self.complaint())

    def test_an_oracle_judges_where_an_engine_includes_it(self):
        page = self.text("docs/features.md")
        self.assertIn("| `oracles/losses.hpp` | `property/losses.cpp` |", page)
        self.change("tests/property/watch.hpp", "#include", "// #include")
        self.put("tests/spec/oracles/losses_test.cpp", '#include "model/spec/oracles/losses.hpp"\n')
        self.assertIn("model/spec/oracles/losses.hpp is included by no engine", self.complaint())
        self.run_tool()
        self.assertIn("| Losses by time | 8985 6.2 | `losses.hpp` |  | **sampled**", self.text("docs/features.md"))

    def test_tests_of_the_specification_check_no_code(self):
        self.change("tests/property/losses.cpp", "rfc8985#6.2/4, ", "")
        self.put("tests/spec/oracles/losses_test.cpp", "// covers: rfc8985#6.2\n")
        self.put("proofs/guards.cpp", '    .cite = "rfc8985#6.2",\n')
        self.assertIn("losses has no check of an engine and no reason", self.complaint())

    def test_a_reason_that_has_become_wrong_is_found(self):
        self.put("impl/sequent/wire/fast_open.hpp", "// RFC 7413 section 4.2.\n")
        self.assertNotIn("fast-open has", self.complaint())  # still without a check
        self.put("fuzz/fast_open_target.cpp", "// covers: rfc7413#4.2\n")
        self.assertIn("fast-open has code, a check of an engine, and a reason", self.complaint())

    def test_a_tag_must_name_something(self):
        for tag, what in (("pacign", "no feature"), ("rfc8958#6.2", "no section of a feature"), ("rfc8985#61", "no section"),
                          ("MUST-99", "MUST-99 is covered by a test but does not exist")):
            with self.subTest(tag):
                self.put("tests/unit/odd_test.cpp", f"  // covers: MUST-1 {tag}\n")
                self.assertIn(what, self.complaint())

    def test_a_section_must_be_cited_somewhere(self):
        self.change("docs/features.csv", "rfc8985#6.2", "rfc8985#6.2 rfc8985#7")
        self.assertIn("rfc8985#7 of losses is cited nowhere", self.complaint())

    def test_the_second_reading_names_what_exists(self):
        for file, old, new, what in (
                ("docs/requirements.csv", "EMIT-1", "EMIT-9", "MUST-1: nothing is specified by the name EMIT-9"),
                ("docs/requirements.csv", "EMIT-1 C24", "", 'MUST-1: specified is neither names nor "none"'),
                ("docs/requirements.csv", "none,none,an", "none,none explore,an", 'MUST-2: noticed_by is neither names nor "none"'),
                ("docs/requirements.csv", "property:losses", "property:lossy", "MUST-1: no engine has the name property:lossy"),
                ("docs/requirements.csv", "proof:fields.word", "proof:word", "MUST-1: no engine has the name proof:word"),
                ("docs/second_reading.csv", "oracles/losses", "oracles/gains", "8985 6.2: nothing is specified by the name oracles/gains"),
                ("docs/second_reading.csv", "explore:losses", "explore:gains", "8985 6.2: no engine has the name explore:gains"),
                ("docs/second_reading.csv", "rfc/section", "unit/section", "8985 6.2: there is no tests/unit/section_3_1_test.cpp")):
            with self.subTest(new=new, what=what):
                before = self.text(file)
                self.change(file, old, new)
                self.assertIn(what, self.complaint())
                self.put(file, before)

    def test_a_promise_names_what_holds_it(self):
        promises = "<!-- promises:begin -->\n{}\n<!-- promises:end -->\n"
        self.put("tests/teeth/age.patch", "")
        self.put("bench/worst/peers.cpp", 'attack{"sack.comb", "reports", comb},\n')
        self.put("fuzz/stack_target.cpp", "")
        kept = ("- No octet is lost: `test:section_3_1.unsigned`,\n  `property:losses`.\n"
                "- Nothing is slow: `worst:sack.comb` `proof:fields.word` `teeth:age` `fuzz:stack` `explore:losses`\n\n"
                "| what | held by |\n|---|---|\n| all | `property:losses` |")
        for page in "SECURITY.md", "docs/security.md":
            with self.subTest(page):
                self.put(page, promises.format(kept))
                self.assertEqual(self.run_tool("--check").returncode, 0, self.run_tool("--check").stdout)
                for old, new, what in (
                        ("`property:losses`.", "`property:lossy`.", "nothing has the name property:lossy"),
                        ("section_3_1.unsigned", "section_3_1.signed", "nothing has the name test:section_3_1.signed"),
                        ("sack.comb", "sack.combs", "nothing has the name worst:sack.combs"),
                        ("`teeth:age`", "`teeth:old`", "nothing has the name teeth:old"),
                        ("- No octet", "- Some promise.\n- No octet", "nothing holds: - Some promise."),
                        ("| all |", "| some | nothing |\n| all |", "nothing holds: | some | nothing |"),
                        ("promises:end", "promises:ends", "makes no promises")):
                    self.put(page, promises.format(kept).replace(old, new))
                    self.assertIn(f"{page}: {what}", self.complaint())
                os.remove(self.path(page))

    def test_a_feature_stands_once(self):
        self.change("docs/features.csv", "fast-open,Core", "pacing,Core")
        self.assertIn("pacing stands twice", self.complaint())

    def test_requirements_need_a_test_or_a_reason_and_not_both(self):
        self.change("tests/rfc/section_3_1_test.cpp", "MUST-1", "MUST-2")
        said = self.complaint()
        self.assertIn("MUST-1 has neither a test nor a reason", said)
        self.assertIn("MUST-2 has a test and a reason", said)

    def test_a_stale_page_is_found(self):
        for name in ("docs/features.md", "docs/requirements.md", "docs/second_reading.md"):
            with self.subTest(name):
                before = self.text(name)
                self.put(name, before.replace("Fields", "Feilds").replace("One timer", "A timer"))
                self.assertEqual(self.complaint(), f"{name} is out of date: run tools/requirements\n")
                self.put(name, before)

    def test_a_check_writes_nothing(self):
        os.remove(self.path("docs/features.md"))
        self.complaint()
        self.assertFalse(os.path.exists(self.path("docs/features.md")))

    def test_bad_usage_exits_2(self):
        for options in (["--nonsense"], ["--root"], ["--check", "extra"], ["--root", self.path("none")]):
            with self.subTest(options):
                self.assertEqual(self.run_tool(*options).returncode, 2)
        os.remove(self.path("docs/features.csv"))
        self.assertEqual(self.run_tool("--check").returncode, 2)


class TagsTest(unittest.TestCase):
    def test_citations_are_read_across_lines_and_lists(self):
        text = "/// (RFC 5961\n/// section 5.2; RFC 9293 sections 3.10.1 to 3.10.5, MUST-12) RFC 6528, section 3 and RFC 4987 appendix A."
        self.assertEqual(tags.cited(text), {"rfc5961#5.2", "rfc9293#3.10.1", "rfc9293#3.10.5", "MUST-12", "rfc6528#3",
                                            "rfc4987#A"})
        self.assertEqual(tags.cited("// RFC 6937 says so."), {"rfc6937"})

    def test_suites_are_citations(self):
        self.assertEqual(tags.suites("TEST(rfc8985_section_6_2, a) {\nTEST_F(section_3_8_4, b) {\nTEST(rfc4987_appendix_a, c) {\n"
                                     "TEST(rfc4987_flood, d) {\nTEST(pacer, e) {"),
                         {"rfc8985#6.2", "rfc9293#3.8.4", "rfc4987#A"})

    def test_what_is_under_a_section(self):
        for tag, section, wanted in (("rfc8985#6.2/4", "rfc8985#6", True), ("rfc8985#6.2", "rfc8985#6.2", True),
                                     ("rfc8985#61", "rfc8985#6", False), ("rfc8985", "rfc8985#6", False),
                                     ("rfc8985#6", "rfc8985", True), ("rfc89851#6", "rfc8985", False)):
            with self.subTest(tag):
                self.assertEqual(tags.under(tag, section), wanted)

    def test_marks_are_read_in_each_language(self):
        self.assertEqual(tags.marked("  // covers: MUST-1, pacing\n# covers: rfc8985#6.2\n/// implements: pacing\n// uncovers: no"),
                         ["MUST-1", "pacing", "rfc8985#6.2", "pacing"])


if __name__ == "__main__":
    unittest.main()
