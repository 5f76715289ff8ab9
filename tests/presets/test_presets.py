"""Presets: every type of defect of every category draws, keeps the contract, is named, is written and read again."""

from typing import Any

import albumentations as A
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.engine.compat import leaves
from defectsynth.presets import CATEGORIES, KOLEKTOR_SDD, MVTEC_AD, PRESETS, category_preset, mvtec_ad
from defectsynth.registry import types_of

TYPES = [(category, name) for category, types in CATEGORIES.items() for name in types]


def part(size: int = 96) -> np.ndarray:
    """A dimpled bluish bar with a printed mark in front of a bright ground, with a little grain."""
    y, x = np.mgrid[:size, :size] / size
    ground = 215 - 25 * (x + y)
    face = 95 + 14 * np.sin(50 * x) * np.sin(50 * y)
    on_bar = (np.abs(y - 0.5) < 0.25) & (np.abs(x - 0.5) < 0.38)
    face = np.where((np.abs(y - 0.5) < 0.06) & (np.abs(x - 0.5) < 0.12), 190, face)
    picture = np.stack([np.where(on_bar, face + tint, ground) for tint in (0, 10, 24)], axis=2)
    grain = np.random.default_rng(0).normal(0, 1.5, picture.shape)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("category", "name"), TYPES, ids="-".join)
def test_a_type_draws_what_its_records_and_mask_say(category: str, name: str) -> None:
    image, preset = part(), category_preset(category, defect=name)
    drawn = 0
    for seed in range(8):
        sample = ds.synthesize(image, preset, seed=seed)
        changed = (sample.image != image).any(axis=2)
        assert not changed[sample.mask == 0].any()
        assert {record["defect_type"] for record in sample.defects} <= {name}
        assert bool(sample.defects) == bool(sample.mask.any())
        if sample.defects:
            assert changed[sample.mask > 0].mean() >= 0.95
            drawn += 1
    assert drawn >= 6


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_written_and_read_again(preset: str) -> None:
    written: dict[str, Any] = A.to_dict(PRESETS[preset]())
    again = A.from_dict(written)
    assert A.to_dict(again)["transform"] == written["transform"]
    first, second = (ds.synthesize(part(), each, seed=3) for each in (PRESETS[preset](), again))
    np.testing.assert_array_equal(first.image, second.image, strict=True)
    assert first.defects == second.defects


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_category_draws_all_its_types(category: str) -> None:
    assert {leaf.defect_type for leaf in leaves(category_preset(category))} == set(CATEGORIES[category])


def test_names_are_those_of_the_data_sets() -> None:
    assert not set(MVTEC_AD) & set(KOLEKTOR_SDD)
    assert set(MVTEC_AD["screw"]) == {"manipulated_front", "scratch_head", "scratch_neck", "thread_side", "thread_top"}


def test_unknown_names_are_told() -> None:
    with pytest.raises(ValueError, match=r"category must be one of .*screw.*, got 'bolt'"):
        mvtec_ad("bolt")
    with pytest.raises(ValueError, match=r"defect must be one of manipulated_front, .* or None, got 'rust'"):
        mvtec_ad("screw", defect="rust")
    with pytest.raises(ValueError, match=r"without must be one of .*thread_top or None, got 'rust'"):
        mvtec_ad("screw", without="rust")
    with pytest.raises(ValueError, match="without must be None if defect is given, got 'thread_top' and 'thread_side'"):
        mvtec_ad("screw", without="thread_top", defect="thread_side")
    with pytest.raises(ValueError, match="without must leave at least one type of electrical_commutator, got 'defect'"):
        category_preset("electrical_commutator", without="defect")


def test_a_type_left_out_is_left_out_of_combinations() -> None:
    assert types_of(mvtec_ad("screw", without="thread_top")) == sorted(set(MVTEC_AD["screw"]) - {"thread_top"})
    assert types_of(mvtec_ad("pill", without="color")) == sorted(set(MVTEC_AD["pill"]) - {"color", "combined"})
    assert "color" in types_of(mvtec_ad("pill", without="combined"))
