"""Fusion of score maps: units, tails, and whether held-out images take the segmentation."""

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")

from eval.scoring.fusion import (
    CELLS,
    Maps,
    Tail,
    fit_scales,
    fit_tails,
    fuse,
    image_scores,
    sum_tails,
    tails_of,
    turns_help,
)


def maps_of(shifts: tuple[float, float], *, count: int = 60, seed: int = 0) -> Maps:
    """Noise on two grids, with a spot whose height above the noise is the shift of the map."""
    rng = np.random.default_rng(seed)
    found = []
    for shift, side in zip(shifts, (8, 16), strict=True):
        map_ = rng.normal(0, 1, (count, side, side)).astype(np.float32)
        map_[:, : side // 4, : side // 4] += shift
        found.append(map_)
    return (found[0], found[1])


def chosen(shifts: tuple[float, float]) -> tuple[float, ...]:
    """Return the weights that normals without spots and twins with spots of these heights choose."""
    return tuple(tail.weight for tail in fit_tails(maps_of((0, 0)), maps_of(shifts, seed=1)))


def test_fused_maps_have_zero_mean_and_the_weight_at_the_quantile_on_normals() -> None:
    normals = maps_of((0, 0))
    for place, map_ in enumerate(normals):
        weights = [2.0 if place == other else 0.0 for other in range(2)]
        fused = fuse(normals, fit_scales(normals, weights))
        assert fused.shape[1:] == (16, 16)
        assert fused.mean() == pytest.approx(0, abs=1e-4)
        if map_.shape == fused.shape:
            assert np.quantile(fused, 0.999) == pytest.approx(2, rel=1e-4)


def test_a_training_that_does_not_help_leaves_the_distance_alone() -> None:
    assert chosen((2.0, 0.0)) == (1, 0)
    assert chosen((9.0, 9.0)) == (1, 0), "the distance detects all twins"


def test_a_segmentation_that_helps_weighs_as_much_as_the_distance() -> None:
    assert chosen((1.0, 2.0)) == (1, 1)
    assert chosen((0.0, 9.0)) == (1, 1)


def test_turns_need_a_clear_gain_on_held_out_images() -> None:
    def held_out(shift: float) -> tuple[Maps, Maps]:
        return maps_of((0, 0)), maps_of((1.0, shift), seed=1)

    weak, strong = held_out(1.0), held_out(3.0)
    tails, better = fit_tails(*weak), fit_tails(*strong)
    assert turns_help(weak, tails, strong, better)
    assert not turns_help(strong, better, weak, tails)
    assert not turns_help(weak, tails, weak, tails)


def test_without_twins_the_segmentation_weighs_as_much_as_the_distance() -> None:
    normals = maps_of((0, 0))
    none = tuple(map_[:0] for map_ in normals)
    assert [tail.weight for tail in fit_tails(normals, none, distance=0.7)] == [0.7, 1]


def test_tails_are_units_of_the_values_above_the_median_of_normals() -> None:
    normals = maps_of((0, 0))
    for map_, count, tail in zip(normals, CELLS, fit_tails(normals, normals), strict=True):
        values = np.sort(map_.reshape(len(map_), -1), axis=1)[:, -count:].mean(axis=1)
        assert tail.center == pytest.approx(np.median(values), abs=1e-6)
        assert tail.spread == pytest.approx((values[values > tail.center] - tail.center).mean(), rel=1e-5)


def test_tails_of_other_maps_are_refused() -> None:
    assert [tail.weight for tail in tails_of((0.5, 0.3, 1.0, 1.0, 2.0, 0.0))] == [1, 0]
    with pytest.raises(ValueError, match="scales must hold 6 numbers, got 9: run cells of earlier versions again"):
        tails_of((0.0, 1.0, 1.0) * 3)


def test_one_held_out_normal_and_constant_maps_give_finite_scores() -> None:
    alone, twins = maps_of((0, 0), count=1), maps_of((3, 3), count=4, seed=1)
    constant = tuple(np.zeros_like(map_) for map_ in alone)
    for normals in (alone, constant):
        assert np.isfinite(sum_tails(twins, fit_tails(normals, twins))).all()


def test_a_heat_map_has_the_score_of_its_image_as_its_largest_value() -> None:
    maps = maps_of((1, 1), count=5)
    tails = (Tail(0.5, 0.3, 1.0), Tail(1.0, 2.0, 2.0))
    heats = sum_tails(maps, tails)
    assert heats.shape == (5, 16, 16)
    assert heats.min() >= 0
    np.testing.assert_allclose(heats.max(axis=(1, 2)), image_scores(maps, tails), rtol=1e-5)
    alone = sum_tails(maps, (tails[0], Tail(1.0, 2.0, 0.0)))
    np.testing.assert_allclose(alone.max(axis=(1, 2)), tails[0].of(maps[0].max(axis=(1, 2))), rtol=1e-5)
