"""Detection of the ribs of an object around a place: crests of a thread, fins, teeth, turns of a spring.

Brightness is sampled in a strip along the object's axis. The ribs have the slant at which the mean brightness of the
columns varies most. The autocorrelation of the column means gives their period, the local minima their positions.
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
SLANTS = np.linspace(-0.9, 0.9, 19)  # tangents of the angle between a rib and the normal of the strip
MIN_PERIOD, MAX_PERIOD = 7, 40  # samples
MIN_CORRELATION = 0.3  # smallest autocorrelation at the period
MIN_DEVIATION = 2.0  # smallest standard deviation of the column means, out of 255


class Ribs(NamedTuple):
    """Ribs around a place.

    Attributes:
        offsets: signed distances of the ribs from the place along its direction, in pixels, nearest first.
        angle: direction of a rib, radians.
        period: distance between neighbouring ribs, in pixels.
    """

    offsets: tuple[float, ...]
    angle: float
    period: float


def find_ribs(scene: Scene, place: Place, width: float) -> Ribs | None:
    """Return the ribs around a place, or None if there are none.

    Args:
        scene: the image.
        place: centre of the strip; its direction runs across the ribs.
        width: width of the strip in pixels.
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
    lowest = cv2.erode(profile[None], np.ones((1, 2 * reach + 1), np.uint8)).ravel()  # around each sample
    minima = [index for index in np.flatnonzero(profile == lowest).tolist() if reach <= index < ALONG - reach]
    offsets = sorted(((index - 0.5 * (ALONG - 1)) * step for index in minima), key=abs)
    normal = place.angle + 0.5 * math.pi
    return Ribs(tuple(offsets), normal - math.atan(float(SLANTS[best])), period * step) if offsets else None


def _strip(scene: Scene, place: Place, width: float) -> Floats:
    """Return the brightness in a strip along the direction of a place, float32 (ACROSS, ALONG) in [0, 255]."""
    along = np.linspace(-0.5, 0.5, ALONG) * LENGTH * scene.side
    across = np.linspace(-0.5, 0.5, ACROSS)[:, None] * width
    cos, sin = math.cos(place.angle), math.sin(place.angle)
    columns = np.rint(place.x + along * cos - across * sin).astype(np.intp).clip(0, scene.size[1] - 1)
    rows = np.rint(place.y + along * sin + across * cos).astype(np.intp).clip(0, scene.size[0] - 1)
    samples = scene.image[rows, columns].reshape(ACROSS, ALONG, -1)
    return np.asarray(samples.mean(axis=2, dtype=np.float32) * np.float32(255.0 / scene.peak))


def _period(profile: Floats) -> float | None:
    """Return the distance of the first clear peak of the autocorrelation in samples, or None."""
    flat = profile - profile.mean()
    power = float(flat @ flat)
    if power < MIN_DEVIATION**2 * flat.size:
        return None
    correlation = np.correlate(flat, flat, "full")[flat.size - 1 :][: MAX_PERIOD + 2] / power
    peaks = [
        index
        for index in range(MIN_PERIOD, MAX_PERIOD + 1)
        if correlation[index] >= max(correlation[index - 1], correlation[index + 1], MIN_CORRELATION)
    ]
    return float(peaks[0]) if peaks else None
