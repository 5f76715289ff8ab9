"""Draw every transform on the rendered sample parts: the picture in the README.

    python -m examples.gallery [--output examples/gallery.jpg] [--size 512] [--cell 200]

Two rows a part: the good picture and one picture a transform; beneath them the true masks, over a faint picture.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

import defectsynth as ds
from eval.sample_set import render_part

TRANSFORMS = (
    ds.Line(where="object"),
    ds.Scratch(where="object", strokes_range=(1, 3), length_range=(0.1, 0.3), contrast_range=(0.2, 0.4)),
    ds.ColorSpot(where="object", radius_range=(0.02, 0.05)),
    ds.BentEdge(amount_range=(0.03, 0.06)),
)
PARTS = ("flange", "chip_package", "lozenge", "screw", "woven_fabric")


def masked(sample: ds.Sample) -> np.ndarray:
    """Return the picture fainter, its mask in red."""
    faint = (0.35 * sample.image + 150).clip(0, 255).astype(np.uint8)
    faint[sample.mask > 0] = (205, 30, 40)
    return faint


def titled(cell: np.ndarray, text: str) -> np.ndarray:
    """Return a cell with a line of text above it."""
    head = np.full((26, cell.shape[1], 3), 255, np.uint8)
    cv2.putText(head, text, (4, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (40, 40, 40), 1, cv2.LINE_AA)
    return np.vstack([head, cell])


def gallery(*, size: int, cell: int, seed: int) -> np.ndarray:
    """Return the sheet, uint8 (H, W, 3) RGB."""
    rows = []
    for number, family in enumerate(PARTS):
        part = render_part(family, size=size, seed=seed + number)[0]
        samples = [ds.synthesize(part, each, seed=seed + 7 * number) for each in TRANSFORMS]
        above = [small(picture, cell) for picture in (part, *(sample.image for sample in samples))]
        beneath = [small(picture, cell) for picture in (np.full_like(part, 255), *map(masked, samples))]
        if not rows:
            names = ["good part", *(type(each).__name__ for each in TRANSFORMS)]
            above = [titled(picture, name) for picture, name in zip(above, names, strict=True)]
        rows += [np.hstack(above), np.hstack(beneath)]
    return np.vstack(rows)


def small(picture: np.ndarray, cell: int) -> np.ndarray:
    """Return a cell with a white margin."""
    shrunk = cv2.resize(picture, (cell, cell), interpolation=cv2.INTER_AREA)
    return np.pad(shrunk, ((0, 4), (0, 4), (0, 0)), constant_values=255)


def main() -> None:
    """Write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("gallery.jpg"))
    parser.add_argument("--size", type=int, default=512, help="side of the rendered parts in pixels")
    parser.add_argument("--cell", type=int, default=150, help="side of a cell of the sheet in pixels")
    parser.add_argument("--seed", type=int, default=5)
    arguments = parser.parse_args()
    sheet = gallery(size=arguments.size, cell=arguments.cell, seed=arguments.seed)
    cv2.imwrite(str(arguments.output), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 88])
    print(f"{arguments.output}: {sheet.shape[1]} x {sheet.shape[0]}")


if __name__ == "__main__":
    main()
