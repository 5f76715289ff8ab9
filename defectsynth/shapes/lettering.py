"""Line of text: capitals and digits."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.layer import Layer, clip_box
from defectsynth.core.parameters import FRACTION, IntPair, Pair, between, count, span, whole_between
from defectsynth.functional.raster import MIN_STROKE_WIDTH, canvas_to_alpha
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import DrawnShape, Shape

LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX)
CAPITAL = 21.0  # height of a capital at scale 1, in pixels
MIN_HEIGHT = 4.0  # pixels


@dataclass(frozen=True)
class Lettering(Shape):
    """Line of text: random capitals and digits.

    Args:
        letters_range: number of letters, in [1, 12].
        height_range: height of a capital, in [0, 0.5], fraction of min(H, W).
        stroke_range: thickness of a stroke, in [0.02, 0.4], fraction of the height.
        squeeze_range: horizontal scale of a letter, in [0.3, 2]; 1 is the width of the font.
    """

    letters_range: IntPair = count((1, 4), 1, 12, "letters")
    height_range: Pair = span((0.04, 0.1), 0.0, 0.5, FRACTION)
    stroke_range: Pair = span((0.08, 0.22), 0.02, 0.4, "fraction of the height")
    squeeze_range: Pair = span((0.7, 1.1), 0.3, 2.0, "1 is the width of the font")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnLettering:
        """Return random letters along the direction of the place."""
        number, height, stroke, squeeze, font, *letters = rng.random(5 + self.letters_range[1]).tolist()
        chosen = letters[: whole_between(self.letters_range, number)]
        tall = max(between(self.height_range, height) * scene.side, MIN_HEIGHT)
        return DrawnLettering(
            x=place.x,
            y=place.y,
            angle=place.angle,
            height=tall,
            stroke=between(self.stroke_range, stroke) * tall,
            squeeze=between(self.squeeze_range, squeeze),
            font=int(font * len(FONTS)),
            text="".join(LETTERS[int(share * len(LETTERS))] for share in chosen),
        )


@dataclass(frozen=True)
class DrawnLettering(DrawnShape):
    """Text centred at (x, y); height and stroke in pixels, angle in radians, index of the font."""

    x: float
    y: float
    angle: float
    height: float
    stroke: float
    squeeze: float
    font: int
    text: str

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        scale, thickness = self.height / CAPITAL, max(1, round(self.stroke))
        (wide, tall), below = cv2.getTextSize(self.text, FONTS[self.font], scale, thickness)
        pad = thickness + 1
        upright = np.zeros((tall + below + 2 * pad, wide + 2 * pad), np.uint8)
        cv2.putText(upright, self.text, (pad, tall + pad), FONTS[self.font], scale, 255.0, thickness, cv2.LINE_AA)
        half_x, half_y = 0.5 * self.squeeze * upright.shape[1], 0.5 * upright.shape[0]
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        reach_x, reach_y = abs(half_x * cos) + abs(half_y * sin), abs(half_x * sin) + abs(half_y * cos)
        box = clip_box(
            self.x - reach_x - margin,
            self.y - reach_y - margin,
            self.x + reach_x + margin,
            self.y + reach_y + margin,
            size=size,
        )
        if box is None:
            return None
        turn = np.array([[cos * self.squeeze, -sin], [sin * self.squeeze, cos]])
        middle = np.array([(upright.shape[1] - 1) / 2, (upright.shape[0] - 1) / 2])
        moved = np.column_stack([turn, np.array([self.x - box.x0, self.y - box.y0]) - turn @ middle])
        return Layer(
            box, canvas_to_alpha(cv2.warpAffine(upright, moved, box.shape[::-1]), self.stroke / MIN_STROKE_WIDTH)
        )
