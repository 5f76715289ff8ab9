"""Stray print, glue, parts in the wrong colour, and the places in the frame and at the middle of detail."""

import math

import cv2
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.scene.scene import Scene
from defectsynth.shapes.lettering import DrawnLettering


@pytest.mark.parametrize("angle", [0.0, 0.5 * math.pi, 2.0])
def test_size_of_letters(angle: float) -> None:
    drawn = DrawnLettering(150.0, 150.0, angle, height=42.0, stroke=4.0, squeeze=1.0, font=0, text="HH")
    layer = drawn.layer((300, 300), margin=0)
    assert layer is not None
    rows, columns = np.nonzero(layer.alpha > 0.5)
    points = np.stack([columns + layer.box.x0 - 150.0, rows + layer.box.y0 - 150.0], axis=1)
    across = points @ (-math.sin(angle), math.cos(angle))
    along = points @ (math.cos(angle), math.sin(angle))
    assert np.ptp(across) == pytest.approx(42, abs=3)
    assert np.ptp(along) > 1.2 * np.ptp(across)
    assert abs(along.max() + along.min()) < 12


def test_letters_differ_from_draw_to_draw() -> None:
    scene, place = Scene(np.full((200, 200), 90, np.uint8)), ds.places.Place(100.0, 100.0, 0.0)
    texts = {
        ds.shapes.Lettering(letters_range=(3, 3)).sample(np.random.default_rng(n), scene, place).text for n in range(30)
    }
    assert len(texts) >= 28
    assert {len(text) for text in texts} == {3}


def test_glue_lets_the_surface_through_and_shines() -> None:
    stripes = np.tile(np.repeat(np.uint8([100, 140]), 4), (200, 25))
    glue = ds.Glue(radius_range=(0.1, 0.12), palettes=("same",), tint_range=(1.0, 1.0), gloss_range=(0.6, 0.8))
    contrast, brightest = [], []
    for seed in range(10):
        sample = ds.synthesize(stripes, glue, seed=seed)
        core = cv2.erode(sample.mask, np.ones((15, 15), np.uint8)) > 0
        if core.sum() > 200:
            inside = sample.image.astype(float)
            contrast.append(inside[core & (stripes == 140)].mean() - inside[core & (stripes == 100)].mean())
            brightest.append(inside[sample.mask > 0].max())
    assert len(contrast) >= 5
    assert np.mean(contrast) == pytest.approx(40, abs=8)
    assert np.median(brightest) > 190


def test_a_part_takes_the_colour_of_another() -> None:
    wires = np.full((200, 200, 3), 220, np.uint8)
    wires[30:90, 40:160] = 200, 40, 40
    wires[110:170, 40:160] = 40, 60, 200
    grain = np.random.default_rng(0).integers(-6, 7, (200, 200, 1))
    wires = np.clip(wires.astype(int) + grain, 0, 255).astype(np.uint8)
    for seed in range(10):
        sample = ds.synthesize(wires, ds.RecoloredPart(palettes=("other",), opacity_range=(1, 1)), seed=seed)
        upper, lower = (
            sample.image[rows, 45:155].reshape(-1, 3).mean(axis=0) for rows in (slice(35, 85), slice(115, 165))
        )
        assert np.abs(upper - lower).max() < 12  # now both are alike
        assert 0.9 * 60 * 120 < (sample.mask > 0).sum() < 1.1 * 60 * 120  # one of them, wholly
        region = sample.mask[60, 100] > 0
        part = np.s_[40:80, 50:150] if region else np.s_[120:160, 50:150]
        texture = np.corrcoef(sample.image[part][..., 1].ravel(), wires[part][..., 1].ravel())[0, 1]
        assert texture > 0.9


def test_in_frame_lands_where_it_says() -> None:
    scene = Scene(np.full((100, 200), 90, np.uint8))
    where = ds.places.InFrame(x_range=(0.5, 0.75), y_range=(0.0, 0.2), angle_range=(6.0, 11.0))
    places = [where.sample(np.random.default_rng(seed), scene) for seed in range(100)]
    x, y, angle = np.array([(place.x, place.y, place.angle) for place in places if place is not None]).T
    assert len(x) == 100
    assert 97 < x.min() < 110
    assert 140 < x.max() < 153
    assert y.max() < 24
    assert 0.1 <= angle.min() <= angle.max() <= 0.2


def test_in_frame_on_an_edge_follows_it() -> None:
    image = np.full((160, 160), 40, np.uint8)
    image[:, 100:] = 200  # an upright edge, and a stronger one elsewhere
    image[:80, :30] = 255
    where = ds.places.InFrame(x_range=(0.4, 0.9), on="edge")
    for seed in range(20):
        place = where.sample(np.random.default_rng(seed), Scene(image))
        assert place is not None
        assert abs(place.x - 100) < 6
        assert abs(math.cos(place.angle)) < 0.1


def test_in_frame_on_an_edge_does_not_depend_on_where_the_picture_lies_in_memory() -> None:
    ramp = np.linspace(0, 0.9, 29, dtype=np.float32)[:, None] * np.array([0.3, 0.9, 0.8], np.float32)
    image = np.tile(ramp, (29, 1, 1))  # every edge is as strong but for rounding
    where = ds.places.InFrame(x_range=(0.0, 0.14), on="edge")
    kept, places = [], set()
    for number in range(200):
        places.add(where.sample(np.random.default_rng(number % 4), Scene(image)))
        kept.append(np.ones(16 * number + 8, np.uint8))  # other places are free next time
    assert len(places) == 4


def test_on_print_gathers_at_the_middle_of_detail() -> None:
    image = np.full((192, 192), 220, np.uint8)
    image[20:172, 20:172] = 90
    rng = np.random.default_rng(0)
    image[60:100, 50:90] = rng.integers(40, 200, (40, 40))  # the detail, its middle at (69.5, 79.5)
    scene = Scene(image)
    spread = {}
    for gather in (0.0, 0.2):
        places = [ds.places.OnPrint(gather=gather).sample(np.random.default_rng(seed), scene) for seed in range(30)]
        spread[gather] = np.mean([math.hypot(place.x - 69.5, place.y - 79.5) for place in places if place is not None])
    assert spread[0.2] < 6 < 0.7 * spread[0.0]
