"""The report as one HTML file that loads nothing: verdict, claims, state diagram, rules, counterexamples."""

import math
import os
from html import escape

from reporting import diagram, markdown
from reporting.claims import STRENGTHS, VERDICTS
from reporting.text import figure_rows, number

STYLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "style.css")
TRUST = """\
What the verdicts rest on: that the compilers, the standard library, Z3 and the machine do what they should; that the
specification in `model/` says what the RFCs say (its rules cite them, its answers to their choices and ambiguities are
in `docs/choices.md`); and that the function which maps a connection to a state of the specification hides no difference
that matters. Every bound is stated beside its claim; nothing is claimed beyond it. A time-out or an unknown counts as a
failure.
"""


def headline(report: dict) -> str:
    counts = {verdict: sum(claim["verdict"] == verdict for claim in report["claims"]) for verdict in VERDICTS}

    def some(count, one, many):
        return f"1 claim {one}" if count == 1 else f"{count} claims {many}"

    if report["verdict"] == "holds":
        return f"All {len(report['claims'])} claims hold" if len(report["claims"]) > 1 else "The claim holds"
    bad = [some(counts["falls"], "falls", "fall")] if counts["falls"] else []
    bad += [some(counts["unknown"], "is unknown", "are unknown")] if counts["unknown"] else []
    bad += [some(counts["skipped"], "was skipped", "were skipped")] if counts["skipped"] else []
    text = ", ".join(bad[:1] + [part.replace(" claims", "").replace(" claim", "") for part in bad[1:]])
    return f"Interrupted: {text or 'too early to say'}" if report.get("interrupted") else text


def head(report: dict) -> str:
    facts = [("version", report["sequent"]), ("commit", report["commit"] or "none"),
             ("on", report["date"].replace("T", " ").replace("+00:00", " UTC")),
             ("took", f"{report['seconds'] / 60:.1f} min" if report["seconds"] >= 90 else f"{report['seconds']:.0f} s"),
             ("machine", report["machine"])]
    items = "".join(f"<li>{escape(name)} <b>{escape(value)}</b></li>" for name, value in facts)
    notes = []
    if report.get("interrupted"):
        notes.append("The run was interrupted: this is what was done until then.")
    if report.get("left_out"):
        left_out = ", ".join(report["left_out"])
        notes.append(f"Left out on request: {left_out}. This report is of a part of the whole.")
    if report.get("filter"):
        notes.append(f"Only what matches {report['filter']} was run. This report is of a part of the whole.")
    return (f'<header><div class="brand">Sequent: a TCP that can be checked</div>'
            f'<h1 class="{report["verdict"]}">{escape(headline(report))}</h1><ul class="facts">{items}</ul>'
            + "".join(f'<p class="note">{escape(note)}</p>' for note in notes) + "</header>")


def cards(claims: list) -> str:
    drawn = []
    for strength, meaning in STRENGTHS.items():
        verdicts = [claim["verdict"] for claim in claims if claim["strength"] == strength]
        held = verdicts.count("holds")
        meter = "".join(f'<i class="{verdict}" style="flex:{verdicts.count(verdict)}"></i>'
                        for verdict in VERDICTS if verdicts.count(verdict))
        tally = f"{held}<small> of {len(verdicts)} hold</small>" if verdicts else "<small>none in this run</small>"
        drawn.append(f'<div class="card"><div class="word">{strength}</div><div class="tally">{tally}</div>'
                     f'<div class="meter">{meter}</div><p>{escape(meaning)}</p></div>')
    return f'<section class="cards">{"".join(drawn)}</section>'


def fallen(claims: list) -> str:
    """What does not hold, with the run that shows it."""
    panels = []
    for claim in claims:
        if claim["verdict"] == "holds":
            continue
        parts = [f'<span class="verdict {claim["verdict"]}">{claim["verdict"]}</span> '
                 f'<span class="id">{escape(claim["id"])}</span><p>{escape(claim["says"])}</p>']
        if claim.get("detail"):
            parts.append(f'<pre class="detail">{escape(claim["detail"])}</pre>')
        counterexample = claim.get("counterexample") or {}
        if counterexample.get("ladder"):
            parts.append(f"<pre>{escape(counterexample['ladder'])}</pre>")
        if counterexample.get("replay"):
            parts.append(f"<p>Replay: <code>{escape(counterexample['replay'])}</code></p>")
        panels.append(f'<div class="panel fallen {claim["verdict"]}">{"".join(parts)}</div>')
    return f'<section><h2>What does not hold</h2>{"".join(panels)}</section>' if panels else ""


def states(report: dict) -> str:
    if not report["edges"]:
        body = '<p class="about">The explorer said nothing in this run, so there is no diagram.</p>'
    else:
        body = f'<div class="scroll">{diagram.draw(report["edges"])}</div>{diagram.legend(report["edges"])}'
    return ('<section><h2>The states of a connection</h2><p class="about">Drawn from the rules of the specification, '
            'laid out like Figure 5 of RFC 9293. Each arrow says what causes the change, and how often its rules fired '
            f'while the production code was explored; point at one for its rules.</p>'
            f'<div class="panel">{body}</div></section>')


def figure_list(figures: dict) -> str:
    """Figures side by side; those too long for that are folded away."""
    rows = figure_rows(figures)
    text = " ".join(f'<span class="figure"><span>{escape(name)}</span> {escape(value)}</span>'
                    for name, value in rows if len(value) <= 16)
    for name, value in rows:
        if len(value) > 16:
            text += f"<details><summary>{escape(name)}</summary><code>{escape(value)}</code></details>"
    return text


