"""Transforms and presets are shown without arguments that have their defaults."""

import pytest

import defectsynth as ds
from defectsynth.presets import PRESETS
from defectsynth.registry import public_transforms


@pytest.mark.parametrize("transform", public_transforms(), ids=lambda transform: transform.__name__)
def test_a_default_transform_is_its_name(transform: type) -> None:
    assert repr(transform()) == f"{transform.__name__}()"


def test_changed_arguments_and_components_are_shown() -> None:
    scratch = ds.Scratch(where=ds.places.EdgeRing(depth_range=(0.0, 0.02)), length_range=(0.1, 0.2), p=1.0)
    assert repr(scratch) == "Scratch(length_range=(0.1, 0.2), where=EdgeRing(depth_range=(0.0, 0.02)), p=1.0)"
    assert repr(ds.Scratch(where="object")) == "Scratch(where='object')"


@pytest.mark.parametrize("name", PRESETS)
def test_the_lines_of_a_preset_are_short(name: str) -> None:
    lines = repr(PRESETS[name]()).splitlines()
    assert max(map(len, lines)) < 700
    assert not any("mask_kind" in line for line in lines)
