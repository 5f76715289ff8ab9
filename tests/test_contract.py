"""One contract over every public transform, no exception lists."""

from typing import Any

import albumentations as A
import cv2
import numpy as np
import pytest
from hypothesis import given, note
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.core.parameters import Choice, Choices, Component, Count, Label, Number, Span
from defectsynth.engine.transform import COMMON_RULES, DefectTransform
from defectsynth.io.sources import SourceRule
from defectsynth.registry import public_components, public_transforms
from tests.contracts import images, keeps_the_contract, rois

TRANSFORMS = public_transforms()
ELSEWHERE = tuple(  # pictures of another size, dtype and number of channels to take pixels from; the last may be a mask
    (np.random.default_rng(0).random(shape) * peak).astype(dtype)
    for shape, dtype, peak in (((50, 9, 2), np.uint16, 65535), ((70, 60, 3), np.uint8, 255), ((3, 4, 5), np.float32, 1))
)


def values_of(rule: Any) -> st.SearchStrategy[Any]:
    """Any value that a rule allows; counts stay small so that an example stays cheap."""
    if isinstance(rule, Span):
        numbers = st.floats(rule.low, rule.high, allow_subnormal=False)
        return st.tuples(numbers, numbers).map(sorted).map(tuple)
    if isinstance(rule, Count):
        whole = st.integers(rule.low, min(rule.high, 4))
        return st.tuples(whole, whole).map(sorted).map(tuple)
    if isinstance(rule, Number):
        return st.floats(rule.low, rule.high, allow_subnormal=False)
    if isinstance(rule, Choices):
        return st.lists(st.sampled_from(rule.names), min_size=1, unique=True).map(tuple)
    if isinstance(rule, SourceRule):
        return st.sampled_from([None, ELSEWHERE])
    assert isinstance(rule, (Choice, Label))
    return st.sampled_from(rule.names if isinstance(rule, Choice) else ("", "thread_top"))


def components_of(kind: type[Component]) -> st.SearchStrategy[Component]:
    """Any public part of a kind, with any arguments; a field that holds another part keeps its default."""
    concrete = public_components(kind)
    return st.sampled_from(concrete).flatmap(
        lambda part: st.fixed_dictionaries(
            {}, optional={name: values_of(rule) for name, rule in part.rules().items()}
        ).map(lambda arguments: part(**arguments))
    )


@st.composite
def transforms(draw: st.DrawFn, kind: type[DefectTransform]) -> DefectTransform:
    """A transform with any of its arguments given, p = 1."""
    template = kind()
    arguments: dict[str, Any] = {}
    rules = {name: rule for part in template.components for name, rule in part.rules().items()} | COMMON_RULES
    for name in kind.argument_names():
        if name in ("p", "mask_value") or draw(st.integers(0, 2)) != 0:
            continue
        if name in rules:
            arguments[name] = draw(values_of(rules[name]))
        else:
            base = {
                "shape": ds.shapes.Shape,
                "look": ds.looks.Look,
                "blend": ds.Blend,
                "field": ds.fields.Field,
                "where": ds.places.Where,
            }[name]
            arguments[name] = draw(components_of(base))
    arguments.setdefault("count_range", (1, 1))
    return kind(p=1, **arguments)


@pytest.mark.parametrize("kind", TRANSFORMS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_contract(kind: type[DefectTransform], data: st.DataObject) -> None:
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
    keeps_the_contract(original, result, roi, transform)
    np.testing.assert_array_equal(image, original, "inputs are never written to")
    assert roi is None or (roi == original_roi).all()
    assert not inputs["mask"].any()
    assert inputs["defects"] == []

    again = A.Compose([kind(**transform.get_transform_init_args())], seed=seed)(**inputs)
    assert again["image"].tobytes() == result["image"].tobytes(), "same seed, same bytes"
    assert again["defects"] == result["defects"]
    redrawn = ds.redraw(image, result["defects"], roi=roi)
    assert redrawn.image.tobytes() == result["image"].tobytes(), "a record is enough to draw it again"
    np.testing.assert_array_equal(redrawn.mask != 0, result["mask"] != 0)


@pytest.mark.parametrize("kind", TRANSFORMS, ids=lambda kind: kind.__name__)
def test_defects_are_found_on_an_ordinary_part(kind: type[DefectTransform]) -> None:
    part = np.full((96, 96, 3), 210, np.uint8)
    cv2.circle(part, (48, 48), 30, (90, 100, 110), -1)
    drawn = [len(ds.synthesize(part, kind(), seed=seed).defects) for seed in range(40)]
    assert sum(drawn) >= 38


@pytest.mark.parametrize("kind", TRANSFORMS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("where", ["anywhere", "object", "edge", "inside", "ring"])
def test_every_placement_finds_its_place(kind: type[DefectTransform], where: str) -> None:
    part = np.full((128, 128), 20, np.uint8)
    part[30:100, 40:90] = 180
    samples = [ds.synthesize(part, kind(where=where), seed=seed) for seed in range(20)]
    assert sum(bool(sample.defects) for sample in samples) >= (
        4 if "Warp" in kind.__name__ or "Edge" in kind.__name__ else 18
    )


@pytest.mark.parametrize("kind", TRANSFORMS, ids=lambda kind: kind.__name__)
def test_severity_scales_the_visibility(kind: type[DefectTransform]) -> None:
    part = np.full((160, 160), 60, np.uint8)
    part[40:120, 40:120] = 160
    change = []
    for severity in (0.0, 1.0):
        samples = [ds.synthesize(part, kind(severity=severity, min_visibility=0.0), seed=seed) for seed in range(60)]
        change.append(np.mean([np.abs(sample.image.astype(float) - part).sum() for sample in samples]))
    assert change[1] > 1.5 * change[0]
