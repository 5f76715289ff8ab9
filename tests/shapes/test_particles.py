"""Scattered particles."""

import math

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.scene.scene import Scene

SCENE, PLACE = Scene(np.zeros((300, 340), np.uint8)), ds.places.Place(160.0, 150.0, 0.0)


@given(seed=st.integers(0, 2**32 - 1))
def test_the_first_particle_is_the_largest_and_the_others_have_their_spread(seed: int) -> None:
    shape = ds.shapes.Particles(
        radius_range=(0.05, 0.05), particles_range=(100, 100), spread_range=(0.1, 0.1), aspect_range=(1.0, 1.0)
    )
    outlines = shape.sample(np.random.default_rng(seed), SCENE, PLACE).outlines()
    centres = outlines.mean(axis=1)
    radii = np.abs(outlines - centres[:, None]).mean(axis=1)
    assert abs(centres[0] - (160 + 150j)) < 6
    assert radii[0] > 0.7 * radii.max(), "but for their unevenness"
    assert np.median(radii) < 0.85 * radii[0]
    assert 0.7 * 30 < np.std(centres.real[1:]) < 1.35 * 30


def test_round_particles_are_round_and_angular_ones_are_not() -> None:
    roundness = {}
    for angularity in (0.0, 1.0):
        shape = ds.shapes.Particles(
            (0.1, 0.1), (1, 1), aspect_range=(1.0, 1.0), angularity_range=(angularity, angularity)
        )
        values = []
        for seed in range(20):
            outline = shape.sample(np.random.default_rng(seed), SCENE, PLACE).outlines()[0]
            contour = outline.view(np.float64).reshape(-1, 2).astype(np.float32)
            values.append(4 * math.pi * cv2.contourArea(contour) / cv2.arcLength(contour, closed=True) ** 2)
        roundness[angularity] = np.mean(values)
    assert roundness[0.0] > 0.97
    assert roundness[1.0] < 0.88


def test_a_row_runs_along_the_direction_of_the_place() -> None:
    place = ds.places.Place(160.0, 150.0, math.pi / 2)
    shape = ds.shapes.Particles(particles_range=(100, 100), spread_range=(0.1, 0.1), row_range=(0.1, 0.1))
    centres = shape.sample(np.random.default_rng(0), SCENE, place).outlines().mean(axis=1)
    assert np.std(centres.real) < 0.2 * np.std(centres.imag)
