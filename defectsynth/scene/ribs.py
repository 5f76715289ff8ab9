"""The ribs of an object around a place: the crests of a thread, fins, teeth, the turns of a spring.

Found in a strip along the object's axis: the slant at which its columns differ most from each other is that of the
ribs; the autocorrelation of those columns gives their distance, their darkest columns give their places.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

ALONG, ACROSS = 96, 15  # samples of the strip
LENGTH = 0.32  # of the strip, fraction of min(H, W)
SLANTS = np.linspace(-0.9, 0.9, 19)  # tried, tangent of the angle from square
SHORTEST, LONGEST = 7, 40  # distances looked for, in samples
PERIODIC = 0.3  # least autocorrelation, of 1, at that distance


class Ribs(NamedTuple):
    """The ribs around a place.

    Attributes:
        places: distances of the ribs from the place along the direction that was asked for, in pixels, nearest first.
        angle: direction of a rib, radians.
        period: distance from one to the next, in pixels.
    """

    places: tuple[float, ...]
    angle: float
    period: float


def find_ribs(scene: Scene, place: Place, width: float) -> Ribs | None:
    """Return the ribs around a place, across its direction, or None if there are none.

    Args:
        scene: the picture.
        place: a point and the direction that the ribs follow each other in.
        width: of the strip in which they are looked for, in pixels.
    """
    strip = _strip(scene, place, width)
    step = LENGTH * scene.side / ALONG
    shear = np.rint(SLANTS[:, None] * np.linspace(-0.5, 0.5, ACROSS) * width / step).astype(np.intp)
    columns = (np.arange(ALONG) + shear[..., None]).clip(0, ALONG - 1)  # (slants, ACROSS, ALONG)
    profiles = strip[np.arange(ACROSS)[:, None], columns].mean(axis=1)
    profiles -= cv2.blur(profiles, (31, 1), borderType=cv2.BORDER_REPLICATE)
    inner = profiles[:, 8:-8]
    best = int(np.argmax(inner.var(axis=1)))
    period = _period(inner[best])
    if period is None:
        return None
    profile = cv2.blur(profiles[best : best + 1], (3, 1))[0]
    reach = max(1, round(0.35 * period))
    lowest = [
        index
        for index in range(reach, ALONG - reach)
        if profile[index] == profile[index - reach : index + reach + 1].min()
    ]
    places = sorted(((index - 0.5 * (ALONG - 1)) * step for index in lowest), key=abs)
    square = place.angle + 0.5 * math.pi
    return Ribs(tuple(places), square - math.atan(float(SLANTS[best])), period * step) if places else None


def _strip(scene: Scene, place: Place, width: float) -> Floats:
    """Return brightness in a strip along the direction of a place, float32 (ACROSS, ALONG), of 255."""
    along = np.linspace(-0.5, 0.5, ALONG) * LENGTH * scene.side
    across = np.linspace(-0.5, 0.5, ACROSS)[:, None] * width
    cos, sin = math.cos(place.angle), math.sin(place.angle)
    columns = np.rint(place.x + along * cos - across * sin).astype(np.intp).clip(0, scene.size[1] - 1)
    rows = np.rint(place.y + along * sin + across * cos).astype(np.intp).clip(0, scene.size[0] - 1)
    samples = scene.image[rows, columns].reshape(ACROSS, ALONG, -1)
    return np.asarray(samples.mean(axis=2, dtype=np.float32) * np.float32(255.0 / scene.peak))


def _period(profile: Floats) -> float | None:
    """Return the distance of the first clear peak of the autocorrelation, in samples, or None."""
    flat = profile - profile.mean()
    power = float(flat @ flat)
    if power < 4.0 * flat.size:  # a deviation of 2 of 255: nothing to see
        return None
    likeness = np.correlate(flat, flat, "full")[flat.size - 1 :][: LONGEST + 2] / power
    peaks = [
        index
        for index in range(SHORTEST, LONGEST + 1)
        if likeness[index] >= max(likeness[index - 1], likeness[index + 1], PERIODIC)
    ]
    return float(peaks[0]) if peaks else None
