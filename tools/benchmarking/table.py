"""From figures to the table: statistics, completeness, Markdown, the page."""

import re
import statistics

from benchmarking import rows

BEGIN, END = "<!-- benchmarks:begin -->", "<!-- benchmarks:end -->"
HEAD = ["work", "Sequent: min / median / max", "limit", "aim", *rows.PEERS.values()]


class Problem(Exception):
    """The figures or the file are not what they should be."""


def number(value: float) -> str:
    """Three digits that count, more for large numbers."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.3g}" if value < 1 else f"{value:.2f}"


class Figures:
    """The samples and the reasons of a run: results["figures"][name][who] is a list of numbers, results["absent"] says
    why somebody, or one figure of somebody, is missing."""

    def __init__(self, results: dict):
        self.samples = results["figures"]
        self.absent = results.get("absent", {})

    def of(self, figure: str, who: str) -> list:
        return self.samples.get(figure, {}).get(who, [])

    def why_not(self, figure: str, who: str) -> str:
        return self.absent.get(f"{figure}|{who}") or self.absent.get(who, "")


class Notes:
    """Reasons, each with the number it is referred to by."""

    def __init__(self):
        self.texts = []

    def mark(self, text: str) -> str:
        if text not in self.texts:
            self.texts.append(text)
        return f"– ({self.texts.index(text) + 1})"


def ours(row: rows.Row, figures: Figures, notes: Notes) -> tuple:
    """The cells of Sequent's figure and of the aim, and the median or None."""
    aim = "" if row.aim is None else f"≤ {number(row.aim).removesuffix('.00').removesuffix('.0')}"
    samples = figures.of(row.figure, row.who)
    if not samples:
        why = figures.why_not(row.figure, row.who)
        if not why:
            raise Problem(f"{row.id()}: no figure, and no reason why there is none")
        return notes.mark(why), aim, None
    middle = statistics.median(samples)
    shown = [number(value) for value in (min(samples), middle, max(samples))]
    text = f"{shown[0]} / **{shown[1]}** / {shown[2]}" if shown[0] != shown[2] else f"**{shown[1]}**"
    if aim:
        aim += ", met" if middle <= row.aim else ", missed"
    return f"{text} {row.unit}".rstrip(), aim, middle


def theirs(row: rows.Row, who: str, middle, figures: Figures, notes: Notes) -> str:
    """The cell of a peer: its median, and how many times Sequent's it is."""
    if who not in row.peers:
        if who not in row.absent:
            raise Problem(f"{row.id()}: no figure of {who}, and no reason why there is none")
        return notes.mark(row.absent[who])
    figure = row.aliases.get(who, row.figure)
    samples = figures.of(figure, who)
    if not samples:
        why = figures.why_not(figure, who)
        if not why:
            raise Problem(f"{row.id()}: no figure of {who}, and no reason why there is none")
        return notes.mark(why)
    peer = statistics.median(samples)
    return number(peer) + (f" ({number(peer / middle)}×)" if middle else "")


def cells(results: dict) -> tuple:
    """The cells of every row, and the notes. Raises Problem if a figure is missing without a reason."""
    figures, notes = Figures(results), Notes()
    found = []
    for row in rows.ROWS:
        text, aim, middle = ours(row, figures, notes)
        limit = ""
        if row.limit and middle is not None:
            samples = figures.of(row.figure, row.limit)
            if not samples:
                raise Problem(f"{row.id()}: no physical limit beside it")
            limit = number(statistics.median(samples))
        found.append([row.work, text, limit, aim, *(theirs(row, who, middle, figures, notes) for who in rows.PEERS)])
    return found, notes.texts


def draw(results: dict) -> str:
    """The table in Markdown with what it says about itself, ending in a newline."""
    body, notes = cells(results)
    lines = [HEAD, ["---"] * len(HEAD), *body]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    for column, width in enumerate(widths):
        lines[1][column] = "-" * width
    table = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines]
    size = f"{results['octets'] >> 20:,} MiB"
    about = (f"{results['date']}, Sequent {results['sequent']} at {results['commit'] or 'no commit'}, "
             f"{results['machine']}, {results['compiler']}; {results['runs']} runs of {size} each.")
    remarks = [f"{i}. {note}" for i, note in enumerate(notes, 1)]
    return "\n".join([about, "", *table, "", "*n*× : the peer takes *n* times as much as Sequent, median by median. "
                      "limit: the copies and checksums alone. Why a figure is missing:", "", *remarks]) + "\n"


def compact(table: str) -> str:
    """The same without the blanks that align a table, for files that are read rendered."""
    return re.sub(r"(?m)^\|.*\|$", lambda line: re.sub(r"-{3,}", "---", re.sub(r" {2,}", " ", line[0])), table)


def split(text: str, path: str) -> tuple:
    """What stands before, between and after the markers. Raises Problem unless each is there once, in order."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise Problem(f"{path}: needs {BEGIN} and after it {END}, once each")
    before, rest = text.split(BEGIN)
    between, after = rest.split(END)
    return before + BEGIN, between, END + after


def with_table(text: str, results: dict, path: str) -> str:
    """The text with the table between its markers replaced."""
    before, _, after = split(text, path)
    return f"{before}\n{compact(draw(results))}{after}"


def works(text: str, path: str) -> list:
    """The first column of the table between the markers, its head left out."""
    _, between, _ = split(text, path)
    lines = [line for line in between.split("\n") if line.startswith("|")]
    return [line.split("|")[1].strip() for line in lines[2:]]


def sample_results() -> dict:
    """Made-up figures for every row, for checking the checks."""
    figures = {}
    for row in rows.ROWS:
        for who in (row.who, row.limit, *row.peers):
            if who:
                figures.setdefault(row.aliases.get(who, row.figure), {})[who] = [1.0, 2.0, 3.0]
    return {"figures": figures, "absent": {}, "octets": 2**30, "date": "2000-01-01", "sequent": "0.0.0", "commit": "",
            "machine": "none", "compiler": "none", "runs": 3}


def self_check(text: str, path: str) -> list:
    """What is wrong: with the table in the text, or with the checks themselves, which must notice a missing figure."""
    found = []
    full = sample_results()
    draw(full)
    for figure, samples in full["figures"].items():
        for who in samples:
            fewer = {**full, "figures": {**full["figures"], figure: {k: v for k, v in samples.items() if k != who}}}
            try:
                draw(fewer)
                found.append(f"without {figure} of {who} the table is drawn all the same")
            except Problem:
                pass
    try:
        if works(with_table(text, full, path), path) != [row.work for row in rows.ROWS]:
            found.append("the rows drawn are not those read back")
        named = works(text, path)
        if named and named != [row.work for row in rows.ROWS]:
            found.append(f"{path}: its rows are not those of tools/benchmarking/rows.py: run tools/bench --write")
    except Problem as problem:
        found.append(str(problem))
    return found
