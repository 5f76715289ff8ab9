"""What a search turns in a preset, and how many of its transforms still draw; which trials are drawn afresh."""

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
from eval.tune.finalists import FINALISTS, finalists_of, winner_of
from eval.tune.search import Trial
from eval.tune.space import knobs_of, turned_by, variety
from tests.eval.test_audit import LIGHT
from tests.eval.test_tune import BOTH


@pytest.mark.parametrize("name", [*PRESETS, "draem", "nsa_object", "scratch", "screw-thread_top"])
@pytest.mark.parametrize("end", [0, 1])
def test_a_preset_turned_as_far_as_it_goes_is_one(name: str, end: int, tmp_path: Path) -> None:
    preset = make_generator(name, category="screw")
    knobs = knobs_of(preset)
    turned = turned_by(preset, {knob: bounds[end] for knob, bounds in knobs.items()})
    assert knobs_of(turned) == knobs
    A.save(turned, tmp_path / "turned.yaml", data_format="yaml")
    assert generator_digest(make_generator(str(tmp_path / "turned.yaml"), category="screw")) == generator_digest(turned)


def test_all_knobs_at_one_are_the_preset() -> None:
    for name in ("screw", "pill", "generic_object"):
        preset, same = PRESETS[name](), turned_by(PRESETS[name](), {})
        assert variety(same) == pytest.approx(variety(preset), rel=1e-3)
        assert coarse(A.to_dict(turned_by(same, {}))) == coarse(A.to_dict(same))


def coarse(plain: Any) -> Any:
    """The description of a transform with its probabilities to three digits: sharing them out anew rounds."""
    if isinstance(plain, dict):
        return {key: round(value, 3) if key == "p" else coarse(value) for key, value in plain.items()}
    return [coarse(value) for value in plain] if isinstance(plain, list) else plain


def test_a_knob_turns_what_it_names() -> None:
    preset = PRESETS["screw"]()
    factors = {
        "size scratch_neck": 2.0,
        "contrast scratch_neck": 0.5,
        "severity scratch_neck": 0.5,
        "weight thread_top": 4.0,
        "weight scratch_neck/4 Scratch": 2.0,
    }
    assert set(factors) <= set(knobs_of(preset))
    types, turned = preset.transforms[0].transforms, turned_by(preset, factors).transforms[0].transforms
    scratch, mine = types[2].transforms[3], turned[2].transforms[3]
    assert mine.length_range == tuple(2 * value for value in scratch.length_range)
    assert mine.contrast_range == tuple(value / 2 for value in scratch.contrast_range)
    assert mine.severity == 0.5
    assert mine.where == scratch.where
    assert mine.p / turned[2].transforms[0].p == pytest.approx(2 * scratch.p / types[2].transforms[0].p, rel=1e-3)
    assert [each.p for each in turned] == pytest.approx([0.125] * 4 + [0.5])
    assert turned[0].transforms[0].angle_range == types[0].transforms[0].angle_range
    assert turned[1].transforms[0].severity == 1


def test_variety_is_how_many_draw() -> None:
    assert variety(LIGHT) == 1
    assert variety(BOTH) == pytest.approx(2)
    assert 1 < variety(turned_by(BOTH, {"weight 1 ColorSpot": 8.0, "weight 2 ColorSpot": 1 / 8})) < 1.1


def trial(value: float | None) -> Trial:
    parts = None if value is None else {"objective": value}
    return Trial(factors={}, parts=parts, reason="" if parts else "failed", seconds=1.0)


def test_finalists_are_the_first_and_the_best_that_did_not_fail() -> None:
    values = [0.0, 0.1, None, 0.9, 0.3, 0.2, 0.8, 0.7]
    assert FINALISTS == 5
    assert finalists_of([trial(value) for value in values]) == [0, 3, 4, 5, 6, 7]
    assert finalists_of([trial(0.5), trial(None)]) == [0]


def test_the_winner_is_the_best_on_average() -> None:
    draws = {0: [0.5, 0.5], 3: [0.9, 0.0], 4: [0.6, 0.5]}
    assert winner_of({place: [{"objective": value} for value in values] for place, values in draws.items()}) == 4
    assert winner_of({place: [{"objective": 0.5}] for place in (0, 7)}) == 0
