"""`predict`: files and folders of images, and what an interruption leaves."""

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")
pytest.importorskip("filelock")

from defectsynth.core.images import WhiteLevelWarning
from eval.__main__ import main
from eval.benchmark import prediction
from eval.benchmark.prediction_journal import JOURNAL
from tests.eval.conftest import SIDE, put, write_spots


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the data set `data` and the model of an untrained run."""
    root = tmp_path_factory.mktemp("home")
    write_spots(root / "data" / "plate", brightness=250)
    small = ["--weights", "none", "--size", str(SIDE), "--experiment", "none"]
    assert main(["run", "--data", str(root / "data"), "--category", "plate", "--out", str(root / "out"), *small]) == 0
    (model,) = (root / "out" / "plate").iterdir()
    model.rename(root / "model")
    return root


def predicted(out: Path) -> list[str]:
    return [image["path"] for image in json.loads((out / "predictions.json").read_text())["images"]]


def test_folders_stand_for_all_images_below_them_but_results(home: Path, tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    shutil.copytree(home / "data" / "plate" / "test", parts)
    single = home / "data" / "plate" / "test" / "good" / "0.png"
    expected = [str(single), *(path.as_posix() for path in sorted(parts.rglob("*.png")))]
    out = parts / "predicted"
    for _ in range(2):  # the second time, heat maps lie in the folder
        assert main(["predict", str(home / "model"), str(single), str(parts), "--out", str(out)]) == 0
        assert predicted(out) == expected
        (out / "heat.png").write_bytes(single.read_bytes())


def test_results_may_lie_above_the_images(home: Path, tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    shutil.copytree(home / "data" / "plate" / "test", parts)
    assert main(["predict", str(home / "model"), str(parts), "--out", str(tmp_path)]) == 0
    assert predicted(tmp_path) == [path.as_posix() for path in sorted(parts.rglob("*.png"))]


@pytest.mark.parametrize(("name", "message"), [("empty", "without any"), ("missing", "existing files or folders")])
def test_folders_without_images_are_refused(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, message: str
) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["predict", str(home / "model"), str(tmp_path / name), "--out", str(tmp_path / "out")]) == 2
    printed = capsys.readouterr().err
    assert message in printed
    assert str(tmp_path / name) in printed
    assert not (tmp_path / "out").exists()


def test_results_beside_the_images_are_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = home / "data" / "plate" / "test" / "good"
    before = sorted(parts.iterdir())
    assert main(["predict", str(home / "model"), str(parts), "--out", str(parts)]) == 2
    assert f"--out must be another folder than that of the images, got '{parts}'" in capsys.readouterr().err
    assert sorted(parts.iterdir()) == before


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the images that are read; with "stop" as the last one, the next is interrupted."""
    read, done = prediction.read_image_file, []

    def noted(path: Path, kind: str) -> object:
        if done and done[-1] == "stop":
            raise KeyboardInterrupt
        done.append(str(path))
        if len(done) == 2:
            done.append("stop")
        return read(path, kind)

    monkeypatch.setattr(prediction, "read_image_file", noted)
    return done


def test_an_interrupted_prediction_goes_on_where_it_stopped(
    home: Path, tmp_path: Path, reads: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    images = [str(path) for path in sorted((home / "data" / "plate" / "test").rglob("*.png"))]
    words = ["predict", str(home / "model"), str(home / "data" / "plate" / "test"), "--out"]
    out, whole = tmp_path / "out", tmp_path / "whole"
    assert main([*words, str(out)]) == 130
    first = capsys.readouterr()
    assert first.err == "\n2 of 4 images are done; run the same command again to finish\ninterrupted\n"
    assert not (out / "predictions.json").exists()
    with (out / JOURNAL).open("a") as file:
        file.write('{"file": "half a li')  # as a kill leaves it
    reads[:] = ["counts", "no", "more"]
    assert main([*words, str(out)]) == 0
    assert reads[3:] == images[2:]
    assert capsys.readouterr().out.startswith(first.out)
    assert main([*words, str(whole)]) == 0
    found, expected = (json.loads((folder / "predictions.json").read_text()) for folder in (out, whole))
    assert found == expected
    assert sorted(path.name for path in out.iterdir()) == sorted(path.name for path in whole.iterdir())


def test_only_what_is_still_true_is_taken_over(home: Path, tmp_path: Path, reads: list[str]) -> None:
    parts = tmp_path / "parts"
    shutil.copytree(home / "data" / "plate" / "test", parts)
    images = sorted(parts.rglob("*.png"))
    words = ["predict", str(home / "model"), *map(str, images), "--out", str(tmp_path / "out")]
    assert main(words) == 130
    images[0].write_bytes(images[1].read_bytes())
    reads[:] = ["counts", "no", "more"]
    assert main(words) == 0
    assert reads[3:] == [str(path) for path in (images[0], *images[2:])]
    scores = [entry["score"] for entry in json.loads((tmp_path / "out" / "predictions.json").read_text())["images"]]
    assert scores[0] == scores[1]
    reads.clear()
    assert main(words) == 130
    reads[:] = ["counts", "no", "more"]
    assert main([*words, "--false-positives", "0.5"]) == 0  # other thresholds: all anew
    assert reads[3:] == [str(path) for path in images]


def test_images_of_12_bits_are_not_darkened_silently(home: Path, tmp_path: Path) -> None:
    eight = cv2.imread(str(home / "data" / "plate" / "test" / "good" / "0.png"), cv2.IMREAD_UNCHANGED)
    for name in ("0.png", "1.png"):
        put(tmp_path / "twelve" / name, eight.astype(np.uint16) * 16)
    put(tmp_path / "sixteen" / "0.png", eight.astype(np.uint16) * 257)
    words = ["predict", str(home / "model"), "--out", str(tmp_path / "out")]
    with pytest.warns(WhiteLevelWarning, match=r"0\.png has 16 bits but no pixel above \d+; .* give --peak") as given:
        assert main([*words, str(tmp_path / "twelve")]) == 0
    assert len(given) == 1
    assert main([*words, str(tmp_path / "twelve"), "--peak", "4080"]) == 0
    assert main([*words, str(tmp_path / "sixteen")]) == 0
