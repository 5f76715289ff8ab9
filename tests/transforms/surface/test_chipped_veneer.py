"""A chipped veneer runs along the grain and shows fibres of its core."""

import numpy as np

import defectsynth as ds


def board() -> np.ndarray:
    """Return a pale gray board with a horizontal grain."""
    rows = np.random.default_rng(0).normal(0, 10, (160, 1, 1))
    noise = np.random.default_rng(1).normal(0, 2, (160, 160, 1))
    return np.clip(np.array([200, 196, 190]) + rows + noise, 0, 255).astype(np.uint8)


def test_it_runs_along_the_grain_and_so_do_its_fibres() -> None:
    image, veneer = board(), ds.ChippedVeneer(radius_range=(0.2, 0.2), aspect_range=(0.3, 0.3), cores=("fiberboard",))
    for seed in range(6):
        sample = ds.synthesize(image, veneer, seed=seed)
        rows, columns = np.nonzero(sample.mask)
        assert np.std(columns) > 1.5 * np.std(rows)
        core = sample.image.astype(float).mean(axis=2)
        inside = sample.mask > 0
        along = np.abs(np.diff(core, axis=1))[inside[:, 1:] & inside[:, :-1]].mean()
        across = np.abs(np.diff(core, axis=0))[inside[1:] & inside[:-1]].mean()
        assert along < 0.8 * across
        red, _, blue = sample.image[inside].mean(axis=0)
        assert red > 1.3 * blue, "brown"


def test_splinters_shift_its_outline() -> None:
    image = board()
    moved, whole = 0, 0
    for seed in range(8):
        smooth, splintered = (
            ds.synthesize(image, ds.ChippedVeneer(radius_range=(0.2, 0.2), splinter_range=share), seed=seed).mask > 0
            for share in ((0.0, 0.0), (1.0, 1.0))
        )
        moved += np.count_nonzero(smooth != splintered)
        whole += np.count_nonzero(smooth)
    assert moved > 0.05 * whole
