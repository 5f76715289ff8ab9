"""Every public transform keeps to one contract, without exceptions."""

from typing import Any

import albumentations as A
import cv2
import numpy as np
import pytest
from hypothesis import given, note
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.engine.transform import COMMON_RULES, DefectTransform
from defectsynth.registry import public_components, public_transforms
from tests.contracts import check_contract
from tests.strategies import Arguments, images, rois

TRANSFORMS = public_transforms()
OTHER_IMAGES = tuple(  # of other sizes, dtypes and channels; the last may serve as a mask
    (np.random.default_rng(0).random(shape) * peak).astype(dtype)
    for shape, dtype, peak in (((50, 9, 2), np.uint16, 65535), ((70, 60, 3), np.uint8, 255), ((3, 4, 5), np.float32, 1))
)
ARGUMENTS = Arguments(sources=(None, OTHER_IMAGES), max_count=4)


@st.composite
def transforms(draw: st.DrawFn, kind: type[DefectTransform]) -> DefectTransform:
    """Draw a transform with any of its arguments given, p = 1."""
    template = kind()
    arguments: dict[str, Any] = {}
    rules = {name: rule for part in template.components for name, rule in part.rules().items()} | COMMON_RULES
    for name in kind.argument_names():
        if name in ("p", "mask_value") or draw(st.integers(0, 2)) != 0:
            continue
        if name in rules:
            arguments[name] = draw(ARGUMENTS.value(rules[name]))
        else:
            base = {
                "shape": ds.shapes.Shape,
                "look": ds.looks.Look,
                "blend": ds.Blend,
                "field": ds.fields.Field,
                "where": ds.places.Where,
            }[name]
            arguments[name] = draw(ARGUMENTS.component(public_components(base)))
    arguments.setdefault("count_range", (1, 1))
    return kind(p=1, **arguments)


@pytest.mark.parametrize("kind", TRANSFORMS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_every_transform_keeps_the_contract(kind: type[DefectTransform], data: st.DataObject) -> None:
    image = data.draw(images())
    transform = data.draw(transforms(kind))
    roi = data.draw(rois(image.shape[:2]))
    seed = data.draw(st.integers(0, 2**32 - 1))
    note(f"{transform!r} seed={seed} shape={image.shape} dtype={image.dtype}")
    original, original_roi = image.copy(), None if roi is None else roi.copy()
    inputs = {"image": image, "mask": np.zeros(image.shape[:2], np.uint8), "defects": []}
    if roi is not None:
        inputs["roi"] = roi
    result = A.Compose([transform], seed=seed, strict=True)(**inputs)
    check_contract(original, result, roi, transform)
    np.testing.assert_array_equal(image, original, "inputs are never changed")
    assert roi is None or (roi == original_roi).all()
    assert not inputs["mask"].any()
    assert inputs["defects"] == []

    again = A.Compose([kind(**transform.get_transform_init_args())], seed=seed)(**inputs)
    assert again["image"].tobytes() == result["image"].tobytes(), "same seed, same bytes"
    assert again["defects"] == result["defects"]
    redrawn = ds.redraw(image, result["defects"], roi=roi)
    assert redrawn.image.tobytes() == result["image"].tobytes(), "a record draws the same bytes again"
    np.testing.assert_array_equal(redrawn.mask != 0, result["mask"] != 0)


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
