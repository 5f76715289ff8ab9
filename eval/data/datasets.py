"""Read category folders in the layout of MVTec AD; missing, broken and mismatched files raise errors that name them.

The layout is CATEGORY/{train/good, test/good, test/DEFECT, ground_truth/DEFECT}; the mask of test/DEFECT/NAME.png is
ground_truth/DEFECT/NAME_mask.png. It comes from P. Bergmann, M. Fauser, D. Sattlegger, C. Steger, "MVTec AD - A
Comprehensive Real-World Dataset for Unsupervised Anomaly Detection", CVPR 2019.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import numpy as np

from defectsynth.core.images import CAMERA_PEAKS, WhiteLevelWarning
from defectsynth.io.image_files import SUFFIXES
from eval.data.categories import GOOD, Category, Record, missing_masks
from eval.data.folders import LAYOUT, checked_folder, image_files, subfolders, unambiguous_images
from eval.data.images import FULL_PEAK, as_rgb, check_side, read_image_file, read_mask_file

_SIDE_STEP = 32  # px; the longer side of a shape exceeds the shorter one by a multiple of this
_MAX_ASPECT = 4.0  # longer side / shorter side; longer images are squeezed


class RepeatedImagesWarning(UserWarning):
    """Training images of a category have the same pixels."""


class ContradictoryImagesWarning(UserWarning):
    """A good and a defective test image of a category have the same pixels."""


class UnmatchedMasksWarning(UserWarning):
    """A folder of masks lacks some and holds images that are the mask of no test image."""


Progress = Callable[[int, int], None]
"""Called with the number of images done, and the number of all images."""


def read_category(
    folder: str | Path,
    *,
    size: int = 256,
    square: bool = False,
    peak: float | None = None,
    progress: Progress | None = None,
) -> Category:
    """Find the images and masks of a category and decode each once, so that broken files are reported early.

    Hidden files and files without the suffix of a PNG, JPEG, BMP, TIFF or WebP are ignored. Images may be gray or
    colour, with 8 or 16 bits and any size. Masks may be missing. Training images with the pixels of a test image are
    left out, as some of KolektorSDD are.

    Args:
        folder: folder of the category.
        size: shorter side in pixels of the images and masks that the category returns, 1 or more. The longer side
            follows from the median aspect ratio of the images, in steps of 32 px and at most four times as long.
        square: squeeze all images into squares instead.
        peak: white level of 16-bit files; None: estimated from the greatest pixel.
        progress: see `Progress`; called after each image.

    Raises:
        FileNotFoundError: if the folder, train/good or test is missing.
        TypeError: if `size` is no integer.
        ValueError: if `size` is below 1; train/good is empty or holds copies of test images only, or train holds other
            folders; the test images are all good or all defective, or lie outside the folders of the layout, as in
            test/Good; a file is unreadable or truncated; a mask is empty or has another size than its image.
    """
    home, paths = _train_paths(folder, size)
    return _category(home, paths, _test_paths(home), size=size, square=square, peak=peak, progress=progress)


def median_shape(shapes: Sequence[tuple[int, int]], size: int) -> tuple[int, int]:
    """Return (height, width) with `size` as the shorter side and the median aspect ratio of images of these shapes."""
    ratio = median(height / width for height, width in shapes)
    longer = size + _SIDE_STEP * round(size * (min(max(ratio, 1 / ratio), _MAX_ASPECT) - 1) / _SIDE_STEP)
    return (longer, size) if ratio > 1 else (size, longer)


def _train_paths(folder: str | Path, size: int) -> tuple[Path, list[Path]]:
    """Return the folder of a category and the paths of its training images."""
    check_side(size)
    home = checked_folder("folder", folder)
    good = home / "train" / GOOD
    if not good.is_dir():
        inside = [entry.name for entry in subfolders(home) if (entry / "train" / GOOD).is_dir()]
        hint = f"; did you mean one of its categories: {', '.join(inside)}?" if inside else ""
        raise FileNotFoundError(f"folder must be a category with {LAYOUT}, got {home} without train/good{hint}")
    others = [entry.name for entry in subfolders(home / "train") if entry.name != GOOD]
    if others:
        raise ValueError(f"train must hold only the folder good, got {', '.join(others)} too: clear {good.parent}")
    paths = unambiguous_images(good)
    if not paths:
        raise ValueError(f"train/good must hold images ({', '.join(SUFFIXES)}), got none: put good parts into {good}")
    return home, paths


def _category(
    home: Path,
    paths: list[Path],
    tests: list[tuple[Path, str]],
    *,
    size: int,
    square: bool,
    peak: float | None,
    progress: Progress | None,
) -> Category:
    checked: list[tuple[Record, bytes]] = []
    brightest = 0
    for path, defect in [*((path, GOOD) for path in paths), *tests]:
        record, digest, level = _checked_record(home, path, defect)
        checked.append((record, digest))
        brightest = max(brightest, level)
        if progress is not None:
            progress(len(checked), len(paths) + len(tests))
    _warn_of_contradictions(checked[len(paths) :])
    _warn_of_unmatched_masks(home, [record for record, _ in checked[len(paths) :]])
    test_digests = {digest for _, digest in checked[len(paths) :]}
    test = tuple(record for record, _ in checked[len(paths) :])
    first = {digest: record for record, digest in reversed(checked[: len(paths)]) if digest not in test_digests}
    train = tuple(record for record, digest in checked[: len(paths)] if first.get(digest) is record)
    repeats = tuple(record for record, digest in checked[: len(paths)] if first.get(digest, record) is not record)
    if repeats:
        warnings.warn(
            f"{len(repeats)} of {len(paths)} training images repeat the pixels of others and are left out, first "
            f"{repeats[0].path}: held out repeats would make every threshold too low",
            RepeatedImagesWarning,
            stacklevel=3,
        )
    copies = tuple(record for record, digest in checked[: len(paths)] if digest in test_digests)
    if not train:
        raise ValueError(f"train/good must hold other images than test, got copies of those only in {home}")
    shape = (size, size) if square else median_shape([record.shape for record in train], size)
    return Category(home.resolve().name, train, test, shape, copies, repeats, peak or _peak_of(brightest, home))


def _warn_of_contradictions(tests: list[tuple[Record, bytes]]) -> None:
    good = {digest: record.path for record, digest in tests if not record.label}
    if both := [(good[digest], record.path) for record, digest in tests if record.label and digest in good]:
        warnings.warn(
            f"{len(both)} defective test images have the pixels of good ones, first {both[0][1]} those of "
            f"{both[0][0]}: no score can be right for both, remove one",
            ContradictoryImagesWarning,
            stacklevel=4,
        )


def _warn_of_unmatched_masks(home: Path, tests: list[Record]) -> None:
    used = {record.mask_path for record in tests}
    for defect in sorted({record.defect for record in missing_masks(tests)}):
        folder = home / "ground_truth" / defect
        masks = image_files(folder) if folder.is_dir() else []
        if unmatched := [path for path in masks if path not in used]:
            warnings.warn(
                f"{len(unmatched)} images in {folder} are the mask of no test image, first {unmatched[0].name}: the "
                f"mask of test/{defect}/NAME.* must be NAME_mask.png",
                UnmatchedMasksWarning,
                stacklevel=4,
            )


def _test_paths(home: Path) -> list[tuple[Path, str]]:
    """Return the path and the type of defect of every test image, "good" for good parts."""
    tests = home / "test"
    if not tests.is_dir():
        raise FileNotFoundError(f"folder must be a category with {LAYOUT}, got {home} without test")
    if loose := image_files(tests):
        raise ValueError(f"test images must lie in test/good or test/DEFECT: move {loose[0]} to one of them")
    for folder in subfolders(tests):
        if folder.name != GOOD and folder.name.casefold() == GOOD:
            raise ValueError(f"good test images must lie in test/{GOOD}, got test/{folder.name}: move its images")
    found = [(path, defect.name) for defect in subfolders(tests) for path in unambiguous_images(defect)]
    defective = sum(defect != GOOD for _, defect in found)
    if not 0 < defective < len(found):
        raise ValueError(
            f"test must hold good and defective images, got {len(found) - defective} in test/good and {defective} in "
            f"other folders: add the missing ones to {tests}"
        )
    return found


def _peak_of(brightest: int, home: Path) -> float:
    """Return the white level of 16-bit files whose greatest pixel is `brightest`; 0 if there are none."""
    peak = next(level for level in CAMERA_PEAKS[1:] if brightest <= level) if brightest else FULL_PEAK
    if peak < FULL_PEAK:
        warnings.warn(
            f"white level of the 16-bit images in {home} estimated as {peak:g} from their greatest pixel, {brightest}",
            WhiteLevelWarning,
            stacklevel=4,
        )
    return peak


def _checked_record(home: Path, path: Path, defect: str) -> tuple[Record, bytes, int]:
    """Decode an image and, if it is defective, its mask.

    Returns:
        Its record, a digest of its pixels, and its greatest pixel if it has 16 bits, else 0.
    """
    pixels = read_image_file(path, "image")
    height, width = pixels.shape[:2]
    digest = hashlib.sha256(f"{height} {width} {pixels.dtype}".encode() + as_rgb(pixels).tobytes()).digest()
    level = int(pixels.max()) if pixels.dtype == np.uint16 else 0
    if defect == GOOD:
        return Record(path, 0, defect, None, (height, width)), digest, level
    mask_path = home / "ground_truth" / defect / f"{path.stem}_mask.png"
    if not mask_path.is_file():
        return Record(path, 1, defect, None, (height, width)), digest, level
    if not read_mask_file(mask_path, (height, width)).any():
        raise ValueError(
            f"mask {mask_path} must mark a defect, got no pixel above 0: draw it, or move {path} to test/good"
        )
    return Record(path, 1, defect, mask_path, (height, width)), digest, level
