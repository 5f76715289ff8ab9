"""Families of the sample set, and the rendering of one part with the mask of its defect."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from eval.sample_set import chip_package, flange, leather, lozenge, screw, woven_fabric
from eval.sample_set.defects import Defect
from eval.sample_set.fields import Plane, image_plane, pose
from eval.sample_set.rendering import Image, Surface, photograph, sample_camera, sample_lighting, shade
from eval.sample_set.stand_ins import cable, carpet, grid, hazelnut, metal_nut, tile, toothbrush, wood, zipper

Mask = NDArray[np.uint8]

SIZES = (64, 1024)
"""Smallest and largest side of an image in pixels."""
MIN_DIFFERENCE = 10
"""Difference in a channel (of 255) from the part without the defect, from which a pixel is in the mask."""
_MIN_PEAK_DIFFERENCE = 24  # of the most different pixel of a defect
_OVERSAMPLING = 2
_MAX_ATTEMPTS = 16


class Builder(Protocol):
    """Function that builds the surface of one part, which depends on `rng` alone apart from the defect."""

    def __call__(self, plane: Plane, *, rng: np.random.Generator, defect: Defect | None) -> Surface:
        """Return the surface over `plane`."""


@dataclass(frozen=True)
class Family:
    """Kind of part or texture.

    Args:
        name: of its folder.
        is_texture: whether it fills the image.
        magnification: side of the image in the lengths of the model is 1 / magnification.
        defects: names of its test defects.
        build: builds its surface.
        stands_in: whether it stands in for the category of MVTec AD with its name.
        is_gray: whether its camera is monochrome; the three channels of its images are equal.
        unrest: spread of light, focus and exposure from image to image, as a factor of that of a station at rest.
    """

    name: str
    is_texture: bool
    magnification: float
    defects: tuple[str, ...]
    build: Builder
    stands_in: bool = False
    is_gray: bool = False
    unrest: float = 1.0


def _stand_in(module: Any, *, is_texture: bool, unrest: float, is_gray: bool = False) -> Family:
    """Return the family of a module that is named after its category."""
    return Family(
        module.__name__.rpartition(".")[2],
        is_texture=is_texture,
        magnification=1.0,
        defects=module.DEFECTS,
        build=module.build,
        stands_in=True,
        is_gray=is_gray,
        unrest=unrest,
    )


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
            Family(
                "leather",
                is_texture=True,
                magnification=1.3,
                defects=leather.DEFECTS,
                build=leather.build,
                stands_in=True,
            ),
            _stand_in(cable, is_texture=False, unrest=2.0),
            _stand_in(carpet, is_texture=True, unrest=1.2),
            _stand_in(grid, is_texture=True, unrest=2.0, is_gray=True),
            _stand_in(hazelnut, is_texture=False, unrest=2.0),
            _stand_in(metal_nut, is_texture=False, unrest=2.0),
            _stand_in(tile, is_texture=True, unrest=1.2),
            _stand_in(toothbrush, is_texture=False, unrest=2.0),
            _stand_in(wood, is_texture=True, unrest=1.5),
            _stand_in(zipper, is_texture=False, unrest=2.0, is_gray=True),
        )
    }
)


DEMO_FAMILIES = ("flange", "chip_package", "lozenge", "screw", "woven_fabric", "leather")
"""Families of the demo and of a sample set for which none are named."""
STAND_INS = tuple(name for name, family in FAMILIES.items() if family.stands_in)
"""Families that stand in for categories of MVTec AD."""


def family_named(name: str) -> Family:
    """Return a family by its name.

    Raises:
        ValueError: if there is none of that name.
    """
    if name not in FAMILIES:
        raise ValueError(f"family must be one of {', '.join(FAMILIES)}, got {name!r}")
    return FAMILIES[name]


def check_integer(argument: str, value: int, *, low: int, high: int | None = None) -> int:
    """Return an integer.

    Args:
        argument: its name in errors.
        value: the integer.
        low: smallest value.
        high: largest value; None for no bound.

    Raises:
        TypeError: if it is no integer.
        ValueError: if it is out of bounds.
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{argument} must be an integer, got {value!r}")
    if value < low or (high is not None and value > high):
        rule = f"{argument} >= {low}" if high is None else f"{low} <= {argument} <= {high}"
        raise ValueError(f"{argument} must be an integer with {rule}, got {value}")
    return int(value)


