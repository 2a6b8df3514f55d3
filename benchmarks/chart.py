"""A chart of a run as SVG: a group of bars per row, as long as the logarithm of the requests per second."""

from html import escape
from math import log10
from pathlib import Path

from benchmarks.report import FOLDER, WHO, Compared, Run

LEFT, BAR, GAP, WIDE = 260, 14, 16, 560
COLOURS = {"limit": "#9aa5b1", "platform": "#1f6f54", "yardstick": "#c2703d"}
STYLE = "text { font: 12px sans-serif; fill: #222 } .head { font-weight: bold }"


def write_chart(run: Run, name: str) -> Path:
    """Returns where it is."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    parts, top = [], 60
    most = max(row.spread(who)[1] for row in run.compared for who in row.loads)
    for row in run.compared:
        parts += group(row, top, most)
        top += BAR * len(row.loads) + GAP
    file = FOLDER / f"{name}.svg"
    width = LEFT + WIDE + 110
    file.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{top + 20}" role="img"'
        f' aria-label="Requests per second"><style>{STYLE}</style>'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join([*legend(), *parts])}</svg>\n'
    )
    return file


def legend() -> list[str]:
    """What is what."""
    parts = [label(10, 20, "Requests per second (logarithmic), median and spread", "head")]
    place = LEFT
    for who, colour in COLOURS.items():
        parts += [box(place, 30, 12, 12, colour), label(place + 18, 41, WHO[who])]
        place += 120
    return parts


def group(row: Compared, top: float, most: float) -> list[str]:
    """The bars of one row."""
    parts = [label(10, top + BAR, row.name)]
    for place, who in enumerate(who for who in COLOURS if who in row.loads):
        y, rate = top + place * BAR, row.rate(who)
        low, high = (LEFT + length(value, most) for value in row.spread(who))
        end = LEFT + length(rate, most)
        middle = y + (BAR - 2) / 2
        parts += [
            box(LEFT, y, end - LEFT, BAR - 2, COLOURS[who]),
            f'<path d="M{low:.1f} {middle}H{high:.1f}" stroke="#222"/>',
            label(max(end, high) + 6, y + BAR - 3, f"{rate:.0f}"),
        ]
    return parts


def length(rate: float, most: float) -> float:
    """Of a bar."""
    return WIDE * log10(max(rate, 1)) / log10(max(most, 10))


def box(x: float, y: float, width: float, height: float, colour: str) -> str:
    """A rectangle."""
    return f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{height}" fill="{colour}"/>'


def label(x: float, y: float, text: str, kind: str = "") -> str:
    """A text."""
    return f'<text x="{x:.1f}" y="{y}" class="{kind}">{escape(text)}</text>'
