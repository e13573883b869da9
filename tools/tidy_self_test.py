"""The negative control of tools/tidy: a clean tree on which no check reports anything, and seeded violations of which
each must be reported by the check it belongs to, and by that one alone."""

import os
import tempfile

import tidy_checks

CLEAN = {
    "impl/sequent/config.hpp": "#pragma once\n",
    "impl/sequent/base/word.hpp": '#include <cstdint>\n#include "sequent/config.hpp"\n',
    "impl/sequent/base/seq.hpp": '#include "sequent/base/word.hpp"\n',
    "impl/sequent/step.hpp": '#include "sequent/base/seq.hpp"\n',
    "impl/sequent/connection/buffers.hpp": '#include <sequent/step.hpp>\n',
    "impl/sequent/connection.hpp":
        '#include "sequent/connection/buffers.hpp"\n#include "sequent/connection/calls.inl.hpp"\n',
    "impl/sequent/connection/calls.inl.hpp": '#include "sequent/connection.hpp"\n#include "sequent/base/seq.hpp"\n',
    "model/spec/state.hpp": "#include <vector>\n",
    "model/spec/rules/reset.hpp": '#include "model/spec/state.hpp"\ninline constexpr rule a{.id = "RST-3"};\n',
    "tests/unit/base/seq_test.cpp": '#include "sequent/base/seq.hpp"\n#include "model/spec/state.hpp"\nTEST(seq, wraps) {\n}\n',
    "docs/requirements.csv": "id,level,section\nMUST-2,MUST,3.1\n",
    "docs/rules.md": "RST-3 meets MUST-2 in FIN-WAIT-2, see `impl/work/` and the file named X-1.txt.\n",
}


def function(lines: int, head: str = "void long_one()") -> str:
    """A C++ function of so many lines, with the things that mislead a counter of braces."""
    misleading = ['  char c = \'{\'; // {', '  auto s = "{"; int n = 1\'000;', "  if (n) { n = 0; } /* { */"]
    body = (misleading + ["  ;"] * lines)[: lines - 2]
    return "\n".join([head + " {", *body, "}"]) + "\n"


LIMIT = tidy_checks.MAX_FUNCTION_LINES
METHOD = "struct holder {\n  holder(int a)\n      : a_{a},\n        b_{a} "
MARK = "TO" + "DO"
PLACE = "/" + "home" + "/someone/sequent"
CALL = "cma" + "ke"

# check, path, content in place of what the clean tree has there
SEEDED = (
    ("rooms", "impl/sequent/base/word.hpp", '#include "sequent/step.hpp"\n'),
    ("rooms", "impl/sequent/base/word.hpp", '#include "sequent/base/seq.hpp"\n'),  # same room, in a circle
    ("rooms", "impl/sequent/unlisted.hpp", "#pragma once\n"),
    ("rooms", "impl/sequent/attic/unlisted.hpp", "#pragma once\n"),
    ("rooms", "impl/sequent/base/seq.hpp", '#include "sequent/step.hpp"\n'),  # a door of a room behind
    ("rooms", "impl/sequent/base/seq.hpp", '#include "sequent/nowhere.hpp"\n'),
    ("rooms", "impl/sequent/base/seq.hpp", '#include "word.hpp"\n'),
    ("rooms", "impl/sequent/connection/buffers.hpp", '#include "sequent/connection.hpp"\n'),  # a circle with the owner
    ("rooms", "impl/sequent/connection/buffers.hpp", '#include "sequent/connection/calls.inl.hpp"\n'),  # and with a part
    ("rooms", "impl/sequent/sequent.hpp", '#include "sequent/connection/calls.inl.hpp"\n'),  # a part is its owner's alone
    ("walls", "model/spec/state.hpp", '#include "sequent/base/seq.hpp"\n'),
    ("walls", "model/spec/state.hpp", "#include <sequent/base/seq.hpp>\n"),
    ("walls", "model/spec/state.hpp", '#include "impl/sequent/base/seq.hpp"\n'),
    ("walls", "model/spec/state.hpp", '  #  include "../../impl/sequent/seq.hpp"\n'),
    ("walls", "impl/sequent/base/seq.hpp", "#include <model/spec/state.hpp>\n"),
    ("file length", "impl/sequent/base/seq.hpp", "\n" * (tidy_checks.MAX_IMPL_LINES + 1)),
    ("function length", "tests/unit/base/seq_test.cpp", function(LIMIT + 1)),
    ("function length", "model/spec/state.hpp", "namespace a {\n" + function(LIMIT + 1, "auto f() -> int") + "}\n"),
    ("function length", "fuzz/a_target.cpp",
     "struct s {\n" + function(LIMIT + 1, "template <class T>\nvoid f(T t)") + "};\n"),
    ("function length", "proofs/a.cpp", "const rule r{.then = []" + function(LIMIT + 1, "(int a)") + "};\n"),
    ("function length", "examples/a.cpp", METHOD + "{" + "\n" * LIMIT + "}\n};\n"),
    ("function length", "tools/a.cpp", "void f() {\n"),
    ("function length", "tools/script", "#!/usr/bin/env python3\ndef f():\n" + "    pass\n" * LIMIT),
    ("unfinished", "model/spec/state.hpp", f"// {MARK}: the rest\n"),
    ("unfinished", "docs/rules.md", f"{MARK}\n"),
    ("unfinished", "docs/rules.md", "<" * 7 + " HEAD\n"),  # of a merge
    ("machine paths", "docs/rules.md", f"See {PLACE}.\n"),
    ("machine paths", "tools/script", f"#!/bin/sh\ncd {PLACE}\n"),
    ("generators", "tests/package/check", f"#!/bin/sh\n{CALL} -S . -B build -DCMAKE_BUILD_TYPE=Release\n"),
    ("generators", "tests/package/check", f"{CALL} -S \"$1\" \\\n  -B \"$2\"\n"),
    ("generators", "tests/tools/a_test.py", f'run(["{CALL}", "-S", root,\n     "-B", build])\n'),
    ("generators", "tests/a/CMakeLists.txt", 'add_test(NAME a COMMAND "${CMAKE_' 'COMMAND}" -S . -B b)\n'),
    ("generators", ".ci/run", f"cd build && {CALL} ..\n"),
    ("names", "docs/rules.md", "As RST-4 says.\n"),
    ("names", "docs/rules.md", "As NOSUCH-1 says.\n"),
    ("names", "docs/deep/down.md", "It meets MUST-999.\n"),
    ("names", "README.md", "It meets **SHLD-1**.\n"),
    ("quotations", "docs/rules.md", "<!-- quoted: examples/none.cpp -->\n```cpp\nint a;\n```\n"),
    ("quotations", "docs/rules.md", "<!-- quoted: impl/sequent/base/seq.hpp -->\n```cpp\nint no_such_line;\n```\n"),
    ("quotations", "docs/rules.md", "<!-- quoted: impl/sequent/base/seq.hpp -->\nNo code.\n"),
    ("links", "docs/rules.md", "See [there](nowhere.md).\n"),
    ("links", "docs/deep/down.md", "See [there](impl/sequent/base/seq.hpp).\n"),  # as if from the top
    ("links", "docs/rules.md", "# A heading\n```\n# no heading\n```\n[below](#no-heading)\n"),
    ("links", "docs/rules.md", "See [`gone()`](../model/spec/state.hpp).\n"),
    ("links", "docs/rules.md", "See `gone()` in [`spec/state.hpp`](../model/spec/state.hpp).\n"),
    ("links", "docs/rules.md", "See [`rules/state.hpp`](../model/spec/state.hpp).\n"),
    ("links", "README.md", '<img src="docs/none.svg" alt="Nothing.">\n'),
    ("links", "README.md", '<source media="a" srcset="docs/none.svg">\n'),
)

