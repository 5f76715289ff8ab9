"""Search of a preset: objective, files, resumed searches, and test images that stay closed."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import albumentations as A
import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")
pytest.importorskip("filelock")
pytest.importorskip("optuna")

import defectsynth as ds
from defectsynth.cli import main as defectsynth
from eval.__main__ import main
from eval.benchmark.cell import DEFAULT_SIZES
from eval.benchmark.generators import generator_digest, make_generator, tuning_images
from eval.data.datasets import read_known
from eval.tune import study
from eval.tune.known_defects import choose_known
from eval.tune.objective import Objective
from eval.tune.search import Search
from eval.tune.space import scale_preset
from tests.eval.conftest import SIDE, write_category
from tests.eval.test_audit import DARK, LIGHT, colours

KNOWN = ("dark/1.png", "spot/0.png")
BOTH = A.Compose([A.OneOf([LIGHT, DARK], p=1.0)])


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small images, embedded as their colours."""
    monkeypatch.setattr(study, "make_backbone", colours)
    monkeypatch.setitem(DEFAULT_SIZES, "patch", SIDE)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Write gray noise with dark and with light spots; test images other than the known defects cannot be read."""
    home = tmp_path / "data"
    write_category(home / "noise", defect="dark")
    for path in (home / "noise" / "test").rglob("*.png"):
        if f"{path.parent.name}/{path.name}" not in KNOWN:
            path.write_text("not to be opened")
    return home


@pytest.fixture
def preset(tmp_path: Path) -> str:
    """Write a preset of two types of spots."""
    A.save(BOTH, tmp_path / "spots.yaml", data_format="yaml")
    return str(tmp_path / "spots.yaml")


@pytest.fixture
def tuned(data: Path, preset: str, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Return a function that runs the command and returns what is in tune.json."""

    def run(*words: str, out: str = "out", trials: int = 3, code: int = 0) -> dict[str, Any]:
        given = ["--data", str(data), "--category", "noise", "--preset", preset, "--trials", str(trials)]
        known = [] if "--known-share" in words or "none" in words else ["--known", *KNOWN]
        rest = [word for word in words if word != "none"]
        assert main(["tune", *given, *known, "--twins", "8", "--out", str(tmp_path / out), *rest]) == code
        path = tmp_path / out / "tune.json"
        return json.loads(path.read_text()) if path.exists() else {}

    return run


def tried(result: dict[str, Any]) -> list[tuple[dict[str, float], dict[str, float]]]:
    return [(trial["factors"], trial["parts"]) for trial in result["trials"]]


def test_the_objective_prefers_defects_like_the_known_ones(data: Path) -> None:
    category = read_known(data / "noise", ["dark/1.png"], size=SIDE)
    options: dict[str, Any] = {"backbone": colours(), "twins": 12, "seed": 0, "progress": lambda *_: None}
    objective = Objective(category, LIGHT, **options)
    light, dark = (objective(each, seed=0, stage="", progress=lambda *_: None) for each in (LIGHT, DARK))
    assert dark["patches"] == dark["separation"] == 1
    assert dark["objective"] > light["objective"]
    assert light["stray"] is None


def test_without_known_ones_it_prefers_defects_neither_trivial_nor_invisible(data: Path) -> None:
    category = read_known(data / "noise", size=SIDE)
    assert category.test == ()
    faint = ds.ColorSpot(radius_range=(0.08, 0.14), opacity_range=(0.06, 0.06), min_visibility=0.0, p=1.0)
    options: dict[str, Any] = {"backbone": colours(), "twins": 12, "seed": 0, "progress": lambda *_: None}
    objective = Objective(category, BOTH, **options)
    found = {
        name: objective(each, seed=0, stage="", progress=lambda *_: None)
        for name, each in {"both": BOTH, "light": LIGHT, "faint": faint}.items()
    }
    assert found["both"]["objective"] == pytest.approx(1 - 0.1 + 0.5)
    assert found["light"]["variety"] == 0.5
    assert found["faint"]["separation"] < 0.9
    assert found["faint"]["objective"] < found["light"]["objective"] < found["both"]["objective"]


