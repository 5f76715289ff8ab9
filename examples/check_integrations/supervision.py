"""supervision: detection data sets of COCO and YOLO."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import supervision

from examples.check_integrations import exports

PACKAGE = "supervision"
WORST_OVERLAP = 0.6  # of thin scratches in polygons as supervision fills them: a pixel more along each edge


def check_coco(folder: Path) -> str:
    """Read run lengths of COCO; the masks are exact."""
    output = exports.write(folder, "coco")
    return _compare(output, _read_coco(output), 1.0)


def check_coco_polygons(folder: Path) -> str:
    """Read polygons of COCO."""
    output = exports.write(folder, "coco-polygons")
    return _compare(output, _read_coco(output), WORST_OVERLAP)


def check_yolo(folder: Path) -> str:
    """Read boxes of YOLO."""
    output = exports.write(folder, "yolo")
    return _compare(output, _read_yolo(output), None)


def check_yolo_seg(folder: Path) -> str:
    """Read polygons of YOLO."""
    output = exports.write(folder, "yolo-seg")
    return _compare(output, _read_yolo(output), WORST_OVERLAP)


def _read_coco(output: Path) -> Any:
    return supervision.DetectionDataset.from_coco(
        images_directory_path=str(output / "images/train"),
        annotations_path=str(output / "annotations/instances_train.json"),
        force_masks=True,
    )


def _read_yolo(output: Path) -> Any:
    return supervision.DetectionDataset.from_yolo(
        images_directory_path=str(output / "images/train"),
        annotations_directory_path=str(output / "labels/train"),
        data_yaml_path=str(output / "data.yaml"),
    )


def _compare(output: Path, dataset: Any, least: float | None) -> str:
    """Compare boxes, and masks if a least overlap is given, with the manifest; return what was read."""
    lines = {Path(name).name: line for name, line in exports.lines_of(output).items() if line["split"] == "train"}
    assert len(dataset) == len(lines)
    boxes, overlaps = 0, [1.0]
    for path, _, found in dataset:
        line = lines[Path(path).name]
        expected = [defect["box"] for defect in line["defects"]]
        assert len(found) == len(expected), f"{path}: {len(found)} of {len(expected)} defects"
        names = sorted(dataset.classes[index] for index in found.class_id)
        assert names == sorted(defect["defect_type"] for defect in line["defects"])
        boxes += len(expected)
        if expected:
            np.testing.assert_allclose(np.sort(found.xyxy, axis=0), np.sort(expected, axis=0), atol=1.01)
        if least is not None and expected:
            truth = cv2.imread(str(output / line["mask"]), cv2.IMREAD_GRAYSCALE) > 0
            marked = found.mask.any(axis=0)
            overlaps.append(float((truth & marked).sum() / (truth | marked).sum()))
            assert overlaps[-1] >= least, f"{path}: masks overlap by {overlaps[-1]:.2f}"
    masks = "" if least is None else f", least overlap of the masks {min(overlaps):.2f}"
    return f"{len(dataset)} images, {boxes} defects{masks}"
