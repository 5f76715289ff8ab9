"""Shapes, displacements, looks and blends against geometry and formulas."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.blending.blend import DrawnBlend
from defectsynth.core.layer import Box, Layer
from defectsynth.core.patch import planes_to_pixels
from defectsynth.fields.base import MAX_PUSH, displace
from defectsynth.fields.push import BENDS, DrawnPush
from defectsynth.looks.color import DrawnColor
from defectsynth.looks.elsewhere import DrawnElsewhere
from defectsynth.looks.noise import DrawnNoise
from defectsynth.looks.shade import TONES, DrawnShade
from defectsynth.registry import public_components
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import DrawnShape
from defectsynth.shapes.line_segment import DrawnLineSegment
from defectsynth.shapes.spots import DrawnSpots, Spot
from defectsynth.shapes.strokes import DrawnStrokes, Stroke

SIZE = (300, 340)
PEAK = {np.uint8: 255, np.uint16: 65535, np.float32: 1}
angles = pytest.mark.parametrize("angle", np.linspace(0.0, math.pi, 7).tolist(), ids=lambda angle: f"{angle:.1f}")
dtypes = pytest.mark.parametrize("dtype", PEAK, ids=lambda dtype: dtype.__name__)


def layer_of(shape: DrawnShape, margin: int = 0) -> Any:
    return shape.layer(SIZE, margin=margin)


def strokes(angle: float = 0.3, length: float = 150.0, width: float = 20.0, **other: Any) -> DrawnStrokes:
    """One straight stroke without taper or gaps."""
    stroke = Stroke(offset=0.0, width=width, start=0.0, end=1.0, gaps=other.get("gaps", ()))
    return DrawnStrokes(160.3, 150.2, angle, length, 0.0, 0.0, 0.0, other.get("taper", 0.0), (stroke,))


def blob(radius: float = 20.0, aspect: float = 1.0, softness: float = 0.0) -> DrawnSpots:
    """One smooth ellipse."""
    spot = Spot(160.3, 150.2, radius, aspect, angle=0.5, amplitudes=(0.0, 0.0, 0.0), phases=(0.0, 0.0, 0.0))
    return DrawnSpots(spots=(spot,), softness=softness)


@angles
@pytest.mark.parametrize("width", [12, 20, 31])
def test_area_of_a_segment(angle: float, width: float) -> None:
    x, y = 60 * math.cos(angle), 60 * math.sin(angle)
    area = layer_of(DrawnLineSegment(160.3 - x, 150.2 - y, 160.3 + x, 150.2 + y, width)).alpha.sum()
    expected = 120 * width + math.pi * (width / 2) ** 2  # round caps
    assert 0.98 * expected <= area <= expected + 1.3 * (2 * 120 + math.pi * width)  # cv2's antialiasing adds a rim


@angles
@pytest.mark.parametrize("width", [8, 12, 20, 31])
def test_area_of_a_stroke(angle: float, width: float) -> None:
    area = layer_of(strokes(angle, 150.0, width)).alpha.sum()
    assert area == pytest.approx(150 * width, abs=0.7 * 150)


def test_taper_and_gaps_take_from_the_area() -> None:
    full = layer_of(strokes()).alpha.sum()
    tapered = [layer_of(strokes(taper=taper)).alpha.sum() for taper in (0.3, 0.6, 1.0)]
    assert full > tapered[0] > tapered[1] > tapered[2] > 0.4 * full
    broken = layer_of(strokes(gaps=((0.3, 0.4), (0.6, 0.65)))).alpha.sum()
    assert broken == pytest.approx(0.85 * full, rel=0.05)


@pytest.mark.parametrize("radius", [12, 20, 50])
@pytest.mark.parametrize("aspect", [1.0, 0.7, 0.4])
def test_area_of_a_spot(radius: float, aspect: float) -> None:
    sharp, expected = layer_of(blob(radius, aspect)).alpha.sum(), math.pi * radius**2 * aspect
    assert 0.98 * expected <= sharp <= expected + 0.7 * 2 * math.pi * radius
    for softness in (0.2, 0.6, 1.0):
        soft = layer_of(blob(radius, aspect, softness * radius)).alpha.sum()
        assert soft == pytest.approx(sharp, rel=0.01), "softness spreads alpha, it takes none"


@pytest.mark.parametrize("shape", [strokes(), blob(), blob(softness=9.0), DrawnLineSegment(100, 90, 170, 200, 15)])
def test_the_box_is_as_small_as_the_shape(shape: DrawnShape) -> None:
    layer = layer_of(shape)
    rows, columns = np.flatnonzero(layer.alpha.any(axis=1)), np.flatnonzero(layer.alpha.any(axis=0))
    for found, size in ((rows, layer.box.shape[0]), (columns, layer.box.shape[1])):
        assert 0 <= found[0] <= 3
        assert size - 4 <= found[-1] <= size - 1
    wider = layer_of(shape, margin=7)
    assert wider.box == (layer.box.x0 - 7, layer.box.y0 - 7, layer.box.x1 + 7, layer.box.y1 + 7)
    np.testing.assert_array_equal(wider.alpha[7:-7, 7:-7], layer.alpha)


@pytest.mark.parametrize("kind", public_components(ds.shapes.Shape))
@given(x=st.floats(-50, 200), y=st.floats(-50, 150), angle=st.floats(0, 7), seed=st.integers(0, 99), far=st.booleans())
def test_layers(kind: type[ds.shapes.Shape], x: float, y: float, angle: float, seed: int, *, far: bool) -> None:
    scene = Scene(np.full((90, 150), 90, np.uint8))
    place = ds.places.Place(x + (1e4 if far else 0.0), y, angle)
    layer = kind().sample(np.random.default_rng(seed), scene, place).layer(scene.size, margin=2)
    if far or layer is None:
        assert layer is None, "nothing of it lies in the picture"
        return
    assert 0 <= layer.box.x0 < layer.box.x1 <= 150
    assert 0 <= layer.box.y0 < layer.box.y1 <= 90
    assert (layer.alpha.shape, layer.alpha.dtype) == (layer.box.shape, np.float32)
    assert 0.0 <= layer.alpha.min() <= layer.alpha.max() <= 1.0


@st.composite
def pushes(draw: st.DrawFn) -> DrawnPush:
    """What `Push` can draw, the steepest included."""
    bend, amount, extent = (draw(st.sampled_from(choice)) for choice in (BENDS, (0.0, 0.03, 0.15), (0.0, 0.03, 0.15)))
    field = ds.fields.Push(bends=(bend,), amount_range=(amount, amount), extent_range=(extent, extent))
    place, scene = ds.places.Place(120.4, 99.7, draw(st.floats(0, 6.3))), Scene(np.full((200, 240), 90, np.uint8))
    return field.sample(np.random.default_rng(draw(st.integers(0, 9))), scene, place, 1.0)


@given(push=pushes())
def test_a_push_never_folds_and_ends_at_its_box(push: DrawnPush) -> None:
    assert abs(push.amount) <= MAX_PUSH * push.across + 1e-9
    x, y = np.meshgrid(np.arange(240, dtype=np.float32), np.arange(200, dtype=np.float32))
    moved, box = np.hypot(*push.offsets(x, y)), push.box((200, 240))
    assert moved.max() <= push.max_offset + 1e-4
    assert box
    assert np.count_nonzero(moved[box.slices]) == np.count_nonzero(moved), "nothing moves outside the box"
    along, across = np.meshgrid(np.linspace(-1, 1, 21) * push.along, np.linspace(-1.1, 1.1, 401) * push.across)
    cos, sin = math.cos(push.angle), math.sin(push.angle)
    turned = push.x + along * cos - across * sin, push.y + along * sin + across * cos
    dx, dy = push.offsets(*(axis.astype(np.float32) for axis in turned))
    before = across - (dy * cos - dx * sin)  # where a pixel comes from, along the push
    assert (np.diff(before, axis=0) > 0).all()
    np.testing.assert_allclose(dx * cos + dy * sin, 0.0, atol=1e-3, err_msg="nothing moves sideways")


@given(push=pushes(), x=st.floats(20, 220), y=st.floats(20, 180))
def test_forward_is_the_inverse_of_the_backward_map(push: DrawnPush, x: float, y: float) -> None:
    end = push.forward(start := np.array([[x, y]]))
    back = end - np.stack(push.offsets(*end.T.astype(np.float32)), axis=1)
    assert np.abs(back - start).max() <= 0.05


@dtypes
@pytest.mark.parametrize("shape", [(40, 50), (40, 50, 1), (40, 50, 3), (40, 50, 5)], ids=str)
def test_a_displacement_by_nothing_is_the_identity(dtype: Any, shape: tuple[int, ...]) -> None:
    image = (np.random.default_rng(0).random(shape) * PEAK[dtype]).astype(dtype)
    still, box = DrawnPush(20.3, 18.9, 0.7, amount=0.0, along=12.0, across=9.0), Box(3, 5, 41, 40)
    for nearest in (False, True):
        np.testing.assert_array_equal(displace(image, still, box, nearest=nearest), image[box.slices], strict=True)


@dtypes
@pytest.mark.parametrize("direction", [0.0, 0.5, 1.0, -0.5], ids=["right", "below", "left", "above"])
def test_the_light_comes_from_the_brighter_side(dtype: Any, direction: float) -> None:
    y, x = 0.3 * np.mgrid[-1:1:80j, -1:1:90j]
    ramp = 0.5 + x * math.cos(direction * math.pi) + y * math.sin(direction * math.pi)
    turn = Scene((ramp * PEAK[dtype]).astype(dtype)).light - direction * math.pi
    assert abs(math.remainder(turn, 2 * math.pi)) < math.radians(10)
    flat = Scene(np.full((50, 60, 3), 0.3 * PEAK[dtype], dtype))
    assert flat.light == pytest.approx(-0.75 * math.pi, abs=1e-3), "the upper left where nothing tells"


def test_monochrome() -> None:
    gray = np.random.default_rng(0).integers(0, 255, (40, 50, 1), np.uint8)
    assert all(Scene(image).monochrome for image in (gray, gray[..., 0], np.repeat(gray, 5, axis=2)))
    assert not Scene(np.concatenate([gray, gray, gray // 2], axis=2)).monochrome


def test_blends() -> None:
    rng = np.random.default_rng(1)
    surface, pixels = rng.random((2, 3, 9, 11), np.float32)
    alpha = rng.random((9, 11), np.float32)
    for mode, laid in (("alpha", pixels), ("multiply", pixels * surface), ("screen", 1 - (1 - pixels) * (1 - surface))):
        blended = DrawnBlend(mode, opacity=1.0, feather=0.0).combine(surface.copy(), pixels, alpha)
        np.testing.assert_allclose(blended, alpha * laid + (1 - alpha) * surface, atol=1e-6)
    hard, feathered = layer_of(blob(), margin=9).alpha, DrawnBlend("alpha", opacity=0.5, feather=8.0)
    assert feathered.soften(hard).sum() == pytest.approx(0.5 * hard.sum(), rel=0.005)


def scene_and_layer() -> tuple[Scene, np.ndarray, Layer]:
    """A grainy picture, the surface under a disc, and the disc."""
    grain = np.random.default_rng(3).normal(0.5, 0.05, (*SIZE, 3)).clip(0, 1)
    scene, layer = Scene((grain * 255).astype(np.uint8)), layer_of(blob(), margin=2)
    return scene, scene.planes(scene.image[layer.box.slices]), layer


def test_a_tint_keeps_the_texture() -> None:
    scene, surface, layer = scene_and_layer()
    inside = layer.alpha == 1
    for tint in (0.0, 0.5, 1.0):
        pixels, _ = DrawnColor((0.7, 0.3, 0.2), tint).paint(surface, layer, scene)
        painted = np.broadcast_to(pixels, surface.shape)[:, inside]
        np.testing.assert_allclose(painted.mean(axis=1), (0.7, 0.3, 0.2), atol=0.01)
        np.testing.assert_allclose(painted.std(axis=1), tint * surface[:, inside].std(axis=1), atol=1e-3)


def test_shades() -> None:
    scene, surface, layer = scene_and_layer()
    bright, dark, relief = (DrawnShade(tone, 0.2, 0.0).paint(surface, layer, scene)[0] - surface for tone in TONES)
    assert 0 < bright.min() <= bright.max() == pytest.approx(0.2, abs=1e-3)
    assert -0.2 < dark.min() <= dark.max() < -0.1
    assert relief.min() < -0.05 < 0.05 < relief.max()


def test_a_relief_turns_with_the_light() -> None:
    scene, surface, layer = scene_and_layer()
    y, x = np.mgrid[: layer.box.shape[0], : layer.box.shape[1]]
    sides = []
    for light in np.arange(8) * math.pi / 4:
        pixels, _ = DrawnShade("relief", 0.2, light).paint(surface, layer, scene)
        lit = np.maximum((pixels - surface)[0], 0.0)
        off = np.average(x, weights=lit) - x.mean(), np.average(y, weights=lit) - y.mean()
        assert math.hypot(*off) > 10
        sides.append(math.remainder(math.atan2(off[1], off[0]) - light, 2 * math.pi))
    assert np.abs(np.exp(1j * (np.array(sides) - sides[0])) - 1).max() < 0.1, "the same side to the light"


def test_a_tone_is_drawn_that_can_be_seen() -> None:
    for level, possible in ((5, {"bright", "relief"}), (250, {"dark", "relief"}), (128, set(TONES))):
        scene, rng = Scene(np.full(SIZE, level, np.uint8)), np.random.default_rng(0)
        drawn = [ds.looks.Shade().sample(rng, scene, ds.places.Place(9, 9, 0)) for _ in range(40)]
        assert {shade.tone for shade in drawn} == possible
        assert {shade.light for shade in drawn if shade.tone == "relief"} == {scene.light}


def test_grain_has_the_contrast() -> None:
    scene, surface, layer = scene_and_layer()
    fine, coarse = (DrawnNoise(1, 0.2, grain).paint(surface, layer, scene)[0] - surface for grain in (1.0, 6.0))
    assert fine.std() == pytest.approx(0.2, rel=0.1)
    assert np.diff(coarse).std() < 0.4 * np.diff(fine).std()


@given(dx=st.integers(-900, 900), dy=st.integers(-900, 900))
def test_elsewhere_takes_pixels_of_the_picture(dx: int, dy: int) -> None:
    scene = Scene(np.arange(60 * 70, dtype=np.uint16).reshape(60, 70) * 15)
    layer = Layer(box := Box(10, 20, 30, 45), np.ones((25, 20), np.float32))
    pixels, _ = DrawnElsewhere(dx, dy).paint(scene.planes(scene.image[box.slices]), layer, scene)
    taken = planes_to_pixels(pixels, scene.image[box.slices], scene.peak)
    assert np.isin(taken, scene.image).all()
    source = scene.image[max(20 + dy, 0) : max(45 + dy, 0), max(10 + dx, 0) : max(30 + dx, 0)]
    assert source.shape != box.shape or (taken == source).all()


@dtypes
@pytest.mark.parametrize("channels", [None, 1, 3, 5])
def test_quantised_rounds_and_clips(dtype: Any, channels: int | None) -> None:
    every = np.linspace(0, PEAK[dtype], 65536).round(0 if PEAK[dtype] > 1 else 9).astype(dtype).reshape(256, 256)
    image = every if channels is None else np.stack([every] * channels, axis=2)
    np.testing.assert_array_equal(planes_to_pixels(Scene(image).planes(image), image, PEAK[dtype]), image)
    planes = np.random.default_rng(0).uniform(-1, 2, (channels or 1, 256, 256)).astype(np.float32)
    result = planes_to_pixels(planes, image, PEAK[dtype])
    exact = np.moveaxis(planes.astype(np.float64).clip(0, 1) * PEAK[dtype], 0, -1).reshape(image.shape)
    assert result.dtype == dtype
    assert np.abs(result - exact).max() <= (0.505 if PEAK[dtype] > 1 else 0)
