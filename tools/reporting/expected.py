"""The committed figures, model/expected.json: comparing a run with them, and writing them anew."""

import json

# The figures that come out the same in every run, by part. Queries, seconds and executions do not.
DETERMINISTIC = {
    "explore": ("states", "transitions", "depth", "finished", "bounded_out", "complete", "rules", "fired", "listed"),
    "proofs": ("paths", "claims", "coverage_query", "controls", "controls_refuted"),
    "properties": ("controls", "controls_refuted"),
    "paths": ("rows", "controls", "controls_refuted"),
    "fuzz": ("controls", "controls_refuted"),
    "captures": ("captures", "packets", "segments", "not_parsed", "identical", "other_layout", "connections",
                 "sent_again", "checks_asked", "controls_tried", "controls_caught"),
    "interop": ("combinations", "identical", "transfers", "connections", "endings", "refusals", "controls",
                "controls_caught"),
}
ABOUT = ("What every run of tools/verify has to find again. Written by tools/report.py --update-expected; a change "
         "needs its reason in the commit.")


class Problem(Exception):
    """A file that is missing or not what it should be."""


def load(path: str) -> dict:
    """The committed figures. Raises Problem."""
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except OSError as problem:
        raise Problem(f"{path}: {problem.strerror}") from problem
    except ValueError as problem:
        raise Problem(f"{path}: {problem}") from problem
    claims = found.get("claims") if isinstance(found, dict) else None
    if not isinstance(claims, dict) or not all(isinstance(claim, dict) for claim in claims.values()):
        raise Problem(f"{path}: holds no claims")
    return found


def is_committed(claim: dict) -> bool:
    """Whether a claim belongs in the file: not those of the report itself, nor the large scenarios, which run against a
    time limit."""
    return claim["part"] in DETERMINISTIC and not claim["id"].endswith(".large")


def essence(claim: dict) -> dict:
    """What of a claim is the same in every run."""
    kept = {key: claim[key] for key in ("part", "strength", "engine", "says", "bounds")}
    figures = claim["figures"]
    kept["figures"] = {name: figures[name] for name in DETERMINISTIC[claim["part"]] if name in figures}
    return kept


def differences(committed: dict, claims: list) -> list[str]:
    """Where the claims of a run differ from the committed ones, one line each. Of those that do not hold nothing is
    said: their figures were cut short."""
    lines = []
    for claim in claims:
        if claim["verdict"] != "holds" or not is_committed(claim):
            continue
        before, now = committed.get(claim["id"]), essence(claim)
        if before is None:
            lines.append(f"{claim['id']}: not committed")
            continue
        for key in ("part", "strength", "engine", "says", "bounds"):
            if before.get(key) != now.get(key):
                lines.append(f"{claim['id']}: {key} was {before.get(key)!r}, is {now.get(key)!r}")
        old, new = before.get("figures", {}), now["figures"]
        for name in sorted({*old, *new}):
            if old.get(name) != new.get(name):
                lines.append(f"{claim['id']}: {name} was {old.get(name, 'absent')}, is {new.get(name, 'absent')}")
    return lines


def claim_on_figures(committed: dict | None, problem: str, claims: list) -> dict:
    """The claim that a run found the committed figures."""
    record = {"id": "expected-figures", "strength": "observed", "engine": "report", "part": "report",
              "says": "this run found the claims and the figures that are committed in model/expected.json",
              "bounds": "the figures that do not depend on time or chance", "seconds": 0.0}
    if committed is None:
        return {**record, "figures": {}, "verdict": "unknown", "detail": problem}
    compared = [c for c in claims if c["verdict"] == "holds" and is_committed(c)]
    lines = differences(committed["claims"], claims)
    record["figures"] = {"compared": len(compared), "committed": len(committed["claims"]), "differences": len(lines)}
    if not compared:
        return {**record, "verdict": "unknown", "detail": "no claim came with figures to compare"}
    if lines:
        return {**record, "verdict": "falls", "detail": "\n".join(lines)}
    return {**record, "verdict": "holds"}


def updated(report: dict) -> dict:
    """The file that a report gives. Raises Problem if the report must not be used."""
    if report.get("left_out") or report.get("filter") or report.get("interrupted"):
        raise Problem("the report is of a part of the whole only")
    bad = [c["id"] for c in report["claims"] if c["verdict"] != "holds" and c["part"] != "report"]
    if bad:
        raise Problem("these claims do not hold: " + ", ".join(bad))
    claims = {c["id"]: essence(c) for c in report["claims"] if is_committed(c)}
    return {"about": ABOUT, "claims": dict(sorted(claims.items()))}
