"""A reader of HTML that is strict about what a page may be."""

from html.parser import HTMLParser

VOID = {"meta", "br"}


class Balanced(HTMLParser):
    """Fails on a tag that is closed out of order, and gathers what would be loaded from elsewhere."""

    def __init__(self):
        super().__init__()
        self.open, self.loads = [], []

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append(tag)
        self.loads += [value for name, value in attributes if name in ("src", "href", "xlink:href", "data")]

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise AssertionError(f"</{tag}> at {self.getpos()}")
