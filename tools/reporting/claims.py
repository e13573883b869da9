"""Claim records: reading what the engines wrote, and saying "unknown" wherever they wrote nothing that counts."""

import json
from typing import NamedTuple

STRENGTHS = {
    "proven": "for every value of every sequence number, window and timestamp, by symbolic execution of the production "
              "source with Z3",
    "exhaustive": "every interleaving within the stated bounds, by exploring the production code in lockstep with the "
                  "specification",
    "sampled": "many runs, drawn or guided by coverage, each repeatable from what it prints",
    "observed": "what was seen with real peers and in recorded traffic, and in this run itself",
}
VERDICTS = ("holds", "falls", "unknown", "skipped")
PARTS = ("explore", "proofs", "properties", "paths", "fuzz", "captures", "interop")

# What a part claims as long as nobody has said so in more detail.
PART_STRENGTH = {"explore": "exhaustive", "proofs": "proven", "properties": "sampled", "paths": "sampled",
                 "fuzz": "sampled", "captures": "observed", "interop": "observed"}


class Run(NamedTuple):
    """How one part of the run ended: its exit status, or a word for why there is none."""
    part: str
    status: str
    seconds: float
    file: str

    @property
    def how(self) -> str:
        """The end in words; empty if the engine ended by itself and found nothing wrong."""
        words = {"0": "", "1": "the engine says that something falls", "2": "the engine was called wrongly",
                 "130": "interrupted", "not-built": "its program could not be built", "not-run": "it was never started",
                 "timed-out": "it took too long and was ended"}
        if self.status in words:
            return words[self.status]
        if self.status.isdigit() and int(self.status) > 128:
            return f"the engine died of signal {int(self.status) - 128}"
        return f"the engine ended with status {self.status}"


def parse_run(text: str) -> Run:
    """Reads "part:status:seconds:file". Raises ValueError."""
    part, status, seconds, file = text.split(":", 3)
    if part not in PARTS:
        raise ValueError(f"no part is called {part}")
    return Run(part, status, float(seconds), file)


def unknown(part: str, name: str, why: str, seconds: float = 0.0, known: dict | None = None) -> dict:
    """The claim that stands in for one without a result. `known` is what is committed about it."""
    known = known or {}
    return {"id": name, "says": known.get("says", f"what {part} has to say"),
            "strength": known.get("strength", PART_STRENGTH[part]), "engine": known.get("engine", part),
            "bounds": known.get("bounds", ""), "figures": {}, "verdict": "unknown", "seconds": seconds, "detail": why,
            "part": part}


def complaint(record) -> str:
    """What is wrong with a claim record; empty if nothing is."""
    if not isinstance(record, dict):
        return "a claim record is no object"
    name = record.get("id")
    if not isinstance(name, str) or not name:
        return "a claim record has no id"
    for field in ("says", "strength", "engine", "bounds", "verdict"):
        if not isinstance(record.get(field), str):
            return f"{name}: no {field}"
    if record["strength"] not in STRENGTHS:
        return f"{name}: {record['strength']!r} is none of {', '.join(STRENGTHS)}"
    if record["verdict"] not in VERDICTS:
        return f"{name}: {record['verdict']!r} is none of {', '.join(VERDICTS)}"
    if not isinstance(record.get("figures"), dict):
        return f"{name}: no figures"
    if isinstance(record.get("seconds"), bool) or not isinstance(record.get("seconds"), (int, float)):
        return f"{name}: no seconds"
    return ""


def well_formed(records, words: tuple) -> bool:
    """Whether these are rules or edges: objects with the given words and a count of firings."""
    return isinstance(records, list) and all(
        isinstance(record, dict) and all(isinstance(record.get(word), str) for word in words)
        and isinstance(record.get("fired"), int) and isinstance(record.get("rules", []), list) for record in records)


def read_output(run: Run) -> tuple[list, dict, str]:
    """The claim records in an engine's file, the rules and edges beside them, and what is wrong with the file."""
    try:
        with open(run.file, encoding="utf-8") as file:
            found = json.load(file)
    except FileNotFoundError:
        return [], {}, "it left no results"
    except (OSError, ValueError) as problem:
        return [], {}, f"its results cannot be read: {problem}"
    extra = {}
    if isinstance(found, dict):
        extra = {"rules": found.get("rules"), "edges": found.get("edges")}
        found = found.get("claims")
        if not well_formed(extra["rules"], ("id", "cite", "says", "stage")) or not well_formed(
                extra["edges"], ("from", "to")):
            return [], {}, "its rules or edges are malformed"
    if not isinstance(found, list):
        return [], {}, "its results are no array of claims"
    return found, extra, "" if found else "its results hold no claim"


def collect(run: Run, expected: dict, filtered: bool) -> tuple[list, dict]:
    """Every claim of one part, the missing ones as unknown, and the rules and edges that came with them.

    `expected` are the committed claims by id. With a filter, a committed claim may be missing.
    """
    found, extra, problem = read_output(run)
    claims, names = [], set()
    for record in found:
        wrong = complaint(record)
        if not wrong and record["id"] in names:
            wrong = f"{record['id']}: two claims have this id"
        if wrong:
            problem = problem or f"its results are malformed: {wrong}"
            continue
        names.add(record["id"])
        claims.append({**record, "part": run.part})
    ended_early = run.how and run.status != "1"
    if not ended_early and run.status == "1" and claims and all(c["verdict"] == "holds" for c in claims):
        problem = problem or "the engine says that something falls, and not what"
    if ended_early:
        started = run.status not in ("not-built", "not-run")
        problem = f"{run.how}; {problem}" if problem and started else run.how
    missing = [] if filtered else [name for name, known in expected.items()
                                   if known.get("part") == run.part and name not in names]
    claims += [unknown(run.part, name, problem or "the engine said nothing about it", known=expected[name])
               for name in missing]
    if problem and not missing:
        claims.append(unknown(run.part, f"{run.part}-ended", problem, run.seconds,
                              {"says": f"{run.part} ran to its end and reported everything"}))
    return claims, extra


def overall(claims: list, interrupted: bool) -> str:
    """The verdict on a whole run: "holds" only if every claim does."""
    verdicts = {claim["verdict"] for claim in claims}
    if "falls" in verdicts:
        return "falls"
    if interrupted:
        return "interrupted"
    return "holds" if verdicts == {"holds"} else "unknown"
