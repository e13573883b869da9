"""As much Markdown as docs/trust.md needs, as HTML: headings, paragraphs, lists, tables, code, emphasis."""

import re
from html import escape


def inline(text: str) -> str:
    """Code, emphasis and links within a line; a link keeps only its words, because the page stands alone."""
    pieces = re.split(r"(`[^`]+`)", text)
    for i, piece in enumerate(pieces):
        if i % 2:
            pieces[i] = f"<code>{escape(piece[1:-1])}</code>"
            continue
        piece = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", escape(piece))
        piece = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", piece)
        pieces[i] = re.sub(r"(?<!\w)[*_](.+?)[*_](?!\w)", r"<i>\1</i>", piece)
    return "".join(pieces)


def table(lines: list[str]) -> str:
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))] for line in lines]
    rows = [row for row in rows if not all(re.fullmatch(r":?-+:?", cell) for cell in row)]
    drawn = ["".join(f"<{'td' if i else 'th'}>{inline(cell)}</{'td' if i else 'th'}>" for cell in row)
             for i, row in enumerate(rows)]
    return '<div class="scroll"><table>' + "".join(f"<tr>{row}</tr>" for row in drawn) + "</table></div>"


def block(text: str) -> str:
    """One paragraph, list, table or heading."""
    lines = text.split("\n")
    heading = re.match(r"(#+)\s+(.*)", lines[0])
    if heading:
        rest = "\n".join(lines[1:]).strip()
        # The first level repeats the section's own heading.
        title = "" if len(heading[1]) == 1 else f"<h3>{inline(heading[2])}</h3>"
        return title + (block(rest) if rest else "")
    if lines[0].lstrip().startswith("|"):
        return table(lines)
    if re.match(r"\s*[-*] ", lines[0]):
        items = re.split(r"^\s*[-*] ", text, flags=re.MULTILINE)[1:]
        return "<ul>" + "".join(f"<li>{inline(' '.join(item.split()))}</li>" for item in items) + "</ul>"
    if re.match(r"\s*\d+[.)] ", lines[0]):
        items = re.split(r"^\s*\d+[.)] ", text, flags=re.MULTILINE)[1:]
        return "<ol>" + "".join(f"<li>{inline(' '.join(item.split()))}</li>" for item in items) + "</ol>"
    return f"<p>{inline(' '.join(line.strip() for line in lines))}</p>"


def html(text: str) -> str:
    """The whole text. Blocks are set apart by empty lines; what stands between ``` is kept as it is."""
    parts = re.split(r"^```[^\n]*\n(.*?)^```[ \t]*$", text, flags=re.MULTILINE | re.DOTALL)
    drawn = []
    for i, part in enumerate(parts):
        if i % 2:
            drawn.append(f"<pre>{escape(part)}</pre>")
        else:
            drawn += [block(piece.strip("\n")) for piece in re.split(r"\n\s*\n", part) if piece.strip()]
    return "\n".join(drawn)
