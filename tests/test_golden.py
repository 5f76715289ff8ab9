"""Golden images: one 64 x 64 PNG for each public transform, equal to the pixel on every machine and host.

After a deliberate change of a transform, write them again, look at them and commit them:

    DEFECTSYNTH_REGENERATE=1 python -m pytest tests/test_golden.py
"""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.engine.transform import DefectTransform
from defectsynth.registry import public_transforms

FOLDER = Path(__file__).parent / "golden"
REGENERATE = os.environ.get("DEFECTSYNTH_REGENERATE") == "1"
SEED = 132  # every defect is large enough to see
TRANSFORMS = public_transforms()


def part() -> np.ndarray:
    """Return a dimpled, bluish disc in front of a bright background with a gradient, from whole numbers only."""
    y, x = np.mgrid[:64, :64]
    background = 230 - (x + y) // 4
    face = 90 + 12 * ((x // 4 + y // 4) % 2) + (x - y) // 8
    on_disc = (x - 32) ** 2 + (y - 32) ** 2 <= 22**2
    return np.stack([np.where(on_disc, face + tint, background) for tint in (0, 8, 20)], axis=2).astype(np.uint8)


@pytest.mark.parametrize("kind", TRANSFORMS, ids=lambda kind: kind.__name__)
def test_every_transform_draws_its_golden_image(kind: type[DefectTransform]) -> None:
    sample = ds.synthesize(part(), kind(), seed=SEED)
    path = FOLDER / f"{kind.kind}.png"
    if REGENERATE:
        FOLDER.mkdir(exist_ok=True)
        cv2.imencode(".png", sample.image[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])[1].tofile(path)
    assert path.is_file(), f"{path} is missing: DEFECTSYNTH_REGENERATE=1 python -m pytest tests/test_golden.py"
    golden = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)[..., ::-1]
    np.testing.assert_array_equal(sample.image, golden, strict=True)
    changed = (golden != part()).any(axis=2)
    assert len(sample.defects) == 1
    assert changed.sum() >= 0.95 * np.count_nonzero(sample.mask) > 0
    assert not changed[sample.mask == 0].any()


def test_there_is_one_small_image_for_each_transform() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(f"{kind.kind}.png" for kind in TRANSFORMS)
    assert all(path.stat().st_size < 5000 for path in FOLDER.iterdir())
