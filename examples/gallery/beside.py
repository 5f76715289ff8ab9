"""Sheets of real defects above synthetic ones of the same type; not for the repository."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

import defectsynth as ds
from defectsynth.io.image_files import read_pixels
from defectsynth.io.masks import read_mask
from defectsynth.presets import CATEGORIES, category_preset
from examples.gallery.cells import cell, stacked, window, words

MAX_EACH = 8  # images of a type
SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"}
MAX_TRIES = 20  # seeds until a defect is drawn


def write_beside(data: Path, out: Path, *, side: int = 170) -> Iterator[Path]:
    """Draw a sheet for each type of defect of each category that has a preset and a folder.

    Args:
        data: holds category folders in the layout of MVTec AD.
        out: folder, made if missing.
        side: of a cell in pixels.

    Yields:
        The path of each sheet; its rows are whole real images, their defects, synthetic defects and their whole images.

    Raises:
        ValueError: if there is no category with a preset.
    """
    categories = [name for name in CATEGORIES if (data / name / "train" / "good").is_dir()]
    if not categories:
        raise ValueError(f"data must hold a folder of {', '.join(CATEGORIES)} with train/good in it, got {str(data)!r}")
    out.mkdir(parents=True, exist_ok=True)
    for category in categories:
        good = spread(data / category / "train" / "good")
        for name in CATEGORIES[category]:
            folder = data / category / "test" / name
            real = list(map(real_sample, spread(folder))) if folder.is_dir() else []
            made = [synthetic(path, category, name, seed) for seed, path in enumerate(good)]
            path = out / f"{category}-{name}.png"
            cv2.imencode(".png", _sheet(f"{category} {name}", real, made, side)[..., ::-1])[1].tofile(path)
            yield path


def spread(folder: Path) -> list[Path]:
    """Return the paths of up to eight images of a folder, evenly spread."""
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    places = np.unique(np.linspace(0, len(files) - 1, MAX_EACH).round().astype(int)) if files else []
    return [files[place] for place in places]


def real_sample(path: Path) -> ds.Sample:
    """Return a real image with its mask; the mask is empty if it has no file."""
    image = read_pixels(path)
    truth = path.parents[2] / "ground_truth" / path.parent.name / f"{path.stem}_mask.png"
    mask = read_mask(truth, size=image.shape[:2]) if truth.is_file() else np.zeros(image.shape[:2], np.uint8)
    return ds.Sample(image, mask, [])


def synthetic(path: Path, category: str, name: str, seed: int) -> ds.Sample:
    """Return a good image with a defect of the type."""
    image, preset = read_pixels(path), category_preset(category, defect=name)
    tries = (ds.synthesize(image, preset, seed=1000 * seed + number) for number in range(MAX_TRIES))
    found = next((sample for sample in tries if sample.defects), None)
    return found or ds.Sample(image, np.zeros(image.shape[:2], np.uint8), [])


def _sheet(title: str, real: list[ds.Sample], made: list[ds.Sample], side: int) -> np.ndarray:
    rows = []
    for name, samples in (("real", real), ("synthetic", made)):
        whole = [cell(sample.image, side) for sample in samples]
        near = [cell(sample.image[window(sample.mask, 0.25)], side) for sample in samples]
        pair = [np.hstack(row) for row in (whole, near) if row]
        rows += [words(f"{title}, {name}" + ("" if samples else ": none in the data"), (24, 8 * (side + 3)))]
        rows += pair if name == "real" else pair[::-1]
    return stacked(rows)
