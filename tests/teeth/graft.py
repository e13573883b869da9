#!/usr/bin/env python3
"""Writes a copy of impl/ that holds every bug of tests/teeth at once, each behind a switch.

    tests/teeth/graft.py OUT

Engines are built once over that copy instead of once for each patch; the environment variable SEQUENT_BUG then names the
bug that is on, none by default. Where a patch changes statements, the copy says

    if (::sequent_bugs::on(N)) { the rest of the block with the bug } else { the rest of the block as it is }

so a patch may change whole statements of a function's body, declarations included, but nothing outside of one.
Exit status: 0, 1 a patch does not apply or cannot be put behind a switch, 2 bad usage.
"""

import argparse
import bisect
import os
import re
import sys
from typing import NamedTuple

TEETH = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(TEETH))
TOKENS = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])\'|[{}()\[\];]', re.S)
SWITCHES = """\
#pragma once
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <type_traits>

namespace sequent_bugs {

/// The number of the bug that the environment variable SEQUENT_BUG names, or -1. A name that is none ends the program.
inline int chosen() {
  constexpr std::string_view names[] = {NAMES};
  const char* asked = std::getenv("SEQUENT_BUG");
  if (asked == nullptr || *asked == 0) return -1;
  for (int i = 0; i != COUNT; ++i) {
    if (names[i] == asked) return i;
  }
  std::fputs("SEQUENT_BUG names no bug\\n", stderr);
  std::abort();
}

inline const int number = chosen();

constexpr bool on(int bug) { return std::is_constant_evaluated() ? false : bug == number; }

}  // namespace sequent_bugs
"""


class Problem(Exception):
    """A patch cannot be grafted; the text says why."""


class Hunk(NamedTuple):
    path: str    # below the project's root
    line: int    # where the patch says that it begins, from 0
    old: list    # lines
    new: list


class Graft(NamedTuple):
    bug: int
    begin: int   # of the text that is replaced: from here to `end` ...
    end: int
    text: str    # ... by this
    start: int   # the statement that it is in
    stop: int    # the end of the block that the statement is in


def hunks_of(patch: str) -> list:
    """The hunks of a unified diff."""
    found, path = [], ""
    for line in patch.split("\n"):
        if line.startswith("+++ b/"):
            path = line[len("+++ b/"):]
        elif line.startswith("@@"):
            found.append(Hunk(path, int(re.match(r"@@ -(\d+)", line).group(1)) - 1, [], []))
        elif found and line[:1] in (" ", "-", "+") and not line.startswith("---"):
            if line[0] != "+":
                found[-1].old.append(line[1:])
            if line[0] != "-":
                found[-1].new.append(line[1:])
    return found


def place_of(hunk: Hunk, lines: list) -> int:
    """The line where a hunk applies: the nearest to the one it names. Raises Problem."""
    places = [at for at in range(len(lines) - len(hunk.old) + 1) if lines[at:at + len(hunk.old)] == hunk.old]
    if not places:
        raise Problem(f"does not apply any more to {hunk.path}; bring it up to date")
    return min(places, key=lambda at: abs(at - hunk.line))


class Source:
    """A header, and where its brackets and statements are."""

    def __init__(self, text: str):
        self.text = text
        self.tokens = [(m.start(), m.group()) for m in TOKENS.finditer(self.text) if m.group()[0] not in "/\"'"]
        self.starts = [at for at, _ in self.tokens]
        self.closing, opened = {}, []
        for at, token in self.tokens:
            if token in "{([":
                opened.append(at)
            elif token != ";":
                self.closing[opened.pop()] = at

    def around(self, at: int) -> int:
        """The innermost bracket open at a place. Raises Problem at the outermost level."""
        for begin in reversed(self.starts[:bisect.bisect_left(self.starts, at)]):
            if self.closing.get(begin, -1) >= at:
                return begin
        raise Problem("changes what is not in a function")

    def statement(self, at: int, block: int) -> int:
        """The beginning of the statement around `at` that is directly in the block that begins at `block`."""
        start, skip = block + 1, -1
        for begin, token in self.tokens[bisect.bisect_right(self.starts, block):]:
            if begin >= at:
                break
            if begin < skip:
                continue
            if token in "{([":
                skip = self.closing[begin] + 1
                if skip > at:
                    break
                if token == "{" and re.match(r"\s*(else\b|while\b|[;,).])", self.text[skip:]) is None:
                    start = skip
            elif token == ";":
                start = begin + 1
        return start

    def head(self, bracket: int) -> str:
        """What stands before a brace, from the end of the statement before it, comments left out."""
        before = max((at for at, token in self.tokens if at < bracket and token in "{};"), default=-1)
        return re.sub(r"//[^\n]*", "", self.text[before + 1:bracket]).strip()

    def is_code(self, bracket: int) -> bool:
        """Is a brace one that statements stand in, rather than members or values?"""
        ends = r"(\)|\bnoexcept|\bconst|\belse|\bdo|-> [^;{}()]+|:|^)$"
        return self.text[bracket] == "{" and re.search(ends, self.head(bracket)) is not None

    def scope(self, at: int) -> tuple:
        """The statement around a place with which the rest of its block can be repeated, and where that block ends."""
        bracket = self.around(at)
        while not self.is_code(bracket):
            if re.search(r"\b(class|struct|enum|union|namespace)\b", self.head(bracket)) and self.text[bracket] == "{":
                raise Problem("changes what is not in a function")
            bracket = self.around(bracket)
        if re.search(r"\bswitch \(", self.head(bracket)):  # its labels cannot stand twice
            return self.scope(bracket)
        return self.statement(at, bracket), self.closing[bracket]


