"""The checks of tools/tidy. Each takes a Tree and yields findings; none writes anything."""

import ast
import csv
import fnmatch
import os
import re
import subprocess
from typing import Iterator, NamedTuple

# The rooms of impl/sequent, in their order: a room includes itself and those before it, never one behind, and nothing in
# a circle. A door, a header at the top, is of a room too.
ROOMS = ("base", "tables", "wire", "core", "congestion", "recovery", "transfer", "connection", "stack")
DOORS = {"config": "base", "step": "core", "connection": "connection", "stack": "stack", "sequent": "stack"}

# Where one class is too long for a file: a part, NAME.inl.hpp, holds members of its owner's class and includes it; the
# owner includes its parts at its end, and nobody else does. An owner and its parts count as one in the search for
# circles. A part's owner is the door of its room where there is one that has such parts, else the header named here.
PART = ".inl"
OWNERS = {"recovery/giving_up.inl": "recovery/loss_recovery", "recovery/losses.inl": "recovery/loss_recovery",
          "recovery/window.inl": "recovery/loss_recovery", "transfer/sender_input.inl": "transfer/sender",
          "transfer/sender_path.inl": "transfer/sender", "transfer/sender_text.inl": "transfer/sender"}

MAX_IMPL_LINES = 410
MAX_FUNCTION_LINES = 80
CODE_FOLDERS = ("impl", "model", "proofs", "fuzz", "tests", "tools", "examples", "bench")

# Written in halves, so that this file does not trip its own check.
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" "DO", "FIX" "ME", "XX" "X", "HA" "CK")) + r")\b|^[<>]{7} ")
MACHINE_PATH = re.compile(r"(?<![\w.}/-])/(?:" + "|".join(("work", "home", "root", "tmp", "Users")) + r")/")

# What looks like the name of a rule or requirement, and what is known to look so without being one.
NAME = re.compile(r"(?<![\w/#.-])[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*-\d+[a-z]?(?![\w-]|\.\w)")
NOT_NAMES = re.compile(r"FIN-WAIT-[12]|UTF-8|SHA-\d+|MD-5|CVE-\d+-\d+|ISO-\d+(-\d+)*|IEEE-\d+|IPV-[46]|BSD-[23]")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


class Finding(NamedTuple):
    path: str
    line: int
    text: str


