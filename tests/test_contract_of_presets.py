"""Every preset, every type of every category and every reference mode keeps to the contract."""

import numpy as np
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.registry import named_presets
from defectsynth.testing import check_sample, images, regions_of_interest

PRESETS = named_presets()
EXAMPLES = settings().max_examples // 15  # of each preset


@pytest.mark.parametrize("name", PRESETS)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_every_preset_keeps_the_contract(name: str, data: st.DataObject) -> None:
    image = data.draw(images())
    roi = data.draw(regions_of_interest(image.shape[:2]))
    seed = data.draw(st.integers(0, 2**32 - 1))
    note(f"{name} seed={seed} shape={image.shape} dtype={image.dtype}")
    original = image.copy()
    sample = ds.synthesize(image, PRESETS[name](), seed=seed, roi=roi)
    check_sample(original, sample)
    assert roi is None or not sample.mask[roi == 0].any(), "nothing lands outside roi"
    np.testing.assert_array_equal(image, original, "inputs are never changed")
    again = ds.synthesize(image, PRESETS[name](), seed=seed, roi=roi)
    assert again.image.tobytes() == sample.image.tobytes(), "same seed, same bytes"
    assert again.defects == sample.defects
    redrawn = ds.redraw(image, sample.defects, roi=roi)
    assert redrawn.image.tobytes() == sample.image.tobytes(), "records draw the same bytes again"
    np.testing.assert_array_equal(redrawn.mask, sample.mask)
