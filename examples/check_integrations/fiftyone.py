"""FiftyOne: a generated data set as its samples."""

import json
import os
from pathlib import Path

import cv2
import numpy as np

from defectsynth.cli import main as defectsynth
from examples.check_integrations import parts

os.environ["FIFTYONE_DO_NOT_TRACK"] = "1"

PACKAGE = "fiftyone"


def check_samples(folder: Path) -> str:
    """Read samples with masks, boxes and types by examples/fiftyone_dataset.py; a Dataset, if its database starts."""
    import fiftyone as fo  # noqa: PLC0415  after the switch above
    from fiftyone.core.config import FiftyOneConfigError  # noqa: PLC0415

    from examples.fiftyone_dataset import read_samples  # noqa: PLC0415

    parts.write(folder / "good", 4)
    if defectsynth(["generate", "good", "out", "--preset", parts.FAMILY, "--count", "6", "--quiet"]):
        raise RuntimeError("defectsynth generate failed")
    samples = read_samples(folder / "out")
    rows = [json.loads(line) for line in (folder / "out" / "manifest.jsonl").read_text().splitlines()]
    assert len(samples) == len(rows)
    for sample, row in zip(samples, rows, strict=True):
        assert Path(sample.filepath).is_file()
        assert [each.label for each in sample.defects.detections] == [each["defect_type"] for each in row["defects"]]
        if row["defects"]:
            mask = cv2.imread(sample.mask.mask_path, cv2.IMREAD_GRAYSCALE)
            y, x = np.nonzero(mask)
            shares = np.array([each.bounding_box for each in sample.defects.detections]) * mask.shape[0]
            assert np.allclose(shares[:, :2].min(0), [x.min(), y.min()])
            assert np.allclose((shares[:, :2] + shares[:, 2:]).max(0), [x.max() + 1, y.max() + 1])
    try:
        dataset = fo.Dataset("defectsynth_check", overwrite=True)
    except FiftyOneConfigError:
        return f"{len(samples)} samples; no Dataset, for its MongoDB is not installed"
    dataset.add_samples(samples)
    types = dataset.distinct("type.label")
    dataset.delete()
    return f"{len(samples)} samples of the types {', '.join(types)}"