class Tree:
    """The text files of a source tree, by path relative to its root."""

    def __init__(self, root: str):
        self.root = root
        self.texts = {}
        for path in sorted(self._paths()):
            try:
                with open(os.path.join(root, path), encoding="utf-8") as file:
                    self.texts[path] = file.read()
            except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
                continue  # binary, or deleted but not yet committed

    def _paths(self) -> list[str]:
        if os.path.exists(os.path.join(self.root, ".git")):
            command = ["git", "-C", self.root, "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
            return [path for path in subprocess.run(command, check=True, capture_output=True, text=True)
                    .stdout.split("\0") if path]
        found = []
        for folder, folders, files in os.walk(self.root):
            folders[:] = [name for name in folders if name != ".git" and not name.startswith("build")]
            found += [os.path.relpath(os.path.join(folder, name), self.root) for name in files]
        return found

    def under(self, folders, suffixes) -> Iterator[tuple[str, str]]:
        for path, text in self.texts.items():
            if path.split("/")[0] in folders and path.endswith(suffixes):
                yield path, text

    def docs(self) -> Iterator[tuple[str, str]]:
        for path, text in self.texts.items():
            if path.endswith(".md") and (path == "README.md" or path.startswith("docs/")):
                yield path, text


def includes(text: str) -> Iterator[tuple[int, str, str]]:
    """Line number, delimiter and name of each include."""
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match[1], match[2]


def room_of(header: str) -> str | None:
    """The room of a header named like "congestion/reno" or "stack"; None if it has none."""
    room = header.partition("/")[0] if "/" in header else DOORS.get(header)
    return room if room in ROOMS else None


def owner_of(header: str) -> str | None:
    """The header whose class a part has members of; None for what is no part."""
    return OWNERS.get(header, header.partition("/")[0]) if header.endswith(PART) else None


def rooms(tree: Tree) -> Iterator[Finding]:
    """impl/ includes its own room and those before it, without circles."""
    graph = {}
    for path, text in tree.under(("impl",), (".hpp",)):
        name = path.removeprefix("impl/sequent/").removesuffix(".hpp")
        own, owner = room_of(name), owner_of(name)
        edges = graph.setdefault(owner or name, [])
        if own is None:
            yield Finding(path, 1, "is in no room: see ROOMS and DOORS in tools/tidy_checks.py")
            continue
        for number, delimiter, target in includes(text):
            if delimiter == "<" and not target.startswith("sequent/"):
                continue
            if not re.fullmatch(r"sequent/.+\.hpp", target) or "impl/" + target not in tree.texts:
                yield Finding(path, number, f"includes {target}, which is not a header of impl/sequent")
                continue
            included = target.removeprefix("sequent/").removesuffix(".hpp")
            theirs, their_owner = room_of(included), owner_of(included)
            if their_owner not in (None, name):
                yield Finding(path, number, f"includes {target}, which only its owner may include")
            if their_owner != name and owner != included:
                edges.append((path, number, their_owner or included))
            if theirs is not None and ROOMS.index(theirs) > ROOMS.index(own):
                yield Finding(path, number, f"is in {own} and includes {target} of {theirs}")
    yield from circles(graph)


def circles(graph: dict[str, list[tuple[str, int, str]]]) -> Iterator[Finding]:
    """The includes, given as path, line and target, that lead back to where they came from."""
    done, way = set(), []

    def visit(name):
        way.append(name)
        for path, number, target in graph.get(name, ()):
            if target in way:
                circle = way[way.index(target):] + [target]
                yield Finding(path, number, "closes a circle of includes: " + " -> ".join(circle))
            elif target not in done:
                yield from visit(target)
        way.pop()
        done.add(name)

    for name in graph:
        if name not in done:
            yield from visit(name)


def walls(tree: Tree) -> Iterator[Finding]:
    """model/ knows only itself; impl/ knows nothing outside it."""
    for path, text in tree.under(("model",), (".hpp", ".cpp", ".h")):
        for number, delimiter, target in includes(text):
            own = delimiter == '"' and target.startswith("model/") and ".." not in target
            system = delimiter == "<" and not re.match(r"(sequent|impl)/", target)
            if not own and not system:
                yield Finding(path, number, f"model/ includes {target}")
    for path, text in tree.under(("impl",), (".hpp",)):
        for number, _, target in includes(text):
            if re.search(r"(^|/)(model|proofs|fuzz|tests|tools)/", target):
                yield Finding(path, number, f"impl/ includes {target}")


def file_length(tree: Tree) -> Iterator[Finding]:
    for path, text in tree.under(("impl",), (".hpp",)):
        lines = text.count("\n")
        if lines > MAX_IMPL_LINES:
            yield Finding(path, lines, f"has {lines} lines, more than {MAX_IMPL_LINES}")


TOKENS = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^(\s]*)\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'|^[ \t]*#(?:\\\n|[^\n])*", re.DOTALL | re.MULTILINE)
SCOPE = re.compile(r"\b(namespace|class|struct|union|enum|concept|extern)\b")


def bare(text: str) -> str:
    """C++ without comments, literals and preprocessor lines; every line keeps its number."""
    return TOKENS.sub(lambda match: "\n" * match[0].count("\n") or '""', text)


def cpp_functions(text: str) -> Iterator[tuple[int, int]]:
    """First and last line of each outermost function body, told by its braces; raises ValueError if they do not pair.

    A brace opens a function if what stands before it, back to the last end of a statement or block, has parentheses and
    is no class or namespace; or if it follows the brace that ends the initialiser of a member.
    """
    code = bare(text)
    stack, begin, line, head_start = [], 0, 1, 0
    for position, character in enumerate(code):
        if character == "\n":
            line += 1
        elif character == ";":
            begin = position + 1
        elif character == "{":
            head = code[begin:position]
            outside_parentheses = re.sub(r"\([^()]*\)|<[^<>]*>", "", head)
            inside = any(kind for kind, _ in stack)
            after_initialiser = not head.strip() and code[:position].rstrip().endswith("}")
            function = not inside and not SCOPE.search(outside_parentheses) and ("(" in head or after_initialiser)
            head_start = line - head.lstrip().count("\n")
            stack.append((function, head_start))
            begin = position + 1
        elif character == "}":
            if not stack:
                raise ValueError(line)
            function, start = stack.pop()
            if function:
                yield start, line
            begin = position + 1
    if stack:
        raise ValueError(line)


