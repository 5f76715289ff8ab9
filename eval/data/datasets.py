"""Category folders in the layout of MVTec AD, read strictly: what is missing, broken or of another size is named.

The layout is CATEGORY/{train/good, test/good, test/DEFECT, ground_truth/DEFECT}; the mask of test/DEFECT/NAME.png is
ground_truth/DEFECT/NAME_mask.png. It comes from P. Bergmann, M. Fauser, D. Sattlegger, C. Steger, "MVTec AD - A
Comprehensive Real-World Dataset for Unsupervised Anomaly Detection", CVPR 2019.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from defectsynth.io.image_files import SUFFIXES
from eval.data.images import check_side, load_image, load_mask, read_marked, read_pixels

GOOD = "good"
_LAYOUT = "train/good, test/good, test/DEFECT, ground_truth/DEFECT"
_CELL = 32  # px; the longer side of a shape is the shorter one and a whole number of these
_LONGEST = 4.0  # times the shorter side; longer images are squeezed

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Record:
    """One image of a category.

    Attributes:
        path: of the image file.
        label: 1 with a defect, 0 for a good part.
        defect: name of the defect's folder, "good" for a good part.
        mask_path: of the ground truth; None for a good part.
        shape: (height, width) of the image file in pixels.
    """

    path: Path
    label: int
    defect: str
    mask_path: Path | None
    shape: tuple[int, int]


@dataclass(frozen=True)
class Category:
    """A category whose files have all been found whole.

    Attributes:
        name: of its folder.
        train: good images, by file name, but for those that are test images, too.
        test: good and defective images, by folder and file name.
        shape: (height, width) in pixels of what `images` and `masks` give.
        copies: the training images left out because a test image has the same pixels.
    """

    name: str
    train: tuple[Record, ...]
    test: tuple[Record, ...]
    shape: tuple[int, int]
    copies: tuple[Record, ...] = ()

    def images(self, records: Sequence[Record]) -> NDArray[np.uint8]:
        """The images of `records`, uint8 (N, H, W, 3) in RGB; see `load_image`."""
        images = [load_image(record.path, size=self.shape) for record in records]
        return np.stack(images) if images else np.zeros((0, *self.shape, 3), np.uint8)

    def masks(self, records: Sequence[Record]) -> NDArray[np.bool_]:
        """The masks of `records`, bool (N, H, W), empty for a good part; see `load_mask`."""
        masks = np.zeros((len(records), *self.shape), np.bool_)
        for mask, record in zip(masks, records, strict=True):
            if record.mask_path is not None:
                mask[:] = load_mask(record.mask_path, size=self.shape, image_shape=record.shape)
        return masks


def categories_in(root: str | Path) -> tuple[str, ...]:
    """Return the names of the category folders in `root`, sorted: the folders that hold a train/good.

    Raises:
        FileNotFoundError: if `root` is no folder.
        ValueError: if it holds no category.
    """
    home = _checked_folder("root", root)
    found = tuple(folder.name for folder in _folders(home) if (folder / "train" / GOOD).is_dir())
    if not found:
        own = f"; {home} is one itself: read it with read_category" if (home / "train" / GOOD).is_dir() else ""
        raise ValueError(f"root must hold category folders ({_LAYOUT}), got none in {home}{own}")
    return found


def read_category(
    folder: str | Path, *, size: int = 256, square: bool = False, progress: Progress | None = None
) -> Category:
    """Find the images and masks of a category and decode each once, so that what follows meets no surprise.

    Files that are no PNG, JPEG, BMP, TIFF or WebP by their suffix, and hidden ones, are left out. Gray or colour, 8 or
    16 bits, any side and shape. Training images that are test images, too, are not trained on: KolektorSDD has some.

    Args:
        folder: the category's.
        size: shorter side in pixels of the images and masks that the category gives, 1 or more. The longer side is in
            proportion, by the median of the good images, but for less than 16 pixels, and at most four times as long.
        square: whether all are squeezed into squares instead.
        progress: called with how many images are checked, and of how many, after each.

    Raises:
        FileNotFoundError: if the folder, train/good, test or the mask of a defective image is missing.
        TypeError: if `size` is no integer.
        ValueError: if `size` is below 1; train/good is empty or holds copies of test images only, or train holds other
            folders; the test images are all good or all defective, or lie outside the folders of the layout; a file is
            unreadable or truncated; a mask is empty or has another size than its image.
    """
    home, paths = _good_parts(folder, size)
    return _category(home, paths, _test_paths(home), size=size, square=square, progress=progress)


def read_known(
    folder: str | Path, known: Sequence[str] = (), *, size: int = 256, progress: Progress | None = None
) -> Category:
    """As `read_category`, but of the test images only those named are opened; without any, test may be missing.

    Args:
        folder: the category's.
        known: defective test images, DEFECT/FILE.
        size: see `read_category`.
        progress: see `read_category`.

    Raises:
        FileNotFoundError, TypeError, ValueError: see `read_category`; and if there is no such defective image.
    """
    home, paths = _good_parts(folder, size)
    there = defective_images(home)
    for name in known:
        if name not in there:
            raise ValueError(f"known must be defective images, DEFECT/FILE in {home / 'test'}, got {name!r}")
    tests = [(home / "test" / name, there[name]) for name in sorted(set(known))]
    return _category(home, paths, tests, size=size, square=False, progress=progress)


def defective_images(folder: str | Path) -> dict[str, str]:
    """Return the type of defect of each defective test image, DEFECT/FILE, by the names of the files alone."""
    tests = Path(folder) / "test"
    types = [entry for entry in _folders(tests) if entry.name != GOOD] if tests.is_dir() else []
    return {f"{entry.name}/{path.name}": entry.name for entry in types for path in _images(entry)}


def _checked_folder(argument: str, folder: str | Path) -> Path:
    home = Path(folder)
    if not home.is_dir():
        raise FileNotFoundError(f"{argument} must be an existing folder, got {str(folder)!r}: check the path")
    return home


def _good_parts(folder: str | Path, size: int) -> tuple[Path, list[Path]]:
    """The folder of a category and its training images."""
    check_side(size)
    home = _checked_folder("folder", folder)
    good = home / "train" / GOOD
    if not good.is_dir():
        inside = [entry.name for entry in _folders(home) if (entry / "train" / GOOD).is_dir()]
        hint = f"; did you mean one of its categories: {', '.join(inside)}?" if inside else ""
        raise FileNotFoundError(f"folder must be a category with {_LAYOUT}, got {home} without train/good{hint}")
    strangers = [entry.name for entry in _folders(home / "train") if entry.name != GOOD]
    if strangers:
        raise ValueError(f"train must hold only the folder good, got {', '.join(strangers)} too: clear {good.parent}")
    paths = _images(good)
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
    progress: Progress | None,
) -> Category:
    checked: list[tuple[Record, bytes]] = []
    for path, defect in [*((path, GOOD) for path in paths), *tests]:
        checked.append(_checked_record(home, path, defect))
        if progress is not None:
            progress(len(checked), len(paths) + len(tests))
    seen = {digest for _, digest in checked[len(paths) :]}
    test = tuple(record for record, _ in checked[len(paths) :])
    train = tuple(record for record, digest in checked[: len(paths)] if digest not in seen)
    copies = tuple(record for record, digest in checked[: len(paths)] if digest in seen)
    if not train:
        raise ValueError(f"train/good must hold other images than test, got copies of those only in {home}")
    return Category(home.resolve().name, train, test, (size, size) if square else _shape(train, size), copies)


def _shape(records: Sequence[Record], size: int) -> tuple[int, int]:
    """Height and width with a shorter side, in the proportion of the images."""
    ratio = median(height / width for height, width in (record.shape for record in records))
    longer = size + _CELL * round(size * (min(max(ratio, 1 / ratio), _LONGEST) - 1) / _CELL)
    return (longer, size) if ratio > 1 else (size, longer)


def _visible(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))


def _folders(folder: Path) -> list[Path]:
    return [entry for entry in _visible(folder) if entry.is_dir()]


def _images(folder: Path) -> list[Path]:
    return [entry for entry in _visible(folder) if entry.suffix.lower() in SUFFIXES and not entry.is_dir()]


def _test_paths(home: Path) -> list[tuple[Path, str]]:
    """Every test image with its defect, good and defective ones."""
    tests = home / "test"
    if not tests.is_dir():
        raise FileNotFoundError(f"folder must be a category with {_LAYOUT}, got {home} without test")
    if loose := _images(tests):
        raise ValueError(f"test images must lie in test/good or test/DEFECT: move {loose[0]} to one of them")
    found = [(path, defect.name) for defect in _folders(tests) for path in _images(defect)]
    defective = sum(defect != GOOD for _, defect in found)
    if not 0 < defective < len(found):
        raise ValueError(
            f"test must hold good and defective images, got {len(found) - defective} in test/good and {defective} in "
            f"other folders: add the missing ones to {tests}"
        )
    return found


def _checked_record(home: Path, path: Path, defect: str) -> tuple[Record, bytes]:
    """Decode an image, and its mask where it has one; and a digest of its pixels."""
    pixels = read_pixels(path, "image")
    height, width = pixels.shape[:2]
    digest = hashlib.sha256(f"{pixels.shape} {pixels.dtype}".encode() + pixels.tobytes()).digest()
    if defect == GOOD:
        return Record(path, 0, defect, None, (height, width)), digest
    mask_path = home / "ground_truth" / defect / f"{path.stem}_mask.png"
    if not mask_path.is_file():
        raise FileNotFoundError(
            f"the defective image {path} must have the mask {mask_path}, got none: add it, or move the image"
        )
    if not read_marked(mask_path, (height, width)).any():
        raise ValueError(
            f"mask {mask_path} must mark a defect, got no pixel above 0: draw it, or move {path} to test/good"
        )
    return Record(path, 1, defect, mask_path, (height, width)), digest
