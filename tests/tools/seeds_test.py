"""Tests of the seed corpora in corpus/: an input of the target `world` names its scenario by its place in the list."""

import os
import re
import subprocess
import tempfile
import unittest

import samples

MAKE_SEEDS = os.path.join(os.environ.get("SEQUENT_BIN_DIR", os.path.join(samples.ROOT, "build", "test", "bin")),
                          "make_seeds")
CORPUS = os.path.join(samples.ROOT, "corpus")
LEARNT = re.compile("[0-9a-f]{40}")  # what a campaign has found and kept


@unittest.skipUnless(os.access(MAKE_SEEDS, os.X_OK), f"not built: {MAKE_SEEDS}")
class SeedsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        subprocess.run([MAKE_SEEDS, cls.folder, os.path.join(CORPUS, "captures")], check=True, capture_output=True)

    def test_every_scenario_has_its_seed(self):
        for target in sorted(os.listdir(self.folder)):
            with self.subTest(target=target):
                kept = [name for name in os.listdir(os.path.join(CORPUS, target)) if not LEARNT.fullmatch(name)]
                self.assertEqual(sorted(kept), sorted(os.listdir(os.path.join(self.folder, target))),
                                 "make them anew: make_seeds corpus corpus/captures")

    def test_each_begins_with_the_place_of_its_scenario(self):
        for name in sorted(os.listdir(os.path.join(self.folder, "world"))):
            with open(os.path.join(self.folder, "world", name), "rb") as new, \
                    open(os.path.join(CORPUS, "world", name), "rb") as old:
                self.assertEqual(old.read(1), new.read(1), f"{name}: make_seeds corpus corpus/captures")


if __name__ == "__main__":
    unittest.main()
