"""What the sources say of themselves: which sections of which RFCs they implement, specify or check.

Three things count. A citation in a comment ("RFC 8985 section 6.2", "MUST-36") says what a header of impl/ or model/spec/
is about. A line "// covers: TAG …" ("# covers: …" in Python and shell) says what a test, property, theorem, scenario,
fuzz target or script checks; so do the source that a theorem names in quotes ("rfc9293#3.4") and the suites of tests/rfc
(rfc8985_section_6_2, section_3_8_4). A line "// implements: TAG …" says it for what no RFC has a section for.

An oracle or rule counts as a judge only where an engine includes it, at first hand or through other headers.

A TAG is a requirement's name (MUST-36), an RFC with or without a section ("rfc8985", "rfc8985#6.2/4"), or the id of a
feature in docs/features.csv ("pacing").
"""
import re
from pathlib import Path
from typing import NamedTuple

REQUIREMENT = re.compile(r"\b(?:MUST|SHLD|MAY|REC|U)-\d+\b")
RFC_TAG = re.compile(r"\brfc\d+(?:#[\w./-]*\w)?")
FEATURE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
MARKED = re.compile(r"(?://+|#) *(?:covers|implements):(.*)")
SUITE = re.compile(r"^TEST(?:_[FP])?\((rfc\d+_)?(section|appendix)_(\w+?),", re.MULTILINE)
ONE = r"(?:\d+|[A-Z](?!\w))(?:\.[0-9A-Z]+)*"
CITATION = re.compile(rf"\bRFC (\d+)(?:(?:,)? (?:sections?|appendix) ({ONE}(?:(?:, | and | to |, and ){ONE})*))?")


class Kind(NamedTuple):
    """One sort of source: what it is evidence of, where it stands, and how it says what it is about."""
    name: str
    patterns: tuple
    reads: str  # "prose", "marks", "quotes" (and marks) or "suites" (and marks)
    but: tuple = ()


# proofs/guards.cpp and tests/spec are about the specification alone: they check no code.
KINDS = (
    Kind("code", ("impl/**/*.hpp",), "prose"),
    Kind("oracle", ("model/spec/**/*.hpp",), "prose"),
    Kind("oracle", ("tests/property/**/*_subject.hpp",), "marks"),
    Kind("proven", ("proofs/*.cpp",), "quotes", ("proofs/guards.cpp",)),
    Kind("exhaustive", ("model/check/scenarios.hpp",), "marks"),
    Kind("sampled", ("tests/property/**/*.cpp", "fuzz/*_target.cpp"), "marks"),
    Kind("observed", ("tests/interop/**/*.py", "tests/interop/*.sh"), "marks"),
    Kind("tests", ("tests/unit/**/*.cpp", "tests/rfc/*.cpp"), "suites"),
    Kind("specification's tests", ("tests/spec/**/*.cpp", "proofs/guards.cpp"), "quotes"),
)
ENGINES = ("proven", "exhaustive", "sampled", "observed")
# What engines are compiled from. The specification's own tests are none: what only they include judges nothing.
ENGINE_SOURCES = ("proofs/*.cpp", "model/check/*.hpp", "tools/sequent/*.cpp", "tests/property/**/*.cpp", "fuzz/*_target.cpp")
INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)


class Place(NamedTuple):
    """A source, and the tags that it carries. `marked` are those from covers: and implements: lines as they stand."""
    file: str
    kind: str
    tags: frozenset
    marked: tuple


def marked(text: str) -> list[str]:
    """The words of all covers: and implements: lines."""
    return [word for line in MARKED.findall(text) for word in re.split(r"[\s,]+", line.strip()) if word]


def cited(text: str) -> set[str]:
    """What a source's prose cites, across line ends of its comments."""
    joined = re.sub(r"\s*\n\s*//+<? *", " ", text)
    found = set(REQUIREMENT.findall(joined)) | set(RFC_TAG.findall(joined))
    for number, sections in CITATION.findall(joined):
        found |= {f"rfc{number}#{one}" for one in re.findall(ONE, sections)} or {f"rfc{number}"}
    return found


def suites(text: str) -> set[str]:
    """What the names of suites cite: rfc8985_section_6_2, or section_3_8_4 of RFC 9293."""
    return {f"{(rfc or 'rfc9293_')[:-1]}#{section.upper().replace('_', '.')}"
            for rfc, _, section in SUITE.findall(text)}


def judges(root: Path) -> dict[str, tuple]:
    """From each header that an engine includes, however indirectly, to the engines' sources that do, sorted."""
    included: dict[str, set[str]] = {}

    def headers(name: str) -> set[str]:
        if name not in included:
            included[name] = set()
            if (root / name).is_file():
                direct = set(INCLUDE.findall((root / name).read_text(encoding="utf-8")))
                included[name] = direct.union(*(headers(each) for each in direct))
        return included[name]

    found: dict[str, list[str]] = {}
    for source in sorted({str(file.relative_to(root)) for pattern in ENGINE_SOURCES for file in root.glob(pattern)}):
        for header in headers(source):
            found.setdefault(header, []).append(source)
    return {header: tuple(sources) for header, sources in found.items()}


def places(root: Path) -> list[Place]:
    """Every source that has something to say."""
    found = []
    included = judges(root)
    for kind in KINDS:
        for file in sorted({file for pattern in kind.patterns for file in root.glob(pattern)}):
            name = str(file.relative_to(root))
            if name in kind.but or (kind.name == "oracle" and name not in included):
                continue
            text = file.read_text(encoding="utf-8")
            marks = marked(text)
            tags = set(marks)
            if kind.reads == "prose":
                tags |= cited(text)
            elif kind.reads == "quotes":
                tags |= set(re.findall(r'"(rfc\d+#[^"\s]+)"', text))
            elif kind.reads == "suites":
                tags |= suites(text)
            found.append(Place(name, kind.name, frozenset(tags), tuple(marks)))
    return found


def under(tag: str, section: str) -> bool:
    """Whether a tag belongs to a section: it is the same, or further down."""
    return tag == section or tag.startswith((section + "/", section + ".") if "#" in section else section + "#")
