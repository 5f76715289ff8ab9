"""Bent and broken wires."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import Component, Pair, between, radians_between, span
from defectsynth.engine.transform import DefectTransform
from defectsynth.functional.raster import Doubles
from defectsynth.looks.substrate import Substrate
from defectsynth.recipes.strands import TONE_PERCENTILES, StrandPath, StrandRecipe
from defectsynth.scene.mesh import find_wire
from defectsynth.scene.scene import Scene
from defectsynth.shapes.strokes import DrawnStrokes
from defectsynth.shapes.thread import Thread

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common

S_SHARE = 0.75  # share of the curls that are an S
FADE = 0.5  # length over which a wire emerges from the crossing, in its thickness
WIRE_TONES, BRIGHT_WIRE_TONES = (6, 35), (70, 94)  # `TONE_PERCENTILES` of a wire with the ground beside it
POINTS = 17  # of the path of a wire


@dataclass(frozen=True)
class Course(Component):
    """Base of the new courses of a wire.

    Args:
        thinning_range: thickness of the deformed wire, in [0.1, 1], fraction of the thickness before.
        glint_range: brightness of the highlight where the wire runs across the light, in [0, 1].
    """

    stretch_range: Pair = span((0.9, 1.25), 0.5, 2.5, "multiples of the width of a gap")
    thinning_range: Pair = span((0.45, 0.75), 0.1, 1.0, "fraction of the thickness before")
    glint_range: Pair = span((0.0, 0.3), 0.0, 1.0, "brightness of the highlight")

    @abstractmethod
    def paths(self, rng: np.random.Generator, gap: DrawnStrokes, width: float) -> tuple[StrandPath, ...]:
        """Return the wires in and around the stretch `gap` of a wire that is `width` pixels thick."""


@dataclass(frozen=True)
class Curl(Course):
    """A wire in one piece that curls from one end of the stretch to the other.

    Args:
        bow_range: greatest distance from the course before, in [0, 1], fraction of the length of the stretch.
        fold_range: how far it turns back along its course, in [0, 2]; from 1 on it overhangs.
    """

    bow_range: Pair = span((0.15, 0.4), 0.0, 1.0, "fraction of the length of the stretch")
    fold_range: Pair = span((0.1, 1.1), 0.0, 2.0, "from 1 on it overhangs")

    def paths(self, rng: np.random.Generator, gap: DrawnStrokes, width: float) -> tuple[StrandPath, ...]:
        """Return an S or a loop."""
        bow, fold, side, loop, thin, glint = rng.random(6).tolist()
        share = np.linspace(0.0, 1.0, POINTS)
        halves = 2.0 if loop < S_SHARE else 1.0  # an S, or a bow to one side
        folded = between(self.fold_range, fold) * (halves - 1.0) * np.sin(2.0 * math.pi * share) / (2.0 * math.pi)
        wave = np.sin(halves * math.pi * share) * np.minimum(4.0 * share * (1.0 - share) + 0.3, 1.0)
        along = 1.36 * (share - 0.5) + folded
        across = between(self.bow_range, bow) * wave * (1.0 if side < 0.5 else -1.0)
        return (
            StrandPath(
                points=_points(gap, along, across),
                width=width * between(self.thinning_range, thin),
                tip=1.0,
                glint=between(self.glint_range, glint),
                tone=0.0,
                fade=FADE * width,
            ),
        )


@dataclass(frozen=True)
class Stubs(Course):
    """The two ends of a broken wire, each bent aside.

    Args:
        stub_range: length of an end, in [0, 1.5], fraction of the length of the stretch.
        turn_range: change of direction of an end, in [0, 180], degrees to either side.
    """

    stub_range: Pair = span((0.25, 0.7), 0.0, 1.5, "fraction of the length of the stretch")
    turn_range: Pair = span((10.0, 110.0), 0.0, 180.0, "degrees to either side")

    def paths(self, rng: np.random.Generator, gap: DrawnStrokes, width: float) -> tuple[StrandPath, ...]:
        """Return both ends."""
        share = np.linspace(0.0, 1.0, POINTS)
        wires = []
        for direction in (1.0, -1.0):
            length, turn, side, thin, tip, glint, kink = rng.random(7).tolist()
            angle = radians_between(self.turn_range, turn) * (1.0 if side < 0.5 else -1.0)
            heading = angle * np.clip((1.3 + 3.0 * kink) * share - 0.2, 0.0, 1.0)
            steps = np.exp(1j * heading) * between(self.stub_range, length) / (POINTS - 1)
            line = np.concatenate([[0j], np.cumsum(steps[:-1])])
            wires.append(
                StrandPath(
                    points=_points(gap, direction * (line.real - 0.68), line.imag),
                    width=width * between(self.thinning_range, thin),
                    tip=0.25 + 0.5 * tip,
                    glint=between(self.glint_range, glint),
                    tone=0.0,
                    fade=FADE * width,
                )
            )
        return tuple(wires)


def _points(gap: DrawnStrokes, along: Doubles, across: Doubles) -> tuple[Pair, ...]:
    """Return points in pixels, given along and across a stretch of wire in multiples of its length."""
    cos, sin = gap.length * math.cos(gap.angle), gap.length * math.sin(gap.angle)
    x, y = gap.x + along * cos - across * sin, gap.y + along * sin + across * cos
    return tuple((round(a, 2), round(b, 2)) for a, b in zip(x.tolist(), y.tolist(), strict=True))


class LooseWire(DefectTransform):
    """Base of the wires that leave their course.

    Args:
        course: where the wire goes instead.
        length_range: length of the stretch of wire or thread that is removed, see `Thread`.
        contrast_range: darkness of the ground where it is not visible beside the wire, in [0, 1].
        opacity_range: opacity, in [0, 1].
        common: see `DefectTransform`.
    """

    def __init__(
        self, course: Course, *, length_range: Pair, contrast_range: Pair, opacity_range: Pair, **common: Unpack[Common]
    ) -> None:
        super().__init__(**common)
        self.thread = Thread(length_range=length_range)
        self.course = course
        self.ground = Substrate(contrast_range=contrast_range)
        self.blend = Blend(opacity_range=opacity_range)

    @property
    def components(self) -> tuple[Component, ...]:
        """Stretch, course, ground, blend and where."""
        return self.thread, self.course, self.ground, self.blend, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> StrandRecipe | None:
        """Draw the stretch that is removed and the new course of the wire."""
        place = self.where.sample(rng, scene)
        if place is None:
            return None
        gap = self.thread.sample(rng, scene, place)
        wire = find_wire(scene, place)
        if wire is not None:
            gap = replace(gap, length=between(self.course.stretch_range, float(rng.random())) * gap.length)
        return StrandRecipe(
            kind=self.kind,
            severity=self.severity,
            seed=seed,
            gap=gap,
            ground=self.ground.sample(rng, scene, place),
            strands=self.course.paths(rng, gap, gap.strokes[0].width if wire is None else wire.width),
            light=scene.light,
            opacity=self.blend.sample(rng, scene, self.severity).opacity,
            clip=self.where.clip_method,
            tones=TONE_PERCENTILES if wire is None else WIRE_TONES if wire.dark else BRIGHT_WIRE_TONES,
        )


class BentWire(LooseWire):
    """A bent wire: a wire of a mesh, or a thread, has left its course and curls between two crossings.

    Lands anywhere by default; placed on the object, it is clipped to it. One wire between two crossings (in a weave, a
    stretch of one thread) is removed, and the ground shows in its place. From end to end runs the same wire as an S or
    a bow, with a highlight where it runs across the light. The mask marks the removed and the new wire.

    ![bent_wire](tests/golden/bent_wire.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: length of the stretch, in [0, 2], fraction of min(H, W); in a mesh at most from one crossing to
            the next.
        bow_range: greatest distance from the course before, in [0, 1], fraction of the length of the stretch.
        fold_range: how far it turns back along its course, in [0, 2]; from 1 on it overhangs.
        thinning_range: thickness of the deformed wire, in [0.1, 1], fraction of the thickness before.
        glint_range: brightness of the highlight where the wire runs across the light, in [0, 1].
        contrast_range: difference in brightness between the ground and the darkest pixels of the surface where no gap
            of a mesh shows the ground, in [0, 1].
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import BentWire, synthesize
        >>> mesh = np.full((128, 128), 180, np.uint8)
        >>> mesh[::24], mesh[1::24], mesh[:, ::24], mesh[:, 1::24] = 60, 60, 60, 60
        >>> sample = synthesize(mesh, BentWire(), seed=0)
        >>> bool((sample.image > mesh).any() and (sample.image < mesh).any())  # ground and wire
        True
    """

    kind: ClassVar[str] = "bent_wire"

    def __init__(
        self,
        *,
        length_range: Pair = (0.04, 0.1),
        bow_range: Pair = (0.15, 0.4),
        fold_range: Pair = (0.1, 1.1),
        thinning_range: Pair = (0.45, 0.75),
        glint_range: Pair = (0.0, 0.3),
        contrast_range: Pair = (0.12, 0.3),
        opacity_range: Pair = (0.9, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            Curl(bow_range=bow_range, fold_range=fold_range, thinning_range=thinning_range, glint_range=glint_range),
            length_range=length_range,
            contrast_range=contrast_range,
            opacity_range=opacity_range,
            **common,
        )


class BrokenWire(LooseWire):
    """A broken wire: a wire of a mesh, or a thread, is torn between two crossings, and its ends are bent aside.

    Lands anywhere by default; placed on the object, it is clipped to it. One wire between two crossings (in a weave, a
    stretch of one thread) is removed, and the ground shows in its place. From each end runs a stub of the same wire
    with a thinner tip. The mask marks the removed wire and the stubs.

    ![broken_wire](tests/golden/broken_wire.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: length of the stretch, in [0, 2], fraction of min(H, W); in a mesh at most from one crossing to
            the next.
        stub_range: length of an end, in [0, 1.5], fraction of the length of the stretch.
        turn_range: change of direction of an end, in [0, 180], degrees to either side.
        thinning_range: thickness of an end, in [0.1, 1], fraction of the thickness before.
        glint_range: brightness of the highlight where an end runs across the light, in [0, 1].
        contrast_range: difference in brightness between the ground and the darkest pixels of the surface where no gap
            of a mesh shows the ground, in [0, 1].
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import BrokenWire, synthesize
        >>> mesh = np.full((128, 128), 180, np.uint8)
        >>> mesh[::24], mesh[1::24], mesh[:, ::24], mesh[:, 1::24] = 60, 60, 60, 60
        >>> sample = synthesize(mesh, BrokenWire(), seed=0)
        >>> bool((sample.image > mesh).any())  # the ground shows
        True
    """

    kind: ClassVar[str] = "broken_wire"

    def __init__(
        self,
        *,
        length_range: Pair = (0.04, 0.1),
        stub_range: Pair = (0.25, 0.7),
        turn_range: Pair = (10.0, 110.0),
        thinning_range: Pair = (0.45, 0.75),
        glint_range: Pair = (0.0, 0.3),
        contrast_range: Pair = (0.12, 0.3),
        opacity_range: Pair = (0.9, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            Stubs(stub_range=stub_range, turn_range=turn_range, thinning_range=thinning_range, glint_range=glint_range),
            length_range=length_range,
            contrast_range=contrast_range,
            opacity_range=opacity_range,
            **common,
        )
