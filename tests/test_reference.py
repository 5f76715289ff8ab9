"""The reference modes against the distributions of their papers."""

import math
from typing import Any

import numpy as np
import pytest

import defectsynth as ds
from defectsynth import reference
from defectsynth.core.serialization import decode

SIDE = 200
NOISE = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), np.uint8)  # every patch differs from the rest


def recipes(mode: Any, image: np.ndarray = NOISE, draws: int = 250) -> list[list[Any]]:
    """Return the recipes of each of many draws."""
    drawn = [ds.synthesize(image, mode, seed=seed).defects for seed in range(draws)]
    return [[decode(record["recipe"]) for record in records] for records in drawn]


def is_uniform(values: Any, low: float, high: float) -> bool:
    """Return the result of a Kolmogorov-Smirnov test that a uniform sampler fails once in a million."""
    shares = (np.sort(np.asarray(values)) - low) / (high - low)
    steps = np.arange(1, shares.size + 1) / shares.size
    return bool(np.abs(steps - shares).max() < 2.7 / math.sqrt(shares.size) and 0 <= shares[0] <= shares[-1] <= 1)


@pytest.mark.parametrize("name", reference.REFERENCES)
def test_every_mode_draws_on_color_and_gray_images(name: str) -> None:
    mode = reference.REFERENCES[name]()
    part = np.full((120, 160, 3), 200, np.uint8)
    part[30:90, 40:120] = (60 + np.arange(80) % 17 * 4)[None, :, None]
    for image in (part, part[..., 0]):
        samples = [ds.synthesize(image, mode, seed=seed) for seed in range(20)]
        assert sum(bool(sample.defects) for sample in samples) >= 19
        assert all(sample.mask.any() == bool(sample.defects) for sample in samples)


def test_cutpaste_has_the_areas_and_aspects_of_its_paper() -> None:
    for size in ((SIDE, SIDE), (120, 333)):
        image = np.random.default_rng(1).integers(0, 256, (*size, 3), np.uint8)
        shapes = [recipe.shape for (recipe,) in recipes(reference.cutpaste(), image)]
        areas = [shape.width * shape.height / (size[0] * size[1]) for shape in shapes]
        aspects = np.array([shape.width / shape.height for shape in shapes])
        assert is_uniform(areas, 0.02, 0.15)
        assert is_uniform(aspects[aspects < 1], 0.3, 1.0)
        assert is_uniform(aspects[aspects > 1], 1.0, 3.3)
        assert (aspects < 1).mean() == pytest.approx(0.5, abs=0.12)


def test_the_mask_of_cutpaste_is_the_rectangle() -> None:
    for seed in range(30):
        (record,) = ds.synthesize(NOISE, reference.cutpaste(), seed=seed).defects
        shape = decode(record["recipe"]).shape
        x0, y0, x1, y1 = record["box"]
        assert record["area"] == (x1 - x0) * (y1 - y0) == round(shape.width) * round(shape.height)


def test_cutpaste_scar_has_the_sizes_of_its_paper() -> None:
    shapes = [recipe.shape for (recipe,) in recipes(reference.cutpaste_scar())]
    assert is_uniform([shape.height * 256 / SIDE for shape in shapes], 10, 25)
    assert is_uniform([shape.width * 256 / SIDE for shape in shapes], 2, 16)
    assert is_uniform([math.degrees(shape.turn) for shape in shapes], -45, 45)
    assert all(recipe.look.turn == recipe.shape.turn for (recipe,) in recipes(reference.cutpaste_scar(), draws=5))


def test_cutpaste_3way_draws_both_kinds_and_labels_them() -> None:
    drawn = [ds.synthesize(NOISE, reference.cutpaste_3way(), seed=seed).defects for seed in range(200)]
    labels = [reference.label_3way(records) for records in drawn]
    assert np.bincount(labels, minlength=3).tolist() == pytest.approx([0, 100, 100], abs=35)
    assert reference.label_3way([]) == 0
    with pytest.raises(ValueError, match="at most one record of cut_paste or cut_paste_scar, got line"):
        reference.label_3way([{"kind": "line"}])


@pytest.mark.parametrize(
    ("mode", "max_count", "zooms"), [("nsa_object", 3, (0.7, 1.3)), ("nsa_texture", 4, (0.5, 2.0))]
)
def test_nsa_has_the_sizes_and_counts_of_its_paper(mode: str, max_count: int, zooms: tuple[float, float]) -> None:
    drawn = recipes(reference.REFERENCES[mode]())
    counts = [len(records) for records in drawn]
    assert set(counts) == set(range(1, max_count + 1))
    assert np.mean(counts) == pytest.approx((1 + max_count) / 2, abs=0.25)
    sides = np.array([[recipe.shape.width, recipe.shape.height] for records in drawn for recipe in records]) / SIDE
    assert sides.min() >= 0.06
    assert sides.max() <= 0.8
    for side in (0.1, 0.15, 0.2, 0.3, 0.5):
        tail = (side - 0.06) / 0.1  # gamma distribution of shape 2: 1 - (1 + x) exp(-x)
        assert (sides <= side).mean() == pytest.approx(1 - (1 + tail) * math.exp(-tail), abs=0.06)
    assert is_uniform([recipe.look.zoom for records in drawn for recipe in records], *zooms)
    assert all(recipe.blend.mode == "poisson" for records in drawn for recipe in records)


