"""Tests of tools/reference: a declaration of a door without a text is found, whatever it is, and one behind a door is none of them."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

import samples

TOOL = os.path.join(samples.ROOT, "tools", "reference")


def texts_removed(source, before):
    """The source without the docstring that stands right before this line, or behind it."""
    lines = source.split("\n")
    at = next(i for i, line in enumerate(lines) if before in line)
    lines[at] = re.sub(r" *///<.*", "", lines[at])
    while lines[at - 1].startswith("template"):
        at -= 1
    while lines[at - 1].lstrip().startswith("///"):
        at -= 1
        del lines[at]
    return "\n".join(lines)


@unittest.skipUnless(shutil.which("doxygen"), "doxygen is not installed")
class ReferenceTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = os.path.join(folder.name, "tree")
        for name in ("impl", "docs"):
            shutil.copytree(os.path.join(samples.ROOT, name), os.path.join(self.root, name))

    def run_tool(self, *options):
        return subprocess.run([TOOL, "--root", self.root, "--output", os.path.join(self.root, "out"), *options],
                              capture_output=True, text=True, timeout=120, check=False)

    def change(self, name, edit):
        path = os.path.join(self.root, "impl", "sequent", name)
        with open(path, encoding="utf-8") as file:
            before = file.read()
        after = edit(before)
        self.assertNotEqual(before, after)
        samples.write_text(path, after)

    def test_the_doors_are_complete_and_the_pages_are_there(self):
        done = self.run_tool()
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        for page in ("index.html", "classsequent_1_1connection.html", "classsequent_1_1stack.html"):
            self.assertTrue(os.path.exists(os.path.join(self.root, "out", "html", page)), page)

    def test_what_has_no_text_at_a_door_is_found(self):
        silenced = (("connection.hpp", "class connection {", "Compound sequent::connection is not"),
                    ("connection.hpp", "state() const noexcept", "Member state()"),
                    ("connection.hpp", "std::uint16_t to_port", "Member to_port"),
                    ("stack.hpp", "void on_deadline(instant now)", "Member on_deadline(instant now)"),
                    ("step.hpp", "constexpr void step(", "Member step("),
                    ("config.hpp", "#if !defined(SEQUENT_ASSERT)", "Member SEQUENT_ASSERT(condition)"),
                    ("base/result.hpp", "bool has_value() const noexcept { return value_", "Member has_value()"))
        for door, declaration, _ in silenced:
            self.change(door, lambda text, line=declaration: texts_removed(text, line))
        done = self.run_tool()
        self.assertEqual(done.returncode, 1, done.stdout)
        for door, _, named in silenced:
            self.assertRegex(done.stdout, rf"(?m)^impl/sequent/{door}:\d+: {re.escape(named)}")

    def test_a_text_that_cannot_be_read_is_found(self):
        self.change("step.hpp", lambda text: text.replace("/// The same", "/// @param nobody The same"))
        done = self.run_tool()
        self.assertEqual(done.returncode, 1)
        self.assertIn("nobody", done.stdout)

    def test_what_has_no_text_behind_the_doors_is_counted_and_named_on_request(self):
        self.change("core/acceptance.hpp", lambda text: texts_removed(text, "constexpr bool acceptable("))
        done = self.run_tool()
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, r"\A.*: 0 faults at the doors, \d+ behind them\n\Z")
        self.assertRegex(self.run_tool("--all").stdout, r"(?m)^impl/sequent/core/acceptance\.hpp:\d+: Member acceptable\(")

    def test_bad_usage_and_bad_sources_exit_2(self):
        self.assertEqual(self.run_tool("--nonsense").returncode, 2)
        os.remove(os.path.join(self.root, "docs", "Doxyfile"))
        self.assertEqual(self.run_tool().returncode, 2)


class WithoutDoxygenTest(unittest.TestCase):
    def test_it_says_so_and_is_skipped(self):
        with tempfile.TemporaryDirectory() as empty:
            os.symlink(shutil.which("python3"), os.path.join(empty, "python3"))
            os.symlink(shutil.which("env"), os.path.join(empty, "env"))
            done = subprocess.run([TOOL, "--output", empty], env={"PATH": empty}, capture_output=True, text=True, timeout=60,
                                  check=False)
        self.assertEqual(done.returncode, 77)
        self.assertIn("doxygen is not installed", done.stdout)


if __name__ == "__main__":
    unittest.main()
