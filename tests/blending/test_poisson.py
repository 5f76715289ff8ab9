"""Seamless blending against a dense solution of the same equation."""

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.blending.poisson import blend_poisson

RNG = np.random.default_rng(0)
SURFACE = RNG.random((3, 14, 17), dtype=np.float32)
PATCH = RNG.random((3, 14, 17), dtype=np.float32)
INSIDE = np.zeros((14, 17), np.uint8)
INSIDE[3:11, 2:9] = 255
INSIDE[5:8, 9:15] = 255
RECTANGLE = np.zeros((14, 17), np.uint8)
RECTANGLE[3:11, 2:15] = 255


def dense_solution(surface: np.ndarray, patch: np.ndarray, inside: np.ndarray, *, mixed: bool) -> np.ndarray:
    """Solve the discrete Poisson equation of one channel as the paper writes it, pixel by pixel."""
    unknowns = {pixel: number for number, pixel in enumerate(zip(*np.nonzero(inside), strict=True))}
    matrix, right = np.zeros((len(unknowns), len(unknowns))), np.zeros(len(unknowns))
    for (y, x), number in unknowns.items():
        for neighbour in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
            matrix[number, number] += 1
            slopes = [plane[y, x] - plane[neighbour] for plane in (surface, patch)]
            right[number] += slopes[0] if mixed and abs(slopes[0]) > abs(slopes[1]) else slopes[1]
            if neighbour in unknowns:
                matrix[number, unknowns[neighbour]] -= 1
            else:
                right[number] += surface[neighbour]
    result = surface.astype(np.float64)
    result[tuple(np.array(list(unknowns)).T)] = np.linalg.solve(matrix, right)
    return result


@pytest.mark.parametrize("mixed", [False, True])
@pytest.mark.parametrize("inside", [INSIDE, RECTANGLE], ids=["any shape", "rectangle"])
def test_the_result_equals_the_dense_solution(inside: np.ndarray, mixed: bool) -> None:
    blended = blend_poisson(SURFACE, PATCH, inside, mixed=mixed)
    expected = np.stack([dense_solution(*planes, inside, mixed=mixed) for planes in zip(SURFACE, PATCH, strict=True)])
    np.testing.assert_allclose(blended, expected, atol=0.01)
    np.testing.assert_array_equal(blended[:, inside == 0], SURFACE[:, inside == 0])


def test_a_patch_that_is_only_brighter_leaves_no_trace() -> None:
    np.testing.assert_allclose(blend_poisson(SURFACE, SURFACE + 0.3, INSIDE, mixed=False), SURFACE, atol=0.01)
    np.testing.assert_allclose(blend_poisson(SURFACE, np.zeros((3, 1, 1)), INSIDE, mixed=True), SURFACE, atol=0.01)


def test_the_border_of_the_array_stays() -> None:
    whole = np.full((14, 17), 255, np.uint8)
    blended = blend_poisson(SURFACE, PATCH, whole, mixed=False)
    np.testing.assert_array_equal(blended[:, [0, -1]], SURFACE[:, [0, -1]])
    np.testing.assert_array_equal(blend_poisson(SURFACE[:, :2], PATCH[:, :2], whole[:2], mixed=False), SURFACE[:, :2])


@pytest.mark.parametrize("mode", ["poisson", "poisson_mixed"])
def test_the_edge_of_a_seamless_patch_is_weaker(mode: str) -> None:
    y, x = np.mgrid[0:120, 0:120]
    image = (60 + x + 12 * np.sin(y / 6.0)).astype(np.uint8)
    shape = ds.shapes.Spots(radius_range=(0.15, 0.15), spots_range=(1, 1), softness_range=(0, 0))
    look = ds.looks.Elsewhere(distance_range=(0.4, 0.5))
    steps = []
    for blend in (ds.Blend(opacity_range=(1, 1)), ds.Blend(mode=mode, opacity_range=(1, 1))):
        sample = ds.synthesize(image, ds.PaintedDefect(shape=shape, look=look, blend=blend), seed=3)
        mask = np.pad(sample.mask > 0, 1)
        border = mask[1:-1, 1:-1] & ~mask[1:-1, 2:]
        right = np.roll(sample.image.astype(float), -1, axis=1)
        steps.append(np.abs(right - sample.image)[border].mean())
    assert steps[1] < 0.6 * steps[0]
