"""Direction and period of a surface: threads, wires, wood grain, tiles.

Both are measured on a crop around a place, so that the cost does not depend on the size of the image: the direction
from the structure tensor, the period across it from the autocorrelation.

References:
    Bigun and Granlund, "Optimal orientation detection of linear symmetry", ICCV 1987 (structure tensor).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes, Floats
from defectsynth.core.cache import cached
from defectsynth.core.measurements import MEASUREMENTS
from defectsynth.core.pixels import resize_channels
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

CROP = 96  # largest side of the crop, in samples
WINDOW = 0.4  # side of the crop as a share of min(H, W), if that is more than CROP pixels
MIN_COHERENCE = 0.08  # of the structure tensor, for a direction
MIN_CORRELATION = 0.12  # smallest autocorrelation at a period
MIN_PERIOD, MAX_PERIOD = 3, 40  # samples
LINES, LINE_POINTS = 9, 24  # lines tried for the centre line of a thread, and points on each
CHANNEL_MEAN = np.full((1, 3), 1 / 3)  # weights for `cv2.transform`
DEFAULT_PERIOD = 0.02  # used if no period is found, fraction of min(H, W)


class ThreadOrientation(NamedTuple):
    """Direction of the threads in radians and distance between neighbouring threads in pixels."""

    angle: float
    period: float


class Crop(NamedTuple):
    """Gray crop of an image.

    Attributes:
        levels: uint8 (h, w), brightness.
        x0: left edge in the image, pixels.
        y0: upper edge in the image, pixels.
        scale: pixels per sample.
    """

    levels: Bytes
    x0: int
    y0: int
    scale: float


def gray_crop(scene: Scene, place: Place) -> Crop:
    """Return a gray crop around a place, at most `CROP` samples wide."""
    height, width = scene.size
    side = min(max(CROP, round(WINDOW * scene.side)), scene.side)
    x0 = min(max(round(place.x) - side // 2, 0), width - side)
    y0 = min(max(round(place.y) - side // 2, 0), height - side)
    crop = scene.image[y0 : y0 + side, x0 : x0 + side]
    scale = max(1.0, side / CROP)
    if scale > 1.0:
        crop = resize_channels(np.ascontiguousarray(crop).reshape(side, side, -1), (CROP, CROP), cv2.INTER_AREA)
    if crop.dtype == np.uint8 and crop.ndim == 3 and crop.shape[2] == 3:
        return Crop(cv2.transform(crop, CHANNEL_MEAN).reshape(crop.shape[:2]), x0, y0, scale)
    gray = crop.reshape(*crop.shape[:2], -1).mean(axis=2, dtype=np.float32) * np.float32(255.0 / scene.peak)
    return Crop(np.clip(np.rint(gray), 0, 255).astype(np.uint8), x0, y0, scale)


def measure_orientation(scene: Scene, place: Place, *, crossing: bool) -> ThreadOrientation:
    """Measure direction and period of the surface around a place.

    Args:
        scene: the image.
        place: centre of the crop; its direction is returned if the surface has none.
        crossing: True for the threads across the main direction, as warp and weft.
    """
    levels, _, _, scale = gray_crop(scene, place)
    angle, periods = _measure(levels.tobytes(), levels.shape)
    if angle is None:
        return ThreadOrientation(place.angle, DEFAULT_PERIOD * scene.side)
    period = periods[int(crossing)]
    return ThreadOrientation(
        angle + (0.5 * math.pi if crossing else 0.0), DEFAULT_PERIOD * scene.side if period is None else period * scale
    )


@cached(MEASUREMENTS)
def _measure(levels: bytes, shape: tuple[int, ...]) -> tuple[float | None, tuple[float | None, float | None]]:
    """Return the direction of a crop and the periods across and along it, in samples; None for what is not found."""
    gray = np.frombuffer(levels, np.uint8).reshape(shape).astype(np.float32)
    if min(shape) < 4 * MIN_PERIOD:
        return None, (None, None)
    across, down = cv2.Sobel(gray, cv2.CV_32F, 1, 0), cv2.Sobel(gray, cv2.CV_32F, 0, 1)
    xx, yy, xy = (float((a * b).mean()) for a, b in ((across, across), (down, down), (across, down)))
    if xx + yy < 1.0:
        return None, (None, None)
    correlation = _autocorrelation(gray)
    normal = 0.5 * math.atan2(2.0 * xy, xx - yy)
    if math.hypot(xx - yy, 2.0 * xy) / (xx + yy) < MIN_COHERENCE:  # two crossing directions of equal strength
        cosine, sine = _fourfold_direction(across, down)
        normal = 0.25 * math.atan2(sine, cosine)
    periods = _period(correlation, normal), _period(correlation, normal + 0.5 * math.pi)
    return normal + 0.5 * math.pi, periods


def _autocorrelation(gray: Floats) -> Floats:
    """Return the autocorrelation, float32 (2 h, 2 w), 1 at the centre."""
    flat = gray - cv2.blur(gray, (25, 25))
    flat = flat * np.outer(np.hanning(flat.shape[0]), np.hanning(flat.shape[1])).astype(np.float32)
    spectrum = np.fft.rfft2(flat, s=(2 * flat.shape[0], 2 * flat.shape[1]))
    whole = np.fft.fftshift(np.fft.irfft2(np.abs(spectrum) ** 2))
    return np.asarray(whole / max(float(whole.max()), 1e-9), np.float32)


def _fourfold_direction(across: Floats, down: Floats) -> tuple[float, float]:
    """Return cosine and sine of four times the gradient direction, weighted by the squared gradient magnitude."""
    strength = across * across + down * down + np.float32(1e-6)
    difference, product = across * across - down * down, 2.0 * across * down
    cosine = (difference * difference - product * product) / strength
    return float(cosine.sum()), float((2.0 * difference * product / strength).sum())


def _profile(correlation: Floats, angle: float) -> Floats:
    """Return the autocorrelation at distances 0, 1, ..., MAX_PERIOD + 1 along a direction.

    The maximum over sideways shifts is taken: in a weave each thread resembles its neighbour shifted along the thread.
    """
    centre = np.array(correlation.shape) // 2
    distance, shift = np.arange(MAX_PERIOD + 2)[:, None], np.arange(-MAX_PERIOD // 2, MAX_PERIOD // 2 + 1)[None]
    x = np.rint(centre[1] + distance * math.cos(angle) - shift * math.sin(angle)).astype(np.intp)
    y = np.rint(centre[0] + distance * math.sin(angle) + shift * math.cos(angle)).astype(np.intp)
    return correlation[y.clip(0, correlation.shape[0] - 1), x.clip(0, correlation.shape[1] - 1)].max(axis=1)


def _period(correlation: Floats, angle: float) -> float | None:
    """Return the distance of the first clear peak along a direction in samples, None if there is none."""
    profile = _profile(correlation, angle)
    peaks = [
        index
        for index in range(MIN_PERIOD, MAX_PERIOD + 1)
        if profile[index] >= max(profile[index - 1], profile[index + 1], MIN_CORRELATION)
    ]
    if not peaks:
        return None
    highest = max(float(profile[index]) for index in peaks)
    return float(next(index for index in peaks if profile[index] >= 0.7 * highest))


def snap_to_thread(scene: Scene, place: Place, threads: ThreadOrientation, length: float) -> tuple[float, float]:
    """Return the point near a place that lies on the centre line of a thread, where a line along it is brightest.

    Args:
        scene: the image.
        place: the point to move, at most half a period across the threads.
        threads: direction and period of the threads.
        length: length of the lines that are compared, pixels.
    """
    steps = threads.period * np.linspace(-0.5, 0.5, LINES)
    along = length * np.linspace(-0.5, 0.5, LINE_POINTS)
    cos, sin = math.cos(threads.angle), math.sin(threads.angle)
    x = place.x + along[None] * cos - steps[:, None] * sin
    y = place.y + along[None] * sin + steps[:, None] * cos
    columns = np.rint(x).astype(np.intp).clip(0, scene.size[1] - 1)
    rows = np.rint(y).astype(np.intp).clip(0, scene.size[0] - 1)
    brightness = scene.image[rows, columns].reshape(LINES, -1).mean(axis=1, dtype=np.float32)
    best = float(steps[int(np.argmax(brightness))])
    return place.x - best * sin, place.y + best * cos
