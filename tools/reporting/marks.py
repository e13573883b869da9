"""Text between two marks in a file that people write: <!-- NAME:begin --> and <!-- NAME:end -->."""


class Missing(Exception):
    """The marks are not there, or not once."""


def filled(page: str, name: str, content: str, file: str) -> str:
    """The page with what stands between the marks replaced."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    head, found, rest = page.partition(begin)
    _, closed, tail = rest.partition(end)
    if not found or not closed or page.count(begin) != 1 or page.count(end) != 1:
        raise Missing(f"{file}: needs {begin} and, after it, {end}, each once")
    return f"{head}{begin}\n{content}\n{end}{tail}"
