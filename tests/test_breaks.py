"""Openings, rims, even areas, whole objects, seams, and the looks of what is broken, filled or mixed up."""

import math
from dataclasses import replace

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.core.layer import Box, Layer, clip_box
from defectsynth.looks.color import DrawnColor
from defectsynth.looks.elsewhere import DrawnElsewhere
from defectsynth.looks.foreign_body import DrawnForeignBody
from defectsynth.looks.fracture_facets import DrawnFractureFacets
from defectsynth.looks.granular import DrawnGranular
from defectsynth.looks.mottling import DrawnMottling
from defectsynth.scene.scene import Scene
from defectsynth.shapes.outline import DrawnPolygonUnion

SIZE = (240, 320)


def disc(radius: float = 90.0) -> np.ndarray:
    """A gray disc in front of a dark ground."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    on_disc = np.hypot(x - 160, y - 120) <= radius
    return np.repeat(np.where(on_disc, 170, 20).astype(np.uint8)[..., None], 3, axis=2)


def alpha_of(shape: DrawnPolygonUnion) -> np.ndarray:
    layer = shape.layer(SIZE, margin=0)
    assert layer is not None
    alpha = np.zeros(SIZE, np.float32)
    alpha[layer.box.slices] = layer.alpha
    return alpha


def whole_layer() -> Layer:
    box = clip_box(0, 0, SIZE[1] - 1, SIZE[0] - 1, size=SIZE)
    assert box is not None
    return Layer(box, np.ones(box.shape, np.float32))


def test_cracks_run_out_of_a_burst() -> None:
    scene, place = Scene(disc()), ds.places.Place(160.0, 120.0, 0.4)
    reaches = []
    for cracks in (0, 6):
        shape = ds.shapes.Burst(radius_range=(0.08, 0.08), cracks_range=(cracks, cracks), reach_range=(2, 2))
        alpha = alpha_of(shape.sample(np.random.default_rng(3), scene, place))
        assert alpha[120, 160] == 1.0
        y, x = np.nonzero(alpha > 0.3)
        reaches.append(np.hypot(x - 160, y - 120).max())
    assert reaches[0] < 0.08 * 240 * 2.6
    assert reaches[1] > 1.4 * reaches[0]


@pytest.mark.parametrize("depth", [0.0, 0.1])
@pytest.mark.parametrize("seed", range(5))
def test_a_rim_follows_the_outline_at_its_depth(depth: float, seed: int) -> None:
    shape = ds.shapes.EdgeStrip(
        length_range=(0.8, 0.8), depth_range=(depth, depth), width_range=(0.05, 0.05), raggedness_range=(0, 0)
    )
    turn = 1.1 * seed
    place = ds.places.Place(160 + 85 * math.cos(turn), 120 + 85 * math.sin(turn), 0.0)
    y, x = np.nonzero(alpha_of(shape.sample(np.random.default_rng(seed), Scene(disc()), place)) > 0.5)
    deep = 90 - np.hypot(x - 160, y - 120)
    assert np.quantile(deep, 0.02) >= 24 * (depth > 0) - 9
    assert 24 * (depth > 0) + 4 <= np.quantile(deep, 0.98) <= 24 * (depth > 0) + 16
    turns = np.remainder(np.arctan2(y - 120, x - 160) - turn + math.pi, 2 * math.pi) - math.pi
    assert 0.8 * 0.8 * 240 <= 90 * np.ptp(turns) <= 1.2 * 0.8 * 240, "the length is that along the outline"


def test_a_rim_without_an_object_is_straight() -> None:
    plain = Scene(np.full((*SIZE, 3), 90, np.uint8))
    shape = ds.shapes.EdgeStrip(length_range=(0.5, 0.5), width_range=(0.05, 0.05))
    y, x = np.nonzero(alpha_of(shape.sample(np.random.default_rng(0), plain, ds.places.Place(160.0, 120.0, 0.0))) > 0.5)
    assert np.ptp(x) == pytest.approx(120, abs=8)
    assert np.ptp(y) < 30


def test_an_even_area_ends_where_the_colour_does() -> None:
    picture = disc()
    picture[100:140, 120:200] = (180, 120, 60)
    for x, y, inside in ((150, 120, 40 * 80), (90, 120, math.pi * 90**2)):  # the disc's outline goes around the inlay
        shape = ds.shapes.ColorRegion(tolerance_range=(0.1, 0.1), softness_range=(0, 0))
        area = alpha_of(shape.sample(np.random.default_rng(0), Scene(picture), ds.places.Place(x, y, 0.0))).sum()
        assert area == pytest.approx(inside, rel=0.12)


def test_a_silhouette_covers_the_object_and_paint_stays_on_it() -> None:
    picture = disc()
    sample = ds.synthesize(picture, ds.WrongVariety(patterns=("plain",), tint_range=(-0.4, -0.3)), seed=0)
    on_disc = picture[..., 0] > 100
    assert ((sample.mask > 0) & on_disc).sum() >= 0.98 * on_disc.sum()
    assert ((sample.mask > 0) & ~on_disc).sum() <= 0.02 * on_disc.sum()


def test_specks_of_another_hue_go_and_engraving_stays() -> None:
    picture = disc() + np.array([10, 4, 0], np.uint8)
    lines = np.zeros(SIZE, bool)
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    specks = (abs(y - 120) < 60) & (abs(x - 160) < 60) & (y % 24 < 4) & (x % 24 < 4)
    lines[70:170, 108:220:24] = True
    picture[specks], picture[lines] = (150, 70, 80), (126, 122, 119)
    scene = Scene(picture)
    look = DrawnMottling("plain", 1.0, (0.0, 0.0, 0.0), (0.5, 0.3, 0.1), 3.0, 9, 0.3, 0.8, 5)
    pixels = look.paint(scene.planes(picture), whole_layer(), scene)[0] * 255
    hue = np.ptp(pixels, axis=0)
    assert hue[specks].mean() < 0.25 * 80
    np.testing.assert_allclose(pixels[:, lines].mean(), 122, atol=8)


@pytest.mark.parametrize("cover", [0.1, 0.4])
def test_grain_covers_its_share(cover: float) -> None:
    scene = Scene(np.full((*SIZE, 3), 200, np.uint8))
    look = DrawnMottling("grain", 0.0, (0.0, 0.0, 0.0), (0.4, 0.3, 0.1), 3.0, 9, cover, 1.0, 5)
    pixels = look.paint(scene.planes(scene.image), whole_layer(), scene)[0]
    assert (pixels[0] < 0.75).mean() == pytest.approx(cover, abs=0.08)


def test_a_place_on_a_seam_lies_on_it_and_looks_along_it() -> None:
    picture = disc()
    picture[:, 170:][picture[:, 170:, 0] > 100] = (60, 60, 200)
    where, scene, rng = ds.places.OnSeam(), Scene(picture), np.random.default_rng(0)
    for _ in range(20):
        place = where.sample(rng, scene)
        assert place is not None
        assert place.x == pytest.approx(169.5, abs=9)
        assert abs(math.sin(place.angle)) > 0.95
        drawn = ds.looks.Elsewhere(distance_range=(0.2, 0.2), direction="across").sample(rng, scene, place)
        assert isinstance(drawn, DrawnElsewhere)
        assert (abs(drawn.dx), abs(drawn.dy)) == (pytest.approx(48, abs=2), pytest.approx(0, abs=15))


def test_facets_replace_the_surface_and_some_mirror_the_light() -> None:
    rng = np.random.default_rng(0)
    scene = Scene(rng.integers(60, 140, (*SIZE, 3), np.uint8))
    surface, layer = scene.planes(scene.image), whole_layer()
    means = []
    for shine in (0.0, 0.3):
        look = DrawnFractureFacets(0.3, 30.0, 2.0, 0.05, 0.0, shine, 0.0, 0.0, 1.0, 7)
        pixels, _ = look.paint(surface, layer, scene)
        assert np.abs(np.diff(pixels[0], axis=1)).mean() < 0.25 * np.abs(np.diff(surface[0], axis=1)).mean()
        means.append((pixels[0] > 0.75).mean())
    assert means[0] < 0.01
    assert 0.05 < means[1] < 0.35
    kept, _ = DrawnFractureFacets(0.3, 30.0, 2.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 7).paint(surface, layer, scene)
    np.testing.assert_allclose(kept, surface, atol=1e-5, err_msg="with all of its texture it is the surface")


def test_a_cloudy_colour_has_the_contrast() -> None:
    scene = Scene(np.full((*SIZE, 3), 30, np.uint8))
    look = ds.looks.Cloudy(palettes=("light",), tint_range=(0, 0), contrast_range=(0.1, 0.1))
    drawn = look.sample(np.random.default_rng(0), scene, ds.places.Place(9, 9, 0))
    pixels, _ = drawn.paint(scene.planes(scene.image), whole_layer(), scene)
    for plane in pixels:
        assert plane.std() / plane.mean() == pytest.approx(0.1, rel=0.25)


def test_the_rim_of_a_body_lies_over_its_shadow() -> None:
    scene = Scene(np.full((*SIZE, 3), 200, np.uint8))
    alpha = np.zeros(SIZE, np.float32)
    alpha[80:160, 100:200], alpha[80:160, 99] = 1.0, 0.5
    body = DrawnForeignBody(DrawnColor((0.3,) * 3, 0.0), 0.0, 0.5, 0.0, 0.0, 0.6, 8.0, 0.0, 1)  # light from the right
    surface = scene.planes(scene.image)
    pixels, opacity = body.paint(surface, Layer(whole_layer().box, alpha), scene)
    result = surface + opacity * (pixels - surface)
    shadowed = float(result[0, 120, 98])
    assert shadowed < 0.7
    assert min(0.3, shadowed) <= result[0, 120, 99] <= max(0.3, shadowed), "no bright line between body and shadow"


def test_the_core_is_a_share_of_the_depth() -> None:
    rng = np.random.default_rng(0)
    for radius in (40.0, 100.0):
        for share in (0.3, 0.8):
            places = [ds.places.OnCore(share_range=(share, share)).sample(rng, Scene(disc(radius))) for _ in range(30)]
            away = [math.hypot(place.x - 160, place.y - 120) for place in places if place is not None]
            assert len(away) == 30
            assert max(away) <= (1 - share) * radius + 7
            assert max(away) >= 0.5 * (1 - share) * radius


def test_a_granular_break_is_dull_rough_and_lit_from_one_side() -> None:
    surface = np.full((3, 120, 120), 0.1, np.float32)
    alpha = np.zeros((120, 120), np.float32)
    alpha[20:100, 20:100] = 1
    layer = Layer(Box(0, 0, 120, 120), alpha)
    scene = Scene(np.full((120, 120, 3), 25, np.uint8))
    look = DrawnGranular(contrast=0.2, grit=0.05, cloud=0.0, grain=2.0, sparkle=0.0, light=0.0, seed=3)
    pixels, _ = look.paint(surface, layer, scene)
    inside = pixels[0, 24:96, 24:96]
    assert abs(inside.mean() - 0.3) < 0.01
    assert 0.035 < inside.std() < 0.065
    across, down = (np.abs(np.diff(inside, axis=axis)).mean() for axis in (1, 0))
    assert across > 1.2 * down  # light from the right shades what rises and falls to the right
    rim = pixels[0, 30:90, :]
    assert rim[:, 98:101].mean() < inside.mean() < rim[:, 19:22].mean()  # hollow: the wall towards the light is dark
    shiny, _ = replace(look, sparkle=0.4).paint(surface, layer, scene)
    assert 0.01 < (np.abs(shiny - pixels)[0, 24:96, 24:96] > 0.1).mean() < 0.05
