"""The object is found in scenes whose truth is known, and placements keep to it."""

import math
import time
from typing import Any

import cv2
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.core.cache import clear_caches
from defectsynth.core.layer import Box
from defectsynth.scene.scene import Scene

SIZES = [(64, 64), (100, 140), (200, 150), (256, 256), (300, 700), (1024, 1024)]
ENCODINGS = {
    "uint8": lambda picture: np.rint(picture * 255).astype(np.uint8),
    "uint16": lambda picture: np.rint(picture * 65535).astype(np.uint16),
    "float32": lambda picture: picture.astype(np.float32),
    "gray": lambda picture: np.rint(picture.mean(axis=2) * 255).astype(np.uint8),
    "one channel": lambda picture: np.rint(picture[..., :1] * 255).astype(np.uint8),
    "five channels": lambda picture: np.rint(picture[..., [0, 1, 2, 0, 1]] * 255).astype(np.uint8),
}
LIGHTS: dict[str, dict[str, Any]] = {
    "bright on dark": {"ground": 0.1, "face": 0.8},
    "dark on bright": {"ground": 0.9, "face": 0.3},
    "textured on bright": {"ground": 0.85, "face": 0.45, "texture": 0.2},
    "textured on dark": {"ground": 0.1, "face": 0.5, "texture": 0.2},
    "dark on a slope": {"ground": 0.6, "face": 0.15, "slope": 0.3},
    "bright on a slope": {"ground": 0.3, "face": 0.9, "slope": 0.3},
    "dark with a shadow": {"ground": 0.8, "face": 0.2, "shadow": 0.25},
    "bright with a shadow": {"ground": 0.5, "face": 0.9, "shadow": 0.2},
    "grain": {"ground": 0.8, "face": 0.3, "grain": 0.08},
    "faint": {"ground": 0.5, "face": 0.6, "grain": 0.01},
}
size_of = {"ids": lambda size: f"{size[0]}x{size[1]}"}


