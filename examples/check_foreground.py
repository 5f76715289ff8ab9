"""Compare the automatic foreground with outlines drawn by hand on MVTec AD parts.

    python -m examples.check_foreground DATA [--sheet SHEET.png]

DATA holds category folders in the MVTec AD layout at 256 px; the outlines are in tests/data/foreground_polygons.json.
Prints the intersection over union of each image. The sheet shows the automatic outline (green) and the drawn one (red).
"""

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from defectsynth.core.layer import Box
from defectsynth.scene.scene import Scene

OUTLINES = Path(__file__).parents[1] / "tests" / "data" / "foreground_polygons.json"
SUBPIXELS = 8  # in each direction, to fill polygons


def fill_outline(entry: dict[str, Any], size: int) -> np.ndarray:
    """Return the mask of an outline, bool (size, size): pixels covered by at least a half."""
    fine = np.zeros((size * SUBPIXELS, size * SUBPIXELS), np.uint8)
    for value, polygons in ((255, entry["polygons"]), (0, entry["holes"])):
        for polygon in polygons:
            cv2.fillPoly(fine, [np.rint((np.array(polygon) + 0.5) * SUBPIXELS - 0.5).astype(np.int32)], value)
    return cv2.resize(fine, (size, size), interpolation=cv2.INTER_AREA) >= 128


def segment_foreground(image: np.ndarray) -> np.ndarray:
    """Return the automatic foreground, bool (H, W)."""
    return Scene(image).object_mask(Box(0, 0, image.shape[1], image.shape[0]), "auto") > 0


def draw_outlines(image: np.ndarray, automatic: np.ndarray, by_hand: np.ndarray) -> np.ndarray:
    """Return the image, three times as large, with both outlines."""
    large = cv2.resize(image, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    for mask, colour in ((automatic, (0, 255, 0)), (by_hand, (0, 0, 255))):
        wide = cv2.resize(mask.astype(np.uint8), large.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        contours, _ = cv2.findContours(wide, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(large, contours, -1, colour, 1)
    return large


def main() -> None:
    """Print the table and write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--sheet", type=Path)
    arguments = parser.parse_args()
    outlines = json.loads(OUTLINES.read_text())
    rows: dict[str, list[np.ndarray]] = {}
    scores = []
    for entry in outlines["images"]:
        path = arguments.data / entry["category"] / entry["file"]
        image = cv2.imread(str(path))
        if image is None:
            parser.error(f"DATA must hold {entry['category']}/{entry['file']}, not found or not readable: {path}")
        automatic, by_hand = segment_foreground(image), fill_outline(entry, outlines["size"])
        scores.append((automatic & by_hand).sum() / (automatic | by_hand).sum())
        print(f"{entry['category']:12s}{entry['file']:24s}{scores[-1]:.3f}")
        rows.setdefault(entry["category"], []).append(draw_outlines(image, automatic, by_hand))
    print(f"{'mean':36s}{np.mean(scores):.3f}\n{'minimum':36s}{min(scores):.3f}")
    if arguments.sheet:
        cv2.imwrite(str(arguments.sheet), np.vstack([np.hstack(row) for row in rows.values()]))


if __name__ == "__main__":
    main()
