"""Taken out of shuffled.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.layer import Box
from defectsynth.core.parameters import IntPair, Pair, between, count, field_with, span, whole_between
from defectsynth.io.sources import SourceRule, choose_image, open_image
from defectsynth.looks.base import DrawnImage, Look
from defectsynth.looks.other_image import converted, jittered
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene


@dataclass(frozen=True)
class Shuffled(Look):
    """The picture, or another one, cut into tiles and put together in another order, in other colours.

    Args:
        source: folder, image file, list of files or arrays, or callable; None is the picture itself.
        tiles_range: tiles across and down, drawn one by one, in [1, 64].
        jitter_range: change of brightness, contrast and saturation as a share, and of hue in turns, in [-0.5, 0.5].
    """

    source: Any = field_with(None, SourceRule("the picture itself"))  # a `SourceLike`; checked, a `Source`
    tiles_range: IntPair = count((4, 8), 1, 64, "tiles across and down")
    jitter_range: Pair = span((-0.1, 0.1), -0.5, 0.5, "share of brightness, contrast, saturation; turns of hue")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnShuffled:
        """Return which picture, how many tiles, and their order."""
        which, across, down, mirror, *jitter = rng.random(8).tolist()
        return DrawnShuffled(
            picture_name=choose_image(self.source, which),
            columns=whole_between(self.tiles_range, across),
            rows=whole_between(self.tiles_range, down),
            mirrored=mirror < 0.5,
            jitter=tuple(between(self.jitter_range, share) for share in jitter),
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class DrawnShuffled(DrawnImage):
    """Which picture (empty: itself), how many tiles, whether each is mirrored, other colours, seed of the order."""

    picture_name: str
    columns: int
    rows: int
    mirrored: bool
    jitter: tuple[float, ...]
    seed: int

    def picture(self, before: Array, box: Box, scene: Scene) -> Array:
        """Return what lies under the box; only the tiles that touch it are put in place."""
        source = open_image(self.picture_name) if self.picture_name else scene.image
        down, across = (
            _cuts(size, source_size, tiles, box_range)
            for size, source_size, tiles, box_range in (
                (scene.size[0], source.shape[0], self.rows, (box.y0, box.y1)),
                (scene.size[1], source.shape[1], self.columns, (box.x0, box.x1)),
            )
        )
        order = np.random.default_rng(self.seed).permutation(self.rows * self.columns)
        laid = np.empty(box.shape + source.shape[2:], source.dtype)
        for row, y in down:
            for column, x in across:
                tile_row, tile_column = divmod(int(order[row * self.columns + column]), self.columns)
                taken = source[y.taken(tile_row)][:, x.taken(tile_column, mirrored=self.mirrored)]
                laid[y.place, x.place] = taken[:, ::-1] if self.mirrored else taken
        return np.ascontiguousarray(jittered(converted(laid, scene), self.jitter, scene.peak)).reshape(before.shape)


@dataclass(frozen=True)
class Cut:
    """One row or column of tiles where it crosses the box: `place` in the box, `offset` from the tile's beginning."""

    place: slice
    offset: float
    tile: float
    size: int

    def taken(self, tile: int, *, mirrored: bool = False) -> slice | Array:
        """Return which positions of the source lie there if it shows tile number `tile`; mirrored ones ascend, too."""
        number = self.place.stop - self.place.start
        offset = self.tile - self.offset - number if mirrored else self.offset
        low = round(tile * self.tile + offset)
        if 0 <= low <= self.size - number:
            return slice(low, low + number)
        return np.arange(low, low + number) % self.size  # a source of another size begins anew


def _cuts(size: int, source_size: int, tiles: int, box_range: tuple[int, int]) -> list[tuple[int, Cut]]:
    """Return the tiles of one axis that cross the box; a source of another size is not resized but begins anew."""
    tile = size / tiles
    found = []
    for number in range(tiles):
        low, high = max(round(number * tile), box_range[0]), min(round((number + 1) * tile), box_range[1])
        if low < high:
            place = slice(low - box_range[0], high - box_range[0])
            found.append((number, Cut(place, low - number * tile, tile, source_size)))
    return found
