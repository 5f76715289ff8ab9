"""Figures as SVG that stands inline in a page: no outside reference, ids of its own, the page's font and colours."""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dml_heads import HEADS

INK, MUTED, FAINT = "#010203", "#010204", "#010205"  # stand for colours that the page decides on, light or dark
_IN_PAGE = {INK: "currentColor", MUTED: "var(--muted)", FAINT: "var(--line)"}
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#3fa7e0", "#c98a00", "#7a5cc9", "#8a6d4f")
"""Distinct for colour-blind eyes, on light and dark ground: after M. Okabe, K. Ito, "Color Universal Design", 2008."""
MARKS = (("o", "●"), ("^", "▲"), ("s", "■"), ("D", "◆"), ("v", "▼"), ("P", "✚"), ("X", "✖"), ("*", "★"))
"""Of points in a figure, and the same in text."""
_INCHES = 1 / 72  # a unit of the drawing is a point
_LONGEST = 24  # letters of a name beside an axis
_SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "report",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9.0,
    "axes.linewidth": 0.8,
}


@dataclass(frozen=True, kw_only=True)
class Key:
    """One entry of a legend: its colour (CSS), its mark and its words."""

    colour: str
    mark: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A figure on the page.

    Attributes:
        svg: inline.
        title: above it.
        keys: its legend.
    """

    svg: Markup
    title: str
    keys: tuple[Key, ...] = ()


def new_axes(*, width: float, height: float) -> tuple[Figure, Axes]:
    """An empty figure with one pair of axes, sides in points."""
    with mpl.rc_context(_SETTINGS):
        figure = Figure(figsize=(width * _INCHES, height * _INCHES), layout="constrained")
        figure.patch.set_visible(False)
        axes = figure.add_subplot()
    axes.patch.set_visible(False)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(MUTED)
    axes.tick_params(colors=MUTED, labelcolor=INK, length=3)
    axes.grid(visible=True, color=FAINT, linewidth=0.7)
    axes.set_axisbelow(True)
    return figure, axes


def name_rows(axes: Axes, names: list[str]) -> None:
    """Names, which may be any text, beside rows 0, 1, ... from the top."""
    shown = ["".join(letter if letter.isprintable() else "?" for letter in name) for name in names]
    texts = [name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…" for name in shown]
    axes.set_yticks(range(len(names)), [text.replace("$", r"\$") for text in texts])  # a bare $ would be mathematics
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")


def colour_of(head: str) -> str:
    """The same for a head in all figures."""
    names = list(HEADS)
    return PALETTE[names.index(head) % len(PALETTE)] if head in names else INK


def in_page(colour: str) -> str:
    """A colour as CSS."""
    return _IN_PAGE.get(colour, colour)


def to_svg(figure: Figure, *, name: str, description: str) -> Markup:
    """A figure as an inline SVG element.

    Args:
        figure: drawn by matplotlib.
        name: before all ids in it, other than that of every other figure of the page.
        description: for those who cannot see it.
    """
    file = io.StringIO()
    with mpl.rc_context(_SETTINGS), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)  # the page's font has it
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    root = ET.fromstring(file.getvalue())  # noqa: S314 - matplotlib wrote it just now
    referred = set(re.findall(r'(?:href="#|url\(#)([^")]+)', file.getvalue()))
    for element in root.iter():
        element.tag = _plain(element.tag)
        attributes = {_plain(key): value for key, value in element.attrib.items()}
        if attributes.get("id") not in referred:
            attributes.pop("id", None)
        element.attrib = {key: _local(key, value, name) for key, value in attributes.items()}
        if not (element.text or "").strip():
            element.text = None
        element.tail = None
    for part in root.findall("defs"):
        for style in part.findall("style"):  # it would be the whole page's
            part.remove(style)
    for lost in root.findall("metadata"):
        root.remove(lost)
    root.attrib = {"viewBox": root.attrib["viewBox"], "role": "img", "aria-label": description}
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704 - ElementTree has escaped every text in it


def _plain(name: str) -> str:
    """Without the namespace, which inline SVG does not need."""
    return name.rpartition("}")[2]


def _local(attribute: str, value: str, name: str) -> str:
    if attribute == "id":
        return f"{name}-{value}"
    if attribute == "href":
        return value.replace("#", f"#{name}-", 1)
    if attribute in {"style", "fill", "stroke", "clip-path"}:
        for colour, css in _IN_PAGE.items():
            value = value.replace(colour, css)
        return value.replace("url(#", f"url(#{name}-")
    return value
