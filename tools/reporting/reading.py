"""The second reading of the specification: where each requirement is specified, and what would notice if specification
and core both left it out.

Columns `specified` and `noticed_by` of docs/requirements.csv and docs/second_reading.csv hold names, or "none". A name
of the first is a rule (EMIT-6), a choice (C24, A16), or a file of model/spec or a subject of tests/property without its
suffix (oracles/rto). A name of the second is "explore" (what the explorer asks of every state: the stream, and that both
ends can finish), "explore:SCENARIO", "property:ID", "proof:ID" without its "proof.", "fuzz:TARGET", "interop" or
"captures". Engines that only compare with the very rule are no answer, since that would be missing too.
"""

import re
from pathlib import Path

NONE = "none"


def texts(root: Path, *patterns: str) -> str:
    return "\n".join(file.read_text(encoding="utf-8") for pattern in patterns for file in sorted(root.glob(pattern)))


def specified(root: Path) -> set[str]:
    """Every name that `specified` may hold."""
    spec = texts(root, "model/spec/**/*.hpp")
    found = set(re.findall(r'rule<P>\{\s*"([A-Z]+-\d+)"', spec)) | set(re.findall(r'\{"([AC]\d+)"', spec))
    found |= {str(file.relative_to(root / "model" / "spec").with_suffix("")) for file in root.glob("model/spec/**/*.hpp")}
    return found | {file.stem for file in root.glob("tests/property/**/*_subject.hpp")}


def noticing(root: Path) -> tuple[set[str], tuple]:
    """Every name that `noticed_by` may hold, and beginnings of names that are made up as engines run."""
    found = {"explore", "interop", "captures"}
    scenarios = texts(root, "model/check/scenarios.hpp")
    found |= {f"explore:{name}" for name in re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)*)"', scenarios)}
    found |= {f"property:{name}" for name in re.findall(r'\.id = "([a-z0-9-]+)"', texts(root, "tests/property/**/*.cpp"))}
    theorems = re.findall(r'"proof\.([a-z0-9_.]+)"', texts(root, "proofs/*.cpp"))
    found |= {f"proof:{name}" for name in theorems if not name.endswith(".")}
    found |= {f"fuzz:{file.name.removesuffix('_target.cpp')}" for file in root.glob("fuzz/*_target.cpp")}
    return found, tuple(f"proof:{name}" for name in theorems if name.endswith("."))


def faults(root: Path, file: str, rows: list[dict]) -> list[str]:
    """What is wrong with the names in a table, a line each."""
    wrong = []
    specifies = specified(root)
    notices, made_up = noticing(root)
    for row in rows:
        who = row.get("id") or f"{row['rfc']} {row['section']}"
        for column in ("specified", "noticed_by"):
            names = row[column].split()
            if not names or (NONE in names and len(names) > 1):
                wrong.append(f"{file}: {who}: {column} is neither names nor \"{NONE}\"")
        wrong += [f"{file}: {who}: nothing is specified by the name {name}" for name in row["specified"].split()
                  if name not in specifies | {NONE}]
        wrong += [f"{file}: {who}: no engine has the name {name}" for name in row["noticed_by"].split()
                  if name not in notices | {NONE} and not (made_up and name.startswith(made_up))]
        wrong += [f"{file}: {who}: there is no tests/{name}" for name in row.get("tests", "").split()
                  if not (root / "tests" / name).is_file()]
    return wrong


def names(text: str, otherwise: str) -> str:
    """A cell of the pages."""
    return otherwise if text == NONE else ", ".join(f"`{name}`" for name in text.split())


def page(rows: list[dict]) -> str:
    """docs/second_reading.md."""
    unseen = sum(row["noticed_by"] == NONE for row in rows)
    untested = sum(row["noticed_by"] == NONE and not row["tests"] for row in rows)
    lines = [
        "# Second reading",
        "",
        "Drawn by `tools/requirements` from `second_reading.csv`; [requirements.md](requirements.md) is the same for RFC 9293. For each",
        "duty of the other RFCs: which rule or oracle specifies it, and which engine would notice if specification and core had both",
        "left it out. An engine that compares the core with the very rule is no answer, since the rule would be missing too; \"explore\"",
        "means what the explorer asks of every state, that the stream is whole and that both ends can finish.",
        "",
        f"{len(rows)} duties: {len(rows) - unseen} would be missed by an engine, {unseen - untested} by tests alone, {untested} by nothing.",
        "",
        "| RFC | section | level | in short | specified by | engines that would notice | tests |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        lines.append(f"| {row['rfc']} | {row['section']} | {row['level']} | {row['summary']} | {names(row['specified'], '*nothing*')} "
                     f"| {names(row['noticed_by'], '*none*')} | {names(row['tests'] or NONE, '')} |")
    return "\n".join(lines) + "\n"
