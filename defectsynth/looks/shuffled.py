"""An image cut into tiles that are put together in random order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.layer import Box
from defectsynth.core.parameters import IntPair, Pair, between, count, field_with, span, whole_between
from defectsynth.io.sources import SourceRule, choose_image, open_image
from defectsynth.looks.base import DrawnImage, Look
from defectsynth.looks.other_image import jitter_colors, match_format, source_peak
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene


@dataclass(frozen=True)
class Shuffled(Look):
    """The image, or another one, cut into tiles and put together in random order with changed colours.

    Args:
        source: folder, image file, list of files or arrays, or callable (checked when made); None is the image itself.
        tiles_range: number of tiles along each side, drawn independently, in [1, 64].
        jitter_range: relative change of brightness, contrast and saturation, and change of hue in turns, in
            [-0.5, 0.5].
    """

    source: Any = field_with(None, SourceRule("the image itself"))  # a `SourceLike`; checked, a `Source`
    tiles_range: IntPair = count((4, 8), 1, 64, "tiles along each side")
    jitter_range: Pair = span(
        (-0.1, 0.1), -0.5, 0.5, "relative change of brightness, contrast, saturation; turns of hue"
    )

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnShuffled:
        """Return an image, a number of tiles and the seed of their order."""
        which, across, down, mirror, *jitter = rng.random(8).tolist()
        return DrawnShuffled(
            image_name=choose_image(self.source, which),
            columns=whole_between(self.tiles_range, across),
            rows=whole_between(self.tiles_range, down),
            mirrored=mirror < 0.5,
            jitter=tuple(between(self.jitter_range, share) for share in jitter),
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class DrawnShuffled(DrawnImage):
    """A shuffled image with every number drawn.

    Attributes:
        image_name: name for `sources.open_image`; empty for the image itself.
        columns: number of tiles along x.
        rows: number of tiles along y.
        mirrored: True mirrors each tile horizontally.
        jitter: relative changes of brightness, contrast and saturation, and the change of hue in turns.
        seed: seed of the order.
    """

    image_name: str
    columns: int
    rows: int
    mirrored: bool
    jitter: tuple[float, ...]
    seed: int

    def pixels(self, before: Array, box: Box, scene: Scene) -> Array:
        """Return the shuffled image inside the box; only the tiles that overlap it are copied."""
        source = open_image(self.image_name) if self.image_name else scene.image
        rows, columns = (
            _tile_spans(size, source_size, tiles, box_range)
            for size, source_size, tiles, box_range in (
                (scene.size[0], source.shape[0], self.rows, (box.y0, box.y1)),
                (scene.size[1], source.shape[1], self.columns, (box.x0, box.x1)),
            )
        )
        order = np.random.default_rng(self.seed).permutation(self.rows * self.columns)
        pixels = np.empty(box.shape + source.shape[2:], source.dtype)
        for row, y in rows:
            for column, x in columns:
                tile_row, tile_column = divmod(int(order[row * self.columns + column]), self.columns)
                tile = source[y.source_index(tile_row)][:, x.source_index(tile_column, mirrored=self.mirrored)]
                pixels[y.target, x.target] = tile[:, ::-1] if self.mirrored else tile
        pixels = match_format(pixels, scene, peak=source_peak(source, scene))
        pixels = jitter_colors(pixels, self.jitter, scene.peak)
        return np.ascontiguousarray(pixels).reshape(before.shape)


@dataclass(frozen=True)
class TileSpan:
    """Overlap of one row or column of tiles with the box, along one axis.

    Attributes:
        target: pixels of the box.
        offset: distance from the start of the tile to that of the overlap, in pixels.
        tile: length of a tile in pixels.
        size: length of the source in pixels.
    """

    target: slice
    offset: float
    tile: float
    size: int

    def source_index(self, tile: int, *, mirrored: bool = False) -> slice | Array:
        """Return the ascending pixels of the source for the overlap if tile number `tile` lies there."""
        number = self.target.stop - self.target.start
        offset = self.tile - self.offset - number if mirrored else self.offset
        low = round(tile * self.tile + offset)
        if 0 <= low <= self.size - number:
            return slice(low, low + number)
        return np.arange(low, low + number) % self.size  # a smaller source repeats


def _tile_spans(size: int, source_size: int, tiles: int, box_range: tuple[int, int]) -> list[tuple[int, TileSpan]]:
    """Return number and span of the tiles of one axis that overlap the box; the source is not resized but repeats."""
    tile = size / tiles
    spans = []
    for number in range(tiles):
        low, high = max(round(number * tile), box_range[0]), min(round((number + 1) * tile), box_range[1])
        if low < high:
            target = slice(low - box_range[0], high - box_range[0])
            spans.append((number, TileSpan(target, low - number * tile, tile, source_size)))
    return spans
