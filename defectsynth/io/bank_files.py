"""Images with masks: which mask belongs to an image, and which images of a source hold a defect.

The mask of an image a.png is a_mask.png in the same folder, or a.png or a_mask.png in the folder masks/ beside that
folder; of test/kind/a.png it is ground_truth/kind/a.png or a_mask.png. Any suffix of an image file will do. The last
channel of an array is its mask. `core.masks` states which pixels of a mask are on.

In a folder, images without a mask are skipped; in a list they are refused. Empty masks, those without a connected
component of `MIN_AREA` pixels, are skipped if others remain. A mask of another size than its image, or of two images,
is refused by name.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import cv2

from defectsynth.core.arrays import Array, Bytes
from defectsynth.core.cache import ByteCache, cached
from defectsynth.core.masks import binary_mask
from defectsynth.io.folders import Listing
from defectsynth.io.image_files import SUFFIXES, UnreadableError, check_file, upright_size
from defectsynth.io.masks import read_mask
from defectsynth.io.sources import CHECKS, LISTING_BYTES, image_files_in, refused
from defectsynth.io.stamps import Stamp, stamp_of

MIN_AREA = 4  # pixels of a connected component


def arrays_with_defect(arrays: Sequence[Array]) -> tuple[Array, ...]:
    """Return the arrays whose mask, the last channel, holds a defect.

    Raises:
        ValueError: if none does, or an array has only one channel.
    """
    found = tuple(array for array in arrays if holds_defect(split_mask(array)[1]))
    if not found:
        raise ValueError(f"source must hold masks that are not empty, got {len(arrays)} arrays with empty ones")
    return found


def files_with_defect(source: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the images of a folder, a file or a list of files whose masks hold a defect.

    Raises:
        FileNotFoundError: if no image of a folder, or not each of a list, has a mask.
        ValueError: if an image or a mask cannot be used, or all masks are empty.
    """
    paths = (source,) if isinstance(source, str) else source
    in_folder = isinstance(source, str) and Path(source).is_dir()
    files = image_files_in(paths[0]) if in_folder else paths
    listing = BANKS.get(files, None)
    if listing is None or not listing.is_current():
        now = time.time_ns()
        folders = sorted({str(folder) for file in files for folder, _ in _places_of_mask(Path(file))})
        stamps = tuple((folder, stamp_of(folder)) for folder in folders)
        listing = Listing(_check_masks(files, in_folder=in_folder), stamps, now)
        BANKS.put(files, None, listing, sum(100 + len(path) for path in files))
    return listing.files


BANKS: ByteCache[Listing] = ByteCache(
    LISTING_BYTES
)  # by the files of a bank: those with a defect, and folders of masks


def _check_masks(files: Sequence[str], *, in_folder: bool) -> tuple[str, ...]:
    """Return the files whose masks hold a defect."""
    owners: dict[Path, str] = {}
    found = []
    for file in files:
        mask = find_mask(file)
        if mask is None:
            if not in_folder:
                raise FileNotFoundError(f"source must hold images with masks, got none for {file!r}")
            continue
        if owners.setdefault(mask, file) != file:
            names = f"{str(mask)!r} for {owners[mask]!r} and {file!r}"
            raise ValueError(f"source must hold one mask for each image, got {names}")
        if _file_holds_defect(file, str(mask), (stamp_of(file), stamp_of(mask))):
            found.append(file)
    if not owners:
        raise FileNotFoundError(
            f"source must hold images with masks (a.png with a_mask.png, images/ with masks/, or test/ with"
            f" ground_truth/), got none beside {files[0]!r}"
        )
    if not found:
        raise empty_mask(next(iter(owners.values())))
    return tuple(found)


def find_mask(file: str) -> Path | None:
    """Return the path of the mask of an image file, None if there is none; the layouts are those of this module."""
    path = Path(file)
    suffixes = dict.fromkeys((path.suffix, *SUFFIXES))
    candidates = (
        folder / f"{stem}{suffix}" for folder, stems in _places_of_mask(path) for stem in stems for suffix in suffixes
    )
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def _places_of_mask(path: Path) -> list[tuple[Path, tuple[str, ...]]]:
    """Return the folders where the mask of an image may lie, each with the possible stems of its name."""
    above, marked = path.parent.parent, f"{path.stem}_mask"
    places: list[tuple[Path, tuple[str, ...]]] = [(path.parent, (marked,))]
    if path.parent.name != "masks":
        places.append((above / "masks", (marked, path.stem)))
    if above.name == "test":
        places.append((above.parent / "ground_truth" / path.parent.name, (marked, path.stem)))
    return places


@cached(CHECKS)
def _file_holds_defect(file: str, mask_file: str, _stamps: tuple[Stamp, Stamp]) -> bool:
    """Return whether the mask of an image holds a defect; the stamps are part of the cache key.

    Raises:
        ValueError: if the image or the mask cannot be used.
    """
    try:
        size = upright_size(Path(file), check_file(Path(file)))
    except UnreadableError as error:
        raise refused(file, error) from error
    return holds_defect(read_bank_mask(mask_file, size))


def read_bank_mask(mask_file: str, size: tuple[int, int]) -> Bytes:
    """Return a mask as `read_mask` does; raise ValueError with its name if it cannot be used."""
    try:
        return read_mask(Path(mask_file), size=size)
    except UnreadableError as error:
        raise ValueError(f"source must hold readable masks, got {mask_file!r}: {error}") from error


def holds_defect(mask: Bytes) -> bool:
    """Return whether a mask has a connected component of at least `MIN_AREA` pixels."""
    x, y, width, height = cv2.boundingRect(mask)
    if width * height < MIN_AREA:
        return False
    stats = cv2.connectedComponentsWithStats(mask[y : y + height, x : x + width])[2]
    return bool((stats[1:, cv2.CC_STAT_AREA] >= MIN_AREA).any())


def split_mask(array: Array) -> tuple[Array, Bytes]:
    """Return the image and the mask of an array whose last channel is the mask."""
    if array.ndim != 3 or array.shape[2] < 2:
        raise ValueError(f"source must hold arrays whose last channel is the mask, got shape {array.shape}")
    return array[..., :-1], binary_mask(array[..., -1], name="the last channel of source")


def empty_mask(name: str) -> ValueError:
    """Return the error for an image whose mask holds no defect."""
    return ValueError(f"source must hold masks that are not empty, got an empty one for {name!r}")
