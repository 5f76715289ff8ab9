"""Cuts and holes in cloth with pulled fibres."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
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
from defectsynth.functional.polygons import jagged_polygon
from defectsynth.looks.substrate import Substrate
from defectsynth.recipes.strands import StrandPath, StrandRecipe
from defectsynth.scene.orientation import ThreadOrientation, measure_orientation
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.outline import DrawnPolygonUnion

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common

POINTS = 8  # of the path of a fibre
MIN_WIDTH = 1.2  # of a fibre in pixels


@dataclass(frozen=True)
class FrayedOpening(Component):
    """An opening in cloth with fibres pulled out of its rim.

    Args:
        length_range: length of the opening, in [0, 1], fraction of min(H, W).
        aspect_range: length of the opening relative to its width, in [1, 12].
        fibers_range: number of fibres, in [0, 40].
        fiber_range: length of a fibre, in [0, 0.5], fraction of min(H, W).
        width_range: thickness of a fibre, in [0, 2], fraction of the distance from thread to thread.
        curl_range: change of direction of a fibre from end to end, in [0, 360], degrees to either side.
        tone_range: difference in brightness between fibres, in [0, 1].
    """

    length_range: Pair = span((0.04, 0.18), 0.0, 1.0, FRACTION)
    aspect_range: Pair = span((1.5, 5.0), 1.0, 12.0, "length relative to width")
    fibers_range: IntPair = count((5, 14), 0, 40, "fibres")
    fiber_range: Pair = span((0.02, 0.07), 0.0, 0.5, FRACTION)
    width_range: Pair = span((0.3, 0.7), 0.0, 2.0, "fraction of the distance from thread to thread")
    curl_range: Pair = span((10.0, 110.0), 0.0, 360.0, "degrees to either side")
    tone_range: Pair = span((0.05, 0.2), 0.0, 1.0, "difference in brightness")

    def sample(
        self, rng: np.random.Generator, scene: Scene, place: Place
    ) -> tuple[DrawnPolygonUnion, tuple[StrandPath, ...]]:
        """Return the opening and its fibres."""
        length, aspect, number, crossing, tone = rng.random(5).tolist()
        middle = replace(place, x=0.5 * scene.size[1], y=0.5 * scene.size[0])  # measured once for all cuts in an image
        weave = measure_orientation(scene, middle, crossing=crossing < 0.5)
        half = max(0.5 * between(self.length_range, length) * scene.side, 1.0)
        stretch = between(self.aspect_range, aspect)
        outline = jagged_polygon(rng, place.x, place.y, half / stretch, aspect=stretch, angle=place.angle)
        opening = DrawnPolygonUnion((outline,), softness=0.15 * weave.period)
        spread = between(self.tone_range, tone)
        fibers = tuple(
            self._fiber(rng, place, weave, along=half, across=half / stretch, side=scene.side, spread=spread)
            for _ in range(whole_between(self.fibers_range, number))
        )
        return opening, fibers

    def _fiber(
        self,
        rng: np.random.Generator,
        place: Place,
        weave: ThreadOrientation,
        *,
        along: float,
        across: float,
        side: float,
        spread: float,
    ) -> StrandPath:
        """Return a fibre rooted at the rim of the opening that runs along the threads over it or away from it.

        Args:
            rng: random generator.
            place: middle of the opening.
            weave: direction and distance of the threads.
            along: half the length of the opening in pixels.
            across: half its width in pixels.
            side: shorter side of the image in pixels.
            spread: difference in brightness between fibres.
        """
        turn, inwards, length, width, curl, lean, bright, tip = rng.random(8).tolist()
        root = complex(1.1 * along * math.cos(2 * math.pi * turn), 1.3 * across * math.sin(2 * math.pi * turn))
        start = complex(place.x, place.y) + root * complex(math.cos(place.angle), math.sin(place.angle))
        outwards = start - complex(place.x, place.y)
        heading = weave.angle + (0.5 * math.pi if turn * 8 % 1 < 0.5 else 0.0)  # along warp or weft
        towards = (outwards * complex(math.cos(heading), -math.sin(heading))).real
        if (towards > 0.0) == (inwards < 0.6):
            heading += math.pi
        bow = radians_between(self.curl_range, curl) * (1.0 if lean < 0.5 else -1.0)
        steps = np.exp(1j * (heading + 0.6 * (lean - 0.5) + bow * np.linspace(-0.3, 0.7, POINTS - 1)))
        line = start + np.concatenate([[0j], np.cumsum(steps)]) * (between(self.fiber_range, length) * side / POINTS)
        return StrandPath(
            points=tuple((round(z.real, 2), round(z.imag, 2)) for z in line.tolist()),
            width=max(between(self.width_range, width) * weave.period, MIN_WIDTH),
            tip=0.2 + 0.6 * tip,
            glint=0.0,
            tone=spread * (2.2 * bright - 0.3),
        )


class FrayedCut(DefectTransform):
    """A frayed cut: cloth or carpet is cut or holed, and fibres of its threads are pulled out of the rim.

    Lands anywhere by default; placed on the object, it is clipped to it. A ragged opening shows the dark ground
    beneath. Fibres in the colours of the cloth are rooted at its rim, run along the threads of the weave over the
    opening or away from it, and curl. The mask marks the opening and the fibres.

    ![frayed_cut](tests/golden/frayed_cut.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: length of the opening, in [0, 1], fraction of min(H, W).
        aspect_range: length of the opening relative to its width, in [1, 12].
        fibers_range: number of fibres, in [0, 40].
        fiber_range: length of a fibre, in [0, 0.5], fraction of min(H, W).
        width_range: thickness of a fibre, in [0, 2], fraction of the distance from thread to thread.
        curl_range: change of direction of a fibre from end to end, in [0, 360], degrees to either side.
        tone_range: difference in brightness between fibres, in [0, 1].
        contrast_range: difference in brightness between the ground and the darkest pixels of the surface, in [0, 1].
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import FrayedCut, synthesize
        >>> cloth = np.tile(np.uint8([[90, 180, 180, 90], [60, 170, 120, 90]]), (48, 24))
        >>> sample = synthesize(cloth, FrayedCut(), seed=1)
        >>> bool(sample.image[sample.mask > 0].mean() < cloth[sample.mask > 0].mean())  # the ground shows
        True
    """

    kind: ClassVar[str] = "frayed_cut"

    def __init__(
        self,
        *,
        length_range: Pair = (0.04, 0.18),
        aspect_range: Pair = (1.5, 5.0),
        fibers_range: IntPair = (5, 14),
        fiber_range: Pair = (0.02, 0.07),
        width_range: Pair = (0.3, 0.7),
        curl_range: Pair = (10.0, 110.0),
        tone_range: Pair = (0.05, 0.2),
        contrast_range: Pair = (0.0, 0.15),
        opacity_range: Pair = (0.9, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(**common)
        self.opening = FrayedOpening(
            length_range=length_range,
            aspect_range=aspect_range,
            fibers_range=fibers_range,
            fiber_range=fiber_range,
            width_range=width_range,
            curl_range=curl_range,
            tone_range=tone_range,
        )
        self.ground = Substrate(contrast_range=contrast_range, texture=0.15)
        self.blend = Blend(opacity_range=opacity_range)

    @property
    def components(self) -> tuple[Component, ...]:
        """Opening with its fibres, ground, blend and where."""
        return self.opening, self.ground, self.blend, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> StrandRecipe | None:
        """Draw a place, the opening and the fibres."""
        place = self.where.sample(rng, scene)
        if place is None:
            return None
        opening, fibers = self.opening.sample(rng, scene, place)
        return StrandRecipe(
            kind=self.kind,
            severity=self.severity,
            seed=seed,
            gap=opening,
            ground=self.ground.sample(rng, scene, place),
            strands=fibers,
            light=scene.light,
            opacity=self.blend.sample(rng, scene, self.severity).opacity,
            clip=self.where.clip_method,
        )
