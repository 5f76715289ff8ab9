"""Page of the gallery and its contact sheets."""

from pathlib import Path

import cv2
import numpy as np

import defectsynth as ds
from examples.gallery.cells import cell, masked, stacked, window, words
from examples.gallery.entries import OBJECTS, Chapter, Entry, chapters, part

MAX_TRIES = 20  # seeds until a defect is drawn
SEED = 3
LABEL_WIDTH = 120  # px, of the name of a row
SHOWN = (  # in the image of the README
    ds.Scratch(where="object", strokes_range=(1, 3), length_range=(0.15, 0.35), contrast_range=(0.25, 0.4)),
    ds.Stain(where="object", radius_range=(0.07, 0.12), inside_range=(0.4, 0.7)),
    ds.Contamination(where="object"),
    ds.Crack(where="object", length_range=(0.2, 0.4), width_range=(0.006, 0.01), branches_range=(2, 4)),
    ds.BentEdge(amount_range=(0.03, 0.06)),
    ds.ChippedEdge(radius_range=(0.05, 0.08)),
)
HEAD = """# Gallery

Every transform, every mode of the literature and every type of every preset, on parts that the repository renders
itself; beside each defect its mask. `python -m examples.gallery` draws these images again;
`python -m examples.gallery OUT --data DIR` draws the types of the presets beside real defects.

![Good parts, and beside them the same parts with defects; below each defect its mask](overview.jpg)
"""


def write_gallery(out: Path, *, size: int = 384, side: int = 104) -> list[Path]:
    """Draw all sheets and write the page.

    Args:
        out: folder, made if missing.
        size: side of the rendered parts in pixels.
        side: of a cell of a sheet in pixels.

    Returns:
        The files; the same bytes at every call under one host, albumentations or albumentationsx.
    """
    out.mkdir(parents=True, exist_ok=True)
    written = [write_sheet(out / "overview.jpg", [overview(size=size, side=round(1.4 * side))])]
    lines = [HEAD]
    for chapter in chapters():
        rows = [row(entry, size=size, side=side) for entry in chapter.entries]
        written.append(write_sheet(out / f"{chapter.name}.jpg", rows))
        lines.append(_section(chapter, written[-1].name))
    page = out / "README.md"
    page.write_text("\n".join(lines), encoding="utf-8")
    return [*written, page]


def drawn(entry: Entry, *, size: int) -> list[ds.Sample]:
    """Return the entry's defect on each of its parts."""
    samples = []
    for number, family in enumerate(entry.parts):
        good = part(family, size, number)
        tries = (ds.synthesize(good, entry.transform, seed=SEED + 100 * number + seed) for seed in range(MAX_TRIES))
        samples.append(
            next((sample for sample in tries if sample.defects), ds.Sample(good, np.zeros((size, size)), []))
        )
    return samples


def row(entry: Entry, *, size: int, side: int, labelled: bool = True) -> np.ndarray:
    """Return an entry's defect on each of its parts, each beside its mask.

    Args:
        entry: what is drawn.
        size: side of the rendered parts in pixels.
        side: of a cell in pixels.
        labelled: whether the name stands in front.
    """
    cells = [words(entry.name, (side + 3, LABEL_WIDTH))] if labelled else []
    for sample in drawn(entry, size=size):
        view = window(sample.mask)
        cells += [cell(sample.image[view], side), cell(masked(sample)[view], side)]
    return np.hstack(cells)


def _section(chapter: Chapter, image: str) -> str:
    listed = "\n".join(f"- `{entry.name}`: {entry.summary}" for entry in chapter.entries)
    return f"## {chapter.title}\n\n![{chapter.title}]({image})\n\n{listed}\n"


def overview(*, size: int, side: int) -> np.ndarray:
    """Return the image of the main README: good parts, a few defects on each, the masks below."""
    names = ("good part", *(type(defect).__name__ for defect in SHOWN))
    rows = [np.hstack([words(name, (24, side + 3)) for name in names])]
    for number, family in enumerate((*OBJECTS[:3], "woven_fabric")):
        good = part(family, size, number)
        seeds = range(SEED + 100 * number, SEED + 100 * number + len(SHOWN))
        samples = [ds.synthesize(good, defect, seed=seed) for defect, seed in zip(SHOWN, seeds, strict=True)]
        rows.append(np.hstack([cell(image, side) for image in (good, *(sample.image for sample in samples))]))
        masks = [np.full_like(good, 255), *map(masked, samples)]
        rows.append(np.hstack([cell(image, side) for image in masks]))
    return stacked(rows)


def write_sheet(path: Path, rows: list[np.ndarray]) -> Path:
    """Write rows below each other as a JPEG file and return its path."""
    sheet = stacked(rows)
    kind = [cv2.IMWRITE_JPEG_QUALITY, 70]
    cv2.imencode(path.suffix, np.ascontiguousarray(sheet[..., ::-1]), kind)[1].tofile(path)
    return path
