"""Figures as inline SVG, which takes its font and its colours from the style sheet of the page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import ArrayLike, NDArray

from dml_heads import HEADS
from eval.report.text import visible

INK, MUTED, FAINT = "ink", "muted", "faint"
"""Classes of the style sheet that set the colour of text, of secondary lines and of the grid."""
PALETTE = tuple(f"palette-{number}" for number in range(1, 9))
"""Classes of the style sheet with colours that remain distinct for colour-blind readers."""
MARKS = ("●", "▲", "■", "◆", "▼", "✚", "✖", "★")
"""Marks of points, as they appear in a legend."""

_FONT_SIZE = 9.0
_LETTER_WIDTH = 0.62  # of the font size; a wide letter counts twice
_MAX_LETTERS = 24  # of a name beside an axis
_GAP = 4.0  # between tick, label and title
_TICK = 3.0  # length
_MAX_TICKS = 8
_ARM = 1 / 3  # half the width of an arm of a cross, of its radius
_OUTLINES: dict[str, Sequence[tuple[float, float]]] = {  # of radius 1, y down
    "▲": [(0, -1), (1, 1), (-1, 1)],
    "■": [(-1, -1), (1, -1), (1, 1), (-1, 1)],
    "◆": [(0, -1.4), (1.4, 0), (0, 1.4), (-1.4, 0)],
    "▼": [(0, 1), (1, -1), (-1, -1)],
    "✚": [
        *[(-_ARM, -1), (_ARM, -1), (_ARM, -_ARM), (1, -_ARM), (1, _ARM), (_ARM, _ARM)],
        *[(_ARM, 1), (-_ARM, 1), (-_ARM, _ARM), (-1, _ARM), (-1, -_ARM), (-_ARM, -_ARM)],
    ],
    "✖": [
        *[(-1, -0.5), (-0.5, -1), (0, -0.5), (0.5, -1), (1, -0.5), (0.5, 0)],
        *[(1, 0.5), (0.5, 1), (0, 0.5), (-0.5, 1), (-1, 0.5), (-0.5, 0)],
    ],
    "★": [
        (radius * math.sin(turn * math.pi / 5), -radius * math.cos(turn * math.pi / 5))
        for turn, radius in enumerate((1.2, 0.5) * 5)
    ],
}


@dataclass(frozen=True, kw_only=True)
class Key:
    """Entry of a legend: class of its colour, mark and text."""

    colour: str
    mark: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Figure on the page.

    Attributes:
        svg: inline SVG.
        title: above it.
        keys: its legend.
    """

    svg: Markup
    title: str
    keys: tuple[Key, ...] = ()


