"""Section of one thread of a woven surface, or of one wire of a mesh."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from defectsynth.core.parameters import FRACTION, Pair, between, span
from defectsynth.scene.mesh import find_wire
from defectsynth.scene.orientation import measure_orientation, snap_to_thread
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import Shape
from defectsynth.shapes.strokes import DrawnStrokes, Stroke


@dataclass(frozen=True)
class Thread(Shape):
    """Section of one thread, wire or grain line, along the local direction of the surface.

    In an open mesh it is one wire: as wide as the wire and at most as long as from one crossing to the next.

    Args:
        length_range: length, in [0, 2], fraction of min(H, W).
        width_range: width, in [0, 4], fraction of the thread spacing.
    """

    length_range: Pair = span((0.05, 0.25), 0.0, 2.0, FRACTION)
    width_range: Pair = span((0.6, 0.95), 0.0, 4.0, "fraction of the thread spacing")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnStrokes:
        """Return the section as a stroke."""
        length, width, crossing, turn = rng.random(4).tolist()
        extent = max(between(self.length_range, length) * scene.side, 2.0)
        wire = find_wire(scene, place)
        if wire is not None:  # the full thickness with its blurred edges
            x, y, angle = wire.x, wire.y, wire.angle
            extent, thickness = min(extent, wire.gap + wire.width), 1.5 * wire.width + 2.0
        else:
            weave = measure_orientation(scene, place, crossing=crossing < 0.5)
            x, y = snap_to_thread(scene, place, weave, extent)
            angle, thickness = weave.angle, between(self.width_range, width) * weave.period
        stroke = Stroke(offset=0.0, width=thickness, start=0.0, end=1.0, gaps=())
        return DrawnStrokes(
            x=x,
            y=y,
            angle=angle,
            length=extent,
            turn=0.1 * (turn - 0.5),
            sway=0.0,
            phase=0.0,
            taper=0.25,
            strokes=(stroke,),
        )
