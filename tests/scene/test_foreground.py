"""Segmentation of the object against scenes whose mask is known."""

import math
import time
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.core.cache import clear_caches
from defectsynth.core.layer import Box
from defectsynth.scene.foreground import FOREGROUND_METHODS
from defectsynth.scene.scene import Scene
from defectsynth.testing import images
from tests.images import ENCODINGS, SIZES, lit_object, object_mask, size_name

LIGHTS: dict[str, dict[str, Any]] = {
    "bright on dark": {"background": 0.1, "face": 0.8},
    "dark on bright": {"background": 0.9, "face": 0.3},
    "textured on bright": {"background": 0.85, "face": 0.45, "texture": 0.2},
    "textured on dark": {"background": 0.1, "face": 0.5, "texture": 0.2},
    "dark on a slope": {"background": 0.6, "face": 0.15, "slope": 0.3},
    "bright on a slope": {"background": 0.3, "face": 0.9, "slope": 0.3},
    "dark with a shadow": {"background": 0.8, "face": 0.2, "shadow": 0.25},
    "bright with a shadow": {"background": 0.5, "face": 0.9, "shadow": 0.2},
    "grain": {"background": 0.8, "face": 0.3, "grain": 0.08},
    "faint": {"background": 0.5, "face": 0.6, "grain": 0.01},
}


def board_with_case(size: tuple[int, int], pattern: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a dark case with bright leads in front of a board with holes or tracks, and its mask."""
    height, width = size
    image, truth = np.full((*size, 3), (0.55, 0.5, 0.3)), np.zeros(size, np.uint8)
    pitch = min(size) / (11 if pattern == "holes" else 7)
    for y in np.arange(pitch / 2, height, pitch):
        if pattern == "tracks":
            image[int(y) : int(y + 0.35 * pitch)] = (0.2, 0.18, 0.12)
            continue
        for x in np.arange(pitch / 2, width, pitch):
            cv2.circle(image, (int(x), int(y)), int(0.25 * pitch), (0.2, 0.18, 0.12), cv2.FILLED)
    for share in (0.36, 0.5, 0.64):
        lead = (
            slice(int(0.6 * height), int(0.9 * height)),
            slice(int((share - 0.02) * width), int((share + 0.02) * width)),
        )
        image[lead], truth[lead] = (0.85, 0.86, 0.88), 255
    case = slice(int(0.2 * height), int(0.6 * height)), slice(int(0.3 * width), int(0.7 * width))
    image[case], truth[case] = (0.1, 0.1, 0.11), 255
    return np.clip(image + np.random.default_rng(0).normal(0, 0.01, image.shape), 0, 1), truth


def intersection_over_union(image: np.ndarray, truth: np.ndarray, method: str = "auto") -> float:
    """Compare the segmented object with the truth at full resolution."""
    found = Scene(image).object_mask(Box(0, 0, truth.shape[1], truth.shape[0]), method) > 0
    return float((found & (truth > 0)).sum() / (found | (truth > 0)).sum())


@pytest.mark.parametrize("size", SIZES, ids=size_name)
@pytest.mark.parametrize("light", LIGHTS)
def test_the_object_is_segmented_in_every_light(light: str, size: tuple[int, int]) -> None:
    for form in ("disc", "plate", "at the border", "leads") if max(size) < 300 else ("leads",):
        truth = object_mask(form, size)
        assert intersection_over_union(ENCODINGS["uint8"](lit_object(truth, **LIGHTS[light])), truth) >= 0.95, form


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_object_is_segmented_in_every_encoding(encoding: str) -> None:
    for size in ((64, 64), (200, 150), (512, 512)):
        truth = object_mask("plate", size)
        assert (
            intersection_over_union(ENCODINGS[encoding](lit_object(truth, **LIGHTS["dark with a shadow"])), truth)
            >= 0.95
        )


@pytest.mark.parametrize("size", SIZES, ids=size_name)
@pytest.mark.parametrize("pattern", ["holes", "tracks"])
def test_the_object_is_segmented_in_front_of_a_pattern(pattern: str, size: tuple[int, int]) -> None:
    image, truth = board_with_case(size, pattern)
    for encoding in ("uint8", "gray", "float32"):
        assert intersection_over_union(ENCODINGS[encoding](image), truth) >= 0.75, encoding


def surface(kind: str, size: tuple[int, int], seed: int) -> np.ndarray:
    """Return a texture that fills the image, float64 (H, W)."""
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


@pytest.mark.parametrize("size", SIZES, ids=size_name)
@pytest.mark.parametrize("kind", ["noise", "weave", "fractal", "slope", "plain"])
def test_a_texture_has_no_background(kind: str, size: tuple[int, int]) -> None:
    for seed in range(6 if max(size) < 500 else 1):
        image = np.rint(surface(kind, size, seed).clip(0, 1) * 255).astype(np.uint8)
        found = ds.find_foreground(image)
        assert found.whole
        assert found.cells.all()


@pytest.mark.parametrize("size", SIZES[:5], ids=size_name)
def test_each_method_segments_the_object(size: tuple[int, int]) -> None:
    for form, light in (("plate", "bright on dark"), ("disc", "dark on bright"), ("leads", "bright on a slope")):
        truth = object_mask(form, size)
        image = ENCODINGS["uint8"](lit_object(truth, **LIGHTS[light]))
        assert intersection_over_union(image, truth, "border") >= 0.98
        assert intersection_over_union(image, truth, "otsu") >= 0.9
        assert intersection_over_union(image, truth, "gradient") >= 0.9
        whole = ds.find_foreground(image, method="whole")
        assert whole.whole
        assert whole.cells.all()
        assert intersection_over_union(image, np.full(size, 255, np.uint8), "whole") == 1


@given(image=images(), method=st.sampled_from(FOREGROUND_METHODS))
def test_an_object_always_has_cells(image: np.ndarray, method: str) -> None:
    found = ds.find_foreground(image, method=method)
    assert found.cells.any()
    assert found.cells.all() or not found.whole


def test_halves_without_an_object_are_taken_whole() -> None:
    halves = np.zeros((64, 64), np.uint8)
    halves[:, 32:] = 255
    for turned in (halves, halves.T):
        assert ds.find_foreground(turned, method="gradient").whole, "its one edge is thinner than the erosion"


def test_the_time_does_not_grow_with_the_image() -> None:
    images, least = {}, {}
    for side in (512, 4096):
        images[side] = np.full((side, side), 40, np.uint8)
        images[side][side // 4 : side // 2, side // 4 : -side // 4] = 200
    for run in range(200):  # on a busy machine few runs keep the caches of the processor to themselves
        for side, image in images.items():
            clear_caches()
            start = time.thread_time()
            found = ds.find_foreground(image)
            least[side] = min(least.get(side, np.inf), time.thread_time() - start)
            assert not found.whole
        if run >= 15 and least[4096] < 3 * least[512]:
            break
    assert least[4096] < 3 * least[512]
