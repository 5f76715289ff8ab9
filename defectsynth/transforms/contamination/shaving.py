"""Metal shavings."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import (
    FRACTION,
    Component,
    IntPair,
    Pair,
    between,
    count,
    radians_between,
    span,
    whole_between,
)
from defectsynth.engine.transform import DefectTransform
from defectsynth.recipes.folded_sheet import FoldedSheetRecipe, SheetFacet
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common

MIN_LENGTH = 3.0  # of a shaving in pixels
BRIGHTNESS = (0.35, 1.0)  # of a facet that does not mirror the light
FORK_SHARE = 0.25  # share of the shavings with a second strip that starts at a fold


@dataclass(frozen=True)
class FoldedStrip(Component):
    """A narrow strip of thin metal, folded a few times.

    Args:
        length_range: length along the strip, in [0, 1], fraction of min(H, W).
        width_range: width, in [0, 0.2], fraction of min(H, W).
        folds_range: number of folds, in [0, 8].
        turn_range: change of direction at a fold, in [0, 180], degrees to either side.
        flare_range: change of the width at a fold, in [0, 1], fraction of the width.
        brightness_range: brightness of the metal where it faces the camera, in [0, 1].
        contrast_range: difference in brightness between its facets, in [0, 1].
        shine_range: share of the facets that mirror the light, in [0, 1].
        shadow_range: opacity of the shadow, in [0, 1].
        height_range: length of the shadow, in [0, 0.1], fraction of min(H, W).
    """

    length_range: Pair = span((0.04, 0.12), 0.0, 1.0, FRACTION)
    width_range: Pair = span((0.008, 0.022), 0.0, 0.2, FRACTION)
    folds_range: IntPair = count((0, 3), 0, 8, "folds")
    turn_range: Pair = span((15.0, 80.0), 0.0, 180.0, "degrees to either side")
    flare_range: Pair = span((0.1, 0.7), 0.0, 1.0, "fraction of the width")
    brightness_range: Pair = span((0.35, 0.7), 0.0, 1.0, "brightness of the metal")
    contrast_range: Pair = span((0.3, 0.9), 0.0, 1.0, "difference in brightness")
    shine_range: Pair = span((0.1, 0.5), 0.0, 1.0, "share of the facets that mirror the light")
    shadow_range: Pair = span((0.3, 0.7), 0.0, 1.0, "opacity")
    height_range: Pair = span((0.003, 0.012), 0.0, 0.1, FRACTION)

    def facets(self, rng: np.random.Generator, scene: Scene, place: Place) -> tuple[SheetFacet, ...]:
        """Return the facets of the strip, and of a second one in a fork."""
        length, width, folds, contrast, shine, fork = rng.random(6).tolist()
        extent = max(between(self.length_range, length) * scene.side, MIN_LENGTH)
        breadth = max(between(self.width_range, width) * scene.side, 1.5)
        number = whole_between(self.folds_range, folds) + 1
        start = complex(place.x, place.y) - 0.4 * extent * complex(math.cos(place.angle), math.sin(place.angle))
        metal = {"spread": between(self.contrast_range, contrast), "shining": between(self.shine_range, shine)}
        strips = [self._strip(rng, start, place.angle, length=extent, width=breadth, number=number, **metal)]
        if fork < FORK_SHARE:
            x, y = strips[0][len(strips[0]) // 2].outline[2]
            turn = radians_between((30.0, 80.0), float(rng.random())) * (1.0 if fork < 0.5 * FORK_SHARE else -1.0)
            heading = place.angle + math.pi + turn
            root, branch = complex(x, y), 0.6 * extent
            strips.append(self._strip(rng, root, heading, length=branch, width=0.8 * breadth, number=1, **metal))
        return tuple(facet for strip in strips for facet in strip)

    def _strip(
        self,
        rng: np.random.Generator,
        at: complex,
        heading: float,
        *,
        length: float,
        width: float,
        number: int,
        spread: float,
        shining: float,
    ) -> list[SheetFacet]:
        """Return the facets of one strip.

        Args:
            rng: random generator.
            at: its start, x + iy in pixels.
            heading: its direction there, radians.
            length: length in pixels.
            width: width in pixels.
            number: number of facets.
            spread: difference in brightness between facets.
            shining: share of the facets that mirror the light.
        """
        turns, flares, shares, levels, ends, mirrors, sides = rng.random((7, number)).tolist()
        total = sum(0.4 + share for share in shares)
        facets = []
        normal = 1j * complex(math.cos(heading), math.sin(heading))
        half = 0.5 * width * (0.5 + 0.5 * flares[0])
        for turn, flare, share, level, end, mirror, side in zip(
            turns, flares, shares, levels, ends, mirrors, sides, strict=True
        ):
            ahead = complex(math.cos(heading), math.sin(heading))
            beyond = at + ahead * length * (0.4 + share) / total
            change = between(self.flare_range, flare) * (2.0 * side - 1.0)
            wider = 0.5 * width * (1.0 + change)
            heading += radians_between(self.turn_range, turn) * (1.0 if side < 0.5 else -1.0)
            fold = ahead + complex(math.cos(heading), math.sin(heading))
            across = 1j * fold / max(abs(fold), 1e-6)
            corners = (at - normal * half, at + normal * half, beyond + across * wider, beyond - across * wider)
            base = BRIGHTNESS[1] - spread * (BRIGHTNESS[1] - BRIGHTNESS[0]) * level * 1.5
            bright = base + (0.5 if mirror < shining else 0.0)
            facets.append(
                SheetFacet(
                    outline=tuple((round(z.real, 2), round(z.imag, 2)) for z in corners),
                    start=max(bright, 0.05),
                    end=max(bright + spread * (end - 0.5), 0.05),
                )
            )
            at, normal, half = beyond, across, wider
        return facets


class Shaving(DefectTransform):
    """A shaving: a thin, folded strip of metal, a staple or a chip of foil lies on the surface.

    Lands anywhere by default; placed on the object, it is clipped to it. A narrow strip in flat facets, each lit
    differently; some mirror the light. Its edges are lit on one side, and it casts a shadow on the other (one light
    direction per image). The mask marks strip and shadow.

    ![shaving](tests/golden/shaving.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: length along the strip, in [0, 1], fraction of min(H, W).
        width_range: width, in [0, 0.2], fraction of min(H, W).
        folds_range: number of folds, in [0, 8].
        turn_range: change of direction at a fold, in [0, 180], degrees to either side.
        flare_range: change of the width at a fold, in [0, 1], fraction of the width.
        brightness_range: brightness of the metal where it faces the camera, in [0, 1].
        contrast_range: difference in brightness between its facets, in [0, 1].
        shine_range: share of the facets that mirror the light, in [0, 1].
        shadow_range: opacity of the shadow, in [0, 1].
        height_range: length of the shadow, in [0, 0.1], fraction of min(H, W).
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Shaving, synthesize
        >>> sample = synthesize(np.full((128, 128), 120, np.uint8), Shaving(), seed=0)
        >>> bool(sample.image.min() < 120)  # the shadow
        True
    """

    kind: ClassVar[str] = "shaving"

    def __init__(
        self,
        *,
        length_range: Pair = (0.04, 0.12),
        width_range: Pair = (0.008, 0.022),
        folds_range: IntPair = (0, 3),
        turn_range: Pair = (15.0, 80.0),
        flare_range: Pair = (0.1, 0.7),
        brightness_range: Pair = (0.35, 0.7),
        contrast_range: Pair = (0.3, 0.9),
        shine_range: Pair = (0.1, 0.5),
        shadow_range: Pair = (0.3, 0.7),
        height_range: Pair = (0.003, 0.012),
        opacity_range: Pair = (0.9, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(**common)
        self.strip = FoldedStrip(
            length_range=length_range,
            width_range=width_range,
            folds_range=folds_range,
            turn_range=turn_range,
            flare_range=flare_range,
            brightness_range=brightness_range,
            contrast_range=contrast_range,
            shine_range=shine_range,
            shadow_range=shadow_range,
            height_range=height_range,
        )
        self.blend = Blend(opacity_range=opacity_range)

    @property
    def components(self) -> tuple[Component, ...]:
        """Strip, blend and where."""
        return self.strip, self.blend, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> FoldedSheetRecipe | None:
        """Draw a place, the facets and a shadow."""
        place = self.where.sample(rng, scene)
        if place is None:
            return None
        facets = self.strip.facets(rng, scene, place)
        shadow, height, bright = rng.random(3).tolist()
        return FoldedSheetRecipe(
            kind=self.kind,
            severity=self.severity,
            seed=seed,
            facets=facets,
            brightness=between(self.strip.brightness_range, bright),
            shadow=between(self.strip.shadow_range, shadow),
            height=between(self.strip.height_range, height) * scene.side,
            light=scene.light,
            opacity=self.blend.sample(rng, scene, self.severity).opacity,
            clip=self.where.clip_method,
        )
