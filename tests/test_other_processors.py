"""Draws on processors without the newest instructions, and on other builds of OpenCV and BLAS, stay within bounds."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.draws import draws

ROOT = Path(__file__).parents[1]
AVX512 = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR X86_V4"
PROCESSORS = {
    "AVX2": {
        "NPY_DISABLE_CPU_FEATURES": AVX512,
        "OPENCV_CPU_DISABLE": "AVX512-SKX",
        "OPENBLAS_CORETYPE": "Haswell",
    },
    "SSE4 without IPP": {
        "NPY_DISABLE_CPU_FEATURES": f"{AVX512} AVX2 FMA3 X86_V3",
        "OPENCV_CPU_DISABLE": "AVX512-SKX,AVX2",
        "OPENCV_IPP": "disabled",
        "OPENBLAS_CORETYPE": "Nehalem",
    },
}
MAX_SHARE = 0.02  # of the draws into integers whose bytes differ
MAX_LEVELS = 1  # by which one of their pixels may differ
MAX_FLOAT = 1e-3  # by which a pixel of a float image may differ
MAX_RECORDS = 0.03  # share of the draws whose records differ in a number
MAX_NUMBER = 2e-3  # by which, relative to 1 + its size


@pytest.fixture(scope="module")
def here() -> dict[str, Any]:
    return dict(draws())


@pytest.mark.parametrize("processor", PROCESSORS)
def test_draws_on_another_processor_stay_within_bounds(processor: str, here: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "draws.npz"
    run = subprocess.run(
        [sys.executable, "-m", "tests.draws", str(file)],
        cwd=ROOT,
        env=os.environ | PROCESSORS[processor],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    there = np.load(file)
    records = json.loads(str(there["records"]))
    other_bytes, other_records = [], []
    for name, sample in here.items():
        image, recorded = there[f"{name} image"], json.loads(json.dumps(sample.defects))
        difference = float(np.abs(image.astype(np.float64) - sample.image).max())
        np.testing.assert_array_equal(there[f"{name} mask"], sample.mask, name)
        if sample.image.dtype == np.float32:
            assert difference <= MAX_FLOAT, name
        else:
            assert difference <= MAX_LEVELS, name
            other_bytes += [name] * (difference > 0)
        assert is_close(records[name], recorded), name
        other_records += [name] * (records[name] != recorded)
    integers = sum(sample.image.dtype != np.float32 for sample in here.values())
    assert len(other_bytes) <= MAX_SHARE * integers, other_bytes
    assert len(other_records) <= MAX_RECORDS * len(here), other_records


def is_close(one: Any, other: Any) -> bool:
    """Return whether encoded data are equal but for the last digits of numbers."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(is_close(one[name], other[name]) for name in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(is_close, one, other))
    if isinstance(one, float):
        return math.isclose(one, other, rel_tol=MAX_NUMBER, abs_tol=MAX_NUMBER)
    return bool(one == other)
