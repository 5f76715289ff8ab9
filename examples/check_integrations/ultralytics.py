"""Ultralytics: networks that are built from their description, so that nothing is downloaded."""

import os
from pathlib import Path

import ultralytics

from defectsynth.presets import CATEGORIES
from examples.check_integrations import exports, parts

PACKAGE = "ultralytics"


def check_detect(folder: Path) -> str:
    """Train one epoch on boxes, from another working directory."""
    return _train(folder, "yolo", "yolo11n.yaml", "metrics/mAP50(B)")


def check_segment(folder: Path) -> str:
    """Train one epoch on polygons, from another working directory."""
    return _train(folder, "yolo-seg", "yolo11n-seg.yaml", "metrics/mAP50(M)")


def _train(folder: Path, layout: str, network: str, measure: str) -> str:
    output = exports.write(folder, layout)
    (folder / "elsewhere").mkdir()
    os.chdir(folder / "elsewhere")
    model = ultralytics.YOLO(network)
    options = {"imgsz": 96, "batch": 4, "workers": 0, "device": "cpu", "plots": False, "amp": False, "verbose": False}
    results = model.train(data=str(output / "data.yaml"), epochs=1, project=str(folder / "runs"), **options)
    lines = exports.lines_of(output).values()
    train, val = ([line for line in lines if line["split"] == split] for split in ("train", "val"))
    assert set(model.names.values()) == set(CATEGORIES[parts.FAMILY])
    loaded = model.trainer.train_loader.dataset
    assert len(loaded) == len(train), "an image of the training split was dropped"
    assert len(model.trainer.test_loader.dataset) == len(val), "an image of the validation split was dropped"
    counts = [sum(len(each["cls"]) for each in loaded.labels), sum(len(line["defects"]) for line in train)]
    assert counts[0] == counts[1], f"{counts[0]} of {counts[1]} defects were read"
    background = sum(not line["defects"] for line in lines)
    score = results.results_dict[measure]
    return f"{len(train)} + {len(val)} images, {background} without a defect, {measure} {score:.2f}"
