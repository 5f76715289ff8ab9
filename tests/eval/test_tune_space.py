"""Search space of a preset, its variety, finalists and winner."""

from pathlib import Path
from typing import Any

import albumentations as A
import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")
pytest.importorskip("filelock")
pytest.importorskip("optuna")

from defectsynth.presets import PRESETS
from eval.benchmark.generators import generator_digest, make_generator
from eval.tune.finalists import FINALISTS, choose_finalists, choose_winner
from eval.tune.search import Trial
from eval.tune.space import factor_bounds, scale_preset, variety
from tests.eval.test_audit import LIGHT
from tests.eval.test_tune import BOTH


@pytest.mark.parametrize("name", [*PRESETS, "draem", "nsa_object", "scratch", "screw-thread_top"])
@pytest.mark.parametrize("end", [0, 1])
def test_a_preset_scaled_to_the_bounds_can_be_saved_and_scaled_again(name: str, end: int, tmp_path: Path) -> None:
    preset = make_generator(name, category="screw")
    bounds = factor_bounds(preset)
    scaled = scale_preset(preset, {name: ends[end] for name, ends in bounds.items()})
    assert factor_bounds(scaled) == bounds
    A.save(scaled, tmp_path / "scaled.yaml", data_format="yaml")
    assert generator_digest(make_generator(str(tmp_path / "scaled.yaml"), category="screw")) == generator_digest(scaled)


def test_factors_of_one_leave_the_preset_unchanged() -> None:
    for name in ("screw", "pill", "generic_object"):
        preset, same = PRESETS[name](), scale_preset(PRESETS[name](), {})
        assert variety(same) == pytest.approx(variety(preset), rel=1e-3)
        assert coarse(A.to_dict(scale_preset(same, {}))) == coarse(A.to_dict(same))


def coarse(plain: Any) -> Any:
    """Return the description of a transform with rounded probabilities, as normalising them again rounds."""
    if isinstance(plain, dict):
        return {key: round(value, 3) if key == "p" else coarse(value) for key, value in plain.items()}
    return [coarse(value) for value in plain] if isinstance(plain, list) else plain


def test_a_factor_scales_the_argument_that_it_names() -> None:
    preset = PRESETS["screw"]()
    factors = {
        "size scratch_neck": 2.0,
        "contrast scratch_neck": 0.5,
        "severity scratch_neck": 0.5,
        "weight thread_top": 4.0,
        "weight scratch_neck/4 Scratch": 2.0,
    }
    assert set(factors) <= set(factor_bounds(preset))
    types, scaled = preset.transforms[0].transforms, scale_preset(preset, factors).transforms[0].transforms
    scratch, other = types[2].transforms[3], scaled[2].transforms[3]
    assert other.length_range == tuple(2 * value for value in scratch.length_range)
    assert other.contrast_range == tuple(value / 2 for value in scratch.contrast_range)
    assert other.severity == 0.5
    assert other.where == scratch.where
    assert other.p / scaled[2].transforms[0].p == pytest.approx(2 * scratch.p / types[2].transforms[0].p, rel=1e-3)
    assert [each.p for each in scaled] == pytest.approx([0.125] * 4 + [0.5])
    assert scaled[0].transforms[0].angle_range == types[0].transforms[0].angle_range
    assert scaled[1].transforms[0].severity == 1


def test_variety_is_the_effective_number_of_transforms() -> None:
    assert variety(LIGHT) == 1
    assert variety(BOTH) == pytest.approx(2)
    assert 1 < variety(scale_preset(BOTH, {"weight 1 ColorSpot": 8.0, "weight 2 ColorSpot": 1 / 8})) < 1.1


def trial(value: float | None) -> Trial:
    parts = None if value is None else {"objective": value}
    return Trial(factors={}, parts=parts, reason="" if parts else "failed", seconds=1.0)


def test_finalists_are_the_first_and_the_best_that_did_not_fail() -> None:
    values = [0.0, 0.1, None, 0.9, 0.3, 0.2, 0.8, 0.7]
    assert FINALISTS == 5
    assert choose_finalists([trial(value) for value in values]) == [0, 3, 4, 5, 6, 7]
    assert choose_finalists([trial(0.5), trial(None)]) == [0]


def test_the_winner_is_the_best_on_average() -> None:
    draws = {0: [0.5, 0.5], 3: [0.9, 0.0], 4: [0.6, 0.5]}
    assert choose_winner({place: [{"objective": value} for value in values] for place, values in draws.items()}) == 4
    assert choose_winner({place: [{"objective": 0.5}] for place in (0, 7)}) == 0
