"""Every public transform keeps to one contract, without exceptions."""

import cv2
import numpy as np
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.engine.transform import DefectTransform
from defectsynth.registry import public_transforms
from defectsynth.testing import (
    check_contract,
    host_transforms,
    images,
    masks,
    peaks,
    regions_of_interest,
    transforms,
)

TRANSFORMS = public_transforms()
EXAMPLES = settings().max_examples * 2 // 3  # of each transform: 100, or 900 in the profile `thorough`


@pytest.mark.parametrize("kind", TRANSFORMS, ids=lambda kind: kind.__name__)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_every_transform_keeps_the_contract(kind: type[DefectTransform], data: st.DataObject) -> None:
    image = data.draw(images())
    defects = [data.draw(transforms(kind))]
    if data.draw(st.booleans()):  # beside a defect of any kind, or of the same
        defects.insert(
            data.draw(st.integers(0, 1)), data.draw(transforms(data.draw(st.sampled_from((kind, *TRANSFORMS)))))
        )
    before, after = (data.draw(host_transforms(image)) for _ in range(2))
    mask, roi = data.draw(masks(image.shape[:2])), data.draw(regions_of_interest(image.shape[:2]))
    peak, seed = data.draw(peaks(image)), data.draw(st.integers(0, 2**32 - 1))
    note(f"{before} {defects} {after} seed={seed} peak={peak} image {image.shape} {image.dtype} mask {mask.dtype}")
    check_contract(defects, image, seed=seed, mask=mask, roi=roi, peak=peak, before=before, after=after)


@pytest.mark.parametrize("kind", TRANSFORMS, ids=lambda kind: kind.__name__)
def test_every_transform_finds_a_place_on_an_ordinary_part(kind: type[DefectTransform]) -> None:
    part = np.full((96, 96, 3), 210, np.uint8)
    cv2.circle(part, (48, 48), 30, (90, 100, 110), -1)
    drawn = [len(ds.synthesize(part, kind(), seed=seed).defects) for seed in range(40)]
    assert sum(drawn) >= 38


@pytest.mark.parametrize("kind", TRANSFORMS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("where", ["anywhere", "object", "edge", "inside", "ring"])
def test_every_transform_finds_every_kind_of_place(kind: type[DefectTransform], where: str) -> None:
    part = np.full((128, 128), 20, np.uint8)
    part[30:100, 40:90] = 180
    samples = [ds.synthesize(part, kind(where=where), seed=seed) for seed in range(20)]
    assert sum(bool(sample.defects) for sample in samples) >= (
        4 if "Warp" in kind.__name__ or "Edge" in kind.__name__ else 18
    )


@pytest.mark.parametrize("kind", TRANSFORMS, ids=lambda kind: kind.__name__)
def test_severity_scales_the_change(kind: type[DefectTransform]) -> None:
    part = np.full((160, 160), 60, np.uint8)
    part[40:120, 40:120] = 160
    changes = []
    for severity in (0.0, 1.0):
        samples = [ds.synthesize(part, kind(severity=severity, min_visibility=0.0), seed=seed) for seed in range(60)]
        changes.append(np.mean([np.abs(sample.image.astype(float) - part).sum() for sample in samples]))
    assert changes[1] > 1.5 * changes[0]