# What must not be reported: path and content.
INNOCENT = (
    ("tests/unit/base/seq_test.cpp", function(LIMIT)),
    ("tests/unit/base/seq_test.cpp", "namespace a {\n" + function(LIMIT) * 3 + "}\n"),
    ("tests/unit/base/seq_test.cpp", "const char* text[] = {\n" + '  R"x(}{{)x",\n' * (LIMIT + 1) + "};\n"),
    ("model/spec/rules/more.hpp",
     "constexpr std::array<row, 90> rows{{\n" + '  {"f()", a()},\n' * (LIMIT + 1) + "}};\n"),
    ("impl/sequent/base/seq.hpp", "\n" * tidy_checks.MAX_IMPL_LINES),
    ("impl/sequent/base/time.hpp", '#include "sequent/base/seq.hpp"\n'),
    ("tools/script", '#!/bin/sh\nwork=$(mktemp -d /"${TMPDIR:-tmp}"/a.XXXXXX)\n'),
    ("tests/package/check", f"{CALL} -S . \\\n  -G Ninja -B build && cmake --build build && cmake --install build\n"),
    ("tests/package/check", f"{CALL} --preset test -B build || exit\n{CALL} -E touch a.b\n"),
    ("docs/rules.md", "UTF-8, SHA-256 and RFC 9293.\n"),
    ("docs/rules.md", "<!-- quoted: docs/rules.md -->\n```cpp\nint a;\n```\n  int a;\n"),
    ("docs/rules.md", "# A heading: of `two` words\n[above](#a-heading-of-two-words), [`RST-3`](../model/spec/rules/reset.hpp),\n"
     "[`rules/`](../model/spec/rules), `std::vector` in [`spec/state.hpp`](../model/spec/state.hpp), [x](https://rfc/9293)\n"),
    ("docs/rules.md", "```md\n[no](link)\n```\n"),
)


def findings(changes: dict[str, str]) -> dict[str, list]:
    """What each check finds in the clean tree with these changes."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**CLEAN, **changes}.items():
            full = os.path.join(root, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as file:
                file.write(text)
        tree = tidy_checks.Tree(root)
        found = {name: list(check(tree)) for name, _, check in tidy_checks.CHECKS}
    return {name: rows for name, rows in found.items() if rows}


def run() -> int:
    failures = 0
    for path, text in (("docs/rules.md", CLEAN["docs/rules.md"]), *INNOCENT):
        found = findings({path: text})
        if found:
            failures += 1
            print(f"FAILED: reported without reason, with {path} changed: {found}")
    for check, path, text in SEEDED:
        found = findings({path: text})
        if list(found) != [check] or not any(finding.path == path for finding in found[check]):
            failures += 1
            print(f"FAILED: {check}: seeded in {path}: {text[:60]!r}: found {found}")
    unproven = {name for name, _, _ in tidy_checks.CHECKS} - {check for check, _, _ in SEEDED}
    if unproven:
        failures += 1
        print(f"FAILED: no violation is seeded for {sorted(unproven)}")
    print(f"tidy --self-test: {len(SEEDED)} violations seeded, {len(INNOCENT) + 1} innocent trees, {failures} failures")
    return 1 if failures else 0
