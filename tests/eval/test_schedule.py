"""Order of the cells for any number of workers."""

import random
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.benchmark import schedule as schedule_module
from eval.benchmark.cell import Settings, baseline_of, checkpoint_of
from eval.benchmark.schedule import Schedule

CLASSES = ("cap", "cup", "pin")


def cell(category: str, experiment: str, head: str = "softmax") -> Settings:
    trained = experiment != "none"
    return Settings(
        data="/data",
        category=category,
        experiment=experiment,
        head=head if trained else None,
        generator="scratch" if experiment == "self_supervised" else None,
        generator_digest="0" if experiment == "self_supervised" else None,
        defect="dent" if experiment == "binary" else None,
        classes=CLASSES if experiment == "multi_class" else (),
        scoring="image",
        backbone="efficientnet_lite0",
        weights="none",
        size=64,
        epochs=2 if trained else 0,
        seed=0,
    )


EXPERIMENTS = ("none", "self_supervised", "binary", "multi_class")
ALL = tuple(dict.fromkeys(cell(*each) for each in product(CLASSES, EXPERIMENTS, ("softmax", "arcface"))))


@given(cells=st.lists(st.sampled_from(ALL), unique=True), jobs=st.integers(1, 5), rng=st.randoms(use_true_random=False))
def test_each_cell_comes_once_after_its_baseline_and_alone_at_its_training(
    cells: list[Settings], jobs: int, rng: random.Random
) -> None:
    schedule, running, done = Schedule(cells), list[Settings](), list[Settings]()
    while schedule.left:
        while len(running) < jobs:
            loaded = rng.sample(CLASSES, rng.randint(0, 3))
            taken = schedule.take(loaded=loaded)
            if taken is None:
                assert running
                break
            assert taken not in done
            running.append(taken)
            assert baseline_of(taken) == taken or baseline_of(taken) not in set(cells) - set(done)
            trainings = [checkpoint_of(each, Path()) for each in running]
            assert len(set(trainings)) == len(trainings)
        done.append(running.pop(rng.randrange(len(running))))
        schedule.finish(done[-1])
    assert sorted(done, key=cells.index) == cells


def test_one_process_takes_the_cells_in_their_order() -> None:
    schedule, taken = Schedule(ALL), list[Settings]()
    while chosen := schedule.take():
        taken.append(chosen)
        schedule.finish(chosen)
    assert taken == list(ALL)


def test_loaded_categories_are_preferred_and_running_ones_avoided() -> None:
    schedule = Schedule(ALL)
    first, second = schedule.take(), schedule.take()
    assert first is not None
    assert (first, second) == (cell("cap", "none"), cell("cup", "none"))
    schedule.finish(first)
    assert schedule.take(loaded={"cap"}) == cell("cap", "self_supervised")
    assert schedule.take(loaded={"cup"}) == cell("pin", "none")  # cells of the loaded category wait for the baseline


def test_a_postponed_cell_is_due_after_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(schedule_module, "monotonic", lambda: now)
    trained = cell("cap", "binary")
    other = cell("cup", "none")
    schedule = Schedule([baseline_of(trained), trained, other])
    assert schedule.take() == baseline_of(trained)
    schedule.postpone(baseline_of(trained))
    assert schedule.postponed == (baseline_of(trained),)
    assert schedule.take() == other
    schedule.finish(other)
    assert schedule.take() is None
    assert schedule.left
    now += schedule_module.PAUSE
    assert schedule.take() == baseline_of(trained)
    assert schedule.take() is None
    schedule.finish(baseline_of(trained))
    assert schedule.take() == trained
