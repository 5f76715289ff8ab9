"""The layout of COCO: one file of annotations for each split, with run lengths or polygons."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from defectsynth.cli.layouts.base import Entry, Layout, Output, by_split, write_json
from defectsynth.cli.layouts.outlines import outlines
from defectsynth.core.arrays import Bytes


class CocoLayout(Layout):
    """images/SPLIT and annotations/instances_SPLIT.json with the exact mask of each defect as run lengths."""

    name: ClassVar[str] = "coco"

    def extras(self, output: Output) -> dict[str, Any]:
        """Return the size of the image and the segmentation of each defect."""
        counts = [run_lengths(mark.whole(output.size)) for mark in output.marks]
        return {"size": output.size, "segmentations": [{"size": output.size, "counts": each} for each in counts]}

    def finish(self, folder: Path, entries: Sequence[Entry], names: Sequence[str]) -> None:
        """Write the annotations of each split."""
        for split, mine in by_split(self, entries):
            write_json(folder / f"annotations/instances_{split}.json", annotations_of(mine, names))


class CocoPolygonsLayout(CocoLayout):
    """The same with polygons along the edges of the pixels, one for each connected region."""

    name: ClassVar[str] = "coco-polygons"

    def extras(self, output: Output) -> dict[str, Any]:
        """Return the size of the image and the segmentation of each defect."""
        rings = [[ring.ravel().tolist() for ring in outlines(mark)] for mark in output.marks]
        return {"size": output.size, "segmentations": rings}


def run_lengths(mask: Bytes) -> list[int]:
    """Return COCO's uncompressed run lengths: down the columns, zeros first.

    Examples:
        >>> run_lengths(np.array([[0, 255], [0, 255], [255, 0]], np.uint8))
        [2, 3, 1]
    """
    flat = mask.T.ravel() != 0
    ends = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    runs: list[int] = np.diff(np.concatenate([[0], ends, [flat.size]])).tolist()
    return [0, *runs] if flat[0] else runs


def annotations_of(entries: Sequence[Entry], names: Sequence[str]) -> dict[str, Any]:
    """Return the annotations of a split."""
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for entry in entries:
        line, (height, width) = entry["line"], entry["size"]
        images.append({"id": len(images) + 1, "file_name": Path(line["image"]).name, "width": width, "height": height})
        for defect, segmentation in zip(line["defects"], entry["segmentations"], strict=True):
            x0, y0, x1, y1 = defect["box"]
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": len(images),
                    "category_id": names.index(defect["defect_type"]) + 1,
                    "bbox": [x0, y0, x1 - x0, y1 - y0],
                    "area": defect["area"],
                    "segmentation": segmentation,
                    "iscrowd": 0,
                }
            )
    categories = [{"id": index + 1, "name": name, "supercategory": "defect"} for index, name in enumerate(names)]
    return {"images": images, "annotations": annotations, "categories": categories}
