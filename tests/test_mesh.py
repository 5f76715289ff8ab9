"""Open meshes: told from weaves and plain surfaces; a wire that is broken shows the ground."""

import math

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.scene.mesh import find_wire
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

SIZE, PERIOD, WIRE = 240, 24, 6


def mesh(angle: float, *, dark: bool = True) -> np.ndarray:
    """Crossing wires 6 pixels thick, 24 apart, in front of a plain ground."""
    y, x = np.mgrid[:SIZE, :SIZE].astype(float)
    u, v = x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle)
    wires = (u % PERIOD < WIRE) | (v % PERIOD < WIRE)
    picture = np.where(wires, 60.0, 180.0) if dark else np.where(wires, 180.0, 60.0)
    return np.clip(picture + np.random.default_rng(0).normal(0, 3, picture.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "bright"])
@pytest.mark.parametrize("angle", [0.0, 0.4, math.pi / 4])
def test_a_wire_is_found(angle: float, dark: bool) -> None:
    image = mesh(angle, dark=dark)
    scene, rng = Scene(image), np.random.default_rng(1)
    for _ in range(20):
        wire = find_wire(scene, Place(*rng.uniform(30, SIZE - 30, 2).tolist(), 0.0))
        assert wire is not None
        assert wire.dark == dark
        assert wire.width == pytest.approx(WIRE, abs=2.0)
        off = (wire.angle - angle) % (0.5 * math.pi)
        assert min(off, 0.5 * math.pi - off) < 0.25
        assert (image[round(wire.y), round(wire.x)] < 120) == dark


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "bright"])
def test_a_broken_wire_shows_the_ground(dark: bool) -> None:
    image = mesh(0.3, dark=dark)
    ground = 180 if dark else 60
    for seed in range(12):
        sample = ds.synthesize(image, ds.BrokenThread(where="inside", opacity_range=(1, 1)), seed=seed)
        assert len(sample.defects) == 1
        inside = sample.mask > 0
        assert (image[inside] > 120).mean() < 0.5 if dark else (image[inside] > 120).mean() > 0.5  # a wire was there
        assert (np.abs(sample.image[inside].astype(float) - ground) < 60).mean() > 0.6


def test_weaves_and_plain_surfaces_are_no_mesh() -> None:
    weave = np.tile(np.uint8([[90, 180, 180, 90], [60, 170, 120, 90]]), (120, 60))
    plain = np.full((SIZE, SIZE), 120, np.uint8)
    noise = np.random.default_rng(0).integers(60, 180, (SIZE, SIZE), np.uint8)
    stripes = np.tile(np.repeat(np.uint8([60, 180]), (6, 18)), (SIZE, 10))
    for image in (weave, plain, noise, stripes):
        scene = Scene(image)
        assert all(find_wire(scene, Place(x, x, 0.0)) is None for x in (40.0, 120.0, 200.0))
