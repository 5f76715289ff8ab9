"""Which cell is next, whatever the number of workers, and the locks between processes."""

import random
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")
pytest.importorskip("filelock")

from eval.benchmark import schedule as plan_module
from eval.benchmark.locks import held
from eval.benchmark.results import Settings
from eval.benchmark.schedule import Plan, baseline_of, checkpoint_of

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
    plan, running, done = Plan(cells), list[Settings](), list[Settings]()
    while plan.left:
        while len(running) < jobs:
            known = rng.sample(CLASSES, rng.randint(0, 3))
            taken = plan.take(known=known)
            if taken is None:
                assert running
                break
            assert taken not in done
            running.append(taken)
            assert baseline_of(taken) == taken or baseline_of(taken) not in set(cells) - set(done)
            trainings = [checkpoint_of(each, Path()) for each in running]
            assert len(set(trainings)) == len(trainings)
        done.append(running.pop(rng.randrange(len(running))))
        plan.finish(done[-1])
    assert sorted(done, key=cells.index) == cells


def test_one_process_takes_the_cells_in_their_order() -> None:
    plan, taken = Plan(ALL), list[Settings]()
    while chosen := plan.take():
        taken.append(chosen)
        plan.finish(chosen)
    assert taken == list(ALL)


def test_workers_keep_to_their_category_and_others_start_elsewhere() -> None:
    plan = Plan(ALL)
    first, second = plan.take(), plan.take()
    assert first is not None
    assert (first, second) == (cell("cap", "none"), cell("cup", "none"))
    plan.finish(first)
    assert plan.take(known={"cap"}) == cell("cap", "self_supervised")
    assert plan.take(known={"cup"}) == cell("pin", "none")  # what it knows waits for the baseline


def test_a_cell_of_another_process_comes_again_after_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(plan_module, "monotonic", lambda: now)
    trained = cell("cap", "binary")
    other = cell("cup", "none")
    plan = Plan([baseline_of(trained), trained, other])
    assert plan.take() == baseline_of(trained)
    plan.postpone(baseline_of(trained))
    assert plan.postponed == (baseline_of(trained),)
    assert plan.take() == other
    plan.finish(other)
    assert plan.take() is None
    assert plan.left
    now += plan_module.PAUSE
    assert plan.take() == baseline_of(trained)
    assert plan.take() is None
    plan.finish(baseline_of(trained))
    assert plan.take() == trained


def test_all_locks_are_held_or_none(tmp_path: Path) -> None:
    with held(tmp_path, ("a", "b" * 300)) as first:
        with held(tmp_path, ("b" * 300, "c")) as second, held(tmp_path, ("c",)) as third:
            assert (first, second, third) == (True, False, True)
        with held(tmp_path, ("a",)) as again:
            assert not again
    with held(tmp_path, ("a", "b" * 300)) as free:
        assert free
