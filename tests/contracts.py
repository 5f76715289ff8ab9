"""What the contract says, as checks, and the pictures and regions it is checked on."""

from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from defectsynth.engine.transform import DefectTransform

DTYPES = (np.uint8, np.uint16, np.float32)
PEAK = {np.dtype(np.uint8): 255.0, np.dtype(np.uint16): 65535.0, np.dtype(np.float32): 1.0}


@st.composite
def images(draw: st.DrawFn) -> np.ndarray:
    """Tiny and small pictures of every layout: 2-D, 1, 3 and 5 channels, every dtype, strided, read-only."""
    sides = st.one_of(st.integers(1, 6), st.integers(7, 80))
    height, width = draw(sides), draw(sides)
    channels = draw(st.sampled_from([None, 1, 3, 5]))
    dtype = np.dtype(draw(st.sampled_from(DTYPES)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = (height, width, channels or 1)
    content = draw(st.sampled_from(["noise", "plain", "part", "ramp", "black", "white"]))
    picture = np.full(shape, rng.random(shape[2]), np.float64)
    if content == "noise":
        picture = rng.random(shape)
    elif content == "part":
        picture[height // 4 : -(height // 4) or None, width // 4 : -(width // 4) or None] = rng.random(shape[2])
        picture += rng.normal(0, 0.02, shape)
    elif content == "ramp":
        picture *= np.linspace(0, 1, width)[None, :, None]
    elif content in ("black", "white"):
        picture[:] = content == "white"
    picture = np.clip(picture, 0, 1) * PEAK[dtype]
    image = (np.rint(picture) if dtype.kind == "u" else picture).astype(dtype)
    image = image[:, :, 0] if channels is None else image
    layout = draw(st.sampled_from(["contiguous", "strided", "mirrored", "read-only"]))
    if layout == "strided":
        image = np.repeat(image, 2, axis=1)[:, ::2]
    elif layout == "mirrored":
        image = np.ascontiguousarray(image[:, ::-1])[:, ::-1]
    elif layout == "read-only":
        image.flags.writeable = False
    return image


@st.composite
def rois(draw: st.DrawFn, size: tuple[int, int]) -> np.ndarray | None:
    """No region, an empty one, all of it, a rectangle or scattered pixels; bool or uint8."""
    kind = draw(st.sampled_from([None, None, "empty", "all", "rectangle", "scattered"]))
    if kind is None:
        return None
    roi = np.zeros(size, bool)
    if kind == "all":
        roi[:] = True
    elif kind == "rectangle":
        y, x = draw(st.integers(0, size[0] - 1)), draw(st.integers(0, size[1] - 1))
        roi[y : y + draw(st.integers(1, 40)), x : x + draw(st.integers(1, 40))] = True
    elif kind == "scattered":
        roi = np.random.default_rng(draw(st.integers(0, 99))).random(size) < 0.2
    return roi if draw(st.booleans()) else roi.astype(np.uint8) * 200


def keeps_the_contract(
    before: np.ndarray, result: dict[str, Any], roi: np.ndarray | None, transform: DefectTransform | None = None
) -> None:
    """Check one result against the picture it was drawn into; of one transform also what its records say."""
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