def test_the_command_leaves_a_preset_that_loads_and_draws(
    tuned: Callable[..., dict[str, Any]], tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = tuned()
    said = capsys.readouterr().out
    assert said.count(" left\n") == 2
    assert "start, trial 0" in said
    assert f"Known defects, to be left out of every reported number: {', '.join(KNOWN)}" in said
    assert result["known"] == list(KNOWN)
    assert [trial["number"] for trial in result["trials"]] == [0, 1, 2]
    assert set(result["trials"][0]["factors"].values()) == {1.0}
    assert str(result["best"]) in {str(place) for place in result["finals"]}
    assert len(result["afresh"]["start"]) == len(result["afresh"]["best"]) == 3
    assert {"optuna", "commit", "torch"} <= set(result["versions"])
    path = tmp_path / "out" / "best.yaml"
    assert tuning_images(str(path), category="noise") == KNOWN
    assert tuning_images(str(path), category="other") == tuning_images("draem", category="noise") == ()
    best = A.load(path, data_format="yaml")
    assert generator_digest(best) == generator_digest(make_generator(str(path), category="noise"))
    assert generator_digest(best) == generator_digest(scale_preset(BOTH, result["trials"][result["best"]]["factors"]))
    image = np.full((SIDE, SIDE, 3), 100, np.uint8)
    assert ds.synthesize(image, best, seed=0).defects
    train = str(data / "noise" / "train" / "good")
    assert defectsynth(["preview", train, str(tmp_path / "sheet.png"), "--preset", str(path)]) == 0


def test_a_stopped_search_resumes_with_the_same_trials(
    tuned: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = tuned(out="whole", trials=13)  # ten random ones, then those that follow from them
    measured, calls = Objective.__call__, []

    def stopped(self: Objective, transform: Any, **options: Any) -> Any:
        calls.append(options["stage"])
        if len(calls) in {1, 4, 13}:
            raise KeyboardInterrupt
        return measured(self, transform, **options)

    monkeypatch.setattr(Objective, "__call__", stopped)
    tuned(out="parts", trials=13, code=130)
    assert "the same command goes on" in capsys.readouterr().err
    assert len(tuned(out="parts", trials=13, code=130)["trials"]) == 2
    assert len(tuned(out="parts", trials=13, code=130)["trials"]) == 10
    parts = tuned(out="parts", trials=13)
    assert tried(parts) == tried(whole)
    assert calls.count("trial 1") == 1
    calls.clear()
    calls += ["enough"] * 20
    again = tuned(out="parts", trials=5)  # more are there
    assert tried(again) == tried(whole)
    assert {"afresh" in stage or "final" in stage for stage in calls[20:]} == {True}


def test_a_trial_that_draws_nothing_has_failed_and_the_others_go_on(
    tuned: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measured = Objective.__call__

    def failing(self: Objective, transform: Any, **options: Any) -> Any:
        if options["stage"] == "trial 1":
            raise ValueError("transform must draw defects")
        return measured(self, transform, **options)

    monkeypatch.setattr(Objective, "__call__", failing)
    result = tuned()
    assert [trial["parts"] is None for trial in result["trials"]] == [False, True, False]
    assert result["trials"][1]["reason"] == "transform must draw defects"
    assert "trial 1: failed: transform must draw defects (best" in capsys.readouterr().out


def test_a_lucky_trial_does_not_win(
    tuned: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(study, "FRESH_DRAWS", 2)
    measured = Objective.__call__

    def lucky(self: Objective, transform: Any, **options: Any) -> Any:
        luck = {"trial 1": 9.0, "final of trial 1": -9.0}.get(options["stage"])
        found = measured(self, transform, **options)
        return found if luck is None else found | {"objective": luck}

    monkeypatch.setattr(Objective, "__call__", lucky)
    result = tuned()
    assert result["best"] != 1
    assert {place: len(draws) for place, draws in result["finals"].items()} == {"0": 2, "1": 2, "2": 2}
    said = capsys.readouterr().out
    assert "best 9.0000, trial 1" in said
    assert "final, trial 1: objective -9.0000 +- 0.0000 of 2 draws\n" in said
    assert f"best, trial {result['best']}" in said


def test_without_known_ones_no_test_image_is_opened(tuned: Callable[..., dict[str, Any]], data: Path) -> None:
    result = tuned("none")
    assert result["known"] == []
    assert set(result["trials"][0]["parts"]) == {"objective", "separation", "variety"}
    shutil.rmtree(data / "noise" / "test")
    assert tried(tuned("none", out="again")) == tried(result)


def test_known_ones_at_random_leave_some_of_each_type(data: Path) -> None:
    home = data / "noise"
    chosen = choose_known(home, share=0.3, seed=0)
    assert [name.split("/")[0] for name in chosen] == ["dark", "spot"]
    assert choose_known(home, share=0.3, seed=0) == chosen
    assert len({choose_known(home, share=0.3, seed=seed) for seed in range(8)}) > 2
    assert len(choose_known(home, share=0.99, seed=0)) == 3  # of three and of two


def test_the_share_decides_what_is_known(tuned: Callable[..., dict[str, Any]], data: Path) -> None:
    write_category(data.parent / "readable", defect="dark")
    shutil.copytree(data.parent / "readable" / "test", data / "noise" / "test", dirs_exist_ok=True)
    result = tuned("--known-share", "0.5", trials=1)
    assert result["known"] == list(choose_known(data / "noise", share=0.5, seed=0))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--trials", "0"], "trials must be at least 1, got 0"),
        (["--twins", "0"], "twins must be at least 1, got 0"),
        (["--seed", "-1"], "seed must be at least 0, got -1"),
        (["--category", "disc"], "category must be in .* (noise), got 'disc'"),
        (["--preset", "dragon"], "generator must be one of .*, got 'dragon'"),
        (["--preset", "missing.yaml"], "generator must be a file that A.save wrote, got 'missing.yaml'"),
        (["--known", "good/0.png"], "known must be defective images, DEFECT/FILE in .*test, got 'good/0.png'"),
        (["--known", "dark/9.png"], "known must be defective images, .*, got 'dark/9.png'"),
        (["--known-share", "1"], "known-share must be in 0 < known-share < 1, got 1.0"),
    ],
)
def test_bad_arguments_are_refused(
    words: list[str], message: str, tuned: Callable[..., dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    tuned(*words, code=2)
    assert_matches(message, capsys.readouterr().err)


def test_another_search_in_the_folder_is_refused(
    tuned: Callable[..., dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tuned(trials=1)
    tuned("--seed", "1", trials=1, code=2)
    assert_matches("out must hold a search with the same settings: seed was 0, got 1: .*", capsys.readouterr().err)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "search.sqlite3").write_text("no database" * 200)
    tuned(out="broken", code=2)
    assert_matches("out must hold the search.sqlite3 of a search or none, got .*", capsys.readouterr().err)


def test_one_search_at_a_time(
    tuned: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    inner = Search.run

    def nested(self: Search, evaluate: Any) -> Any:
        monkeypatch.setattr(Search, "run", inner)
        tuned(trials=1, code=2)
        return inner(self, evaluate)

    monkeypatch.setattr(Search, "run", nested)
    tuned(trials=1)
    assert_matches("out must not be in use by another search, got .*", capsys.readouterr().err)


def assert_matches(message: str, text: str) -> None:
    parts = [part for part in message.split(".*") if part]
    assert all(part in text for part in parts), text
