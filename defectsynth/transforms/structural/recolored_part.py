"""A part in the wrong colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import cv2
import numpy as np

from defectsynth.blending.blend import DrawnBlend
from defectsynth.core.arrays import Array, Bytes, Floats, split_channels, threshold_mask
from defectsynth.core.layer import Layer
from defectsynth.core.parameters import Component, Pair, between, choices, span, visible_share
from defectsynth.engine.transform import DefectTransform
from defectsynth.functional.polygons import Outline
from defectsynth.looks.base import DrawnLook
from defectsynth.looks.color import PALETTES, Color, DrawnColor
from defectsynth.recipes.paint import PaintRecipe
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.outline import DrawnPolygonWithHoles

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


OTHER = "other"  # the palette of a part in the colour of another one
TRIES = 3  # places, and colours of other parts, of which the most colourful is taken
MAX_SAMPLES = 700  # cells of the object among which another colour is searched
MIN_COLOR_CHANGE = 0.15  # least difference between old and new colour
MAX_SHARE = 0.6  # greatest part, share of the image
PIXEL_TOLERANCE = 1.6  # tolerance of colour for a pixel of the part, as a multiple of that for a cell
_SQUARE = np.ones((3, 3), np.uint8)


@dataclass(frozen=True)
class Recoloring(Component):
    """Choice of a part and of its new colour.

    Args:
        alike_range: difference in colour up to which connected pixels belong to one part, in [0, 1].
        share_range: size of the part, share of the object, in [0, 1]; another size is taken if no part has it.
        palettes: families of colours; each draw takes one: other (of another part), any, gray, dark, light, metal,
            rust, red, yellow, blue.
        opacity_range: in [0, 1].
    """

    alike_range: Pair = span((0.07, 0.13), 0.0, 1.0, "difference in colour")
    share_range: Pair = span((0.01, 1.0), 0.0, 1.0, "share of the object")
    palettes: tuple[str, ...] = choices((OTHER,), OTHER, *PALETTES)
    opacity_range: Pair = span((0.9, 1.0), 0.0, 1.0, "1 is opaque")


@dataclass(frozen=True)
class DrawnRecoloring(DrawnLook):
    """New colour of one part.

    Attributes:
        own: old colour of the part, one value a channel, in [0, 1].
        alike: difference from it up to which a pixel belongs to the part.
        color: new colour.
    """

    own: tuple[float, ...]
    alike: float
    color: DrawnColor

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the part in its new colour and its alpha; the texture is kept."""
        own = np.resize(np.array(self.own, np.float32), surface.shape[0])[:, None, None]
        unlike = np.abs(surface - own).max(axis=0)
        limit = np.float32(max(PIXEL_TOLERANCE * self.alike, 1e-3))
        belongs = np.clip(np.float32(2.5) - unlike * (np.float32(2.0) / limit), 0.0, 1.0)
        if min(belongs.shape) >= 3:
            belongs = cv2.blur(belongs, (3, 3)).reshape(belongs.shape)
        alpha = layer.alpha * belongs
        return self.color.paint(surface, Layer(layer.box, alpha), scene)[0], alpha


