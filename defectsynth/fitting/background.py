"""Estimate of the surface under a defect, from the nearest normals and from the surroundings of the defect.

The nearest normals are registered to the image. What still differs beside the defect is continued smoothly over it.
An inpainting of the surroundings competes with them, and the one that predicts a ring around the defect best is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes, Floats
from defectsynth.fitting.surface import Surface
from defectsynth.functional.membrane import membrane

THUMBNAIL = 24  # cells along both sides of the images that are compared to find the nearest normals
NEAREST = 4  # normals that are registered
HIDDEN = 0.04  # of min(H, W): width of the ring around a defect that the estimates must predict
MARGIN_PX = 2  # masks are widened by it, so that the rim of a defect does not leak into the estimate
LARGEST_INPAINTING = 0.1  # share of the image; larger defects leave too little of the surface to continue
GRAIN = 5  # pixels: window of neighbouring pixels
INPAINT_RADIUS = 4  # pixels
PREFERENCE = 1.15  # factor on the error of inpainting, which can only be right on plain surfaces
MAX_STRETCH = 0.05  # difference between the proportions of a normal and the image
ECC_SIDE = 128  # shorter side on which images are registered
ECC_STEPS, ECC_GAIN = 30, 1e-4  # iterations, and least gain of the correlation in one
MAX_OFFSET = 0.2  # of the range: largest smooth difference between a normal and the image that is taken over


@dataclass(frozen=True, eq=False)
class Background:
    """Estimate of the surface under a defect.

    Attributes:
        surface: the estimate; beside the defect it is the estimate, too, not the image.
        noise: median difference, share of the range, between estimate and image in a ring around the defect; of an
            inpainted one the median difference between neighbouring pixels.
        inpainted: True if it comes from the surroundings alone.
    """

    surface: Surface
    noise: float
    inpainted: bool


class Normals:
    """Images of good parts at the working size.

    Args:
        images: uint8 (H, W, 3) each.
    """

    def __init__(self, images: Sequence[Bytes]) -> None:
        self.images = list(images)

    @cached_property
    def surfaces(self) -> list[Surface]:
        """The images with their maps."""
        return [Surface(image) for image in self.images]

    @cached_property
    def _thumbnails(self) -> Floats:
        return np.stack([_thumbnail(image) for image in self.images])

    def nearest(self, image: Bytes, mask: Bytes, number: int) -> list[Bytes]:
        """Return the normals that differ least from an image beside its mask, resized to it if need be."""
        known = cv2.resize(255 - mask, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA) > 250
        if not known.any():
            known[:] = True
        difference = np.abs(self._thumbnails - _thumbnail(image))[:, known].mean(axis=(1, 2))
        order = np.argsort(difference, kind="stable")
        height, width = image.shape[:2]
        alike = [each for each in (self.images[index] for index in order) if _aspects_agree(each, image)]
        return [
            each if each.shape == image.shape else cv2.resize(each, (width, height), interpolation=cv2.INTER_AREA)
            for each in alike[:number]
        ]


def _aspects_agree(one: Bytes, other: Bytes) -> bool:
    ratio = (one.shape[0] * other.shape[1]) / (one.shape[1] * other.shape[0])
    return abs(ratio - 1) < MAX_STRETCH


def _thumbnail(image: Bytes) -> Floats:
    small = cv2.resize(image, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA).astype(np.float32)
    return small - small.mean(axis=(0, 1))


def estimate_background(image: Bytes, mask: Bytes, normals: Normals) -> Background:
    """Estimate the surface under a defect.

    Args:
        image: uint8 (H, W, 3), with the defect.
        mask: uint8 (H, W), 255 on the defect.
        normals: good parts.
    """
    near = widened(mask, MARGIN_PX)
    hidden = widened(near, max(2, round(HIDDEN * min(mask.shape))))
    ring = (hidden > 0) & (near == 0)
    aligned = [registered(normal, image, hidden) for normal in normals.nearest(image, hidden, NEAREST)]
    candidates = [(normal, _corrected(normal, image, hidden)) for normal in aligned]
    errors = [_ring_error(image, estimate, ring) for _, estimate in candidates]
    is_small = cv2.countNonZero(mask) < LARGEST_INPAINTING * mask.size
    if not errors or (is_small and PREFERENCE * _ring_error(image, inpainted(image, hidden), ring) < min(errors)):
        return _background(image, inpainted(image, near), ring, is_inpainted=True)
    best = candidates[int(np.argmin(errors))][0]
    return _background(image, _corrected(best, image, near), ring, is_inpainted=False)


def inpainted_background(image: Bytes, mask: Bytes) -> Background:
    """Return the estimate from the surroundings alone."""
    near = widened(mask, MARGIN_PX)
    ring = (widened(near, max(2, round(HIDDEN * min(mask.shape)))) > 0) & (near == 0)
    return _background(image, inpainted(image, near), ring, is_inpainted=True)


def _background(image: Bytes, estimate: Bytes, ring: np.ndarray, *, is_inpainted: bool) -> Background:
    reference = cv2.blur(image, (GRAIN, GRAIN)) if is_inpainted else estimate
    difference = np.abs(image[ring].astype(np.float32) - reference[ring]).mean(axis=1)
    noise = float(np.median(difference)) / 255.0 if difference.size else 0.0
    return Background(Surface(estimate), noise, is_inpainted)


def widened(mask: Bytes, pixels: int) -> Bytes:
    """Return a mask dilated by a number of pixels."""
    return cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * pixels + 1, 2 * pixels + 1)))


def inpainted(image: Bytes, mask: Bytes) -> Bytes:
    """Return an image with the masked pixels filled from their surroundings."""
    x, y, width, height = cv2.boundingRect(mask)
    margin = 4 * INPAINT_RADIUS
    window = np.s_[max(y - margin, 0) : y + height + margin, max(x - margin, 0) : x + width + margin]
    result = image.copy()
    result[window] = cv2.inpaint(
        np.ascontiguousarray(image[window]), np.ascontiguousarray(mask[window]), INPAINT_RADIUS, cv2.INPAINT_TELEA
    )
    return result


def _ring_error(image: Bytes, estimate: Bytes, ring: np.ndarray) -> float:
    if not ring.any():
        return 0.0
    return float(np.abs(image[ring].astype(np.float32) - estimate[ring]).mean())


def _corrected(normal: Bytes, image: Bytes, hidden: Bytes) -> Bytes:
    """Return a normal with the smooth difference between it and the image added, continued over the hidden pixels."""
    known = (hidden == 0).astype(np.float32)
    if not known.any():
        return normal
    plain = normal.astype(np.float32)
    limit = np.float32(255 * MAX_OFFSET)
    difference = np.clip(image.astype(np.float32) - plain, -limit, limit)
    return np.clip(plain + membrane(difference, known) + 0.5, 0, 255).astype(np.uint8)


def registered(normal: Bytes, image: Bytes, hidden: Bytes) -> Bytes:
    """Return a normal that is shifted and rotated onto an image; unchanged if the registration fails."""
    scale = min(1.0, ECC_SIDE / min(image.shape[:2]))
    fixed, moving, outside = (
        cv2.resize(each, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        for each in (cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.cvtColor(normal, cv2.COLOR_RGB2GRAY), 255 - hidden)
    )
    matrix = np.eye(2, 3, dtype=np.float32)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, ECC_STEPS, ECC_GAIN)
    try:
        gain, matrix = cv2.findTransformECC(
            fixed, moving, matrix, cv2.MOTION_EUCLIDEAN, criteria, np.where(outside > 250, 255, 0).astype(np.uint8), 5
        )
    except cv2.error:  # no overlap, or a plain surface
        return normal
    if gain <= 0 or np.hypot(*matrix[:, 2]) > 0.25 * min(fixed.shape):
        return normal
    matrix[:, 2] = (matrix[:, 2] + 0.5 * (matrix[:, :2].sum(axis=1) - 1)) / scale - 0.5 * (
        matrix[:, :2].sum(axis=1) - 1
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(normal, matrix, image.shape[1::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE)