class Plot:
    """Plane with linear axes that is drawn on step by step.

    Args:
        width: of the figure in px of the drawing.
        height: of the figure.
        x: lowest and highest value of the horizontal axis.
        y: values at the bottom and at the top.
        rows: names of the rows at y = 0, 1, ...; without any, the vertical axis has ticks.
        x_label: below the horizontal axis.
        y_label: beside the vertical axis.
        square: whether a unit is as long on both axes.
        framed: whether a frame stands in place of axes with ticks.
    """

    def __init__(
        self,
        *,
        width: float,
        height: float,
        x: tuple[float, float],
        y: tuple[float, float],
        rows: Sequence[str] = (),
        x_label: str = "",
        y_label: str = "",
        square: bool = False,
        framed: bool = False,
    ) -> None:
        self.width, self.height, self.x, self.y = width, height, x, y
        names = [shortened(name) for name in rows]
        texts = names or ([] if framed else [label for _, label in _ticks(*y)])
        self.left = 1.0 if framed else max(map(_text_width, texts)) + _TICK + 2 * _GAP
        self.left += _FONT_SIZE + _GAP if y_label else 0.0
        self.right, self.top = width - (1.0 if framed else 2 * _GAP), 1.0 if framed else _GAP
        self.bottom = height - (1.0 if framed else _TICK + _GAP + _FONT_SIZE + _GAP)
        self.bottom -= _FONT_SIZE + _GAP if x_label else 0.0
        if square:
            unit = min((self.right - self.left) / (x[1] - x[0]), (self.bottom - self.top) / (y[1] - y[0]))
            self.right, self.bottom = self.left + unit * (x[1] - x[0]), self.top + unit * (y[1] - y[0])
        self._elements: list[str] = []
        if framed:
            corners = f"M{self.left:.1f},{self.top:.1f}H{self.right:.1f}V{self.bottom:.1f}H{self.left:.1f}Z"
            self._stroke(corners, FAINT, 0.8)
        else:
            self._draw_axes(names, x_label, y_label)

    def line(self, x: ArrayLike, y: ArrayLike, colour: str, *, width: float, dashes: str = "") -> None:
        """Draw a line through points."""
        points = self._positions(x, y)
        self._stroke("M" + "L".join(f"{u:.1f},{v:.1f}" for u, v in points), colour, width, dashes)

    def points(
        self,
        points: ArrayLike,
        colour: str,
        *,
        mark: str = "●",
        radius: float,
        opacity: float = 1.0,
        filled: bool = True,
    ) -> None:
        """Draw a mark at each of the points (N, 2)."""
        style = f'fill="currentColor" fill-opacity="{opacity:g}"' if filled else 'fill="none" stroke="currentColor"'
        shapes = [_mark(u, v, mark, radius) for u, v in self._positions(*np.asarray(points, np.float64).T)]
        self._elements.append(f'<g class="{colour}" {style}>{"".join(shapes)}</g>')

    def box(self, values: NDArray[np.float64], row: float, colour: str, *, height: float) -> None:
        """Draw a horizontal box plot: quartiles, whiskers up to 1.5 times their distance, and every value as a point.

        Args:
            values: (N,); nothing is drawn without any.
            row: y of its middle.
            colour: of box, whiskers and points; the median has the colour of text.
            height: of the box, in units of y.
        """
        if not len(values):
            return
        first, median, third = np.percentile(values, (25, 50, 75)).tolist()
        reach = 1.5 * (third - first)
        low = min(first, float(values[values >= first - reach].min()))
        high = max(third, float(values[values <= third + reach].max()))
        above, below = row - height / 2, row + height / 2
        self.line([first, third, third, first, first], [above, above, below, below, above], colour, width=1.1)
        for end, side in ((low, first), (high, third)):
            self.line([side, end], [row, row], colour, width=1.1)
            self.line([end, end], [row - height / 4, row + height / 4], colour, width=1.1)
        self.line([median, median], [above, below], INK, width=1.6)
        self.points(np.stack([values, np.full(len(values), row)], axis=1), colour, radius=1.7, opacity=0.6)

    def to_svg(self, description: str) -> Markup:
        """Return the figure as an element; the description is for readers who cannot see it."""
        head = f'viewBox="0 0 {self.width:g} {self.height:g}" role="img" aria-label="{escape(visible(description))}"'
        return Markup(f"<svg {head}>{''.join(self._elements)}</svg>")  # noqa: S704 - every text in it is escaped

    def _draw_axes(self, names: Sequence[str], x_label: str, y_label: str) -> None:
        grid, ticks = [], []
        for value, label in _ticks(*self.x):
            ((u, _),) = self._positions([value], [self.y[0]])
            grid.append(f"M{u:.1f},{self.top:.1f}V{self.bottom:.1f}")
            ticks.append(f"M{u:.1f},{self.bottom:.1f}v{_TICK:g}")
            self._text(u, self.bottom + _TICK + _GAP + 0.6 * _FONT_SIZE, label, "middle")
        rows = list(enumerate(names)) if names else _ticks(*self.y)
        for place, label in rows:
            ((_, v),) = self._positions([self.x[0]], [place])
            grid += [] if names else [f"M{self.left:.1f},{v:.1f}H{self.right:.1f}"]
            ticks.append(f"M{self.left:.1f},{v:.1f}h{-_TICK:g}")
            self._text(self.left - _TICK - _GAP, v + 0.35 * _FONT_SIZE, label, "end")
        self._stroke("".join(grid), FAINT, 0.7)
        axes = f"M{self.left:.1f},{self.top:.1f}V{self.bottom:.1f}H{self.right:.1f}"
        self._stroke(axes + "".join(ticks), MUTED, 0.8)
        if x_label:
            middle = min((self.left + self.right) / 2, self.width - _text_width(x_label) / 2)
            self._text(middle, self.height - _GAP, x_label, "middle")
        if y_label:
            middle = (self.top + self.bottom) / 2
            self._text(_FONT_SIZE, middle, y_label, "middle", f' transform="rotate(-90 {_FONT_SIZE:g} {middle:.1f})"')

    def _positions(self, x: ArrayLike, y: ArrayLike) -> list[tuple[float, float]]:
        """Convert values to coordinates of the drawing."""
        u = (np.asarray(x, np.float64) - self.x[0]) / (self.x[1] - self.x[0])
        v = (np.asarray(y, np.float64) - self.y[0]) / (self.y[1] - self.y[0])
        u, v = self.left + u * (self.right - self.left), self.bottom + v * (self.top - self.bottom)
        return list(zip(u.tolist(), v.tolist(), strict=True))

    def _stroke(self, path: str, colour: str, width: float, dashes: str = "") -> None:
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        self._elements.append(
            f'<path class="{colour}" fill="none" stroke="currentColor" stroke-width="{width:g}"{dashed} d="{path}"/>'
        )

    def _text(self, x: float, y: float, text: str, anchor: str, more: str = "") -> None:
        self._elements.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(text)}</text>')


def colour_of(head: str) -> str:
    """Return the colour of a head, the same in all figures."""
    names = list(HEADS)
    return PALETTE[names.index(head) % len(PALETTE)] if head in names else INK


def shortened(name: str) -> str:
    """Return a name with its control characters visible, cut to the letters that fit beside an axis."""
    text = visible(name)
    return text if len(text) <= _MAX_LETTERS else f"{text[: _MAX_LETTERS - 1]}…"


def _text_width(text: str) -> float:
    """Estimate the width of a text in the font of the page."""
    letters = sum(2 if east_asian_width(letter) in {"W", "F"} else 1 for letter in text)
    return _LETTER_WIDTH * _FONT_SIZE * letters


def _mark(u: float, v: float, mark: str, radius: float) -> str:
    if mark not in _OUTLINES:
        return f'<circle cx="{u:.1f}" cy="{v:.1f}" r="{radius:g}"/>'
    corners = (f"{u + radius * du:.1f},{v + radius * dv:.1f}" for du, dv in _OUTLINES[mark])
    return f'<path d="M{"L".join(corners)}Z"/>'


def _ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Return round values between two, in steps of 1, 2, 2.5 or 5 times a power of ten, with their labels."""
    low, high = min(low, high), max(low, high)
    power = 10.0 ** math.floor(math.log10((high - low) / _MAX_TICKS))
    step = next(power * size for size in (1, 2, 2.5, 5, 10) if (high - low) / (power * size) <= _MAX_TICKS)
    digits = next(digits for digits in range(20) if math.isclose(round(step, digits), step))
    places = range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
    return [(place * step, f"{place * step:.{digits}f}") for place in places]
