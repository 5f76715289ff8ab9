"""Cards of a sheet: images with their captions, updated in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from nicegui import ui

from defectsynth.studio.drawing import CELL, Cell


@dataclass
class _Card:
    images: list[Any]
    captions: list[Any]


class Cards:
    """A row of cards.

    Args:
        mark: start of the marks of the images, which tests and styles find.
    """

    def __init__(self, mark: str) -> None:
        self._mark = mark
        self._row = ui.row().classes("w-full gap-3")
        self._cards: list[_Card] = []
        self._layout: tuple[tuple[str, ...], int] = ((), 0)

    def show(self, names: Sequence[str], *sheets: Sequence[Cell]) -> None:
        """Show images.

        Args:
            names: one a card.
            sheets: cells for the cards; those of several sheets stand side by side, the first one is the current one.
        """
        layout = (tuple(names), len(sheets))
        if layout != self._layout:
            self._layout = layout
            self._row.clear()
            with self._row:
                self._cards = [self._card(name, number, len(sheets)) for number, name in enumerate(names)]
        for number, card in enumerate(self._cards):
            for place, sheet in enumerate(sheets):
                cell = sheet[number]
                identity = f"{self._mark}-{number}{'-kept' if place else ''}"
                card.images[place].set_content(
                    f'<img src="{cell.source}" data-cell="{identity}" width="{CELL}" alt="{escape(cell.caption)}">'
                )
                title = "" if len(sheets) == 1 else "kept: " if place else "now: "
                card.captions[place].set_text(title + cell.caption)

    @staticmethod
    def _card(name: str, number: int, count: int) -> _Card:
        with ui.card().classes("p-2 gap-1"):
            with ui.row().classes("gap-1"):
                images = [ui.html("", sanitize=False) for _ in range(count)]
            ui.label(name or f"{number + 1}").classes("text-xs text-gray-500")
            captions = [ui.label("").classes("text-xs") for _ in range(count)]
        return _Card(images, captions)
