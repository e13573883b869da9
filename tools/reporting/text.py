"""The claims as text: the table on a terminal, the summary in the README, and the page of all of them."""

import os
import shutil
import sys
import textwrap

from reporting import marks
from reporting.claims import STRENGTHS
from reporting.expected import Problem

# The figures that the README adds up.
SUMMED = ("states", "transitions", "paths", "combinations", "segments", "connections", "controls", "controls_tried")
COLOURS = {"holds": "32", "falls": "1;31", "unknown": "1;33", "skipped": "33", "interrupted": "1;33"}


def number(value) -> str:
    """A figure as people read it: thousands apart."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1000 else number(round(value))
    return str(value)


def figure_rows(figures: dict) -> list[tuple[str, str]]:
    """Names and values as people read them. A seed stays as it is, because it is there to be copied."""
    return [(name.replace("_", " "), str(value) if name == "seed" else number(value)) for name, value in figures.items()
            if not isinstance(value, (dict, list))]


def figures_text(figures: dict) -> str:
    """Figures in a line. What is longer than a few words is left to the page."""
    return ", ".join(f"{name} {value}" for name, value in figure_rows(figures) if len(value) <= 24)


def painted(word: str, verdict: str, wanted: bool) -> str:
    return f"\033[{COLOURS[verdict]}m{word}\033[0m" if wanted else word


def indented(text: str, width: int, indent: str = " " * 11) -> str:
    return textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False)


def table(report: dict, width: int = 100, colour: bool = False) -> str:
    """The claims by strength: what, bounds, figures, seconds and verdict of each; what falls is left to failures()."""
    lines = []
    for strength, meaning in STRENGTHS.items():
        claims = [claim for claim in report["claims"] if claim["strength"] == strength]
        if not claims:
            continue
        held = sum(claim["verdict"] == "holds" for claim in claims)
        lines += ["", f"{strength.upper()} ({held} of {len(claims)} hold)",
                  textwrap.fill(meaning, width, initial_indent="  ", subsequent_indent="  ")]
        for claim in claims:
            lines.append(f"  {painted(claim['verdict'].ljust(8), claim['verdict'], colour)} {claim['id']:<40} "
                         f"{claim['seconds']:>8.1f} s")
            lines.append(indented(claim["says"], width))
            if claim["bounds"]:
                lines.append(indented("bounds: " + claim["bounds"], width))
            if claim["figures"]:
                lines.append(indented("figures: " + figures_text(claim["figures"]), width))
    return "\n".join(lines[1:])


def failures(report: dict, colour: bool = False) -> str:
    """What does not hold, each with its detail, its ladder and the command that replays it."""
    lines = []
    for claim in report["claims"]:
        if claim["verdict"] == "holds":
            continue
        lines += ["", f"{painted(claim['verdict'].upper(), claim['verdict'], colour)}: {claim['id']}: {claim['says']}"]
        lines += ["  " + line for line in claim.get("detail", "").splitlines()]
        counterexample = claim.get("counterexample", {})
        if counterexample.get("ladder"):
            lines += [counterexample["ladder"].rstrip("\n")]
        if counterexample.get("replay"):
            lines += ["  replay: " + counterexample["replay"]]
    return "\n".join(lines[1:])


def closing(report: dict) -> str:
    """The last lines: how many hold, what was left out, and how long it took."""
    held = sum(claim["verdict"] == "holds" for claim in report["claims"])
    text = f"{report['verdict']}: {held} of {len(report['claims'])} claims hold, {report['seconds']:.0f} s"
    if report.get("left_out"):
        text += "; left out on request: " + ", ".join(report["left_out"])
    if report.get("filter"):
        text += f"; only what matches {report['filter']}"
    return text


def show(report: dict) -> None:
    """Prints all of it."""
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    width = min(120, shutil.get_terminal_size((100, 24)).columns)
    print(table(report, width, colour))
    failed = failures(report, colour)
    if failed:
        print("\n" + failed)
    print("\n" + closing(report))


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def by_engine(claims: dict) -> dict:
    """The claims of model/expected.json in groups: from strength and engine to names and claims."""
    groups = {}
    for name, claim in claims.items():
        groups.setdefault((claim["strength"], claim["engine"]), []).append((name, claim))
    order = list(STRENGTHS)
    return dict(sorted(groups.items(), key=lambda group: (order.index(group[0][0]), group[0][1])))


def summary(claims: dict) -> str:
    """The claims as the README shows them: a line for each engine, with the figures that can be added up."""
    lines = ["| strength | engine | claims | figures |", "|---|---|---|---|"]
    for (strength, engine), members in by_engine(claims).items():
        totals = {}
        for _, claim in members:
            for name, value in claim["figures"].items():
                if name in SUMMED:
                    totals[name] = totals.get(name, 0) + value
        shown = {name: totals[name] for name in SUMMED if totals.get(name)}
        lines.append(f"| **{strength}** | {cell(engine)} | {len(members)} | {cell(figures_text(shown))} |")
    return "\n".join(lines)


def claims_page(claims: dict) -> str:
    """The page of all claims."""
    lines = ["# Claims", "",
             "Drawn by `tools/report.py --readme` from what `tools/verify` found and `model/expected.json` keeps. What they rest on",
             "is said in [trust.md](trust.md)."]
    for strength, meaning in STRENGTHS.items():
        groups = [(engine, members) for (word, engine), members in by_engine(claims).items() if word == strength]
        if groups:
            lines += ["", f"## {strength.capitalize()}", "", f"{meaning[0].upper()}{meaning[1:]}."]
        for engine, members in groups:
            lines += ["", f"### {engine}: {len(members)}", "", "| claim | says | bounds | figures |", "|---|---|---|---|"]
            lines += [f"| `{name}` | {cell(claim['says'])} | {cell(claim['bounds'])} | "
                      f"{cell(figures_text(claim['figures']))} |" for name, claim in members]
    return "\n".join(lines) + "\n"


def with_table(readme: str, claims: dict, name: str) -> str:
    """A README with the table between its markers replaced. Raises Problem if the markers are not there once."""
    try:
        return marks.filled(readme, "claims", summary(claims), name)
    except marks.Missing as missing:
        raise Problem(str(missing)) from missing
