"""The contract of every defect, to test defects and components of your own with Hypothesis.

Needs the extra `testing`. Nothing else of the library imports it.

>>> from hypothesis import given, settings, strategies as st
>>> import defectsynth as ds
>>> @settings(max_examples=3, deadline=None, database=None)
... @given(images(), transforms(ds.Scratch), st.integers(0, 99))
... def test_scratches(image, scratch, seed):
...     check_contract(scratch, image, seed=seed)
>>> test_scratches()
"""

try:
    import hypothesis  # noqa: F401  only to name the extra if it is missing
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "defectsynth.testing needs hypothesis: pip install 'defectsynth[testing]'", name=error.name
    ) from error

from defectsynth.testing.contract import check_contract, check_sample
from defectsynth.testing.drawn_defects import components, transforms
from defectsynth.testing.drawn_images import images, masks, peaks, regions_of_interest
from defectsynth.testing.host_transforms import host_transforms

__all__ = [
    "check_contract",
    "check_sample",
    "components",
    "host_transforms",
    "images",
    "masks",
    "peaks",
    "regions_of_interest",
    "transforms",
]