def claim_row(claim: dict) -> str:
    name, verdict = escape(claim["id"]), claim["verdict"]
    return (f'<tr id="{name}"><td><span class="verdict {verdict}">{verdict}</span></td>'
            f'<td class="what"><div class="id">{name}</div><div class="says">{escape(claim["says"])}</div></td>'
            f'<td class="bounds">{escape(claim["bounds"])}</td>'
            f'<td class="figures-cell">{figure_list(claim["figures"])}</td>'
            f'<td class="right">{claim["seconds"]:.1f}</td></tr>')


def claims_table(claims: list) -> str:
    sections = []
    for strength, meaning in STRENGTHS.items():
        group = [claim for claim in claims if claim["strength"] == strength]
        if not group:
            continue
        engines = ", ".join(dict.fromkeys(claim["engine"] for claim in group))
        sections.append(
            f'<h3>{strength}</h3>'
            f'<p class="about">{escape(meaning[0].upper() + meaning[1:])}. Engine: {escape(engines)}.</p>'
            f'<div class="panel scroll"><table class="claims"><thead><tr><th></th><th>claim</th><th>bounds</th>'
            f'<th>figures</th><th class="right">seconds</th></tr></thead><tbody>'
            f'{"".join(claim_row(claim) for claim in group)}</tbody></table></div>')
    return f'<section><h2>The claims</h2>{"".join(sections)}</section>'


def rule_row(rule: dict, most: int) -> str:
    heat = diagram.step(rule["fired"], most)
    source = f'<td class="source">{escape(rule["cite"])}</td>'
    if heat == 0:
        reason = rule.get("why_unfired") or "never fired, and nobody says why"
        return (f'<tr class="unfired"><td class="id">{escape(rule["id"])}</td>'
                f'<td>{escape(rule["says"])}<div class="reason">{escape(reason)}</div></td>'
                f'{source}<td></td><td class="right">never</td></tr>')
    share = 100 * math.log(rule["fired"] + 1) / math.log(most + 1)
    return (f'<tr class="heat{heat}"><td class="id">{escape(rule["id"])}</td><td>{escape(rule["says"])}</td>{source}'
            f'<td class="bar"><i style="width:{share:.0f}%"></i></td>'
            f'<td class="right">{number(rule["fired"])}</td></tr>')


def rules_table(rules: list) -> str:
    if not rules:
        return ""
    fired = sum(bool(rule["fired"]) for rule in rules)
    most = max(rule["fired"] for rule in rules)
    rows = []
    for stage in dict.fromkeys(rule["stage"] for rule in rules):
        group = [rule for rule in rules if rule["stage"] == stage]
        reached = sum(bool(rule["fired"]) for rule in group)
        rows.append(f'<tr class="stage"><td colspan="5">{escape(stage)} '
                    f'<span class="about">{reached} of {len(group)}</span></td></tr>')
        rows += [rule_row(rule, most) for rule in group]
    return (f'<section><h2>The rules of the specification</h2><p class="about">{fired} of {len(rules)} fired while the '
            f'production code was explored. One that cannot within these bounds says why.</p><div class="panel scroll">'
            f'<table class="rules"><thead><tr><th>rule</th><th>says</th><th>source</th><th></th>'
            f'<th class="right">fired</th></tr></thead><tbody>{"".join(rows)}</tbody></table></div></section>')


def times(phases: list) -> str:
    """Where the time went, a bar and its legend."""
    shown = [phase for phase in phases if phase["seconds"] >= 0.5]
    if not shown:
        return ""
    colours = [6, 4, 2, 5, 3, 1, 7]
    bar = "".join(f'<i class="heat{colours[i % 7]}" style="flex:{phase["seconds"]:.1f}" '
                  f'title="{escape(phase["name"])}"></i>' for i, phase in enumerate(shown))
    names = "".join(f'<span class="swatch heat{colours[i % 7]}"></span><span>{escape(phase["name"])} '
                    f'{phase["seconds"]:.0f} s</span>' for i, phase in enumerate(shown))
    return (f'<section><h2>Where the time went</h2><p class="about">Properties and fuzzing run at the same time.</p>'
            f'<div class="panel"><div class="time">{bar}</div>'
            f'<p class="legend">{names}</p></div></section>')


def trust(root: str) -> str:
    """The trust base: docs/trust.md where there is one."""
    text = TRUST
    try:
        with open(os.path.join(root, "docs", "trust.md"), encoding="utf-8") as file:
            text = file.read()
    except OSError:
        pass
    return f'<section class="trust"><h2>The trust base</h2><div class="panel">{markdown.html(text)}</div></section>'


def draw(report: dict, root: str) -> str:
    """The whole page. `root` is where docs/trust.md is looked for."""
    with open(STYLE, encoding="utf-8") as file:
        style = file.read()
    body = (head(report) + cards(report["claims"]) + fallen(report["claims"]) + states(report)
            + claims_table(report["claims"]) + trust(root) + times(report.get("phases", []))
            + rules_table(report["rules"]))
    return (f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>Sequent: {escape(headline(report))}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
            f"{body}\n<footer>Written by tools/verify; the same as data is in report.json beside this file.</footer>\n"
            f"</main>\n</body>\n</html>\n")
