"""Held-out normals, and twins on them: draws of a benchmark with repeated splits."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")

from eval.benchmark.results import find_results
from eval.benchmark.settings import BenchmarkOptions, make_cells, make_settings
from eval.benchmark.splits import TWINS, TWINS_EACH, held_out_twins, make_split
from eval.benchmark.table import format_table
from eval.data.categories import Category
from tests.eval.conftest import SIDE, run_all, write_spots

CATEGORY = Category("plate", (), (), (SIDE, SIDE))


def noise(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(90, 110, (count, SIDE, SIDE, 3)).astype(np.uint8)


def test_another_split_holds_out_other_normals_and_trains_on_the_rest() -> None:
    settings = make_settings(data="/data", category="plate", experiment="self_supervised", head="softmax", seed=3)
    found = []
    normals = noise(20)
    for number in (0, 1, 2):
        split, held = make_split(replace(settings, split=number), CATEGORY, normals, lambda _: CATEGORY)
        assert split is not None
        assert split.validation is not None
        assert len(held) == 4
        validated = [split.validation[2 * place].image for place in range(4)]
        np.testing.assert_array_equal(validated, normals[held])
        trained = [split.training[2 * place].image for place in range(16)]
        np.testing.assert_array_equal(trained, normals[np.setdiff1d(np.arange(20), held)])
        found.append(tuple(held.tolist()))
    assert len(set(found)) == 3


@pytest.mark.parametrize(("held", "each"), [(2, TWINS_EACH), (20, 3), (70, 1)])
def test_every_held_out_normal_gets_equally_many_twins(held: int, each: int) -> None:
    settings = make_settings(
        data="/data", category="plate", experiment="self_supervised", head="softmax", generator="line"
    )
    normals = noise(held + 1)
    twins, sources = held_out_twins(settings, normals, np.arange(1, held + 1))
    assert sorted(sources.tolist()) == sorted([*range(1, held + 1)] * each)
    assert len(twins) == held * each <= max(TWINS, held)
    for twin, source in zip(twins, sources, strict=True):
        changed = (twin != normals[source]).any(axis=-1).mean()
        assert 0 < changed < 0.5
    again, _ = held_out_twins(settings, normals, np.arange(1, held + 1))
    np.testing.assert_array_equal(again, twins)


def test_a_benchmark_repeats_seeds_on_each_split_and_shares_the_baseline(tmp_path: Path) -> None:
    write_spots(tmp_path / "data" / "plate", brightness=250)
    options = BenchmarkOptions(
        data=tmp_path / "data",
        categories=["plate"],
        heads=["softmax"],
        scorings=["patch"],
        seeds=[0, 1],
        splits=2,
        weights="none",
        size=SIDE,
        epochs=1,
        false_positives=0.2,
    )
    cells = make_cells(options)
    assert [(cell.experiment, cell.split, cell.seed) for cell in cells] == [
        ("none", 0, 0),
        *(("self_supervised", split, seed) for split in (0, 1) for seed in (0, 1)),
    ]
    assert len({cell.name for cell in cells}) == 5
    assert cells[3].name.endswith("seed0-split1-fpr0.2")
    run_all([cells[0], cells[1], cells[3]], tmp_path / "out")
    results = list(find_results(tmp_path / "out").values())
    assert {found.metrics.decision.false_positives for found in results} == {0.2}
    row = format_table(results).splitlines()[-1].split()
    aurocs = [found.metrics.image.auroc for found in results if found.baseline]
    assert row[:3] == ["softmax", f"{np.mean(aurocs):.3f}", "+-"]
    with pytest.raises(ValueError, match="splits must be at least 1, got 0"):
        make_cells(replace(options, splits=0))
    with pytest.raises(ValueError, match="false_positives must be in 0 <= false_positives < 1, got 1"):
        make_cells(replace(options, false_positives=1.0))
    with pytest.raises(ValueError, match="peak must be in 15 <= peak <= 65535, got 3"):
        make_cells(replace(options, peak=3))
