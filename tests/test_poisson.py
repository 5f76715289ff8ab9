"""Seamless blending against a dense solution of the same equation."""

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.blending.harmonic import interpolate_harmonic
from defectsynth.blending.poisson import blend_poisson

RNG = np.random.default_rng(0)
SURFACE = RNG.random((3, 14, 17), dtype=np.float32)
LAID = RNG.random((3, 14, 17), dtype=np.float32)
INSIDE = np.zeros((14, 17), np.uint8)
INSIDE[3:11, 2:9] = 255
INSIDE[5:8, 9:15] = 255
RECTANGLE = np.zeros((14, 17), np.uint8)
RECTANGLE[3:11, 2:15] = 255


def dense(surface: np.ndarray, laid: np.ndarray, inside: np.ndarray, *, mixed: bool) -> np.ndarray:
    """Solve the discrete Poisson equation of one channel as the paper writes it, pixel by pixel."""
    places = {place: number for number, place in enumerate(zip(*np.nonzero(inside), strict=True))}
    matrix, right = np.zeros((len(places), len(places))), np.zeros(len(places))
    for (y, x), number in places.items():
        for neighbour in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
            matrix[number, number] += 1
            slopes = [plane[y, x] - plane[neighbour] for plane in (surface, laid)]
            right[number] += slopes[0] if mixed and abs(slopes[0]) > abs(slopes[1]) else slopes[1]
            if neighbour in places:
                matrix[number, places[neighbour]] -= 1
            else:
                right[number] += surface[neighbour]
    result = surface.astype(np.float64)
    result[tuple(np.array(list(places)).T)] = np.linalg.solve(matrix, right)
    return result


@pytest.mark.parametrize("mixed", [False, True])
@pytest.mark.parametrize("inside", [INSIDE, RECTANGLE], ids=["any shape", "rectangle"])
def test_equals_the_dense_solution(inside: np.ndarray, mixed: bool) -> None:
    blended = blend_poisson(SURFACE, LAID, inside, mixed=mixed)
    expected = np.stack([dense(*planes, inside, mixed=mixed) for planes in zip(SURFACE, LAID, strict=True)])
    np.testing.assert_allclose(blended, expected, atol=0.01)
    np.testing.assert_array_equal(blended[:, inside == 0], SURFACE[:, inside == 0])


@pytest.mark.parametrize("size", [(1, 1), (1, 6), (9, 1), (40, 70), (150, 111)])
def test_a_harmonic_surface_is_everywhere_the_mean_of_its_neighbours(size: tuple[int, int]) -> None:
    framed = RNG.random((2, size[0] + 2, size[1] + 2), dtype=np.float32)
    framed[:, 1:-1, 1:-1] = interpolate_harmonic(
        framed[:, 0, 1:-1], framed[:, -1, 1:-1], framed[:, 1:-1, 0], framed[:, 1:-1, -1]
    )
    neighbours = framed[:, 2:, 1:-1] + framed[:, :-2, 1:-1] + framed[:, 1:-1, 2:] + framed[:, 1:-1, :-2]
    np.testing.assert_allclose(framed[:, 1:-1, 1:-1], neighbours / 4, atol=0.002)


def test_a_patch_that_is_only_brighter_leaves_no_trace() -> None:
    np.testing.assert_allclose(blend_poisson(SURFACE, SURFACE + 0.3, INSIDE, mixed=False), SURFACE, atol=0.01)
    np.testing.assert_allclose(blend_poisson(SURFACE, np.zeros((3, 1, 1)), INSIDE, mixed=True), SURFACE, atol=0.01)


def test_the_rim_of_the_array_holds() -> None:
    everything = np.full((14, 17), 255, np.uint8)
    blended = blend_poisson(SURFACE, LAID, everything, mixed=False)
    np.testing.assert_array_equal(blended[:, [0, -1]], SURFACE[:, [0, -1]])
    np.testing.assert_array_equal(
        blend_poisson(SURFACE[:, :2], LAID[:, :2], everything[:2], mixed=False), SURFACE[:, :2]
    )


@pytest.mark.parametrize("mode", ["poisson", "poisson_mixed"])
def test_a_seamless_patch_has_no_edge(mode: str) -> None:
    y, x = np.mgrid[0:120, 0:120]
    picture = (60 + x + 12 * np.sin(y / 6.0)).astype(np.uint8)
    defect = {"shape": ds.shapes.Spots(radius_range=(0.15, 0.15), spots_range=(1, 1), softness_range=(0, 0))}
    look = ds.looks.Elsewhere(distance_range=(0.4, 0.5))
    jumps = []
    for blend in (ds.Blend(opacity_range=(1, 1)), ds.Blend(mode=mode, opacity_range=(1, 1))):
        sample = ds.synthesize(picture, ds.PaintedDefect(look=look, blend=blend, **defect), seed=3)
        mask = np.pad(sample.mask > 0, 1)
        rim = mask[1:-1, 1:-1] & ~mask[1:-1, 2:]
        right = np.roll(sample.image.astype(float), -1, axis=1)
        jumps.append(np.abs(right - sample.image)[rim].mean())
    assert jumps[1] < 0.6 * jumps[0]
