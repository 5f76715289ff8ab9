"""Inside a composition every choice and every defect is drawn by itself."""

import copy
import pickle
import random
from collections import Counter

import albumentations as A
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.engine import workers
from defectsynth.engine.compat import IS_X

SURFACE = np.random.default_rng(0).integers(90, 130, (96, 96, 3), np.uint8)


def test_a_choice_inside_a_choice_is_its_own() -> None:
    families = [A.OneOf([ds.Scratch(p=1), ds.Crack(p=1)], p=1), A.OneOf([ds.Pit(p=1), ds.Hole(p=1)], p=1)]
    nested = A.Compose([A.OneOf(families, p=1)])
    kinds = Counter(
        record["kind"] for seed in range(200) for record in ds.synthesize(SURFACE, nested, seed=seed).defects
    )
    assert set(kinds) == {"scratch", "crack", "pit", "hole"}
    assert min(kinds.values()) >= 30


def test_two_defects_of_one_picture_land_apart() -> None:
    both = A.Compose([ds.ColorSpot(p=1), ds.ColorSpot(p=1)])
    middles = np.array(
        [
            [np.reshape(record["box"], (2, 2)).mean(axis=0) for record in sample.defects]
            for sample in (ds.synthesize(SURFACE, both, seed=seed) for seed in range(40))
            if len(sample.defects) == 2
        ]
    )
    assert len(middles) >= 30
    assert np.median(np.linalg.norm(middles[:, 0] - middles[:, 1], axis=1)) > 20


def test_same_seed_same_bytes() -> None:
    first, second = (ds.synthesize(SURFACE, ds.presets.generic_texture(), seed=5) for _ in range(2))
    assert first.image.tobytes() == second.image.tobytes()
    assert first.defects == second.defects


@pytest.mark.skipif(IS_X, reason="albumentationsx mixes the worker's seed in by itself")
def test_each_worker_makes_other_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    choice = A.OneOf([ds.Scratch(p=1), ds.ColorSpot(p=1), ds.Pit(p=1)], p=0.5)
    sent = pickle.dumps(A.Compose([choice], seed=0))  # what every worker of every epoch starts from
    chosen = set()
    for worker in range(11, 19):
        monkeypatch.setattr(workers, "worker_seed", lambda worker=worker: worker)
        pipeline = pickle.loads(sent)  # noqa: S301  our own bytes
        results = [pipeline(image=SURFACE, defects=[])["defects"] for _ in range(8)]
        chosen.add(tuple(defects[0]["kind"] if defects else "" for defects in results))
    assert len(chosen) == 8


@pytest.mark.skipif(IS_X, reason="albumentationsx keeps its own random state")
def test_outside_of_workers_a_composition_chooses_as_its_seed_says() -> None:
    pipeline, plain = A.Compose([A.OneOf([ds.Scratch(p=1)])], seed=5), random.Random(5)  # noqa: S311
    assert [pipeline.py_random.random() for _ in range(3)] == [plain.random() for _ in range(3)]
    assert pipeline.py_random.sample(range(100), 5) == plain.sample(range(100), 5)
    copied = copy.deepcopy(pipeline)
    assert copied.py_random.composition is copied
    assert copied.py_random.random() == plain.random()


@pytest.mark.skipif(IS_X, reason="albumentationsx mixes the worker's seed in by itself")
def test_a_lone_transform_draws_something_else_in_every_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    state = ds.Scratch(p=1.0)
    drawn = set()
    for worker in (5, 6):
        monkeypatch.setattr(workers, "worker_seed", lambda worker=worker: worker)
        drawn.add(copy.deepcopy(state)(image=SURFACE)["image"].tobytes())
    assert len(drawn) == 2
