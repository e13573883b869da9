"""The manual of the `sequent` command, its completions and its page say what the command's own help says."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

BIN = Path(os.environ.get("SEQUENT_BIN_DIR", "build/test/bin")).absolute()
BUILD = Path(os.environ.get("SEQUENT_BUILD_DIR", "build/test")).absolute()
ROOT = Path(__file__).resolve().parents[2]
COMMAND = BIN / "sequent"
MANUAL = ROOT / "docs" / "man" / "sequent.1"
PAGE = ROOT / "docs" / "command.md"
COMPLETIONS = ROOT / "tools" / "completions"

# Offers for the words of a command line, the last of which is being completed: a line each.
BASH = """. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _sequent; printf '%s\\n' "${COMPREPLY[@]}" """
# What zsh would be given to offer. Its own functions, which need a terminal, are replaced by some that print.
ZSH = """fpath=($1 $fpath); shift; autoload -Uz _sequent; words=("$@"); CURRENT=$#
_arguments() { print -rl -- "$@" }
_describe() { print -rl -- ${(P)@[-1]} }
_sequent"""


def output(*words, **more):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=60, check=True, **more).stdout


def options(text):
    """The options that a help text names, without those that every subcommand has."""
    found = re.findall(r"^  (-\S+)", text, re.MULTILINE)
    return {name for names in found for name in names.split(",")} - {"-h", "--help"}


def subcommands():
    listed = output(COMMAND, "--help").partition("Subcommands:\n")[2]
    return re.findall(r"^  ([a-z]+) ", listed, re.MULTILINE)


def chapters():
    """From each subcommand that the manual has to its options."""
    found = {}
    for chapter in re.split(r"^\.S[SH] ", MANUAL.read_text(), flags=re.MULTILINE):
        name = re.match(r"sequent ([a-z]+)", chapter)
        if name:
            tags = re.findall(r"^\.TP\n(.*)$", chapter, re.MULTILINE)
            found[name[1]] = {option.replace("\\", "") for tag in tags for option in re.findall(r"\\-\\-[a-z]+", tag)}
    return found


@unittest.skipUnless(COMMAND.exists(), "the sequent command is not built")
class Manual(unittest.TestCase):
    def test_the_manual_has_each_subcommand_with_its_options_and_no_others(self):
        told = chapters()
        for name in subcommands():
            with self.subTest(name):
                self.assertEqual(told.get(name), options(output(COMMAND, name, "--help")))
        self.assertEqual(set(told) - set(subcommands()), set())

    def test_a_help_text_is_read_rightly(self):
        self.assertEqual(subcommands()[-1], "scenarios")
        self.assertIn("--lose", options(output(COMMAND, "trace", "--help")))  # its description follows behind one blank
        self.assertIn("--threads", options(output(COMMAND, "explore", "--help")))  # on the next line

    @unittest.skipUnless(shutil.which("groff"), "groff is not installed")
    def test_the_manual_can_be_set(self):
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", MANUAL], capture_output=True, text=True, timeout=60,
                              check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_the_page_has_a_section_for_each_subcommand(self):
        sections = re.findall(r"^## sequent ([a-z]+)$", PAGE.read_text(), re.MULTILINE)
        self.assertEqual([name for name in sections if name in subcommands()], subcommands())
        self.assertEqual(set(sections), set(chapters()))

    def test_the_commands_of_the_page_do_what_they_say(self):
        blocks = re.findall(r"^## sequent ([a-z]+)$.*?^```sh\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
        self.assertGreaterEqual(len(blocks), 4)
        with tempfile.TemporaryDirectory() as folder:
            for name, block in blocks:
                if name in subcommands():
                    with self.subTest(name):
                        done = subprocess.run(["bash", "-e", "-c", block], cwd=folder, capture_output=True, text=True,
                                              timeout=120, check=False,
                                              env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"})
                        self.assertEqual(done.returncode, 0, done.stderr)
                        self.assertNotEqual(done.stdout, "")
            for file in ("claims.json", "run.qlog", "run.pcapng"):
                self.assertGreater(os.path.getsize(os.path.join(folder, file)), 0, file)

    @unittest.skipUnless((BUILD / "CMakeCache.txt").exists(), "there is no build tree to install from")
    def test_it_is_installed_with_manual_and_completions(self):
        with tempfile.TemporaryDirectory() as folder:
            output("cmake", "--install", BUILD, "--component", "command", "--prefix", folder)
            found = {str(file.relative_to(folder)) for file in Path(folder).rglob("*") if file.is_file()}
            self.assertEqual(found, {"bin/sequent", "share/man/man1/sequent.1", "share/bash-completion/completions/sequent",
                                     "share/zsh/site-functions/_sequent"})
            self.assertTrue(output(Path(folder) / "bin" / "sequent", "--version").startswith("sequent "))


@unittest.skipUnless(COMMAND.exists(), "the sequent command is not built")
class Completion(unittest.TestCase):
    def bash(self, *words):
        return set(output("bash", "-c", BASH, "bash", COMPLETIONS / "sequent.bash", COMMAND, *words).split())

    def zsh(self, *words):
        return output("zsh", "-f", "-c", ZSH, "zsh", COMPLETIONS, COMMAND, *words).splitlines()

    def test_bash_offers_each_subcommand_and_each_option(self):
        self.assertLessEqual(set(subcommands()), self.bash(""))
        for name in subcommands():
            with self.subTest(name):
                self.assertEqual(self.bash(name, "--"), options(output(COMMAND, name, "--help")) | {"--help"})

    def test_bash_offers_scenarios_and_files_where_they_are_wanted(self):
        self.assertEqual(self.bash("explore", "--only", "corr"), {"corruption.small", "corruption.large"})
        self.assertIn(str(MANUAL), self.bash("replay", str(MANUAL.parent) + "/"))
        self.assertEqual(self.bash("explore", "--traces", str(ROOT / "impl" / "seq")), {str(ROOT / "impl" / "sequent")})
        self.assertEqual(self.bash("trace", "--re"), {"--reno"})

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_zsh_offers_each_subcommand_and_each_option_with_what_the_help_says(self):
        listed = output(COMMAND, "--help")
        for line in self.zsh(""):
            name, _, says = line.partition(":")
            self.assertRegex(listed, rf"(?m)^  {name} +{re.escape(says)}$")
        self.assertEqual([line.partition(":")[0] for line in self.zsh("")], subcommands())
        for name in subcommands():
            with self.subTest(name):
                wanted = output(COMMAND, name, "--help")
                offered = [line for line in self.zsh(name, "--") if line.startswith("--")]
                self.assertEqual({line.partition("[")[0] for line in offered}, options(wanted) | {"--help"})
                for line in offered:
                    says = re.match(r"--[a-z]+\[((?:\\.|[^\]\\])+)\]", line)
                    self.assertIsNotNone(says, line)
                    self.assertIn(re.sub(r"\\(.)", r"\1", says[1]), wanted)

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_zsh_knows_a_switch_from_an_option_with_a_value(self):
        trace = self.zsh("trace", "--")
        self.assertIn("--reno[NewReno instead of CUBIC]", trace)
        self.assertIn("--seed[of random losses]:seed: ", trace)
        self.assertTrue(any(line.startswith("--json[") and line.endswith(":_files") for line in trace), trace)
        self.assertIn("1:file:_files", self.zsh("replay", ""))


if __name__ == "__main__":
    unittest.main()
