"""Strands."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from defectsynth.shapes.strand import DrawnStrand
from tests.layers import area_of


@given(seed=st.integers(0, 2**32 - 1))
def test_a_strand_has_its_length_and_thickness(seed: int) -> None:
    strand = DrawnStrand(160.0, 150.0, 0.3, 200.0, 3.0, bow=1.5, curl=1.0, seed=seed)
    line = strand.line()
    assert np.abs(np.diff(line)).sum() == pytest.approx(200.0)
    assert abs(line[len(line) // 2] - (160 + 150j)) < 1e-9
    assert area_of(strand) == pytest.approx(200 * 3.0, rel=0.4)  # crossings count once
    straight = DrawnStrand(160.0, 150.0, 0.3, 200.0, 3.0, bow=0.0, curl=0.0, seed=seed).line()
    assert abs(straight[-1] - straight[0]) == pytest.approx(200.0)
