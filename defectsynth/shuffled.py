"""Structure where it does not belong: the picture cut into tiles and put together in another order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from defectsynth.blends import Blend
from defectsynth.cutting import converted, jittered
from defectsynth.layers import Array, Box
from defectsynth.looks import Look
from defectsynth.pasted import DrawnPicture, PastedDefect
from defectsynth.perlin import Perlin
from defectsynth.placement import Place
from defectsynth.scene import Scene
from defectsynth.sources import SourceRule, choose, open_picture
from defectsynth.values import IntPair, Pair, between, count, field_with, span, whole_between

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.sources import SourceLike
    from defectsynth.transform import Common


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
            picture_name=choose(self.source, which),
            columns=whole_between(self.tiles_range, across),
            rows=whole_between(self.tiles_range, down),
            mirrored=mirror < 0.5,
            jitter=tuple(between(self.jitter_range, share) for share in jitter),
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class DrawnShuffled(DrawnPicture):
    """Which picture (empty: itself), how many tiles, whether each is mirrored, other colours, seed of the order."""

    picture_name: str
    columns: int
    rows: int
    mirrored: bool
    jitter: tuple[float, ...]
    seed: int

    def picture(self, before: Array, box: Box, scene: Scene) -> Array:
        """Return what lies under the box; only the tiles that touch it are put in place."""
        source = open_picture(self.picture_name) if self.picture_name else scene.image
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


class ShuffledStructure(PastedDefect):
    """Structure where it does not belong: a noisy region shows the part itself, its pieces in another order.

    Lands anywhere unless `where` says otherwise; on the object it ends at the object's edge. Sharp, more or less
    transparent, its colours changed a little. The mask marks the region; where much of it looks like what it covers,
    what can be seen of it.

    Args:
        source: folder, image file, list of files or arrays, or callable; None is the picture itself.
        tiles_range: tiles across and down, drawn one by one, in [1, 64].
        jitter_range: change of brightness, contrast and saturation as a share, and of hue in turns, in [-0.5, 0.5].
        extent_range: side of the square that holds the region, in [0, 2], fraction of min(H, W).
        octave_range: cells of the noise along each side, as powers of two, in [0, 7].
        threshold: in [-1, 1]; the noise above it, which lies between -1 and 1, becomes a region.
        gather: how strongly the regions are drawn to the middle of the square, in [0, 4]; 0 spreads them evenly.
        opacity_range: in [0, 1].
        common: see `DefectTransform`.

    References:
        Yang, Wu, Feng, "MemSeg: a semi-supervised method for image surface defect detection using differences and
        commonalities", 2022: its structural anomalies. By default ours stays in a part of the picture;
        `reference.memseg` has the paper's sizes.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import ShuffledStructure, synthesize
        >>> ramp = np.tile(np.arange(0, 192, 2, dtype=np.uint8), (96, 1))
        >>> synthesize(ramp, ShuffledStructure(), seed=0).defects[0]["kind"]
        'shuffled_structure'
    """

    kind: ClassVar[str] = "shuffled_structure"

    def __init__(
        self,
        *,
        source: SourceLike = None,
        tiles_range: IntPair = (4, 8),
        jitter_range: Pair = (-0.1, 0.1),
        extent_range: Pair = (0.12, 0.4),
        octave_range: IntPair = (1, 3),
        threshold: float = 0.35,
        gather: float = 1.0,
        opacity_range: Pair = (0.6, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            shape=Perlin(extent_range=extent_range, octave_range=octave_range, threshold=threshold, gather=gather),
            look=Shuffled(source=source, tiles_range=tiles_range, jitter_range=jitter_range),
            blend=Blend(opacity_range=opacity_range),
            **common,
        )
