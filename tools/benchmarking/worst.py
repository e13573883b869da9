"""Running bench_worst, counting its instructions, and comparing both with the figures that are committed."""

import json
import os
import re
import subprocess
import tempfile
from typing import NamedTuple

SECONDS = 600  # most that one run may take
# What an attack may cost beyond its figure. What is sent follows from the sources alone; how many instructions that takes
# depends a little on the C library, which copies differently on other processors.
SLACK = {"instructions": 1.05, "packets": 1.0, "octets": 1.0}
UNITS = {"instructions": "instructions a packet", "packets": "packets out for one in",
         "octets": "octets out for one in"}


class Problem(Exception):
    """Something cannot be measured."""


class Measured(NamedTuple):
    """Costs by attack: instructions a packet (0 where none were counted), packets and octets out for one in."""
    compiler: str
    what: dict
    costs: dict


class Limits(NamedTuple):
    """What each attack may cost. `instructions` says whether there are any for the compiler at hand."""
    costs: dict
    slack: dict
    instructions: bool


def run(command: list, bug: str) -> str:
    try:
        done = subprocess.run(command, env={**os.environ, "SEQUENT_BUG": bug}, capture_output=True, text=True,
                              timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise Problem(str(problem)) from problem
    if done.returncode != 0:
        raise Problem(f"{' '.join(command)}: ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    return done.stdout


def totals(folder: str) -> list:
    """The instructions of each part of a profile, in their order."""
    parts = {}
    for name in os.listdir(folder):
        number = re.fullmatch(r"out\.(\d+)", name)
        if number is None:
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            found = re.search(r"^totals: (\d+)", file.read(), re.MULTILINE)
        if found is not None:
            parts[int(number[1])] = int(found[1])
    return [parts[number] for number in sorted(parts)]


def measure(program: str, only: str, counts: bool, bug: str = "") -> Measured:
    """Runs the program, under callgrind if instructions count, with a seeded bug or none. Raises Problem."""
    command = [program] + (["--only", only] if only else [])
    with tempfile.TemporaryDirectory(prefix="sequent-worst-") as folder:
        if counts:
            command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", "--collect-atstart=no",
                       "--toggle-collect=*counted_*", "--dump-after=*end_of_attack*", *command]
        lines = run(command, bug).splitlines()
        parts = totals(folder)
    try:
        first, *rows = [json.loads(line) for line in lines]
        compiler = first["compiler"]
        if counts and len(parts) != len(rows):
            raise Problem(f"{len(rows)} attacks, but {len(parts)} parts of a profile")
        costs = {}
        for row, instructions in zip(rows, parts if counts else [0] * len(rows)):
            costs[row["attack"]] = {"instructions": instructions / row["packets_in"],
                                    "packets": row["packets_out"] / row["packets_in"],
                                    "octets": row["octets_out"] / max(row["octets_in"], 1)}
        return Measured(compiler, {row["attack"]: row["what"] for row in rows}, costs)
    except (ValueError, KeyError, TypeError) as problem:
        raise Problem(f"{program} printed something else: {problem!r}") from problem


def read(path: str) -> dict:
    """The committed figures. Raises Problem."""
    with open(path, encoding="utf-8") as file:
        try:
            figures = json.load(file)
            figures["drawn"], figures["instructions"], figures["slack"]
            return figures
        except (ValueError, KeyError, TypeError) as problem:
            raise Problem(f"{path} does not hold figures: {problem!r}") from problem


def figures_of(measured: Measured, figures: dict) -> dict:
    """The figures with what was measured in the place of what they have."""
    drawn = {name: {"what": measured.what[name], **{kind: round(cost[kind], 3) for kind in ("packets", "octets")}}
             for name, cost in measured.costs.items()}
    instructions = {name: round(cost["instructions"]) for name, cost in measured.costs.items()}
    return {**figures, "slack": figures.get("slack", SLACK), "drawn": drawn,
            "instructions": {**figures.get("instructions", {}), measured.compiler: instructions}}


def write(path: str, measured: Measured) -> None:
    figures = read(path) if os.path.exists(path) else {}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(figures_of(measured, figures), file, indent=1)
        file.write("\n")


def page(figures: dict) -> str:
    """The figures as a table of docs/security.md."""
    compilers = sorted(figures["instructions"])
    heads = [f"instructions, {compiler}" for compiler in compilers]
    lines = [f"| attack | what is sent | {' | '.join(heads)} | packets out | octets out |",
             "|---|---|" + "---:|" * (len(compilers) + 2)]
    for name, drawn in figures["drawn"].items():
        counted = " | ".join(f"{figures['instructions'][compiler].get(name, 0):,}" for compiler in compilers)
        lines.append(f"| `{name}` | {drawn['what']} | {counted} | {drawn['packets']:,.2f} | {drawn['octets']:,.2f} |")
    return "\n".join(lines)


def limits_of(figures: dict, compiler: str) -> Limits:
    counted = figures["instructions"].get(compiler, {})
    costs = {name: {**drawn, "instructions": counted.get(name, 0)} for name, drawn in figures["drawn"].items()}
    return Limits(costs, figures["slack"], bool(counted))


def compare(measured: Measured, limits: Limits, whole: bool = True) -> list:
    """What costs more than it may, and what is known on one side only."""
    found = []
    if whole:
        found += [f"{name}: in the figures, but not measured" for name in limits.costs if name not in measured.costs]
    for name, cost in measured.costs.items():
        if name not in limits.costs:
            found.append(f"{name}: not in the figures: tools/worst --write")
            continue
        for kind, unit in UNITS.items():
            if kind == "instructions" and not (limits.instructions and cost[kind]):
                continue
            # Figures are rounded to three decimals, instructions to whole ones.
            most = limits.costs[name][kind] * limits.slack[kind] + (0.5 if kind == "instructions" else 0.0005)
            if cost[kind] > most:
                found.append(f"{name}: {cost[kind]:,.3f} {unit}, {limits.costs[name][kind]:,.3f} expected")
    return found


def table(measured: Measured, limits: Limits = None) -> str:
    """The costs, and in brackets what was expected of the instructions where that differs by more than one in a hundred."""
    lines = [f"{'attack':20} {'instructions':>14} {'packets':>10} {'octets':>12}   for each that comes in"]
    for name, cost in measured.costs.items():
        note = ""
        expected = limits.costs.get(name, {}).get("instructions", 0) if limits else 0
        if expected and cost["instructions"] and abs(cost["instructions"] / expected - 1) > 0.01:
            note = f"   ({expected:,} expected)"
        lines.append(f"{name:20} {cost['instructions']:14,.0f} {cost['packets']:10,.3f} {cost['octets']:12,.3f}"
                     f"   {measured.what[name]}{note}")
    return "\n".join(lines) + "\n"
