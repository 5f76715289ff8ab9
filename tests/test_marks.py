"""Marks: the geometry of their shapes and the physics of their looks."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.core.layer import Box, Layer
from defectsynth.functional.noise import fractal_noise
from defectsynth.functional.shading import shade_bump
from defectsynth.looks.color import DrawnColor
from defectsynth.looks.color_shift import SHIFTS, DrawnColorShift
from defectsynth.looks.foreign_body import DrawnForeignBody
from defectsynth.looks.relief import DrawnRelief
from defectsynth.looks.tide_mark import DrawnTideMark
from defectsynth.scene.scene import Scene
from defectsynth.shapes.branching_path import DrawnBranchingPath
from defectsynth.shapes.fractal import DrawnFractal

SIZE = (300, 340)
seeds = given(seed=st.integers(0, 2**32 - 1))


def crack(seed: int, *, branches: int = 0, width: float = 6.0, from_middle: bool = False) -> DrawnBranchingPath:
    """A crack of 150 pixels that starts, or has its middle, near the middle of the picture."""
    return DrawnBranchingPath(
        160.0, 150.0, 0.7, 150.0, width, 0.4, branches, 0.7, 0.3, from_middle=from_middle, seed=seed
    )


@seeds
def test_a_crack_is_as_long_as_drawn_and_thins_out(seed: int) -> None:
    [(points, widths)] = crack(seed).paths()
    assert math.isclose(abs(points[-1] - points[0]), 150.0)
    assert math.isclose(abs(points[0] - (160 + 150j)), 0.0, abs_tol=1e-9)
    assert widths[-1] == 0.0
    assert widths.max() <= 6.0
    assert widths[: len(widths) // 3].mean() > widths[-(len(widths) // 3) :].mean()


@seeds
def test_branches_leave_from_a_crack_and_are_thinner_and_shorter(seed: int) -> None:
    (main, widths), *branches = crack(seed, branches=5).paths()
    assert len(branches) == 5
    nodes = list(main)
    for points, thinner in branches:
        assert min(abs(points[0] - node) for node in nodes) < 1e-9
        assert abs(points[-1] - points[0]) < 150.0
        assert thinner.max() <= 0.75 * widths.max()
        nodes += list(points)


@seeds
def test_a_crack_is_one_piece(seed: int) -> None:
    drawn = (crack(seed, branches=4).layer(SIZE, margin=2).alpha > 0).astype(np.uint8)  # type: ignore[union-attr]
    assert cv2.connectedComponents(drawn)[0] == 2  # and the ground


def test_a_crack_at_the_edge_runs_into_the_part() -> None:
    part = np.full((200, 200), 30, np.uint8)
    part[60:140, 40:160] = 170
    for seed in range(20):
        sample = ds.synthesize(part, ds.Crack(where="edge"), seed=seed)
        assert sample.defects
        assert (part[sample.mask > 0] == 170).mean() > 0.95


def cloud(seed: int, *, radius: float = 70.0, cover: float = 0.4, softness: float = 0.0, **other: float) -> Layer:
    """A cloud in the middle of the picture."""
    numbers = {"aspect": 1.0, "raggedness": 0.6, "gain": 0.5} | other
    layer = DrawnFractal(165.0, 150.0, 0.4, radius=radius, cover=cover, softness=softness, seed=seed, **numbers).layer(
        SIZE, margin=2
    )
    assert layer is not None
    return layer


@seeds
def test_a_cloud_covers_the_share_of_its_ellipse_that_was_drawn(seed: int) -> None:
    for cover in (0.2, 0.4, 0.6):
        for aspect in (1.0, 0.5):
            layer = cloud(seed, cover=cover, aspect=aspect)
            assert abs(float(layer.alpha.sum()) / (math.pi * 70**2 * aspect) - cover) < 0.06
            assert max(layer.box.shape) <= 2 * 70 + 2 * 4


@seeds
def test_a_sharp_cloud_is_sharp_however_narrow(seed: int) -> None:
    for aspect in (1.0, 0.5, 0.25):
        alpha = cloud(seed, aspect=aspect).alpha
        assert (alpha > 0.9).sum() > 0.5 * (alpha > 0.1).sum()


def test_a_ragged_cloud_has_more_outline_for_its_area() -> None:
    def outline(**numbers: float) -> float:
        """Length of the outline, on average over some clouds."""
        lengths = []
        for seed in range(12):
            contours, _ = cv2.findContours(
                (cloud(seed, **numbers).alpha > 0.5).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE
            )
            lengths.append(sum(cv2.arcLength(contour, closed=True) for contour in contours))
        return float(np.mean(lengths))

    plain, ragged, rough = outline(raggedness=0.0), outline(raggedness=0.8), outline(raggedness=0.8, gain=0.9)
    assert plain < 1.2 * 2 * math.pi * 70 * math.sqrt(0.4)  # an ellipse
    assert 1.3 * plain < ragged < rough


@seeds
def test_a_cloud_ends_inside_its_ellipse_and_soft_ones_have_no_rim(seed: int) -> None:
    layer = cloud(seed, cover=0.9, softness=1.0, raggedness=1.0)
    y, x = np.mgrid[layer.box.y0 : layer.box.y1, layer.box.x0 : layer.box.x1]
    assert np.hypot(x - 165, y - 150)[layer.alpha > 0.5].max() < 1.15 * 70
    soft = cloud(seed, softness=1.0).alpha
    assert np.abs(np.diff(soft, axis=1)).max() < 0.5


@seeds
def test_noise_has_mean_0_deviation_1_and_its_finest_octave_is_twice_as_fine(seed: int) -> None:
    for octaves in range(1, 6):
        noise = fractal_noise(seed, octaves=octaves, gain=0.5)
        assert noise.shape == (4 * 2 ** (octaves - 1),) * 2
        assert abs(noise.mean()) < 1e-5
        assert math.isclose(noise.std(), 1.0, abs_tol=1e-4)


@pytest.mark.parametrize("family", SHIFTS)
def test_a_shift_moves_lab_by_what_was_drawn(family: str) -> None:
    rng = np.random.default_rng(0)
    scene = Scene(rng.integers(110, 150, (*SIZE, 3), np.uint8))
    layer = Layer(Box(10, 20, 60, 50), np.ones((30, 50), np.float32))
    surface = scene.planes(scene.image[layer.box.slices])
    look = ds.looks.ColorShift(shifts=(family,)).sample(rng, scene, ds.places.Place(30, 30, 0))
    pixels, _ = look.paint(surface, layer, scene)
    before, after = (cv2.cvtColor(cv2.merge(list(planes)), cv2.COLOR_RGB2Lab) for planes in (surface, pixels))
    inside = ((pixels > 0.01) & (pixels < 0.99)).all(axis=0)
    moved = (after - before)[inside]
    assert inside.mean() > 0.5
    np.testing.assert_allclose(moved.mean(axis=0), (look.lightness, look.red, look.yellow), atol=0.3)
    assert moved.std(axis=0).max() < 0.3, "the texture is kept"


def test_gray_pictures_move_in_lightness_only_and_agree_with_gray_colours() -> None:
    gray = np.random.default_rng(1).integers(60, 200, SIZE, np.uint8)
    colour, single = Scene(np.repeat(gray[..., None], 3, axis=2)), Scene(gray)
    layer = Layer(Box(10, 20, 60, 50), np.ones((30, 50), np.float32))
    for seed in range(20):
        looks = [
            ds.looks.ColorShift(shifts=tuple(SHIFTS)).sample(
                np.random.default_rng(seed), scene, ds.places.Place(30, 30, 0)
            )
            for scene in (colour, single)
        ]
        assert looks[0] == looks[1]
        assert looks[0].red == looks[0].yellow == 0.0
    lighter = DrawnColorShift(20.0, 0.0, 0.0).paint(single.planes(gray[layer.box.slices]), layer, single)[0][0]
    neutral = np.repeat(lighter[..., None], 3, axis=2)
    before = np.repeat(gray[layer.box.slices][..., None], 3, axis=2).astype(np.float32) / 255
    moved = cv2.cvtColor(neutral, cv2.COLOR_RGB2Lab)[..., 0] - cv2.cvtColor(before, cv2.COLOR_RGB2Lab)[..., 0]
    np.testing.assert_allclose(moved[lighter < 0.999], 20.0, atol=0.2)


def disc(radius: int = 30) -> tuple[Scene, np.ndarray, Layer]:
    """A plain gray picture, the surface under a disc, and the disc."""
    canvas = np.zeros((2 * radius + 9,) * 2, np.uint8)
    cv2.circle(canvas, (radius + 4, radius + 4), radius, 255, -1)
    layer = Layer(Box(50, 40, 50 + canvas.shape[1], 40 + canvas.shape[0]), (canvas > 0).astype(np.float32))
    scene = Scene(np.full((*SIZE, 3), 128, np.uint8))
    return scene, scene.planes(scene.image[layer.box.slices]), layer


@pytest.mark.parametrize("light", np.arange(8) * math.pi / 4, ids=lambda light: f"{light:.1f}")
def test_a_bump_is_lit_on_the_side_of_the_light_and_a_pit_on_the_other(light: float) -> None:
    scene, surface, layer = disc()
    y, x = np.mgrid[-1 : 1 : layer.box.shape[0] * 1j, -1 : 1 : layer.box.shape[1] * 1j]
    towards = x * math.cos(light) + y * math.sin(light)
    for form, sign in (("bump", 1.0), ("pit", -1.0)):
        look = DrawnRelief(form, contrast=0.3, wall=1.0, gloss=0.0, light=light, seed=0)
        change = (look.paint(surface, layer, scene)[0] - surface)[0]
        inside = layer.alpha > 0
        assert np.corrcoef(sign * towards[inside], change[inside])[0, 1] > 0.85
        assert 0.2 < np.abs(change[inside]).max() < 0.6
    floor = DrawnRelief("pit", 0.3, 0.2, 0.0, light, 0).paint(surface, layer, scene)[0][0, 34, 34]
    assert math.isclose(floor, surface[0, 34, 34] - 0.6 * 0.3, abs_tol=1e-3)


def test_a_dome_slopes_as_a_sphere_and_its_highlight_lies_where_it_mirrors_the_light() -> None:
    scene, surface, layer = disc(40)
    away_x, away_y, height = (
        shade_bump(layer.alpha, wall=1.0, light=light, contrast=contrast, gloss=0.0, level=1.0 - contrast)
        for light, contrast in ((0.0, 1.0), (math.pi / 2, 1.0), (0.0, 0.0))
    )
    y, x = np.mgrid[-44:45, -44:45]
    inside = np.hypot(x, y) < 34
    np.testing.assert_allclose(away_x[inside], x[inside] / 40, atol=0.14)
    np.testing.assert_allclose(away_y[inside], y[inside] / 40, atol=0.14)
    np.testing.assert_allclose(height[inside], 1 - np.hypot(x, y)[inside] / 40, atol=0.11)
    for light in (0.0, 2.0, 4.0):
        matt, glossy = (
            DrawnRelief("bump", 0.2, 1.0, gloss, light, 0).paint(surface, layer, scene)[0][0] for gloss in (0.0, 0.5)
        )
        row, column = np.unravel_index(np.argmax(glossy - matt), matt.shape)
        assert math.hypot(column - 44 - 20 * math.cos(light), row - 44 - 20 * math.sin(light)) < 4


def test_a_rough_surface_has_the_contrast_and_no_tendency() -> None:
    scene, surface, layer = disc(60)
    for light in (0.0, 1.0):
        change = DrawnRelief("rough", 0.3, 0.5, 0.0, light, 3).paint(surface, layer, scene)[0] - surface
        assert abs(change.mean()) < 0.02
        assert math.isclose(change.std(), 0.15, rel_tol=0.25)


def test_a_tide_mark_is_darkest_at_its_rim_and_pale_on_black() -> None:
    scene, surface, layer = disc()
    film = DrawnTideMark(through=(0.7, 0.5, 0.3), pale=False, inside=0.4, rim=4.0)
    taken = 1 - film.paint(surface, layer, scene)[0] / surface
    np.testing.assert_allclose(taken[:, 34, 34], 0.4 * np.array([0.3, 0.5, 0.7]), atol=0.01)
    np.testing.assert_allclose(taken[:, 34, 5], [0.3, 0.5, 0.7], rtol=0.2)
    assert (np.diff(taken[0, 34, 5:34]) < 1e-6).all(), "it fades inwards"
    for level, pale in ((10, True), (200, False)):
        scene = Scene(np.full((*SIZE, 3), level, np.uint8))
        assert ds.looks.TideMark().sample(np.random.default_rng(0), scene, ds.places.Place(9, 9, 0)).pale is pale


@seeds
def test_particles_shrink_from_the_first_and_stray_as_drawn(seed: int) -> None:
    scene, place = Scene(np.zeros(SIZE, np.uint8)), ds.places.Place(160.0, 150.0, 0.0)
    shape = ds.shapes.Particles(
        radius_range=(0.05, 0.05), particles_range=(100, 100), spread_range=(0.1, 0.1), aspect_range=(1.0, 1.0)
    )
    outlines = shape.sample(np.random.default_rng(seed), scene, place).outlines()
    centres = outlines.mean(axis=1)
    radii = np.abs(outlines - centres[:, None]).mean(axis=1)
    assert abs(centres[0] - (160 + 150j)) < 6
    assert radii[0] > 0.7 * radii.max(), "up to their unevenness"
    assert np.median(radii) < 0.85 * radii[0]
    assert 0.7 * 30 < np.std(centres.real[1:]) < 1.35 * 30


def test_round_particles_are_round_and_angular_ones_are_not() -> None:
    scene, place, roundness = Scene(np.zeros(SIZE, np.uint8)), ds.places.Place(160.0, 150.0, 0.0), {}
    for angularity in (0.0, 1.0):
        shape = ds.shapes.Particles(
            (0.1, 0.1), (1, 1), aspect_range=(1.0, 1.0), angularity_range=(angularity, angularity)
        )
        found = []
        for seed in range(20):
            outline = shape.sample(np.random.default_rng(seed), scene, place).outlines()[0]
            contour = outline.view(np.float64).reshape(-1, 2).astype(np.float32)
            found.append(4 * math.pi * cv2.contourArea(contour) / cv2.arcLength(contour, closed=True) ** 2)
        roundness[angularity] = np.mean(found)
    assert roundness[0.0] > 0.97
    assert roundness[1.0] < 0.88


@pytest.mark.parametrize("light", np.arange(8) * math.pi / 4, ids=lambda light: f"{light:.1f}")
def test_a_body_casts_its_shadow_away_from_the_light(light: float) -> None:
    scene, _, layer = disc(20)
    color = DrawnColor((0.5, 0.5, 0.5), 0.0)
    look = DrawnForeignBody(color, 0.2, 0.8, 0.0, 0.0, shadow=0.5, height=12.0, light=light, seed=0)
    pad = look.margin
    padded = np.pad(layer.alpha, pad)
    box = Box(layer.box.x0 - pad, layer.box.y0 - pad, layer.box.x1 + pad, layer.box.y1 + pad)
    surface = scene.planes(scene.image[box.slices])
    pixels, opacity = look.paint(surface, Layer(box, padded), scene)
    change = (opacity * (pixels - surface))[0]
    shadow = (change < -0.1) & (padded == 0)
    assert shadow.sum() > 100
    y, x = np.nonzero(shadow)
    centre = padded.shape[0] // 2
    away = math.atan2(y.mean() - centre, x.mean() - centre)
    assert abs(math.remainder(away - light - math.pi, 2 * math.pi)) < 0.15
    assert change[shadow].min() >= -0.5 * 128 / 255 - 1e-3
    on_body = np.where(padded > 0, change, 0.0)
    lit, dim = on_body.max(), on_body.min()
    assert lit > 0.1
    assert dim < -0.1
    assert (change[padded.astype(bool)] != 0).mean() > 0.95
