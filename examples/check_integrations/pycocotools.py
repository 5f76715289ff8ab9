"""pycocotools, and torchvision's CocoDetection, which uses it."""

from pathlib import Path

import cv2
import numpy as np
import torchvision
from pycocotools.coco import COCO

from examples.check_integrations import exports

PACKAGE = "pycocotools"
WORST_OVERLAP = 0.95  # of polygons along the edges of the pixels


def check_run_lengths(folder: Path) -> str:
    """Decode run lengths: the masks are exact."""
    return _overlap(exports.write(folder, "coco"), 1.0)


def check_polygons(folder: Path) -> str:
    """Decode polygons."""
    return _overlap(exports.write(folder, "coco-polygons"), WORST_OVERLAP)


def check_coco_detection(folder: Path) -> str:
    """Read images and targets with torchvision's CocoDetection."""
    output = exports.write(folder, "coco")
    annotations = str(output / "annotations/instances_val.json")
    plain = torchvision.datasets.CocoDetection(str(output / "images/val"), annotations)
    wrapped = torchvision.datasets.wrap_dataset_for_transforms_v2(plain, target_keys=["boxes", "masks", "labels"])
    for image, target in wrapped:
        assert tuple(target["masks"].shape[-2:]) == image.size[::-1]
        assert len(target["boxes"]) == len(target["labels"]) == len(target["masks"]) > 0
    return f"{len(wrapped)} images"


def _overlap(output: Path, least: float) -> str:
    lines = exports.lines_of(output)
    overlaps = []
    for split in ("train", "val"):
        coco = COCO(str(output / f"annotations/instances_{split}.json"))
        for image in coco.loadImgs(coco.getImgIds()):
            line = lines[f"images/{split}/{image['file_name']}"]
            annotations = coco.loadAnns(coco.getAnnIds(image["id"]))
            marked = np.any([coco.annToMask(each) for each in annotations], axis=0)
            truth = cv2.imread(str(output / line["mask"]), cv2.IMREAD_GRAYSCALE) > 0
            overlaps.append((truth & marked).sum() / (truth | marked).sum())
    assert len(overlaps) == len(lines)
    assert min(overlaps) >= least, f"masks overlap by {min(overlaps):.2f}"
    return f"{len(lines)} images, least overlap of the masks {min(overlaps):.2f}"
