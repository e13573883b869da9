"""Small records, files and engines for the tests of the tools."""

import json
import os
import stat
import sys

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))

LADDER = "left          right\n  |--- SYN ---->|\n  the specification permits {ACK}"


def claim(name: str, strength: str = "sampled", verdict: str = "holds", **more) -> dict:
    """A claim record as an engine writes it."""
    return {"id": name, "says": f"what {name} says", "strength": strength, "engine": f"engine of {name}",
            "bounds": "all of them", "figures": {}, "verdict": verdict, "seconds": 0.5, **more}


def explored(*claims: dict, fired: int = 7) -> dict:
    """What the explorer writes: claims, two rules and an edge."""
    rules = [{"id": "OPEN-1", "cite": "rfc9293#3.10.1", "says": "listens", "stage": "call", "fired": 3},
             {"id": "OPEN-2", "cite": "rfc9293#3.10.1", "says": "sends a SYN", "stage": "call", "fired": fired}]
    edges = [{"from": "CLOSED", "to": "LISTEN", "rules": ["OPEN-1"], "label": "", "fired": 3},
             {"from": "CLOSED", "to": "SYN-SENT", "rules": ["OPEN-2"], "label": "", "fired": fired}]
    return {"claims": list(claims), "rules": rules, "edges": edges}


def outputs() -> dict:
    """What each part writes in a run in which all is well."""
    figures = {"states": 1234, "transitions": 5678, "depth": 9, "finished": 3, "bounded_out": 0, "complete": True}
    return {
        "explore": explored(claim("explore-open.small", "exhaustive", figures=figures)),
        "proofs": [claim("acceptance", "proven", figures={"paths": 12, "queries": 345, "claims": 67})],
        "properties": [claim("stream", figures={"cases": 1000, "controls": 1, "controls_refuted": 1})],
        "paths": [claim("path-goodput", figures={"rows": 3, "controls": 1, "controls_refuted": 1})],
        "fuzz": [claim("fuzz-segment", figures={"executions": 4711})],
        "captures": [claim("capture-replay", "observed", figures={"captures": 2, "packets": 30})],
    }


def write_json(path: str, content) -> str:
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file)
    return path


def write_text(path: str, content: str) -> str:
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)
    return path


def expected_of(results: dict) -> dict:
    """The committed figures that fit these results."""
    from reporting import expected
    claims = [{**record, "part": part} for part, found in results.items()
              for record in (found["claims"] if isinstance(found, dict) else found)]
    return {"claims": {c["id"]: expected.essence(c) for c in claims}}


PROGRAMS = {"explore": "sequent", "proofs": "sequent_proofs", "properties": "property_tests",
            "paths": "path_theory", "fuzz": "fuzz", "captures": "capture_replay"}
ENGINE = """#!/bin/sh
# Copies its results to the file after --json, notes how it was called, and ends with its status.
printf '%s\\n' "$*" >> '{folder}/{name}.calls'
case " $* " in
  *" scenarios "*) printf 'open.small  passive and active open\\n'; exit 0 ;;
  *" --list "*) exit {listed} ;;
esac
while [ $# -gt 0 ]; do [ "$1" != --json ] || json=$2; shift; done
{before}
[ ! -f '{folder}/{name}.json' ] || cp '{folder}/{name}.json' "$json"
exit {status}
"""


def install(folder: str, part: str, result, status: int = 0, before: str = "", listed: int = 0) -> None:
    """Makes the program of a part: one that writes a result (bytes as they are; None: nothing) and ends."""
    name = PROGRAMS[part]
    path = os.path.join(folder, name)
    if isinstance(result, bytes):
        with open(path + ".json", "wb") as file:
            file.write(result)
    elif result is not None:
        write_json(path + ".json", result)
    with open(path, "w", encoding="utf-8") as file:
        file.write(ENGINE.format(folder=folder, name=name, status=status, before=before, listed=listed))
    os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)