def test_nsa_takes_patches_from_the_object_and_pastes_them_on_it() -> None:
    part = np.full((SIDE, SIDE), 230, np.uint8)
    part[50:150, 60:140] = NOISE[50:150, 60:140, 0] // 2
    samples = [ds.synthesize(part, reference.nsa_object(), seed=seed) for seed in range(60)]
    assert all(not (sample.mask[:44].any() or sample.mask[:, :54].any()) for sample in samples)
    points = [
        (recipe.look.u * SIDE, recipe.look.v * SIDE) for (recipe, *_) in recipes(reference.nsa_object(), part, draws=60)
    ]
    assert all(57 <= x <= 143 and 47 <= y <= 153 for x, y in points), "the middle of each patch lies on the object"


def test_draem_has_the_noise_and_opacity_of_its_paper() -> None:
    drawn = [recipe for (recipe,) in recipes(reference.draem())]
    powers = np.log2([[recipe.shape.columns, recipe.shape.rows] for recipe in drawn]).ravel()
    assert set(powers) == set(range(7))
    assert np.mean(powers) == pytest.approx(3.0, abs=0.4)
    assert all(recipe.shape.threshold == 0.5 and recipe.shape.width == SIDE for recipe in drawn)
    assert is_uniform([math.degrees(recipe.shape.turn) for recipe in drawn], -90, 90)
    assert len({recipe.look.family for recipe in drawn}) == 13
    opacities = [recipe.blend.opacity for recipe in drawn]
    assert min(opacities) < 0.2
    assert is_uniform([opacity for opacity in opacities if opacity > 0.3], 0.3, 1.0), "faint draws are drawn again"
    areas = [(ds.synthesize(NOISE, reference.draem(), seed=seed).mask > 0).mean() for seed in range(60)]
    assert 0.02 < np.mean(areas) < 0.15
    assert min(areas) > 0


def test_memseg_stays_on_the_object_and_draws_texture_and_structure() -> None:
    part = np.full((SIDE, SIDE, 3), 230, np.uint8)
    part[50:150, 60:140] = NOISE[50:150, 60:140] // 3
    samples = [ds.synthesize(part, reference.memseg(), seed=seed) for seed in range(120)]
    kinds = [record["kind"] for sample in samples for record in sample.defects]
    assert kinds.count("texture_patch") == pytest.approx(60, abs=25)
    assert kinds.count("shuffled_structure") == pytest.approx(60, abs=25)
    assert not any(sample.mask[:44].any() or sample.mask[:, :54].any() for sample in samples)
    drawn = [decode(record["recipe"]) for sample in samples for record in sample.defects]
    assert min(recipe.blend.opacity for recipe in drawn) >= 0.15
    structure = [recipe.look for recipe in drawn if recipe.kind == "shuffled_structure"]
    assert {look.columns for look in structure} == {4, 5, 6, 7, 8}


def test_fpi_mixes_in_the_same_place_of_another_image() -> None:
    other = np.random.default_rng(5).integers(0, 256, NOISE.shape, np.uint8)
    mode = reference.fpi(source=[other], mask_kind="alpha")
    factors = []
    for seed in range(60):
        mode.set_random_seed(seed)
        result = mode(image=NOISE, mask=np.zeros(NOISE.shape[:2], np.float32), defects=[])
        (record,) = result["defects"]
        factor = decode(record["recipe"]).blend.opacity
        factors.append(factor)
        inside = result["mask"] > 0
        assert np.allclose(result["mask"][inside], factor, atol=1e-6), "the label is the mixing factor"
        mixed = factor * other[inside] + (1 - factor) * NOISE[inside].astype(float)
        np.testing.assert_allclose(result["image"][inside], mixed, atol=0.51)
    assert is_uniform(factors, 0.05, 0.95)
    shapes = [recipe.shape for (recipe,) in recipes(reference.fpi())]
    assert is_uniform([shape.width / SIDE for shape in shapes], 0.1, 0.4)
    assert is_uniform([shape.height / SIDE for shape in shapes], 0.1, 0.4)


def test_anomaly_twin_draws_lines_at_the_given_place() -> None:
    part = np.full((SIDE, SIDE), 230, np.uint8)
    part[50:150, 60:140] = 90
    assert not any(
        ds.synthesize(part, reference.anomaly_twin(where="object"), seed=seed).mask[:44].any() for seed in range(40)
    )
    (record,) = ds.synthesize(part, reference.anomaly_twin(), seed=0).defects
    assert record["kind"] == "line"
