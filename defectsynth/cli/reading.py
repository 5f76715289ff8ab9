"""Read the input folders: list image files, read regions of interest."""

from __future__ import annotations

from collections import Counter
from pathlib import Path, PurePosixPath

from defectsynth.cli.errors import UsageError
from defectsynth.core.arrays import Bytes
from defectsynth.io.folders import list_folder
from defectsynth.io.image_files import SUFFIXES, UnreadableError
from defectsynth.io.masks import read_mask


def list_images(folder: Path, *, name: str = "INPUT") -> tuple[str, ...]:
    """Return the image files below `folder` as sorted posix paths relative to it; hidden ones are left out.

    Raises:
        UsageError: if `folder` is no folder, cannot be listed or holds no image.
    """
    if not folder.is_dir():
        raise UsageError(f"{name} must be a folder of images, got {str(folder)!r}")
    try:
        files = list_folder(folder).files
    except OSError as error:
        raise UsageError(f"{name} cannot be listed: {error}") from error
    if not files:
        raise UsageError(f"{name} must hold images ({', '.join(SUFFIXES)}), got none in {str(folder)!r}")
    return tuple(PurePosixPath(file).relative_to(folder.as_posix()).as_posix() for file in files)


def read_roi(path: Path, *, size: tuple[int, int]) -> Bytes:
    """Return a region of interest, uint8 (H, W), 255 where a defect may land.

    Raises:
        UnreadableError: if the file cannot be read or has another size than `size`, (height, width).
    """
    try:
        return read_mask(path, size=size)
    except UnreadableError as error:
        raise UnreadableError(f"its region of interest {str(path)!r}: {error}") from error


def match_rois(sources: tuple[str, ...], masks: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return for each source the masks of the same relative path, with any suffix; exactly one each is right.

    Only a mask of the same suffix counts for sources that differ in nothing else.
    """
    found: dict[str, list[str]] = {}
    for mask in masks:
        found.setdefault(_stem(mask), []).append(mask)
    shared = Counter(map(_stem, sources))
    return tuple(
        tuple(mask for mask in found.get(_stem(source), ()) if mask == source or shared[_stem(source)] == 1)
        for source in sources
    )


def _stem(path: str) -> str:
    return PurePosixPath(path).with_suffix("").as_posix()