def outline(form: str, size: tuple[int, int]) -> np.ndarray:
    """The true object, uint8 (H, W), 255 on it."""
    (height, width), side = size, min(size)
    mask, centre = np.zeros(size, np.uint8), (width // 2, height // 2)
    if form == "disc":
        return cv2.circle(mask, centre, int(0.3 * side), 255, cv2.FILLED)
    if form == "plate":
        return cv2.ellipse(mask, centre, (int(0.38 * width), int(0.3 * height)), 20, 0, 360, 255, cv2.FILLED)
    if form == "at the border":
        mask[int(0.3 * height) :, int(0.3 * width) : int(0.7 * width)] = 255
        return mask
    mask[int(0.25 * height) : int(0.55 * height), int(0.3 * width) : int(0.7 * width)] = 255
    for share in (0.36, 0.5, 0.64):  # thin leads
        left = int((share - 0.012) * width)
        mask[int(0.5 * height) : int(0.9 * height), left : max(int((share + 0.012) * width), left + 2)] = 255
    return mask


def lit(
    mask: np.ndarray,
    *,
    ground: float,
    face: float,
    slope: float = 0,
    shadow: float = 0,
    grain: float = 0,
    texture: float = 0,
) -> np.ndarray:
    """A picture of the object, float64 (H, W, 3) in [0, 1]."""
    height, width = mask.shape
    y, x = np.ogrid[-0.5 : 0.5 : height * 1j, -0.5 : 0.5 : width * 1j]
    back = ground + slope * (0.8 * x + 0.6 * y)
    if shadow:
        step = int(0.03 * min(height, width))
        soft = cv2.GaussianBlur(np.roll(mask, (step, step), (0, 1)), (0, 0), 0.02 * min(height, width))
        back = back - shadow / 255 * soft
    picture = np.where(mask > 0, face + texture * np.sin(60 * x) * np.sin(47 * y), back)[..., None] * (1, 0.97, 0.93)
    return np.clip(picture + np.random.default_rng(0).normal(0, grain, picture.shape) if grain else picture, 0, 1)


def board(size: tuple[int, int], pattern: str) -> tuple[np.ndarray, np.ndarray]:
    """A dark case with bright leads in front of a board with holes or tracks, and the truth."""
    height, width = size
    picture, truth = np.full((*size, 3), (0.55, 0.5, 0.3)), np.zeros(size, np.uint8)
    pitch = min(size) / (11 if pattern == "holes" else 7)
    for y in np.arange(pitch / 2, height, pitch):
        if pattern == "tracks":
            picture[int(y) : int(y + 0.35 * pitch)] = (0.2, 0.18, 0.12)
            continue
        for x in np.arange(pitch / 2, width, pitch):
            cv2.circle(picture, (int(x), int(y)), int(0.25 * pitch), (0.2, 0.18, 0.12), cv2.FILLED)
    for share in (0.36, 0.5, 0.64):
        lead = (
            slice(int(0.6 * height), int(0.9 * height)),
            slice(int((share - 0.02) * width), int((share + 0.02) * width)),
        )
        picture[lead], truth[lead] = (0.85, 0.86, 0.88), 255
    case = slice(int(0.2 * height), int(0.6 * height)), slice(int(0.3 * width), int(0.7 * width))
    picture[case], truth[case] = (0.1, 0.1, 0.11), 255
    return np.clip(picture + np.random.default_rng(0).normal(0, 0.01, picture.shape), 0, 1), truth


def overlap(image: np.ndarray, truth: np.ndarray, method: str = "auto") -> float:
    """Intersection over union of what is found at full resolution."""
    found = Scene(image).object_mask(Box(0, 0, truth.shape[1], truth.shape[0]), method) > 0
    return float((found & (truth > 0)).sum() / (found | (truth > 0)).sum())


@pytest.mark.parametrize("size", SIZES, **size_of)
@pytest.mark.parametrize("light", LIGHTS)
def test_the_object_is_found(light: str, size: tuple[int, int]) -> None:
    for form in ("disc", "plate", "at the border", "leads") if max(size) < 300 else ("leads",):
        truth = outline(form, size)
        assert overlap(ENCODINGS["uint8"](lit(truth, **LIGHTS[light])), truth) >= 0.95, form


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_shows_the_object(encoding: str) -> None:
    for size in ((64, 64), (200, 150), (512, 512)):
        truth = outline("plate", size)
        assert overlap(ENCODINGS[encoding](lit(truth, **LIGHTS["dark with a shadow"])), truth) >= 0.95


@pytest.mark.parametrize("size", SIZES, **size_of)
@pytest.mark.parametrize("pattern", ["holes", "tracks"])
def test_the_object_in_front_of_a_pattern(pattern: str, size: tuple[int, int]) -> None:
    picture, truth = board(size, pattern)
    for encoding in ("uint8", "gray", "float32"):
        assert overlap(ENCODINGS[encoding](picture), truth) >= 0.75, encoding


def surface(kind: str, size: tuple[int, int], seed: int) -> np.ndarray:
    """A texture that fills the picture, float64 (H, W)."""
    rng, (height, width) = np.random.default_rng(seed), size
    y, x = np.mgrid[:height, :width]
    if kind == "noise":
        return rng.normal(0.5, 0.12, size)
    if kind == "weave":
        period = max(4, min(size) // 16)
        over = (x // period + y // period) % 2
        return 0.5 + 0.2 * np.sin(np.where(over, x, y) * 2 * math.pi / period) ** 2 + rng.normal(0, 0.02, size)
    if kind == "fractal":
        cells = [(max(2, k * height // min(size)), max(2, k * width // min(size))) for k in (6, 12, 24, 48, 96)]
        layers = [cv2.resize(rng.normal(size=cell), (width, height), interpolation=cv2.INTER_CUBIC) for cell in cells]
        total = sum(layer / min(cell) ** 0.8 for layer, cell in zip(layers, cells, strict=True))
        return 0.5 + 0.12 * (total - np.mean(total)) / np.std(total)
    return 0.5 + (0.4 * (x / width - 0.5) if kind == "slope" else np.zeros(size))


@pytest.mark.parametrize("size", SIZES, **size_of)
@pytest.mark.parametrize("kind", ["noise", "weave", "fractal", "slope", "plain"])
def test_a_texture_has_no_background(kind: str, size: tuple[int, int]) -> None:
    for seed in range(6 if max(size) < 500 else 1):
        image = np.rint(surface(kind, size, seed).clip(0, 1) * 255).astype(np.uint8)
        found = ds.find_foreground(image)
        assert found.whole
        assert found.cells.all()


@pytest.mark.parametrize("size", SIZES[:5], **size_of)
def test_fixed_methods(size: tuple[int, int]) -> None:
    for form, light in (("plate", "bright on dark"), ("disc", "dark on bright"), ("leads", "bright on a slope")):
        truth = outline(form, size)
        image = ENCODINGS["uint8"](lit(truth, **LIGHTS[light]))
        assert overlap(image, truth, "border") >= 0.98
        assert overlap(image, truth, "otsu") >= 0.9
        assert overlap(image, truth, "gradient") >= 0.9
        whole = ds.find_foreground(image, method="whole")
        assert whole.whole
        assert whole.cells.all()
        assert overlap(image, np.full(size, 255, np.uint8), "whole") == 1


def test_the_cost_does_not_grow_with_the_picture() -> None:
    times = []
    for side in (512, 4096):
        image = np.full((side, side), 40, np.uint8)
        image[side // 4 : side // 2, side // 4 : -side // 4] = 200
        runs = []
        for _ in range(15):
            clear_caches()
            start = time.perf_counter()
            found = ds.find_foreground(image)
            runs.append(time.perf_counter() - start)
        assert not found.whole
        times.append(min(runs))
    assert times[1] < 3 * times[0]


def disc(size: tuple[int, int]) -> tuple[Scene, Any]:
    """A disc, and the depth of a place in it: pixels from its outline inwards."""
    radius, x, y = int(0.3 * min(size)), size[1] // 2, size[0] // 2
    image = ENCODINGS["uint8"](lit(outline("disc", size), ground=0.85, face=0.3, grain=0.02))
    return Scene(image), lambda place: radius - math.hypot(place.x - x, place.y - y)


def places(where: ds.places.Where, scene: Scene) -> list[ds.places.Place]:
    rng = np.random.default_rng(0)
    found = [where.sample(rng, scene) for _ in range(200)]
    kept = [place for place in found if place is not None]
    assert len(kept) >= 190
    return kept


@pytest.mark.parametrize("size", SIZES, **size_of)
def test_placements_keep_to_the_object(size: tuple[int, int]) -> None:
    scene, depth = disc(size)
    cell, side = max(1.0, max(size) / 96), min(size)
    on_object = [depth(place) for place in places(ds.places.OnObject(), scene)]
    assert np.mean([inside >= -0.5 for inside in on_object]) >= 0.98
    assert min(on_object) >= -cell
    for margin in (0.05, 0.15):
        inside = [depth(place) for place in places(ds.places.InsideObject(margin_range=(margin, margin)), scene)]
        assert min(inside) >= margin * side - cell
    for low, high in ((0.0, 0.05), (0.1, 0.15)):
        ring = [depth(place) for place in places(ds.places.EdgeRing(depth_range=(low, high)), scene)]
        assert low * side - cell <= min(ring) <= max(ring) <= high * side + 1.5 * cell


@pytest.mark.parametrize("size", [*SIZES, (190, 190), (319, 319)], **size_of)
def test_edges_are_on_the_outline_and_along_it(size: tuple[int, int]) -> None:
    scene, depth = disc(size)
    for place in places(ds.places.OnEdge(), scene):
        assert abs(depth(place)) <= 2.0
        outwards = math.atan2(place.y - size[0] // 2, place.x - size[1] // 2)
        assert abs(math.remainder(place.angle - math.pi / 2 - outwards, 2 * math.pi)) <= math.radians(25)


@pytest.mark.parametrize("where", ["anywhere", "object", "inside", "ring", "edge"])
def test_placements_keep_to_the_region(where: str) -> None:
    image, roi = disc((200, 150))[0].image, np.zeros((200, 150), np.uint8)
    roi[60:140, 75:] = 1
    scene = Scene(image, roi)
    for place in places(ds.Line(where=where).where, scene):
        assert roi[round(place.y), round(place.x)]