class RecoloredPart(DefectTransform):
    """A part in the wrong colour: the insulation of another wire, a cap or a bristle of another batch.

    Lands on the object unless `where` says otherwise. Of a few places there the most colourful one is taken. The
    connected region of one colour around it takes the colour of another part, or one of a family; its texture is kept.
    The mask marks the visibly changed pixels.

    ![recolored_part](tests/golden/recolored_part.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        alike_range: difference in colour up to which connected pixels belong to one part, in [0, 1].
        share_range: size of the part, share of the object, in [0, 1]; another size is taken if no part has it.
        palettes: families of colours; each draw takes one: other (of another part), any, gray, dark, light, metal,
            rust, red, yellow, blue.
        opacity_range: in [0, 1].
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import RecoloredPart, synthesize
        >>> wires = np.full((128, 128, 3), 220, np.uint8)
        >>> wires[20:60, 30:100], wires[60:110, 30:100] = (200, 40, 40), (40, 60, 200)
        >>> sample = synthesize(wires, RecoloredPart(), seed=0)
        >>> len(np.unique(sample.image[30:50, 40:90].reshape(-1, 3), axis=0))  # one colour, as before
        1
    """

    kind: ClassVar[str] = "recolored_part"

    def __init__(
        self,
        *,
        alike_range: Pair = (0.07, 0.13),
        share_range: Pair = (0.01, 1.0),
        palettes: tuple[str, ...] = (OTHER, "any"),
        opacity_range: Pair = (0.9, 1.0),
        **common: Unpack[Common],
    ) -> None:
        common.setdefault("where", "object")
        super().__init__(**common)
        self.recoloring = Recoloring(
            alike_range=alike_range, share_range=share_range, palettes=palettes, opacity_range=opacity_range
        )

    @property
    def components(self) -> tuple[Component, ...]:
        """Recoloring and where."""
        return self.recoloring, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> PaintRecipe | None:
        """Draw a few places, take the most colourful part of suitable size, and draw its new colour."""
        alike, opacity, which = rng.random(3).tolist()
        recoloring, alike = self.recoloring, between(self.recoloring.alike_range, alike)
        inside = scene.foreground(self.where.foreground).cells
        cells = scene.small
        if min(inside.shape) >= 3:
            cells = cv2.medianBlur(cells, 3).reshape(cells.shape)
        planes, best, taken = split_channels(cells), (False, -1.0), None
        for _ in range(TRIES):
            place = self.where.sample(rng, scene)
            if place is None:
                return None
            region = _region(planes, inside, _cell_at(place, scene, cells), alike)
            own = np.array([cv2.mean(plane, mask=region)[0] for plane in planes]) / 255.0
            share = cv2.countNonZero(region) / max(cv2.countNonZero(inside), 1)
            rank = (recoloring.share_range[0] <= share <= recoloring.share_range[1], float(np.ptp(own)))
            if rank > best:
                best, taken = rank, (place, region, own)
        if taken is None or cv2.countNonZero(taken[1]) > MAX_SHARE * inside.size:
            return None
        place, region, own = taken
        name = recoloring.palettes[int(which * len(recoloring.palettes))]
        new = _other_color(rng, cells, inside, own) if name == OTHER else None
        return PaintRecipe(
            kind=self.kind,
            severity=self.severity,
            seed=seed,
            shape=DrawnPolygonWithHoles(_outlines(region, scene)),
            look=DrawnRecoloring(
                own=tuple(own.tolist()),
                alike=alike,
                color=DrawnColor(new, tint=1.0)
                if new
                else Color(palettes=("any" if name == OTHER else name,), tint_range=(1.0, 1.0), unlike=0.3).sample(
                    rng, scene, place
                ),
            ),
            blend=DrawnBlend(
                mode="alpha",
                opacity=between(recoloring.opacity_range, opacity) * visible_share(self.severity),
                feather=0.0,
            ),
            clip=self.where.clip_method,
        )


def _cell_at(place: Place, scene: Scene, cells: Bytes) -> tuple[int, int]:
    """Return row and column of the cell that contains a place."""
    row = int((place.y + 0.5) * cells.shape[0] / scene.size[0])
    column = int((place.x + 0.5) * cells.shape[1] / scene.size[1])
    return min(max(row, 0), cells.shape[0] - 1), min(max(column, 0), cells.shape[1] - 1)


def _region(planes: Bytes, inside: Bytes, seed: tuple[int, int], alike: float) -> Bytes:
    """Return the connected region of one colour around a cell of (C, h, w), uint8 (h, w), 255 there.

    If the cell lies on the object, so does the region.
    """
    color = planes[:, seed[0], seed[1], None, None]
    unlike = np.maximum.reduce(np.maximum(planes, color) - np.minimum(planes, color))
    like = cv2.bitwise_not(threshold_mask(unlike, max(round(255 * alike), 1) + 1))
    if inside[seed]:
        like = cv2.bitwise_and(like, inside)
    like[seed] = 255
    cv2.floodFill(like, None, seed[::-1], 1, flags=4)
    return np.negative((like == 1).view(np.uint8))


def _other_color(rng: np.random.Generator, cells: Bytes, inside: Bytes, own: Array) -> tuple[float, ...] | None:
    """Draw a few other colours of the object and return the most colourful one, None if all are similar to `own`."""
    colours = cells[inside > 0]
    colours = colours[:: 1 + len(colours) // MAX_SAMPLES] / np.float32(255.0)
    colours = colours[np.abs(colours - own).max(axis=1) >= MIN_COLOR_CHANGE] if len(colours) else colours
    if not len(colours):
        return None
    few = colours[rng.integers(len(colours), size=TRIES)]
    chosen = few[int(np.argmax(np.ptp(few, axis=1)))]
    for _ in range(3):  # towards the median of similar colours, away from the mixed colours at an outline
        chosen = np.median(colours[np.abs(colours - chosen).max(axis=1) <= 0.5 * MIN_COLOR_CHANGE], axis=0)
    return tuple(chosen.tolist())


def _outlines(region: Bytes, scene: Scene) -> tuple[Outline, ...]:
    """Return the outlines of a region grown by one cell, and of its holes, in pixels."""
    wide = cv2.copyMakeBorder(cv2.dilate(region, _SQUARE), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    contours = cv2.findContours(wide, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)[0]
    step = np.array([scene.size[1] / region.shape[1], scene.size[0] / region.shape[0]])
    points = [(contour[:, 0] - 0.5) * step - 0.5 for contour in contours]
    return tuple(tuple((float(x), float(y)) for x, y in each) for each in points)