def check_size(size: int) -> int:
    """Return the side of an image in pixels.

    Raises:
        TypeError: if it is no integer.
        ValueError: if it is outside of `SIZES`.
    """
    return check_integer("size", size, low=SIZES[0], high=SIZES[1])


def _hash(word: str) -> int:
    return zlib.crc32(word.encode())


def image_seed(family: str, *, split: str, index: int, seed: int) -> int:
    """Return the seed of one image of a set, which depends on these four arguments alone."""
    source = np.random.SeedSequence([seed, _hash(family), _hash(split), index])
    return int(source.generate_state(1, np.uint64)[0])


def _render(family: Family, plane: Plane, *, seed: int, defect: Defect | None) -> Image:
    """Return one image; equal seeds give equal part, light, camera and noise, with and without a defect."""
    part, station, sensor = (
        np.random.default_rng([seed, _hash(family.name), _hash(stream)]) for stream in ("part", "station", "sensor")
    )
    surface = family.build(plane, rng=part, defect=defect)
    light = shade(surface, sample_lighting(station, unrest=family.unrest))
    camera = sample_camera(station, unrest=family.unrest)
    image = photograph(light, camera, size=plane.size // _OVERSAMPLING, rng=sensor)
    return np.repeat(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2) if family.is_gray else image


def difference_mask(image: Image, twin: Image) -> Mask:
    """Return a mask, 255 on 0, of the visible differences between two images; holes are closed and specks dropped."""
    difference = cv2.absdiff(image, twin).max(axis=2)
    visible = np.where(difference >= MIN_DIFFERENCE, np.uint8(255), np.uint8(0))
    closed = cv2.morphologyEx(visible, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3)))
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    min_area = max(2.0, 5.0 * (image.shape[0] / 256.0) ** 2)
    kept = np.array([index > 0 and boxes[index, cv2.CC_STAT_AREA] >= min_area for index in range(count)])
    return np.where(kept[labels], np.uint8(255), np.uint8(0))


def _is_visible(mask: Mask, image: Image, twin: Image) -> bool:
    """Return whether a defect is visible: its mask is large enough, and some pixel is clearly different."""
    min_area = max(4.0, 30.0 * (mask.shape[0] / 256.0) ** 2)
    return np.count_nonzero(mask) >= min_area and int(cv2.absdiff(image, twin).max()) >= _MIN_PEAK_DIFFERENCE


def render_part(family: str, *, size: int, seed: int, defect: str | None = None) -> tuple[Image, Mask]:
    """Render one part.

    The mask marks the pixels that differ visibly from the same part, light and noise without the defect. A defect that
    is not visible is drawn again at another place and more severe.

    Args:
        family: one of `FAMILIES`.
        size: side of the square image in pixels, in [64, 1024].
        seed: of the part, its pose, the light, the noise and the defect, at least 0.
        defect: one of the family's defects; None for a good part.

    Returns:
        Image, uint8 (size, size, 3), RGB, and mask, uint8 (size, size), 255 on the defect and 0 elsewhere.

    Raises:
        TypeError: if `size` or `seed` is no integer.
        ValueError: if an argument is out of bounds or unknown.
        RuntimeError: if no draw of the defect is visible; not known to happen.

    Examples:
        >>> image, mask = render_part("leather", size=64, seed=3, defect="cut")
        >>> image.shape, mask.shape, sorted({int(value) for value in mask.ravel()})
        ((64, 64, 3), (64, 64), [0, 255])
    """
    chosen = family_named(family)
    size, seed = check_size(size), check_integer("seed", seed, low=0)
    if defect is not None and defect not in chosen.defects:
        raise ValueError(f"defect must be one of {', '.join(chosen.defects)} for {family}, or None, got {defect!r}")
    plane = pose(image_plane(size * _OVERSAMPLING), centre=(0.0, 0.0), angle=0.0, scale=chosen.magnification)
    good = _render(chosen, plane, seed=seed, defect=None)
    if defect is None:
        return good, np.zeros((size, size), dtype=np.uint8)
    for attempt in range(_MAX_ATTEMPTS):
        rng = np.random.default_rng([seed, _hash(family), _hash(defect), attempt])
        severity = min(1.0, rng.uniform() + attempt / _MAX_ATTEMPTS)
        bad = _render(chosen, plane, seed=seed, defect=Defect(defect, rng, severity))
        mask = difference_mask(bad, good)
        if _is_visible(mask, bad, good):
            return bad, mask
    raise RuntimeError(f"no visible {defect} on {family} with seed {seed} at size {size} in {_MAX_ATTEMPTS} attempts")
