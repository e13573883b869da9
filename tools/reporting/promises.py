"""The promises of SECURITY.md and docs/security.md, each of which names what holds it.

A name stands in backquotes: `test:SUITE.NAME` (a test of GoogleTest), `property:ID`, `explore:SCENARIO`, `proof:ID`,
`fuzz:TARGET`, `teeth:PATCH`, `worst:ATTACK` (of bench/worst). Where promises are made, between
<!-- promises:begin --> and <!-- promises:end -->, each item of a list and each row of a table has one at least.
"""

import re
from pathlib import Path

from reporting import reading

PAGES = ("SECURITY.md", "docs/security.md")
NAME = re.compile(r"`((?:test|property|explore|proof|fuzz|teeth|worst):[^`\s]+)`")
PART = re.compile(r"<!-- promises:begin -->\n(.*?)<!-- promises:end -->", re.DOTALL)
ITEM = re.compile(r"^- .*(?:\n[ ]{2,}\S.*)*|^\|(?!\s*[-:]).*$", re.MULTILINE)


def holders(root: Path) -> tuple[set[str], tuple]:
    """Every name that may be given, and beginnings of names that are made up as engines run."""
    found, made_up = reading.noticing(root)
    tests = reading.texts(root, "tests/**/*_test.cpp")
    found |= {f"test:{suite}.{name}" for suite, name in re.findall(r"^(?:TYPED_)?TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", tests, re.MULTILINE)}
    found |= {f"teeth:{file.stem}" for file in root.glob("tests/teeth/*.patch")}
    found |= {f"worst:{name}" for name in re.findall(r'\battack\{"([^"]+)"', reading.texts(root, "bench/worst/*.cpp"))}
    return found, made_up


def faults(root: Path) -> list[str]:
    """What is wrong with the promises, a line each."""
    wrong = []
    known, made_up = holders(root)
    for page in PAGES:
        if not (root / page).is_file():
            continue
        text = (root / page).read_text(encoding="utf-8")
        wrong += [f"{page}: nothing has the name {name}" for name in NAME.findall(text)
                  if name not in known and not (made_up and name.startswith(made_up))]
        parts = PART.findall(text)
        if not parts:
            wrong.append(f"{page}: makes no promises between their marks")
        for part in parts:
            for item in ITEM.finditer(part):
                header = item[0].startswith("|") and re.match(r"\n\|\s*[-:]", part[item.end():])
                if not header and not NAME.search(item[0]):
                    wrong.append(f"{page}: nothing holds: {item[0].strip()[:90]}")
    return wrong
