#!/usr/bin/env python3
"""Merges what the engines of tools/verify found into a report; keeps the committed figures and the README to it."""

import argparse
import datetime
import json
import os
import platform
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from reporting import claims as claim_records  # noqa: E402
from reporting import expected as figures  # noqa: E402
from reporting import page, text  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EPILOG = """\
Exit status: 0 every claim holds (or the action asked for is done), 1 a claim falls or is unknown, or the README is out
of date, 2 bad usage or a file that cannot be read, 130 the run was interrupted."""


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tools/report.py", description=__doc__, epilog=EPILOG)
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--merge", action="store_true",
                        help="write report.json and report.html and print the claims: the end of tools/verify")
    action.add_argument("--show", action="store_true", help="print the claims of a report and draw its page again")
    action.add_argument("--update-expected", action="store_true", help="write the committed figures from a report")
    action.add_argument("--readme", metavar="FILE", help="write the claims of a report into FILE and docs/claims.md beside it")
    action.add_argument("--check-readme", metavar="FILE", help="check FILE and docs/claims.md beside it against the committed figures")
    parser.add_argument("--output", default=os.path.join(ROOT, "verify-report"), metavar="DIR",
                        help="the folder of report.json and report.html (default: verify-report)")
    parser.add_argument("--expected", default=os.path.join(ROOT, "model", "expected.json"), metavar="FILE",
                        help="the committed figures (default: model/expected.json)")
    merge = parser.add_argument_group("for --merge")
    merge.add_argument("--run", action="append", default=[], metavar="PART:STATUS:SECONDS:FILE",
                       help="a part that was asked for, how it ended, and the file of its claims; repeatable")
    merge.add_argument("--left-out", action="append", default=[], metavar="PART", help="a part that was not asked for")
    merge.add_argument("--phase", action="append", default=[], metavar="NAME:SECONDS",
                       help="time spent on something else")
    merge.add_argument("--filter", default="", metavar="REGEX", help="the filter that the engines were given")
    merge.add_argument("--interrupted", action="store_true", help="the run was ended early")
    merge.add_argument("--seconds", type=float, default=0.0, help="how long the whole run took")
    merge.add_argument("--bin", default="", metavar="DIR", help="where the programs of the replay commands are")
    return parser


def version() -> str:
    """The version, from its one home."""
    with open(os.path.join(ROOT, "impl", "sequent", "config.hpp"), encoding="utf-8") as file:
        found = dict(re.findall(r"#define SEQUENT_VERSION_(MAJOR|MINOR|PATCH) +(\d+)", file.read()))
    return ".".join(found.get(part, "?") for part in ("MAJOR", "MINOR", "PATCH"))


def commit() -> str:
    """The commit in short, with a "+" if files differ from it; empty outside a repository."""
    def git(*words):
        try:
            done = subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True, check=True)
            return done.stdout.strip()
        except (OSError, subprocess.CalledProcessError):
            return ""
    name = git("rev-parse", "--short", "HEAD")
    return name + ("+" if name and git("status", "--porcelain") else "")


def machine() -> str:
    """The machine as far as it matters for the seconds."""
    model = platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            names = re.findall(r"^model name\s*: (.+)$", file.read(), re.MULTILINE)
        model = names[0] if names else model
    except OSError:
        pass
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores, {model}, {platform.system()} {platform.release().split('-')[0]}"


def runnable(claim: dict, folder: str) -> None:
    """Makes the replay command start with the path of its program."""
    counterexample = claim.get("counterexample")
    if not folder or not isinstance(counterexample, dict) or not counterexample.get("replay"):
        return
    program, _, rest = counterexample["replay"].partition(" ")
    path = os.path.join(folder, program)
    if "/" not in program and os.path.exists(path):
        counterexample["replay"] = f"{path} {rest}"


