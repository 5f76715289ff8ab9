"""Write a sample set in the layout of MVTec AD, or good images alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.files import write_json, write_png
from eval.sample_set.families import (
    DEMO_FAMILIES,
    FAMILIES,
    check_integer,
    check_size,
    family_named,
    image_seed,
    render_part,
)

SETTINGS_FILE = "sample_set.json"
_VERSION = 1

Progress = Callable[[int, int], None]
"""Called with the number of images done and of all images."""


@dataclass(frozen=True)
class _Shot:
    """Image to write; `defect` and `mask` are None for a good part."""

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

    Each image depends on `seed`, its family, its split and its number alone, so that a larger set begins with the
    smaller one. An unfinished set in the folder is completed; existing files are kept.

    Args:
        folder: made if missing; must be empty or hold a sample set of the same settings.
        families: names from `FAMILIES`; None for `DEMO_FAMILIES`.
        size: side of the square images in pixels, in [64, 1024].
        train: number of good training images of each family, at least 1.
        test_good: number of good test images of each family, at least 0.
        test_per_defect: number of test images of each defect, at least 0.
        seed: at least 0.
        progress: see `Progress`; called after each image.

    Returns:
        The folder as a path.

    Raises:
        TypeError: if a number is no integer, or `families` is a string.
        ValueError: if an argument is out of bounds, or the folder holds other files.
    """
    names = _checked_families(families)
    settings = {
        "version": _VERSION,
        "layout": "mvtec_ad",
        "families": list(names),
        "size": check_size(size),
        "train": check_integer("train", train, low=1),
        "test_good": check_integer("test_good", test_good, low=0),
        "test_per_defect": check_integer("test_per_defect", test_per_defect, low=0),
        "seed": check_integer("seed", seed, low=0),
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
    """Write the training images of a sample set alone, into one folder a family.

    Args:
        folder: made if missing; must be empty or hold good images of the same settings.
        families: names from `FAMILIES`; None for `DEMO_FAMILIES`.
        size: side of the square images in pixels, in [64, 1024].
        count: number of images of each family, at least 1.
        seed: at least 0.
        progress: see `Progress`; called after each image.

    Returns:
        The folder as a path.

    Raises:
        TypeError: if a number is no integer, or `families` is a string.
        ValueError: if an argument is out of bounds, or the folder holds other files.
    """
    names = _checked_families(families)
    settings = {
        "version": _VERSION,
        "layout": "good_only",
        "families": list(names),
        "size": check_size(size),
        "count": check_integer("count", count, low=1),
        "seed": check_integer("seed", seed, low=0),
    }
    target = Path(folder)
    shots = [shot for name in names for shot in _good_shots(name, "train/good", target / name, count)]
    _write(target, shots, settings, progress)
    return target


def _checked_families(families: Iterable[str] | None) -> tuple[str, ...]:
    """Return the names in the order of `FAMILIES`, each once."""
    if families is None:
        return DEMO_FAMILIES
    if isinstance(families, str):
        raise TypeError(f"families must be a sequence of names, got the string {families!r}")
    chosen = {family_named(name).name for name in families}
    if not chosen:
        raise ValueError(f"families must name at least one of {', '.join(FAMILIES)}, got none")
    return tuple(name for name in FAMILIES if name in chosen)


def _good_shots(family: str, split: str, home: Path, count: int) -> list[_Shot]:
    return [_Shot(family, split, index, home / f"{index:03d}.png") for index in range(count)]


def _claim(folder: Path, settings: dict[str, Any]) -> None:
    """Make the folder and its settings file, or check that they belong to the same set."""
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"folder must not be a file, got {folder}")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / SETTINGS_FILE
    if file.is_file():
        try:
            stored = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"{file} cannot be read as JSON; remove {folder} or choose another folder") from error
        if stored != settings:
            raise ValueError(
                f"folder must be empty or hold a sample set of the same settings {settings}, got {folder} with {stored}"
            )
    elif any(folder.iterdir()):
        raise ValueError(f"folder must be empty or hold a sample set (with its {SETTINGS_FILE}), got {folder}")
    else:
        write_json(file, settings)


def _write(folder: Path, shots: list[_Shot], settings: dict[str, Any], progress: Progress | None) -> None:
    _claim(folder, settings)
    seed, size = settings["seed"], settings["size"]
    for done, shot in enumerate(shots, start=1):
        if not shot.is_written():
            render_seed = image_seed(shot.family, split=shot.split, index=shot.index, seed=seed)
            image, mask = render_part(shot.family, size=size, seed=render_seed, defect=shot.defect)
            if shot.mask is not None:
                write_png(shot.mask, mask)
            write_png(shot.image, image[..., ::-1])
        if progress is not None:
            progress(done, len(shots))
