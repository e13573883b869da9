"""The state diagram of RFC 9293, laid out by hand after its Figure 5, coloured by how often the rules fired."""

import math
from html import escape

WIDTH, HEIGHT = 1080, 912
BOX_WIDTH, BOX_HEIGHT = 152, 44
LEFT, MIDDLE, RIGHT = 210, 540, 870
# The places of the states; "CLOSED" stands at the top, and once more, as in the RFC, at the end.
PLACES = {
    "CLOSED": (MIDDLE, 50), "LISTEN": (MIDDLE, 185), "SYN-RECEIVED": (LEFT, 300), "SYN-SENT": (RIGHT, 300),
    "ESTABLISHED": (MIDDLE, 425), "FIN-WAIT-1": (LEFT, 560), "CLOSE-WAIT": (RIGHT, 560), "FIN-WAIT-2": (LEFT, 710),
    "CLOSING": (MIDDLE, 710), "LAST-ACK": (RIGHT, 710), "TIME-WAIT": (MIDDLE, 860), "CLOSED again": (RIGHT, 860),
}
# Each edge: its curve, where its label is anchored and how, and what makes the state change.
EDGES = {
    ("CLOSED", "LISTEN"): ("M518 72 C508 100 508 130 518 157", 500, 112, "end", "passive OPEN"),
    ("LISTEN", "CLOSED"): ("M562 163 C572 135 572 105 562 78", 580, 112, "start", "CLOSE"),
    ("CLOSED", "SYN-SENT"): ("M616 42 C780 42 890 120 890 272", 846, 112, "start", "active OPEN"),
    ("SYN-SENT", "CLOSED"): ("M842 278 C832 170 752 66 622 60", 742, 132, "end", "CLOSE, refused"),
    ("LISTEN", "SYN-SENT"): ("M616 190 C690 196 764 222 806 272", 668, 222, "end", "active OPEN"),
    ("LISTEN", "SYN-RECEIVED"): ("M464 176 C340 180 236 210 202 272", 268, 196, "end", "SYN"),
    ("SYN-RECEIVED", "LISTEN"): ("M264 278 C310 232 370 204 458 198", 372, 246, "start", "RST, SYN"),
    ("SYN-SENT", "SYN-RECEIVED"): ("M794 306 C680 322 400 322 292 307", 540, 300, "middle", "SYN"),
    ("SYN-SENT", "ESTABLISHED"): ("M862 322 C842 386 740 412 622 418", 756, 370, "end", "SYN,ACK"),
    ("SYN-RECEIVED", "ESTABLISHED"): ("M230 322 C250 386 340 412 458 418", 324, 370, "start", "ACK of SYN"),
    ("SYN-RECEIVED", "FIN-WAIT-1"): ("M180 322 C164 390 164 470 180 532", 158, 424, "end", "ACK of SYN\nafter CLOSE"),
    ("ESTABLISHED", "FIN-WAIT-1"): ("M464 436 C340 446 256 480 234 532", 322, 482, "start", "CLOSE"),
    ("ESTABLISHED", "CLOSE-WAIT"): ("M616 436 C740 446 848 476 870 532", 758, 482, "end", "FIN"),
    ("FIN-WAIT-1", "FIN-WAIT-2"): ("M200 582 C194 610 194 650 200 682", 184, 628, "end", "ACK of FIN"),
    ("FIN-WAIT-1", "CLOSING"): ("M286 568 C420 580 508 610 526 682", 414, 628, "end", "FIN"),
    ("FIN-WAIT-2", "TIME-WAIT"): ("M220 732 C240 810 330 848 458 856", 290, 838, "end", "FIN"),
    ("CLOSING", "TIME-WAIT"): ("M540 732 C546 764 546 800 540 832", 556, 774, "start", "ACK of FIN"),
    ("CLOSE-WAIT", "LAST-ACK"): ("M870 582 C876 614 876 650 870 682", 888, 628, "start", "CLOSE, FIN sent"),
    ("LAST-ACK", "CLOSED"): ("M870 732 C876 764 876 800 870 832", 888, 774, "start", "ACK of FIN"),
    ("TIME-WAIT", "CLOSED"): ("M616 862 C670 872 726 872 788 864", 702, 838, "middle", "2 MSL"),
}
# A reset, an abort or a time-out ends a connection from anywhere: a short line to a cross instead of a long edge.
ENDS = {
    "SYN-RECEIVED": ("M134 300 C114 300 100 298 82 290", 68, 284, 68, 262, "middle"),
    "ESTABLISHED": ("M540 447 C542 462 542 476 540 492", 540, 508, 556, 510, "start"),
    "FIN-WAIT-1": ("M134 560 C114 560 100 562 82 570", 68, 576, 68, 602, "middle"),
    "FIN-WAIT-2": ("M134 710 C114 710 100 712 82 720", 68, 726, 68, 752, "middle"),
    "CLOSE-WAIT": ("M946 560 C966 560 980 562 998 570", 1012, 576, 1012, 602, "middle"),
    "CLOSING": ("M616 710 C636 710 650 712 668 720", 682, 726, 682, 752, "middle"),
}
STEPS = 7  # of colour; one step is a factor of ten or so, as the largest count needs


def short(count: int) -> str:
    """A count in few characters: 999, 1.2 k, 34 k, 5.6 M."""
    value, unit = float(count), ""
    for bigger in ("k", "M", "G", "T"):
        if value < 999.5:
            break
        value, unit = value / 1000, bigger
    if not unit:
        return str(count)
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"


def step(count: int, most: int) -> int:
    """The colour of a count: 0 for none, else 1 to STEPS by its logarithm."""
    if count <= 0:
        return 0
    return 1 + min(STEPS - 1, int(STEPS * math.log(count + 1) / math.log(most + 2)))


