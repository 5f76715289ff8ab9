"""The contract that every result keeps to."""

from typing import Any

import numpy as np
import pytest

from defectsynth.engine.transform import DefectTransform
from tests.strategies import PEAK


def check_contract(
    before: np.ndarray, result: dict[str, Any], roi: np.ndarray | None, transform: DefectTransform | None = None
) -> None:
    """Check a result against the image before it, and the records of one transform against its arguments."""
    image, mask, records = result["image"], result["mask"] != 0, result["defects"]
    assert (image.shape, image.dtype) == (before.shape, before.dtype)
    assert image.min() >= min(0, before.min())
    assert image.max() <= max(PEAK[before.dtype], before.max())
    planes = [each.reshape(*before.shape[:2], -1).astype(np.float64) for each in (before, image)]
    change = np.abs(planes[1] - planes[0]).max(axis=2) / PEAK[before.dtype]
    assert not change[~mask].any(), "outside the mask every pixel is bit-identical"
    assert (len(records) > 0) == mask.any(), "a record exists if and only if its mask is not empty"
    if roi is not None:
        assert not mask[roi == 0].any(), "nothing lands outside roi"
    if not records:
        return
    assert (change[mask] > 0).mean() >= 0.95, "at least 95 % of the mask's pixels differ"
    inside = np.zeros_like(mask)
    for record in records:
        x0, y0, x1, y1 = record["box"]
        assert 0 <= x0 < x1 <= mask.shape[1]
        assert 0 <= y0 < y1 <= mask.shape[0]
        inside[y0:y1, x0:x1] = True
        assert 0 < record["area"] <= (x1 - x0) * (y1 - y0)
        if transform is not None:
            assert record["contrast"] >= transform.min_visibility - 1e-6
            assert record["kind"] == transform.kind
            assert record["severity"] == transform.severity
    assert not mask[~inside].any(), "the mask lies inside the boxes"
    if len(records) == 1:
        assert records[0]["area"] == mask.sum()
        assert change[mask].mean() == pytest.approx(records[0]["contrast"], abs=1e-4)
