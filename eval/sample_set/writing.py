"""Write a sample set to a folder in the layout of MVTec AD, or good images alone in flat folders."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from eval.sample_set.families import FAMILIES, checked_size, family_named, image_seed, render_part, whole_number

SETTINGS_FILE = "sample_set.json"
_VERSION = 1

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Shot:
    """One picture to write; `mask` is None for a good part."""

    family: str
    split: str
    index: int
    image: Path
    defect: str | None = None
    mask: Path | None = None

    def is_written(self) -> bool:
        return self.image.is_file() and (self.mask is None or self.mask.is_file())


def write_sample_set(
    folder: str | Path,
    *,
    families: Iterable[str] | None = None,
    size: int = 256,
    train: int = 60,
    test_good: int = 20,
    test_per_defect: int = 8,
    seed: int = 0,
    progress: Progress | None = None,
) -> Path:
    """Write a data set in the layout of MVTec AD, one category folder a family.

    Every image depends on `seed`, its family, its split and its number alone, so a larger set begins with the smaller
    one. A folder that holds part of the same set is finished; one that holds all of it is left as it is.

    Args:
        folder: made if missing; must be empty or hold a sample set of the same settings.
        families: names from `FAMILIES`; None for all.
        size: side of the square images in pixels, 64 to 1024.
        train: good images to train on in each family, 1 or more.
        test_good: good test images in each family, 0 or more.
        test_per_defect: test images of each defect, 0 or more.
        seed: 0 or more.
        progress: called with how many images are done, and of how many, after each.

    Returns:
        `folder` as a path.

    Raises:
        TypeError: a number is not whole, or `families` is one string.
        ValueError: an argument is out of its range, or `folder` holds something else.
    """
    names = _checked_families(families)
    settings = {
        "version": _VERSION,
        "layout": "mvtec_ad",
        "families": list(names),
        "size": checked_size(size),
        "train": whole_number("train", train, least=1),
        "test_good": whole_number("test_good", test_good, least=0),
        "test_per_defect": whole_number("test_per_defect", test_per_defect, least=0),
        "seed": whole_number("seed", seed, least=0),
    }
    target = Path(folder)
    shots: list[_Shot] = []
    for name in names:
        home = target / name
        shots += _good_shots(name, "train/good", home / "train" / "good", train)
        shots += _good_shots(name, "test/good", home / "test" / "good", test_good)
        for defect in FAMILIES[name].defects:
            shots += [
                _Shot(
                    family=name,
                    split=f"test/{defect}",
                    index=index,
                    image=home / "test" / defect / f"{index:03d}.png",
                    defect=defect,
                    mask=home / "ground_truth" / defect / f"{index:03d}_mask.png",
                )
                for index in range(test_per_defect)
            ]
    _write(target, shots, settings, progress)
    return target


def write_good_images(
    folder: str | Path,
    *,
    families: Iterable[str] | None = None,
    size: int = 256,
    count: int = 60,
    seed: int = 0,
    progress: Progress | None = None,
) -> Path:
    """Write good images alone, the train images of the same seed, into one flat folder a family.

    Args:
        folder: made if missing; must be empty or hold good images of the same settings.
        families: names from `FAMILIES`; None for all.
        size: side of the square images in pixels, 64 to 1024.
        count: images in each family, 1 or more.
        seed: 0 or more.
        progress: called with how many images are done, and of how many, after each.

    Returns:
        `folder` as a path.

    Raises:
        TypeError: a number is not whole, or `families` is one string.
        ValueError: an argument is out of its range, or `folder` holds something else.
    """
    names = _checked_families(families)
    settings = {
        "version": _VERSION,
        "layout": "good_only",
        "families": list(names),
        "size": checked_size(size),
        "count": whole_number("count", count, least=1),
        "seed": whole_number("seed", seed, least=0),
    }
    target = Path(folder)
    shots = [shot for name in names for shot in _good_shots(name, "train/good", target / name, count)]
    _write(target, shots, settings, progress)
    return target


def _checked_families(families: Iterable[str] | None) -> tuple[str, ...]:
    """Names in the order of `FAMILIES`, each once."""
    if families is None:
        return tuple(FAMILIES)
    if isinstance(families, str):
        raise TypeError(f"families must be a sequence of names, got the one string {families!r}")
    asked = {family_named(name).name for name in families}
    if not asked:
        raise ValueError(f"families must name at least one of {', '.join(FAMILIES)}, got none")
    return tuple(name for name in FAMILIES if name in asked)


def _good_shots(family: str, split: str, home: Path, count: int) -> list[_Shot]:
    return [_Shot(family, split, index, home / f"{index:03d}.png") for index in range(count)]


def _claim(folder: Path, settings: dict[str, Any]) -> None:
    """Make the folder ours, or find that it already is."""
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"folder must be a folder, got the file {folder}")
    folder.mkdir(parents=True, exist_ok=True)
    note = folder / SETTINGS_FILE
    if note.is_file():
        try:
            found = json.loads(note.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"{note} cannot be read as JSON; remove {folder} or choose another folder") from error
        if found != settings:
            raise ValueError(
                f"folder must be empty or hold a sample set of the same settings; {folder} holds one of {found}, "
                f"asked for {settings}"
            )
    elif any(folder.iterdir()):
        raise ValueError(f"folder must be empty or hold a sample set (with its {SETTINGS_FILE}), got {folder}")
    else:
        _replace_file(note, json.dumps(settings, indent=2).encode() + b"\n")


def _write(folder: Path, shots: list[_Shot], settings: dict[str, Any], progress: Progress | None) -> None:
    _claim(folder, settings)
    seed, size = settings["seed"], settings["size"]
    for done, shot in enumerate(shots, start=1):
        if not shot.is_written():
            own = image_seed(shot.family, split=shot.split, index=shot.index, seed=seed)
            image, mask = render_part(shot.family, size=size, seed=own, defect=shot.defect)
            if shot.mask is not None:
                _replace_file(shot.mask, _png(mask))
            _replace_file(shot.image, _png(image[..., ::-1]))
        if progress is not None:
            progress(done, len(shots))


def _png(pixels: NDArray[np.uint8]) -> bytes:
    written, encoded = cv2.imencode(".png", np.ascontiguousarray(pixels), [cv2.IMWRITE_PNG_COMPRESSION, 3])
    if not written:
        raise RuntimeError(f"OpenCV could not encode an image of shape {pixels.shape} as PNG")
    return encoded.tobytes()


def _replace_file(path: Path, content: bytes) -> None:
    """Write beside `path` first, so that a file of that name is always whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(content)
    unfinished.replace(path)
