"""Marks drawn as strokes, strands and bands, and worn print: their geometry and what they leave of the surface."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.core.layer import Box, Layer
from defectsynth.looks.wear import DrawnWear
from defectsynth.scene.scene import Scene
from defectsynth.shapes.band import DrawnBand
from defectsynth.shapes.base import DrawnShape
from defectsynth.shapes.strand import DrawnStrand
from defectsynth.shapes.stroke_bundle import DrawnStrokeBundle

SIZE = (300, 340)
seeds = given(seed=st.integers(0, 2**32 - 1))


def area(shape: DrawnShape) -> float:
    """Area in pixels, each counted as far as it is covered."""
    layer = shape.layer(SIZE, margin=0)
    assert layer is not None
    return float(layer.alpha.sum())


@seeds
def test_a_bundle_has_its_strokes_their_length_direction_and_spread(seed: int) -> None:
    bundle = DrawnStrokeBundle(160.0, 150.0, 0.6, 100.0, 1.0, 60, spread=20.0, disorder=0.1, turn=0.0, seed=seed)
    lines, strengths = bundle.lines()
    extent = lines[:, -1] - lines[:, 0]
    assert lines.shape[0] == len(strengths) == 60
    assert strengths == sorted(strengths)
    assert math.isclose(strengths[-1], 1.0)
    assert strengths[0] >= 0.25
    assert 60.0 < np.abs(extent).max() < 114.0
    assert abs(np.angle(extent.mean()) - 0.6) < 0.07
    assert np.angle(extent * np.exp(-0.6j)).std() == pytest.approx(0.1, rel=0.45)
    middles = (lines[:, 4] - (160 + 150j)) * np.exp(-0.6j)
    assert middles.imag.std() == pytest.approx(20.0, rel=0.45)


def test_a_stroke_of_a_bundle_fades_towards_its_ends() -> None:
    layer = DrawnStrokeBundle(160.0, 150.0, 0.0, 100.0, 2.0, 1, spread=0.0, disorder=0.0, turn=0.0, seed=1).layer(
        SIZE, margin=0
    )
    assert layer is not None
    along = layer.alpha.sum(axis=0)
    third = along.size // 3
    assert along[third:-third].min() > 1.5 * along[3 : third // 2].mean()


@seeds
def test_a_strand_is_as_long_and_as_thick_as_drawn(seed: int) -> None:
    strand = DrawnStrand(160.0, 150.0, 0.3, 200.0, 3.0, bow=1.5, curl=1.0, seed=seed)
    line = strand.line()
    assert np.abs(np.diff(line)).sum() == pytest.approx(200.0)
    assert abs(line[len(line) // 2] - (160 + 150j)) < 1e-9
    assert area(strand) == pytest.approx(200 * 3.0, rel=0.4)  # where it crosses itself it counts once
    straight = DrawnStrand(160.0, 150.0, 0.3, 200.0, 3.0, bow=0.0, curl=0.0, seed=seed).line()
    assert abs(straight[-1] - straight[0]) == pytest.approx(200.0)


@given(angle=st.floats(0, 6.3), teeth=st.lists(st.floats(0, 1), min_size=18, max_size=18))
def test_a_band_is_a_rectangle_less_its_torn_ends(angle: float, teeth: list[float]) -> None:
    cut = DrawnBand(160.3, 150.2, angle, 120.0, 40.0, 0.0, tuple(teeth))
    assert area(cut) == pytest.approx(120 * 40, rel=0.02)
    torn = DrawnBand(160.3, 150.2, angle, 120.0, 40.0, 0.25, tuple(teeth))
    lost = sum(0.25 * 40 * 40 / 8 * (sum(end) - 0.5 * (end[0] + end[-1])) for end in (teeth[:9], teeth[9:]))
    assert area(cut) - area(torn) == pytest.approx(lost, abs=130)


def worn(surface: np.ndarray, **numbers: float) -> np.ndarray:
    """What wear leaves of one plane."""
    scene = Scene((surface * 255).astype(np.uint8))
    layer = Layer(Box(0, 0, surface.shape[1], surface.shape[0]), np.ones(surface.shape, np.float32))
    look = DrawnWear(**{"angle": 0.0, "fade": 0.0, "detail": 0.0, "smear": 0.0, "haze": 0.0} | numbers)
    pixels: np.ndarray = look.paint(surface[None].astype(np.float32), layer, scene)[0][0]
    return pixels


def test_wear_takes_detail_smears_along_its_direction_and_leaves_a_haze() -> None:
    stripes = np.tile((np.arange(80) // 4 % 2).astype(np.float32), (60, 1))
    np.testing.assert_array_equal(worn(stripes), stripes)
    np.testing.assert_allclose(worn(stripes, haze=0.1), stripes + 0.1, atol=1e-6)
    faded = worn(stripes, fade=0.75, detail=16.0)[:, 20:60]
    assert faded.std() == pytest.approx(0.25 * stripes.std(), rel=0.2)
    assert faded.mean() == pytest.approx(0.5, abs=0.02)
    np.testing.assert_allclose(worn(stripes, smear=20.0, angle=math.pi / 2), stripes, atol=1e-6)
    assert worn(stripes, smear=20.0)[:, 30:70].std() < 0.5 * stripes.std()


def test_print_is_found_on_the_object() -> None:
    part = np.full((240, 300, 3), 230, np.uint8)
    cv2.rectangle(part, (40, 40), (260, 200), (90, 60, 60), -1)
    cv2.putText(part, "500", (110, 135), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (240, 240, 240), 3)
    scene = Scene(part)
    places = [ds.places.OnPrint().sample(np.random.default_rng(seed), scene) for seed in range(60)]
    on_print = [place is not None and 100 < place.x < 195 and 95 < place.y < 150 for place in places]
    assert np.mean(on_print) > 0.9
    plain = ds.places.OnPrint().sample(np.random.default_rng(0), Scene(np.full((50, 60), 9, np.uint8)))
    assert plain is not None


@pytest.mark.parametrize("kind", [ds.Fold, ds.Bubble, ds.Pit, ds.Scuff])
def test_all_reliefs_of_a_picture_have_its_one_light(kind: type[ds.PaintedDefect]) -> None:
    ramp = np.tile(np.linspace(60, 190, 200).astype(np.uint8), (200, 1))
    lights = {
        record["recipe"]["look"]["light"]
        for seed in range(6)
        for record in ds.synthesize(ramp, kind(), seed=seed).defects
    }
    assert lights == {Scene(ramp).light}