def load(path: str) -> Source:
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return Source(file.read())


def grafts_of(bug: int, patch: str, sources: dict):
    """What a patch does, by the path of the header that it does it to. Raises Problem."""
    for hunk in hunks_of(patch):
        if hunk.path not in sources:
            sources[hunk.path] = load(hunk.path)
        source = sources[hunk.path]
        lines = source.text.split("\n")
        place = place_of(hunk, lines)
        offset = sum(len(line) + 1 for line in lines[:place])
        old, new = "\n".join(hunk.old), "\n".join(hunk.new)
        head = len(os.path.commonprefix([old, new]))
        tail = min(len(os.path.commonprefix([old[::-1], new[::-1]])), len(old) - head, len(new) - head)
        begin, end = offset + head, offset + len(old) - tail
        start, stop = source.scope(begin)
        if end > stop:
            raise Problem("changes more than one block in one go")
        yield hunk.path, Graft(bug, begin, end, new[head:len(new) - tail], start, stop)


def grafted(text: str, begin: int, end: int, grafts: list) -> str:
    """The text from begin to end with its grafts, the outermost of which is the first."""
    result, at = "", begin
    rest = sorted(grafts, key=lambda g: (g.start, -g.stop))
    while rest:
        first = rest.pop(0)
        inside = [g for g in rest if g.start < first.stop]
        rest = [g for g in rest if g.start >= first.stop]
        changed = text[first.start:first.begin] + first.text + text[first.end:first.stop]
        result += (text[at:first.start] + f"\nif (::sequent_bugs::on({first.bug})) {{" + changed + "\n} else {"
                   + grafted(text, first.start, first.stop, inside) + "\n}\n")
        at = first.stop
    return result + text[at:end]


def write(path: str, text: str) -> None:
    """Writes a file unless it says just that already, so that nothing is compiled again for nothing."""
    try:
        with open(path, encoding="utf-8") as file:
            if file.read() == text:
                return
    except OSError:
        pass
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", metavar="OUT", help="the folder to write: OUT/sequent/*.hpp")
    out = parser.parse_args().out
    names = sorted(name[:-len(".patch")] for name in os.listdir(TEETH) if name.endswith(".patch"))
    sources, grafts, failed = {}, {}, False
    for bug, name in enumerate(names):
        with open(os.path.join(TEETH, name + ".patch"), encoding="utf-8") as file:
            patch = file.read()
        try:
            for path, graft in grafts_of(bug, patch, sources):
                grafts.setdefault(path, []).append(graft)
        except Problem as problem:
            print(f"tests/teeth/{name}.patch: {problem}", file=sys.stderr)
            failed = True
    if failed:
        return 1
    impl = os.path.join(ROOT, "impl")
    for folder, _, files in os.walk(impl):
        for path in (os.path.relpath(os.path.join(folder, file), ROOT) for file in files if file.endswith(".hpp")):
            source = sources.get(path) or load(path)
            text = grafted(source.text, 0, len(source.text), grafts.get(path, []))
            if path in grafts:
                text = text.replace("#pragma once", '#pragma once\n#include "sequent/seeded_bugs.hpp"', 1)
            write(os.path.join(out, os.path.relpath(path, "impl")), text)
    write(os.path.join(out, "sequent", "seeded_bugs.hpp"),
          SWITCHES.replace("NAMES", ", ".join(f'"{name}"' for name in names)).replace("COUNT", str(len(names))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