def function_length(tree: Tree) -> Iterator[Finding]:
    for path, text in tree.under(CODE_FOLDERS, (".hpp", ".cpp", ".h")):
        try:
            functions = list(cpp_functions(text))
        except ValueError as where:
            yield Finding(path, where.args[0], "braces do not pair, so functions cannot be measured")
            continue
        for start, end in functions:
            if end - start + 1 > MAX_FUNCTION_LINES:
                yield Finding(path, start, f"a function of {end - start + 1} lines, more than {MAX_FUNCTION_LINES}")
    for path, text in tree.under(CODE_FOLDERS, ("",)):
        if not path.endswith(".py") and not re.match(r"#!.*python", text):
            continue
        for node in ast.walk(ast.parse(text, path)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno + 1 > MAX_FUNCTION_LINES:
                yield Finding(path, node.lineno, f"a function of {node.end_lineno - node.lineno + 1} lines")


def by_line(tree: Tree, pattern: re.Pattern, what: str) -> Iterator[Finding]:
    for path, text in tree.texts.items():
        for number, line in enumerate(text.splitlines(), 1):
            match = pattern.search(line)
            if match:
                yield Finding(path, number, f"{what}: {match[0]}")


def unfinished(tree: Tree) -> Iterator[Finding]:
    yield from by_line(tree, UNFINISHED, "a mark of unfinished work")


def machine_paths(tree: Tree) -> Iterator[Finding]:
    yield from by_line(tree, MACHINE_PATH, "a path of somebody's machine")


def known_names(tree: Tree) -> set[str]:
    """The requirements of docs/requirements.csv and the rules of model/spec/rules/*.hpp."""
    names = {row["id"] for row in csv.DictReader(tree.texts.get("docs/requirements.csv", "").splitlines())}
    for path, text in tree.under(("model",), (".hpp",)):
        if fnmatch.fnmatchcase(path, "model/spec/rules/*.hpp"):
            names |= {literal for literal in re.findall(r'"([^"\n]*)"', text) if NAME.fullmatch(literal)}
    return names


def names(tree: Tree) -> Iterator[Finding]:
    """Docs name only rules and requirements that exist."""
    known = known_names(tree)
    for path, text in tree.docs():
        for number, line in enumerate(text.splitlines(), 1):
            for match in NAME.finditer(line):
                if match[0] not in known and not NOT_NAMES.fullmatch(match[0]):
                    yield Finding(path, number, f"{match[0]} is neither a rule nor a requirement")


# A call of CMake, to the end of its line; a backslash or a comma there continues it.
CMAKE = re.compile(r"""(?:(?<![\w/.-])cmake|\$\{CMAKE_COMMAND\})["']?,?[ \t]+(?:[\\,]\n|[^\n])*""")
CONFIGURES = re.compile(r"""[\s"'](?:-[SB]|\.\.?(?=[\s"',]|$))""")
GENERATOR = re.compile(r"""[\s"'](?:-G|--preset)""")


def generators(tree: Tree) -> Iterator[Finding]:
    """Whatever configures says with which generator: CMake's default wants a make, which need not be there."""
    for path, text in tree.texts.items():
        if path.endswith((".md", ".patch", ".hpp", ".cpp")):
            continue
        for match in CMAKE.finditer(text):
            if CONFIGURES.search(match[0]) and not GENERATOR.search(match[0]):
                yield Finding(path, text.count("\n", 0, match.start()) + 1, "configures CMake and names no generator")


# A block of code in the docs that stands, but for its indentation, in a file that is built and run.
QUOTED = re.compile(r"^<!-- quoted: (\S+) -->\n+(```\w*\n(?P<code>.*?)^```$)?", re.DOTALL | re.MULTILINE)


def quotations(tree: Tree) -> Iterator[Finding]:
    """What the docs say is quoted is."""
    for path, text in tree.docs():
        for match in QUOTED.finditer(text):
            source = tree.texts.get(match[1])
            stands = [line.strip() for line in (source or "").splitlines()]
            wanted = [line.strip() for line in (match["code"] or "").splitlines()]
            if not wanted or not any(stands[at:at + len(wanted)] == wanted for at in range(len(stands))):
                yield Finding(path, text.count("\n", 0, match.start()) + 1, f"quotes what does not stand in {match[1]}")


# A link, an image, and a name said to stand in what is linked: [`name()`](file), or `name()` in [`file`](file).
LINK = re.compile(r"(?:`(?P<beside>[\w:]+)(?:\(\))?` in )?\[(?P<words>[^\]\n]*)\]\((?P<target>[^)\s]+)\)")
IMAGE = re.compile(r"<(?:img|source)\b[^>]*?\s(?:src|srcset)=\"(?P<target>[^\"]+)\"")
FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
PICTURES = "docs/pictures/"


def anchors(text: str) -> set[str]:
    """What the headings of a page are linked by."""
    heads = re.findall(r"^#+ +(.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def stands_in(tree: Tree, name: str, target: str) -> bool:
    """Whether a name in code font is what is linked, or stands in it: a path by its end, anything else as a word."""
    name = name.removesuffix("()")
    if "/" in name or target.endswith(name):
        return f"/{target}".endswith(f"/{name.strip('/')}")
    wanted = name.rpartition("::")[2]
    inside = [text for path, text in tree.texts.items() if path == target or path.startswith(target + "/")]
    return any(re.search(rf"(?<![\w-]){re.escape(wanted)}(?![\w-])", text) for text in inside)


def links(tree: Tree) -> Iterator[Finding]:
    """Every link of a page leads somewhere; what it says stands there does."""
    drawn = any(path.startswith(PICTURES) for path in tree.texts)
    for path, text in tree.texts.items():
        if not path.endswith(".md"):
            continue
        plain = FENCE.sub(lambda block: "\n" * block[0].count("\n"), text)
        for match in (*LINK.finditer(plain), *IMAGE.finditer(plain)):
            file, _, anchor = match["target"].partition("#")
            if re.match(r"\w+:", file):
                continue
            target = os.path.normpath(os.path.join(os.path.dirname(path), file)) if file else path
            said = match.groupdict()
            names = [name for name in (said.get("beside"), *re.findall(r"^`([^`]+)`$", said.get("words") or "")) if name]
            if target.startswith(PICTURES) and not drawn:
                continue  # a tree from which nothing has drawn its pictures
            line = text.count("\n", 0, match.start()) + 1
            if not os.path.exists(os.path.join(tree.root, target)):
                yield Finding(path, line, f"links to {target}, which is not there")
            elif anchor and anchor not in anchors(tree.texts.get(target, "")):
                yield Finding(path, line, f"links to #{anchor}, which is no heading of {target}")
            for name in names:
                if os.path.exists(os.path.join(tree.root, target)) and not stands_in(tree, name, target):
                    yield Finding(path, line, f"says {name}, which does not stand in {target}")


CHECKS = (
    ("rooms", "impl/ includes only its own room and those before it, in no circle", rooms),
    ("walls", "model/ and impl/ do not include one another", walls),
    ("file length", f"no header of impl/ over {MAX_IMPL_LINES} lines", file_length),
    ("function length", f"no function over {MAX_FUNCTION_LINES} lines", function_length),
    ("unfinished", "no mark of unfinished work", unfinished),
    ("machine paths", "no path of somebody's machine", machine_paths),
    ("generators", "whatever configures CMake names a generator", generators),
    ("names", "docs name only rules and requirements that exist", names),
    ("quotations", "what the docs quote stands in the file that is built", quotations),
    ("links", "links lead somewhere, and what they name stands there", links),
)