def merged(options: argparse.Namespace, runs: list) -> dict:
    """The report of a run."""
    committed, problem = None, ""
    try:
        committed = figures.load(options.expected)
    except figures.Problem as missing:
        problem = f"{missing}; tools/report.py --update-expected writes it"
    filtered = bool(options.filter)
    found, rules, edges = [], [], []
    for run in runs:
        claims, extra = claim_records.collect(run, committed["claims"] if committed else {}, filtered)
        found += claims
        rules, edges = extra.get("rules", rules), extra.get("edges", edges)
    for claim in found:
        runnable(claim, options.bin)
    found.append(figures.claim_on_figures(committed, problem, found))
    phases = [{"name": name, "seconds": float(seconds)} for name, seconds in
              (phase.split(":", 1) for phase in options.phase)]
    phases += [{"name": run.part, "seconds": run.seconds} for run in runs]
    date = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    return {"sequent": version(), "commit": commit(), "date": date, "machine": machine(), "seconds": options.seconds,
            "verdict": claim_records.overall(found, options.interrupted), "interrupted": options.interrupted,
            "left_out": options.left_out, "filter": options.filter, "phases": phases, "claims": found, "rules": rules,
            "edges": edges}


def write(path: str, content: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)


def load_report(folder: str) -> dict:
    """The report in a folder. Raises Problem."""
    path = os.path.join(folder, "report.json")
    try:
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
    except (OSError, ValueError) as problem:
        raise figures.Problem(f"{path}: {problem}") from problem
    keys = ("sequent", "commit", "date", "machine", "seconds", "verdict", "claims", "rules", "edges")
    if not isinstance(report, dict) or any(key not in report for key in keys):
        raise figures.Problem(f"{path}: is no report")
    return report


def conclude(report: dict, folder: str) -> int:
    """Writes both forms of a report, prints it, and gives the exit status."""
    os.makedirs(folder, exist_ok=True)
    write(os.path.join(folder, "report.json"), json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    write(os.path.join(folder, "report.html"), page.draw(report, ROOT))
    text.show(report)
    print(f"report: {os.path.join(folder, 'report.html')} and report.json beside it")
    return 130 if report.get("interrupted") else 0 if report["verdict"] == "holds" else 1


def update_expected(options: argparse.Namespace) -> int:
    now = figures.updated(load_report(options.output))
    write(options.expected, json.dumps(now, indent=1, ensure_ascii=False) + "\n")
    print(f"{options.expected}: {len(now['claims'])} claims")
    return 0


def read(path: str) -> str:
    """A file's text. Raises Problem."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError as problem:
        raise figures.Problem(f"{path}: {problem}") from problem


def readme(options: argparse.Namespace) -> int:
    """Writes or checks the summary in the README, and the page of all claims in docs/ beside it."""
    path = options.readme or options.check_readme
    before = read(path)
    page_path = os.path.join(os.path.dirname(path), "docs", "claims.md")
    if options.readme:
        now = figures.updated(load_report(options.output))["claims"]
        write(path, text.with_table(before, now, path))
        os.makedirs(os.path.dirname(page_path), exist_ok=True)
        write(page_path, text.claims_page(now))
        return 0
    claims = figures.load(options.expected)["claims"]
    fresh = text.with_table(before, claims, path) == before
    if fresh and os.path.exists(page_path) and read(page_path) == text.claims_page(claims):
        return 0
    print(f"{path} or {page_path}: not the claims of {options.expected}: run tools/report.py --readme {path}")
    return 1


def main() -> int:
    parser = arguments()
    options = parser.parse_args()
    try:
        if options.merge:
            runs = [claim_records.parse_run(run) for run in options.run]
            if not runs:
                parser.error("--merge needs a --run")
            return conclude(merged(options, runs), options.output)
        if options.show:
            return conclude(load_report(options.output), options.output)
        if options.update_expected:
            return update_expected(options)
        return readme(options)
    except (figures.Problem, ValueError) as problem:
        print(f"tools/report.py: {problem}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