def tooltip(edge: dict) -> str:
    rules = ", ".join(edge.get("rules", [])) or "no rule"
    return escape(f"{edge['from']} \N{RIGHTWARDS ARROW} {edge['to']}\nrules: {rules}\n"
                  + (f"fired {edge['fired']:,} times" if edge["fired"] else "never fired"))


def label(x: float, y: float, anchor: str, words: str, count: int) -> str:
    """A label of one or two lines, with the count below."""
    lines = words.split("\n") if words else []
    spans = "".join(f'<tspan x="{x}" dy="{0 if i == 0 else 14}">{escape(line)}</tspan>' for i, line in enumerate(lines))
    below = short(count) if count else "never"
    spans += f'<tspan class="count" x="{x}" dy="{14 if lines else 0}">{below}</tspan>'
    return f'<text class="event" x="{x}" y="{y}" text-anchor="{anchor}">{spans}</text>'


def generic_curve(edge: dict) -> tuple:
    """A curve for an edge that the layout does not know: from border to border, bent to one side."""
    (x0, y0), (x1, y1) = PLACES[edge["from"]], PLACES[edge["to"]]
    length = math.hypot(x1 - x0, y1 - y0) or 1
    across, down = (x1 - x0) / length, (y1 - y0) / length
    reach = min((BOX_WIDTH / 2) / abs(across) if across else math.inf,
                (BOX_HEIGHT / 2) / abs(down) if down else math.inf)
    x0, y0, x1, y1 = x0 + across * reach, y0 + down * reach, x1 - across * (reach + 6), y1 - down * (reach + 6)
    middle_x, middle_y = (x0 + x1) / 2 - down * 46, (y0 + y1) / 2 + across * 46
    curve = f"M{x0:.0f} {y0:.0f} Q{middle_x:.0f} {middle_y:.0f} {x1:.0f} {y1:.0f}"
    return curve, round(middle_x), round(middle_y), "middle", ""


def draw_edge(edge: dict, most: int) -> str:
    heat = step(edge["fired"], most)
    width = 1.4 if heat == 0 else 1.4 + 0.45 * heat
    head = (f'<g class="edge heat{heat}"><title>{tooltip(edge)}</title>')
    if edge["to"] == "CLOSED" and edge["from"] in ENDS:
        curve, x, y, label_x, label_y, anchor = ENDS[edge["from"]]
        cross = f"M{x - 4} {y - 4} l8 8 m0 -8 l-8 8"
        return (f'{head}<path class="line" d="{curve}" stroke-width="{width:.1f}"/>'
                f'<circle class="cross" cx="{x}" cy="{y}" r="9"/><path class="cross" d="{cross}"/>'
                f'{label(label_x, label_y, anchor, "", edge["fired"])}</g>')
    curve, x, y, anchor, words = EDGES.get((edge["from"], edge["to"])) or generic_curve(edge)
    return (f'{head}<path class="reach" d="{curve}"/><path class="line" d="{curve}" stroke-width="{width:.1f}" '
            f'marker-end="url(#arrow{heat})"/>{label(x, y, anchor, words, edge["fired"])}</g>')


def draw_state(name: str, x: int, y: int) -> str:
    left, top = x - BOX_WIDTH / 2, y - BOX_HEIGHT / 2
    kind = "state again" if name == "CLOSED again" else "state open" if name == "ESTABLISHED" else "state"
    shown = name.removesuffix(" again")
    return (f'<g class="{kind}"><rect x="{left:.0f}" y="{top:.0f}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="10"/>'
            f'<text x="{x}" y="{y + 5}" text-anchor="middle">{shown}</text></g>')


def arrowheads() -> str:
    """One for each colour: a marker cannot take its line's in every browser."""
    drawn = []
    for heat in range(STEPS + 1):
        size = f"{10 + 0.7 * heat:.1f}"
        drawn.append(f'<marker id="arrow{heat}" class="heat{heat}" viewBox="0 0 10 10" refX="4" refY="5" orient="auto" '
                     f'markerWidth="{size}" markerHeight="{size}" markerUnits="userSpaceOnUse">'
                     '<path d="M0 0.4 L10 5 L0 9.6 L2.4 5 z"/></marker>')
    return "".join(drawn)


def draw(edges: list) -> str:
    """The diagram as SVG: the states, and exactly the edges that the specification's rules make."""
    known = [edge for edge in edges if edge["from"] in PLACES and edge["to"] in PLACES]
    most = max((edge["fired"] for edge in known), default=0)
    drawn = "".join(draw_edge(edge, most) for edge in sorted(known, key=lambda edge: edge["fired"]))
    boxes = "".join(draw_state(name, x, y) for name, (x, y) in PLACES.items())
    return (f'<svg class="diagram" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            'aria-label="The states of a connection and how often the rules between them fired">'
            f'<defs>{arrowheads()}</defs>{drawn}{boxes}</svg>')


def legend(edges: list) -> str:
    """What the colours mean."""
    most = max((edge["fired"] for edge in edges), default=0)
    if most == 0:
        return '<p class="legend">No rule that changes the state fired in this run.</p>'
    boxes = "".join(f'<span class="swatch heat{heat}"></span>' for heat in range(1, STEPS + 1))
    return (f'<p class="legend"><span>fired once</span><span class="scale">{boxes}</span><span>{short(most)} times, '
            f'by the logarithm</span><span class="swatch never"></span><span>never</span>'
            '<span class="cross-key">\N{MULTIPLICATION SIGN}</span>'
            '<span>to CLOSED by a reset, an abort or a time-out</span></p>')
