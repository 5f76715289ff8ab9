"""Presets of every category: their types, names, masks and saved files."""

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
    """Return a grainy, dimpled, bluish bar with a printed mark in front of a bright background."""
    y, x = np.mgrid[:size, :size] / size
    background = 215 - 25 * (x + y)
    face = 95 + 14 * np.sin(50 * x) * np.sin(50 * y)
    on_bar = (np.abs(y - 0.5) < 0.25) & (np.abs(x - 0.5) < 0.38)
    face = np.where((np.abs(y - 0.5) < 0.06) & (np.abs(x - 0.5) < 0.12), 190, face)
    image = np.stack([np.where(on_bar, face + tint, background) for tint in (0, 10, 24)], axis=2)
    grain = np.random.default_rng(0).normal(0, 1.5, image.shape)
    return np.clip(image + grain, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("category", "name"), TYPES, ids="-".join)
def test_a_type_draws_defects_of_its_name_and_masks_of_the_changed_pixels(category: str, name: str) -> None:
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
def test_a_preset_is_saved_and_loaded_with_the_same_bytes(preset: str) -> None:
    saved: dict[str, Any] = A.to_dict(PRESETS[preset]())
    loaded = A.from_dict(saved)
    assert A.to_dict(loaded)["transform"] == saved["transform"]
    first, second = (ds.synthesize(part(), each, seed=3) for each in (PRESETS[preset](), loaded))
    np.testing.assert_array_equal(first.image, second.image, strict=True)
    assert first.defects == second.defects


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_category_holds_all_its_types(category: str) -> None:
    assert {leaf.defect_type for leaf in leaves(category_preset(category))} == set(CATEGORIES[category])


def test_categories_and_types_have_the_names_of_the_data_sets() -> None:
    assert not set(MVTEC_AD) & set(KOLEKTOR_SDD)
    assert set(MVTEC_AD["screw"]) == {"manipulated_front", "scratch_head", "scratch_neck", "thread_side", "thread_top"}


def test_unknown_names_are_refused_with_the_known_ones() -> None:
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


def test_a_type_left_out_is_missing_from_combinations_too() -> None:
    assert types_of(mvtec_ad("screw", without="thread_top")) == sorted(set(MVTEC_AD["screw"]) - {"thread_top"})
    assert types_of(mvtec_ad("pill", without="color")) == sorted(set(MVTEC_AD["pill"]) - {"color", "combined"})
    assert "color" in types_of(mvtec_ad("pill", without="combined"))
