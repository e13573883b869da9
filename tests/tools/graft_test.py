"""Tests of tests/teeth/graft.py: where a seeded bug goes behind a switch, and which patches are refused."""

import difflib
import os
import re
import sys
import unittest

import samples

sys.path.insert(0, os.path.join(samples.ROOT, "tests", "teeth"))
import graft  # noqa: E402

HEADER = """\
struct pair {
  int low = 0;
};
template <class T>
int pick(T& p, int how) {
  const int twice = p.low * 2;
  use(twice);
  switch (how) {
    case 1: return 7;
    default: break;
  }
  if (how == 2) {
    note("{", '}');
  } else if (how == 3) {
    return thrice(p.low,
                  how);
  }
  return 0;
}
"""


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


class GraftTest(unittest.TestCase):
    def grafted(self, *changes: tuple) -> str:
        """HEADER with bugs 0, 1, ..., each of which turns one text into another."""
        sources, grafts = {"h.hpp": graft.Source(HEADER)}, []
        for bug, (old, new) in enumerate(changes):
            lines = difflib.unified_diff(HEADER.split("\n"), HEADER.replace(old, new, 1).split("\n"), "a/h.hpp",
                                         "b/h.hpp", n=1, lineterm="")
            grafts += [found for _, found in graft.grafts_of(bug, "\n".join(lines), sources)]
        return flat(graft.grafted(HEADER, 0, len(HEADER), grafts))

    def test_takes_the_rest_of_the_block_so_that_what_is_declared_is_seen(self):
        rest = HEADER[HEADER.index("  use(twice)"):HEADER.rindex("}")]
        self.assertIn(flat("if (::sequent_bugs::on(0)) { const int twice = p.low * 3;" + rest
                           + "} else { const int twice = p.low * 2;" + rest + "}"),
                      self.grafted(("low * 2", "low * 3")))

    def test_repeats_a_whole_switch_rather_than_its_labels(self):
        self.assertIn("use(twice); if (::sequent_bugs::on(0)) { switch (how) { case 1: return 8;",
                      self.grafted(("return 7", "return 8")))

    def test_repeats_the_if_that_an_else_belongs_to(self):
        self.assertIn('if (::sequent_bugs::on(0)) { if (how == 2) { note("{", \'}\'); } else if (how == 4) {',
                      self.grafted(("how == 3", "how == 4")))

    def test_changes_the_inside_of_a_branch_alone(self):
        self.assertIn("} else if (how == 3) { if (::sequent_bugs::on(0)) { return thrice(p.low, 1); } else { return",
                      self.grafted(("                  how);", "                  1);")))

    def test_nests_bugs_in_what_the_others_leave_as_it_is(self):
        both = self.grafted(("low * 2", "low * 3"), ("return 0", "return 1"))
        self.assertEqual(both.count("::sequent_bugs::on(1)"), 1)
        self.assertLess(both.index("} else {"), both.index("::sequent_bugs::on(1)"))

    def test_without_bugs_leaves_the_text_alone(self):
        self.assertEqual(self.grafted(), flat(HEADER))

    def test_refuses_what_is_not_in_a_function(self):
        with self.assertRaisesRegex(graft.Problem, "not in a function"):
            self.grafted(("low = 0", "low = 1"))
        with self.assertRaisesRegex(graft.Problem, "not in a function"):
            self.grafted(("int how)", "long how)"))

    def test_refuses_a_patch_that_does_not_apply(self):
        with self.assertRaisesRegex(graft.Problem, "does not apply any more"):
            list(graft.grafts_of(0, "+++ b/h.hpp\n@@ -1,1 +1,1 @@\n-nothing\n+something\n",
                                 {"h.hpp": graft.Source(HEADER)}))

    def test_every_patch_of_the_project_can_be_grafted(self):
        sources = {}
        for name in sorted(os.listdir(graft.TEETH)):
            if name.endswith(".patch"):
                with open(os.path.join(graft.TEETH, name), encoding="utf-8") as file:
                    self.assertTrue(list(graft.grafts_of(0, file.read(), sources)), name)


if __name__ == "__main__":
    unittest.main()
