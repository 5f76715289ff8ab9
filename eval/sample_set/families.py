"""The families of the sample set, and one picture of one part with the mask of its defect."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from eval.sample_set import chip_package, flange, leather, lozenge, screw, woven_fabric
from eval.sample_set.defects import Defect
from eval.sample_set.fields import Plane, image_plane, posed
from eval.sample_set.rendering import Image, Surface, photograph, sample_camera, sample_lighting, shade

Mask = NDArray[np.uint8]

SIZES = (64, 1024)
"""Smallest and largest side of a picture, in pixels."""
VISIBLE = 10
"""A pixel is in the mask where a channel differs by this much (of 255) from the part without the defect."""
_PLAIN = 24
_OVERSAMPLING = 2
_ATTEMPTS = 16


class Builder(Protocol):
    """Makes the surface of one part, the same for the same state of `rng` apart from the defect."""

    def __call__(self, plane: Plane, *, rng: np.random.Generator, defect: Defect | None) -> Surface:
        """Return the surface over `plane`."""


@dataclass(frozen=True)
class Family:
    """One kind of part or texture.

    Args:
        name: its folder.
        is_texture: whether it fills the image.
        magnification: how many times the camera makes it as large as it was modelled, 1 to fill the picture with
            a modelled width of 1.
        defects: names of its test defects.
        build: makes its surface.
    """

    name: str
    is_texture: bool
    magnification: float
    defects: tuple[str, ...]
    build: Builder


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        family.name: family
        for family in (
            Family("flange", is_texture=False, magnification=1.05, defects=flange.DEFECTS, build=flange.build),
            Family(
                "chip_package",
                is_texture=False,
                magnification=1.3,
                defects=chip_package.DEFECTS,
                build=chip_package.build,
            ),
            Family("lozenge", is_texture=False, magnification=1.1, defects=lozenge.DEFECTS, build=lozenge.build),
            Family("screw", is_texture=False, magnification=1.05, defects=screw.DEFECTS, build=screw.build),
            Family(
                "woven_fabric",
                is_texture=True,
                magnification=1.3,
                defects=woven_fabric.DEFECTS,
                build=woven_fabric.build,
            ),
            Family("leather", is_texture=True, magnification=1.3, defects=leather.DEFECTS, build=leather.build),
        )
    }
)


def family_named(name: str) -> Family:
    """Look a family up.

    Raises:
        ValueError: there is none of that name.
    """
    if name not in FAMILIES:
        raise ValueError(f"family must be one of {', '.join(FAMILIES)}, got {name!r}")
    return FAMILIES[name]


def whole_number(argument: str, value: int, *, least: int, most: int | None = None) -> int:
    """Return `value`, the caller's `argument`, if it is a whole number of that range.

    Raises:
        TypeError: it is not a whole number.
        ValueError: it is out of the range.
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{argument} must be a whole number, got {value!r}")
    if value < least or (most is not None and value > most):
        wanted = f"{least} or more" if most is None else f"{least} to {most}"
        raise ValueError(f"{argument} must be {wanted}, got {value}")
    return int(value)


def checked_size(size: int) -> int:
    """Return `size`, the side of a picture in pixels, if it is one of `SIZES`.

    Raises:
        TypeError: it is not a whole number.
        ValueError: it is too small or too large.
    """
    return whole_number("size", size, least=SIZES[0], most=SIZES[1])


def _number(word: str) -> int:
    return zlib.crc32(word.encode())


def image_seed(family: str, *, split: str, index: int, seed: int) -> int:
    """The seed of one image of a set: it depends on nothing but these four."""
    source = np.random.SeedSequence([seed, _number(family), _number(split), index])
    return int(source.generate_state(1, np.uint64)[0])


def _picture(family: Family, plane: Plane, *, seed: int, defect: Defect | None) -> Image:
    """One shot; the same part, light, camera and noise for the same seed, with and without a defect."""
    part, station, sensor = (
        np.random.default_rng([seed, _number(family.name), _number(stream)]) for stream in ("part", "station", "sensor")
    )
    surface = family.build(plane, rng=part, defect=defect)
    light = shade(surface, sample_lighting(station))
    return photograph(light, sample_camera(station), size=plane.size // _OVERSAMPLING, rng=sensor)


def difference_mask(image: Image, twin: Image) -> Mask:
    """Mark, 255 on 0, what differs visibly between two pictures of one part; closes pinholes, drops lone pixels."""
    difference = cv2.absdiff(image, twin).max(axis=2)
    seen = np.where(difference >= VISIBLE, np.uint8(255), np.uint8(0))
    closed = cv2.morphologyEx(seen, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3)))
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    smallest = max(2.0, 5.0 * (image.shape[0] / 256.0) ** 2)
    kept = np.array([index > 0 and boxes[index, cv2.CC_STAT_AREA] >= smallest for index in range(count)])
    return np.where(kept[labels], np.uint8(255), np.uint8(0))


def _can_be_seen(mask: Mask, image: Image, twin: Image) -> bool:
    """Whether an inspector would notice: enough pixels, and some of them plainly different."""
    enough = max(4.0, 30.0 * (mask.shape[0] / 256.0) ** 2)
    return np.count_nonzero(mask) >= enough and int(cv2.absdiff(image, twin).max()) >= _PLAIN


def render_part(family: str, *, size: int, seed: int, defect: str | None = None) -> tuple[Image, Mask]:
    """Photograph one part.

    The mask marks the pixels that differ visibly from the same part, light and noise without the defect. A defect
    that would not show where it landed is drawn again elsewhere and plainer.

    Args:
        family: one of `FAMILIES`.
        size: side of the square picture in pixels, 64 to 1024.
        seed: what the part, its pose, the light, the noise and the defect are drawn from, 0 or more.
        defect: one of the family's defects, or None for a good part.

    Returns:
        Picture, (size, size, 3), RGB, uint8, and mask, (size, size), uint8, 255 on the defect and 0 elsewhere.

    Raises:
        TypeError: `size` or `seed` is not a whole number.
        ValueError: an argument is none of these.
        RuntimeError: no draw of the defect can be seen; not known to happen.

    Examples:
        >>> image, mask = render_part("leather", size=64, seed=3, defect="cut")
        >>> image.shape, mask.shape, sorted({int(value) for value in mask.ravel()})
        ((64, 64, 3), (64, 64), [0, 255])
    """
    chosen = family_named(family)
    size, seed = checked_size(size), whole_number("seed", seed, least=0)
    if defect is not None and defect not in chosen.defects:
        raise ValueError(f"defect must be one of {', '.join(chosen.defects)} for {family}, or None, got {defect!r}")
    plane = posed(image_plane(size * _OVERSAMPLING), centre=(0.0, 0.0), angle=0.0, scale=chosen.magnification)
    good = _picture(chosen, plane, seed=seed, defect=None)
    if defect is None:
        return good, np.zeros((size, size), dtype=np.uint8)
    for attempt in range(_ATTEMPTS):
        rng = np.random.default_rng([seed, _number(family), _number(defect), attempt])
        severity = min(1.0, rng.uniform() + attempt / _ATTEMPTS)
        bad = _picture(chosen, plane, seed=seed, defect=Defect(defect, rng, severity))
        mask = difference_mask(bad, good)
        if _can_be_seen(mask, bad, good):
            return bad, mask
    raise RuntimeError(f"no visible {defect} on {family} with seed {seed} at size {size} in {_ATTEMPTS} attempts")
