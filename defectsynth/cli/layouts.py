"""The three layouts of data sets: paths of the files, and the files that a layout needs at the end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from defectsynth.cli.errors import UsageError
from defectsynth.cli.writing import write_whole
from defectsynth.core.arrays import Bytes
from defectsynth.engine.pipeline import State

Entry = Mapping[str, Any]
DEVICES = ("con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)))
RESERVED = {"mvtec": ("good", "combined", *DEVICES)}  # types of defect are folders there; DEVICES cannot be on Windows


def check_types(layout: str, types: Sequence[str]) -> None:
    """Raise UsageError if a layout cannot hold these types of defect."""
    reserved = RESERVED.get(layout, ())
    for name in types:
        if name.lower() in reserved:
            raise UsageError(
                f"defect_type must not be a reserved name of the layout {layout} ({', '.join(reserved)}), got {name!r}"
            )
    lower = [name.lower() for name in types]
    alike = [name for name in types if lower.count(name.lower()) > 1]
    if reserved and alike:
        raise UsageError(f"defect_type must differ in more than case in the layout {layout}, got {', '.join(alike)}")


def paths(layout: str, number: int, types: Sequence[str]) -> tuple[str, str]:
    """Return the paths of output image `number` and its mask, relative to the output folder."""
    name = f"{number:06d}"
    if layout != "mvtec":
        return f"images/{name}.png", f"masks/{name}.png"
    folder = types[0] if len(set(types)) == 1 else "combined"
    return f"test/{folder}/{name}.png", f"ground_truth/{folder}/{name}_mask.png"


def good_path(layout: str, position: int) -> str | None:
    """Return the path of the copy of source `position`, None if the layout holds none."""
    return f"train/good/{position:06d}.png" if layout == "mvtec" else None


def extras(layout: str, state: State) -> dict[str, Any]:
    """Return the data of an output image that `finish` needs beyond its line of the manifest."""
    height, width = state.mask.shape[:2]
    if layout == "coco":
        return {"size": [height, width], "counts": [run_lengths(mark.whole((height, width))) for mark in state.marks]}
    return {"size": [height, width]} if layout == "yolo" else {}


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


def finish(layout: str, output: Path, entries: Sequence[Entry], types: Sequence[str]) -> None:
    """Write the files that the layout needs beside images and masks.

    Args:
        layout: one of `arguments.LAYOUTS`.
        output: the output folder.
        entries: one an output image, in order: `line` is its line of the manifest, the rest is from `extras`.
        types: the types of defect that the transform can draw.
    """
    seen = {defect["defect_type"] for entry in entries for defect in entry["line"]["defects"]}
    names = sorted(seen.union(types))
    if layout == "coco":
        write_whole(output / "annotations.json", json.dumps(_coco(entries, names)) + "\n")
    elif layout == "yolo":
        for entry in entries:
            label = Path(entry["line"]["image"]).with_suffix(".txt").name
            write_whole(output / "labels" / label, _yolo(entry, names))
        data = {"path": ".", "train": "images", "val": "images", "names": dict(enumerate(names))}
        write_whole(output / "data.yaml", yaml.safe_dump(data, sort_keys=False))


def _coco(entries: Sequence[Entry], names: Sequence[str]) -> dict[str, Any]:
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for entry in entries:
        line, (height, width) = entry["line"], entry["size"]
        image = len(images) + 1
        images.append({"id": image, "file_name": line["image"], "width": width, "height": height})
        for defect, counts in zip(line["defects"], entry["counts"], strict=True):
            x0, y0, x1, y1 = defect["box"]
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": image,
                    "category_id": names.index(defect["defect_type"]) + 1,
                    "bbox": [x0, y0, x1 - x0, y1 - y0],
                    "area": defect["area"],
                    "segmentation": {"size": [height, width], "counts": counts},
                    "iscrowd": 0,
                }
            )
    categories = [{"id": index + 1, "name": name, "supercategory": "defect"} for index, name in enumerate(names)]
    return {"images": images, "annotations": annotations, "categories": categories}


def _yolo(entry: Entry, names: Sequence[str]) -> str:
    height, width = entry["size"]
    rows = []
    for defect in entry["line"]["defects"]:
        x0, y0, x1, y1 = defect["box"]
        numbers = ((x0 + x1) / 2 / width, (y0 + y1) / 2 / height, (x1 - x0) / width, (y1 - y0) / height)
        rows.append(f"{names.index(defect['defect_type'])} " + " ".join(f"{number:.6f}" for number in numbers))
    return "".join(f"{row}\n" for row in rows)
