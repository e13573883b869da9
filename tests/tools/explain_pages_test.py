#!/usr/bin/env python3
"""The pages and pictures of `sequent explain`, looked at in a browser: 400 pixels wide, by day and by night.

Asked of the browser: nothing is wider than the screen, no text is cut off or too small, and it stands out from what is
behind it. Screenshots are kept in the build folder under explain/.
"""
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BIN = Path(os.environ.get("SEQUENT_BIN_DIR", "build/test/bin"))
SHOTS = Path(os.environ.get("SEQUENT_BUILD_DIR", "build/test")) / "explain"
BROWSER = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
SKIPPED = 77
WIDTH = 400
LEAST_TEXT = 11.0      # pixels
LEAST_CONTRAST = 4.5   # WCAG 2.1, 1.4.3

# Runs beside pages in frames of the given width, and leaves what it measured in the document.
MEASURE = """
<!doctype html><meta charset="utf-8"><body style="margin:0;background:#888;display:flex;gap:8px">
%(frames)s
<pre id="found" hidden></pre>
<script>
const luminance = (c) => { const p = c.map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
  return .2126 * p[0] + .7152 * p[1] + .0722 * p[2]; };
const numbers = (c) => (c.match(/[\\d.]+/g) || []).map(Number);
const measure = (d, w) => {
  const found = {scroll: d.documentElement.scrollWidth, client: d.documentElement.clientWidth, smallest: 1e9, outside: [],
                 contrast: 1e9, texts: 0, dark: w.matchMedia('(prefers-color-scheme: dark)').matches};
  const walk = d.createTreeWalker(d.documentElement, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, e = node.parentElement;
    if (!node.data.trim() || !e || ['STYLE', 'SCRIPT', 'TITLE', 'title', 'desc', 'style'].includes(e.tagName)) continue;
    const box = e.getBoundingClientRect();
    if (box.width === 0) continue;
    found.texts += 1;
    const style = w.getComputedStyle(e), svg = e.ownerSVGElement;
    const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
    const size = parseFloat(style.fontSize) * scale;
    if (size < found.smallest) { found.smallest = size; found.small = node.data.slice(0, 40); }
    const frame = svg ? svg.getBoundingClientRect() : {left: 0, right: found.client};
    if (box.left < frame.left - 1 || box.right > frame.right + 1) found.outside.push(node.data.slice(0, 60));
    const ink = numbers(svg ? style.fill : style.color);
    let back = svg ? numbers(w.getComputedStyle(svg.querySelector('.paper')).fill) : null;
    for (let up = e; !back && up; up = up.parentElement) {
      const c = numbers(w.getComputedStyle(up).backgroundColor);
      if (c.length === 3 || c[3] > 0) back = c;
    }
    const [a, b] = [luminance(ink), luminance(back || [255, 255, 255])].sort((x, y) => y - x);
    const contrast = (a + .05) / (b + .05);
    if (contrast < found.contrast) { found.contrast = contrast; found.faint = node.data.slice(0, 40); }
  }
  return found;
};
addEventListener('load', () => {
  const all = {};
  for (const each of document.querySelectorAll('iframe')) {
    const d = each.contentDocument;
    for (const one of d.querySelectorAll('details')) one.open = true;
    all[each.title] = measure(d, each.contentWindow);
    for (const one of d.querySelectorAll('details')) one.open = false;
  }
  document.getElementById('found').textContent = 'FOUND' + JSON.stringify(all) + 'END';
});
</script>
"""
FRAME = '<iframe title="%(title)s" style="border:0;flex:none;width:%(width)dpx;height:%(height)dpx" srcdoc="%(page)s"></iframe>'
HEIGHT = 2400
TOGETHER = 20  # pages that are looked at in one run of the browser


def explain(*words):
    return subprocess.run([BIN / "sequent", "explain", *words], capture_output=True, text=True, timeout=120, check=True).stdout


def topics():
    return re.findall(r"^  (\S+) +\S", explain(), re.MULTILINE)


class Pages(unittest.TestCase):
    def browse(self, page, dark, *more):
        with tempfile.TemporaryDirectory() as profile:
            file = Path(profile) / "frame.html"
            file.write_text(page)
            done = subprocess.run([BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                                   "--user-data-dir=" + profile, f"--blink-settings=preferredColorScheme={0 if dark else 1}",
                                   *more, file.as_uri()], capture_output=True, text=True, timeout=180)
        return done.stdout

    def look(self, name, pages, dark):
        """What there is to say of each page of a dictionary, by its title."""
        frames = "".join(FRAME % {"title": title, "width": WIDTH, "height": HEIGHT, "page": html.escape(page, quote=True)}
                         for title, page in pages.items())
        framed = MEASURE % {"frames": frames}
        size = f"--window-size={max(600, len(pages) * (WIDTH + 8))},{HEIGHT}"
        shown = self.browse(framed, dark, size, "--dump-dom")
        found = re.search(r"FOUND(\{.*\})END", html.unescape(shown))
        self.assertIsNotNone(found, f"{name}: the browser measured nothing")
        SHOTS.mkdir(parents=True, exist_ok=True)
        shot = SHOTS / f"{name}-{'dark' if dark else 'light'}.png"
        self.browse(framed, dark, size, f"--screenshot={shot}")
        self.assertTrue(shot.exists(), f"{shot} was not written")
        measured = json.loads(found.group(1))
        self.assertEqual(set(measured), set(pages))
        return measured

    def judge(self, kind, page_of):
        everything = topics()
        for first in range(0, len(everything), TOGETHER):
            some = everything[first:first + TOGETHER]
            pages = {topic: page_of(topic) for topic in some}
            for dark in (False, True):
                for topic, found in self.look(f"{kind}-{first // TOGETHER + 1}", pages, dark).items():
                    with self.subTest(topic, kind=kind, dark=dark):
                        self.assertEqual(found["dark"], dark)
                        self.assertGreater(found["texts"], 5)
                        self.assertLessEqual(found["scroll"], WIDTH, "wider than the screen")
                        self.assertEqual(found["outside"], [], "cut off")
                        self.assertGreaterEqual(found["smallest"], LEAST_TEXT, found.get("small"))
                        self.assertGreaterEqual(found["contrast"], LEAST_CONTRAST, found.get("faint"))

    def test_what_is_too_wide_too_small_or_too_faint_is_found(self):
        page = ("<body style='background:#fff'><div style='width:900px;font-size:6px;color:#eee'>a b</div>"
                "<svg viewBox='0 0 100 100' width=100><rect class=paper fill='#fff' /><text x=90>long text</text></svg>")
        found = self.look("control", {"control": page}, False)["control"]
        self.assertGreater(found["scroll"], WIDTH)
        self.assertLess(found["smallest"], LEAST_TEXT)
        self.assertLess(found["contrast"], LEAST_CONTRAST)
        self.assertNotEqual(found["outside"], [])

    def test_pages(self):
        self.judge("pages", lambda topic: explain(topic, "--html", "-"))

    def test_pictures(self):
        self.judge("pictures", lambda topic: "<!doctype html><body style='margin:0'>" + explain(topic, "--svg", "-").replace(
            "<svg ", "<svg style='display:block;width:100%;height:auto' ", 1))


if __name__ == "__main__":
    if not (BIN / "sequent").exists():
        print("skipped: the sequent command is not built")
        sys.exit(SKIPPED)
    if BROWSER is None:
        print("skipped: there is no Chromium (Debian's package chromium) to look with")
        sys.exit(SKIPPED)
    unittest.main()
