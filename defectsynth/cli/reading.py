"""Read the input folders: list image files, read regions of interest."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import cv2

from defectsynth.cli.errors import UsageError
from defectsynth.core.arrays import Bytes
from defectsynth.io.image_files import SUFFIXES, UnreadableError, read_image


def list_images(folder: Path, *, name: str = "INPUT") -> tuple[str, ...]:
    """Return the image files below `folder` as sorted posix paths relative to it; hidden ones are left out.

    Raises:
        UsageError: if `folder` is no folder, cannot be listed or holds no image.
    """
    if not folder.is_dir():
        raise UsageError(f"{name} must be a folder of images, got {str(folder)!r}")
    found = [
        PurePosixPath(Path(parent, file).relative_to(folder)).as_posix()
        for parent, file in _files(folder, name)
        if file.lower().endswith(SUFFIXES)
    ]
    if not found:
        raise UsageError(f"{name} must hold images ({', '.join(SUFFIXES)}), got none in {str(folder)!r}")
    return tuple(sorted(found))


def _files(folder: Path, name: str) -> Iterator[tuple[str, str]]:
    def refuse(error: OSError) -> None:
        raise UsageError(f"{name} cannot be listed: {error}")

    for parent, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [entry for entry in folders if not entry.startswith(".")]
        yield from ((parent, file) for file in files if not file.startswith("."))


def read_roi(path: Path, *, size: tuple[int, int]) -> Bytes:
    """Return a region of interest, uint8 (H, W), 255 where a defect may land.

    Raises:
        UnreadableError: if the file cannot be read or has another size than `size`, (height, width).
    """
    try:
        mask = read_image(path)
    except UnreadableError as error:
        raise UnreadableError(f"its region of interest {str(path)!r}: {error}") from error
    if mask.shape[:2] != size:
        raise UnreadableError(
            f"its region of interest {str(path)!r} must have the image's size {size[1]} x {size[0]}, "
            f"got {mask.shape[1]} x {mask.shape[0]}"
        )
    flat = mask if mask.ndim == 2 else mask.max(axis=2)
    return cv2.compare(flat, 0, cv2.CMP_GT)


def match_rois(sources: tuple[str, ...], masks: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return for each source the masks of the same relative path, with any suffix; exactly one each is right."""
    found: dict[str, list[str]] = {}
    for mask in masks:
        found.setdefault(_stem(mask), []).append(mask)
    return tuple(tuple(found.get(_stem(source), ())) for source in sources)


def _stem(path: str) -> str:
    return PurePosixPath(path).with_suffix("").as_posix()
