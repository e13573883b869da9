"""The table of features: what docs/features.csv lists, where it is, what specifies it and what checks it."""

from typing import NamedTuple

from reporting.tags import ENGINES, FEATURE, Place, under

CHECKS = (*ENGINES, "tests")


class Feature(NamedTuple):
    """A row of docs/features.csv, and the sources that carry its tags, by their kind."""
    id: str
    group: str
    what: str
    sections: tuple
    reason: str
    found: dict

    def gap(self) -> str:
        """What it lacks to need no reason; empty if nothing."""
        if "code" not in self.found:
            return "no code"
        return "" if any(kind in self.found for kind in ENGINES) else "no check of an engine"


def resolved(tags, sections_of: dict) -> set[str]:
    """Tags, and for requirements of RFC 9293 their sections besides."""
    return set(tags) | {section for tag in tags for section in sections_of.get(tag, ())}


def gathered(rows: list[dict], places: list[Place], sections_of: dict) -> list[Feature]:
    """The features of docs/features.csv with what was found of each."""
    said = [(place, resolved(place.tags, sections_of)) for place in places]
    features = []
    for row in rows:
        wanted = (row["id"], *row["sections"].split())
        found: dict[str, list[str]] = {}
        for place, tags in said:
            if any(under(tag, section) for tag in tags for section in wanted):
                found.setdefault(place.kind, []).append(place.file)
        features.append(Feature(row["id"], row["group"], row["feature"], wanted[1:], row["reason"], found))
    return features


def faults(features: list[Feature], places: list[Place], sections_of: dict) -> list[str]:
    """What is wrong with features and tags, a line each."""
    wrong = []
    for feature in features:
        gap = feature.gap()
        if gap and not feature.reason:
            wrong.append(f"docs/features.csv: {feature.id} has {gap} and no reason")
        if feature.reason and not gap:
            wrong.append(f"docs/features.csv: {feature.id} has code, a check of an engine, and a reason for lacking one")
    ids = [feature.id for feature in features]
    wrong += [f"docs/features.csv: {name} stands twice" for name in sorted({n for n in ids if ids.count(n) > 1})]
    said = set().union(*(resolved(place.tags, sections_of) for place in places))
    for feature in features:
        for section in feature.sections:
            if not feature.reason and not any(under(tag, section) for tag in said):
                wrong.append(f"docs/features.csv: {section} of {feature.id} is cited nowhere")
    known = [section for feature in features for section in feature.sections]
    of_rfc_9293 = {section for sections in sections_of.values() for section in sections}
    for place in places:
        for tag in place.marked:
            named = tag in ids or tag in sections_of or tag in of_rfc_9293
            if not named and not any(under(tag, section) for section in known):
                what = "feature" if FEATURE.fullmatch(tag) and not tag.startswith("rfc") else "section of a feature"
                wrong.append(f"{place.file}: {tag} is no {what} in docs/features.csv, nor a requirement")
    return wrong


def citation(sections: tuple) -> str:
    """Sections as people write them: the RFCs once each, with the sections that were named."""
    named: dict[str, list[str]] = {}
    for section in sections:
        rfc, _, part = section.removeprefix("rfc").partition("#")
        named.setdefault(rfc, []).extend([part] if part else [])
    return "; ".join(f"{rfc} {', '.join(parts)}".strip() for rfc, parts in named.items())


def files(names: list[str], folders: tuple) -> str:
    """File names without the folders that go without saying."""
    for folder in folders:
        names = [name.removeprefix(folder) for name in names]
    return ", ".join(f"`{name}`" for name in names)


def groups(features: list[Feature]) -> dict[str, list[Feature]]:
    found: dict[str, list[Feature]] = {}
    for feature in features:
        found.setdefault(feature.group, []).append(feature)
    return found


def idle(oracles: list[str], included: dict) -> list[str]:
    """What is wrong with oracles that no engine includes, a line each."""
    return [f"{name} is included by no engine: it judges nothing" for name in oracles if name not in included]


def judges(oracles: list[str], included: dict) -> list[str]:
    """The table of oracles and the engines' sources that include them."""
    lines = ["", "## Judges", "", "What each oracle of `model/spec` is included by, at first hand or through other headers.", "",
             "| oracle | engines |", "|---|---|"]
    for name in oracles:
        users = files(list(included.get(name, ())), ("tests/",))
        lines.append(f"| `{name.removeprefix('model/spec/')}` | {users or '*none*'} |")
    return lines


def page(features: list[Feature], summary: str, oracles: list[str], included: dict) -> str:
    """docs/features.md: a line a feature, how many requirements are met, and the same in full."""
    lines = [
        "# Features",
        "",
        "A line is a feature. Its last column says which engines judge it, in the four words of the README, and *tests* where ordinary",
        "tests do; in italics, what it lacks and why. [Below](#where-each-stands) the same list names headers, oracles and checks.",
        "",
        "Drawn by `tools/requirements` from `features.csv` and from what the sources say of themselves; a test fails when a feature has",
        "neither code and a check of an engine nor a reason.",
        "",
        *table(features),
        "",
        summary,
        "",
        "## Where each stands",
        "",
        "A header is found by the sections that it cites, a check by its lines `covers:`, a theorem by the sources that it names, and a",
        "suite of `tests/rfc` by its name. A check stands here if it judges what the section asks, in part at least; what exactly it",
        "claims, within which bounds, is said by `tools/verify` and [claims.md](claims.md).",
    ]
    for group, members in groups(features).items():
        lines += ["", f"### {group}", "", "| feature | RFC | in | specification or oracle | checks |", "|---|---|---|---|---|"]
        for feature in members:
            checks = [f"**{kind}** {files(feature.found[kind], ('tests/', 'model/check/', 'interop/support/'))}"
                      for kind in CHECKS if kind in feature.found]
            if feature.reason:
                checks.append(f"*{feature.reason}*")
            lines.append(f"| {feature.what} | {citation(feature.sections)} "
                         f"| {files(feature.found.get('code', []), ('impl/sequent/',))} "
                         f"| {files(feature.found.get('oracle', []), ('model/spec/', 'tests/property/'))} "
                         f"| {'<br>'.join(checks)} |")
    return "\n".join(lines + judges(oracles, included)) + "\n"


def table(features: list[Feature]) -> list[str]:
    """The features in short, a line each."""
    lines = []
    for group, members in groups(features).items():
        lines += ["", f"| {group} | RFC | checked |", "|---|---|---|"]
        for feature in members:
            words = ", ".join(kind for kind in CHECKS if kind in feature.found)
            reason = f"*{feature.reason}*" if feature.reason else ""
            lines.append(f"| {feature.what} | {citation(feature.sections)} | {'; '.join(filter(None, (words, reason)))} |")
    return lines[1:]
