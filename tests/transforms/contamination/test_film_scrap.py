"""Scraps of clear film."""

import numpy as np

import defectsynth as ds

NOISE = np.random.default_rng(0).integers(60, 140, (160, 160), np.uint8)


def test_the_film_veils_the_surface_and_more_so_where_it_lies_double() -> None:
    kept = []
    for double in (0.0, 1.0):
        film = ds.FilmScrap(
            veil_range=(0.4, 0.4),
            milk_range=(0.8, 0.8),
            edge_range=(0, 0),
            blur_range=(0, 0),
            double_range=(double, double),
            torn_range=(0, 0),
            opacity_range=(1, 1),
            width_range=(0.15, 0.15),
        )
        samples = [ds.synthesize(NOISE, film, seed=seed) for seed in range(6)]
        assert all(sample.image[sample.mask > 0].mean() > NOISE.mean() + 20 for sample in samples)
        pixels = [(NOISE[sample.mask > 0], sample.image[sample.mask > 0]) for sample in samples]
        kept.append(np.mean([np.polyfit(before, after, 1)[0] for before, after in pixels]))
    assert kept[0] < 0.75
    assert kept[1] < 0.8 * kept[0]
