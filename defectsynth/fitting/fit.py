"""From a few real defects to a preset: the function `fit` and its result."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path

import albumentations as A
import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes
from defectsynth.core.images import check_image, checked_peak, white_level
from defectsynth.core.masks import binary_mask, check_masks
from defectsynth.core.parameters import checked_whole
from defectsynth.fitting.background import Normals, estimate_background
from defectsynth.fitting.estimated_masks import mask_from_normals, mask_from_pair
from defectsynth.fitting.inputs import check_bank, check_pairs, check_sequences, check_share
from defectsynth.fitting.measurements import measure
from defectsynth.fitting.preset import OTHER_SHARE, make_preset
from defectsynth.fitting.real_defects import real_defects
from defectsynth.fitting.sheet import draw_sheet
from defectsynth.fitting.single_type import FittedType, Real, fit_type
from defectsynth.fitting.surface import Surface, to_working_image, working_size
from defectsynth.fitting.words import describe
from defectsynth.io.image_files import UnreadableError, read_image
from defectsynth.io.masks import read_mask

MAX_NORMALS = 160  # that are read
SURFACES = 12  # good parts that candidates are drawn on
LARGEST_SHARE, LARGEST_BORDER = 0.5, 0.9  # of an image and of its border; masks that mark more of both are inverted
TYPE = "defect"  # name of the type where none is given

ImageLike = Array | str | Path


@dataclass(frozen=True, eq=False, repr=False)
class Fit:
    """Result of a fit.

    Attributes:
        types: fitted types of defect.
        preset: a composition that draws one defect: one of the types, or with a small probability another one.
        notes: what limits the result, such as masks that were estimated.
    """

    types: tuple[FittedType, ...]
    preset: A.Compose
    notes: tuple[str, ...] = field(default=())

    def __repr__(self) -> str:
        """Return the types in one line."""
        return f"Fit({', '.join(each.name for each in self.types)})"

    def __str__(self) -> str:
        """Return the findings in words."""
        return "\n".join([*self.notes, *(describe(each) for each in self.types)])

    @cached_property
    def sheet(self) -> Bytes:
        """Real defects beside drawn ones, uint8 (H, W, 3): for each type one row of each."""
        return draw_sheet(self.types)


def fit(
    images: Sequence[ImageLike],
    masks: Sequence[ImageLike] | None,
    normals: Sequence[ImageLike],
    *,
    types: Sequence[str] | None = None,
    pairs: Sequence[ImageLike] | None = None,
    names: Sequence[str] | None = None,
    real_share: float = 0.0,
    bank: str | Path | None = None,
    other_share: float = OTHER_SHARE,
    seed: int = 0,
    workers: int = 1,
    peak: float | None = None,
) -> Fit:
    """Fit a preset to a few real defects, by measuring them against good parts. Nothing is trained.

    Families of defects are drawn on the good parts with sizes and places near the measured ones. Those whose
    measurements agree with the real ones are kept, with ranges from the draws that came nearest. The fewer the
    examples, the wider the ranges.

    Args:
        images: images with defects, (H, W) or (H, W, 3) in RGB, uint8, uint16 or float32 in [0, 1], or paths; two or
            three of each type are enough, five are better.
        masks: one mask for each, of the size of its image, see `core.masks`; None estimates them roughly from `pairs`
            or from the nearest good parts.
        normals: images of good parts, at least one; of many, 160 are read.
        types: the type of each defect; None for one type.
        pairs: without masks, the good part before the defect for each image.
        names: what reports call each image; None for its file name or number.
        real_share: share of the defects of a type that are the real ones, pasted, in [0, 1).
        bank: folder that the real defects are written to for it; without one they are kept as arrays, and the preset
            cannot be saved as YAML.
        other_share: share of defects of any other kind, in [0, 1), which the few examples may not show.
        seed: the same seed gives the same preset.
        workers: processes, at least 1; the result does not depend on it.
        peak: white level of uint16 images; None estimates one for all, from the brightest pixel.

    Returns:
        The preset, with what was found in words and as a sheet.

    Raises:
        TypeError: if an argument is of another type, or an image or a mask has another dtype.
        ValueError: if a number is out of bounds, numbers of entries differ, `masks` and `pairs` are both given, sizes
            differ, a file cannot be read, an image has no defect, does not differ from its pair or is brighter than
            `peak`, or a mask is inverted.

    Examples:
        >>> import numpy as np
        >>> import defectsynth as ds
        >>> rng = np.random.default_rng(0)
        >>> goods = [rng.integers(120, 136, (64, 64), np.uint8) for _ in range(3)]
        >>> bad = goods[0].copy()
        >>> bad[30:33, 10:40] = 40
        >>> mask = np.zeros((64, 64), np.uint8)
        >>> mask[29:34, 9:41] = 255
        >>> found = ds.fit([bad], [mask], goods[1:], types=["dark_line"])
        >>> [each.name for each in found.types], len(ds.synthesize(goods[2], found.preset, seed=1).defects)
        (['dark_line'], 1)
    """
    check_sequences(images, masks, normals, types=types, pairs=pairs, names=names)
    for name, share in (("real_share", real_share), ("other_share", other_share)):
        check_share(name, share)
    seed, workers = checked_whole("seed", seed), checked_whole("workers", workers, least=1)
    check_bank(bank)
    rng = np.random.default_rng(seed)
    chosen = sorted(rng.permutation(len(normals))[:MAX_NORMALS].tolist())
    plain = [_read(image) for image in images]
    titles = [_title(image, index) for index, image in enumerate(images)] if names is None else list(names)
    before = None if pairs is None else [_read(pair) for pair in pairs]
    if before is not None:
        check_pairs(plain, before, titles)
    level = _common_level([*plain, *(before or ()), *(normals[index] for index in chosen)], peak)
    goods = Normals([_working(_read(normals[index]), level) for index in chosen])
    small = [_working(image, level) for image in plain]
    if masks is not None:
        found_masks = [_mask(mask, image, title) for mask, image, title in zip(masks, plain, titles, strict=True)]
        notes: tuple[str, ...] = ()
    else:
        small_pairs = None if before is None else [_working(pair, level) for pair in before]
        found_masks, notes = _estimated_masks(plain, small, small_pairs, goods, titles)
    labels = [TYPE] * len(images) if types is None else list(types)
    reals: dict[str, list[Real]] = {name: [] for name in sorted(set(labels))}
    for image, mask, label, title in zip(small, found_masks, labels, titles, strict=True):
        reals[label].append(_real(title, image, mask, goods))
    surfaces = [Surface(goods.images[index]) for index in rng.permutation(len(goods.images))[:SURFACES]]
    fitted = _fit_all(reals, surfaces, seed=seed, workers=workers)
    sources = real_defects(plain, found_masks, labels, folder=bank) if real_share else {}
    texture = sum(surface.has_background for surface in surfaces) * 2 <= len(surfaces)
    preset = make_preset(fitted, real_share=real_share, banks=sources, other_share=other_share, texture=texture)
    return Fit(fitted, preset, notes)


def _read(image: ImageLike) -> Array:
    if not isinstance(image, (str, Path)):
        check_image(image)
        return image
    try:
        array = read_image(Path(image))
    except UnreadableError as error:
        raise UnreadableError(f"{str(image)!r}: {error}") from error
    check_image(array)
    return array


def _common_level(images: Sequence[ImageLike], peak: float | None) -> float | None:
    """Return the white level of the uint16 images, and None if the first image is of another dtype."""
    if peak is not None:
        return checked_peak(peak)
    if _read(images[0]).dtype != np.uint16:
        return None
    brightest = np.zeros((1, 1), np.uint16)
    for image in images:
        array = _read(image)
        if array.dtype == np.uint16:
            brightest = np.maximum(brightest, array.max())
    return white_level(brightest)


def _working(image: Array, level: float | None) -> Bytes:
    return to_working_image(image, peak=white_level(image, level if image.dtype == np.uint16 else None))


def _title(image: ImageLike, index: int) -> str:
    return Path(image).name if isinstance(image, (str, Path)) else f"image {index}"


def _estimated_masks(
    plain: Sequence[Array], small: Sequence[Bytes], pairs: Sequence[Bytes] | None, goods: Normals, titles: Sequence[str]
) -> tuple[list[Bytes], tuple[str, ...]]:
    """Return a mask of each image at its own size, and a note on how it was found.

    Args:
        plain: the images.
        small: the same at working size.
        pairs: the good part before the defect for each, at working size; None uses the nearest good parts.
        goods: these.
        titles: what errors call the images.
    """
    if pairs is not None:
        found = [mask_from_pair(image, pair) for image, pair in zip(small, pairs, strict=True)]
        source, other = "the differences between pairs", "its pair"
    else:
        found = [mask_from_normals(image, goods) for image in small]
        source, other = "the differences to the nearest good parts", "the good parts"
    for mask, title in zip(found, titles, strict=True):
        if not mask.any():
            raise ValueError(f"images must differ from {other} where no mask is given, got none for {title}")
        _check_share(mask, title)
    note = f"The masks were estimated from {source}, which is rough: faint defects are missed, outlines are blurred."
    return [
        cv2.resize(mask, image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        for mask, image in zip(found, plain, strict=True)
    ], (note,)


def _mask(mask: ImageLike, image: Array, title: str) -> Bytes:
    if isinstance(mask, (str, Path)):
        try:
            marked = read_mask(Path(mask), size=(image.shape[0], image.shape[1]))
        except UnreadableError as error:
            raise UnreadableError(f"{str(mask)!r}: {error}") from error
    else:
        check_masks("masks", [mask], image.shape[:2])
        marked = binary_mask(mask, name="masks")
    _check_share(marked, title)
    return marked


def _check_share(marked: Bytes, title: str) -> None:
    """Raise a ValueError for a mask of nearly the whole image and its border."""
    border = np.concatenate([marked[0], marked[-1], marked[:, 0], marked[:, -1]])
    share = cv2.countNonZero(marked) / marked.size
    if share > LARGEST_SHARE and (border != 0).mean() > LARGEST_BORDER:
        raise ValueError(f"masks must mark the defect, got one that marks {share:.1%} of {title}: is it inverted?")


def _real(title: str, small: Bytes, mask: Bytes, goods: Normals) -> Real:
    marked = np.where(cv2.resize(mask, working_size(mask), interpolation=cv2.INTER_AREA) >= 64, 255, 0).astype(np.uint8)
    background = estimate_background(small, marked, goods)
    measured = measure(small, marked, background)
    if measured is None:
        raise ValueError(f"masks must hold a defect, got an empty one for {title}")
    return Real(title, small, marked, background, measured)


def _fit_all(
    reals: dict[str, list[Real]], surfaces: list[Surface], *, seed: int, workers: int
) -> tuple[FittedType, ...]:
    jobs = [(name, tuple(found), surfaces, seed + index) for index, (name, found) in enumerate(reals.items())]
    if min(workers, len(jobs)) <= 1:
        return tuple(_fit_one(job) for job in jobs)
    with ProcessPoolExecutor(min(workers, len(jobs)), mp_context=get_context("spawn")) as pool:
        return tuple(pool.map(_fit_one, jobs))


def _fit_one(job: tuple[str, tuple[Real, ...], list[Surface], int]) -> FittedType:
    name, real, surfaces, seed = job
    return fit_type(name, real, surfaces, seed=seed)
