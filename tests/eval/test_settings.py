"""Settings of cells: paths are absolute, and the name of a folder is short and stands for one cell only."""

from pathlib import Path
from typing import Any

import albumentations as A
import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")

from defectsynth import Line, Scratch
from eval.benchmark.cell import Settings
from eval.benchmark.settings import make_settings
from tests.images import write_image


def settings(**options: Any) -> Settings:
    """Return settings of a training on a category."""
    return make_settings(
        **{"data": "/data", "category": "plate", "experiment": "self_supervised", "head": "softmax", **options}
    )


def save(defect: A.BasicTransform, path: Path) -> str:
    """Write a generator to a file and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    A.save(A.Compose([defect]), str(path), data_format="yaml")
    return str(path)


def test_files_with_the_same_stem_have_folders_of_their_own(tmp_path: Path) -> None:
    first = settings(generator=save(Line(p=1), tmp_path / "a/mine.yaml"))
    second = settings(generator=save(Scratch(p=1), tmp_path / "b/mine.yaml"))
    same = settings(generator=save(Line(p=1), tmp_path / "c/mine.yaml"))
    assert first.name != second.name
    assert first.name == same.name
    assert "mine" in first.name


def test_paths_are_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(Line(p=1), tmp_path / "mine.yaml")
    (tmp_path / "w.pth").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    found = settings(generator="mine.yaml", weights="w.pth")
    assert found.generator == str(tmp_path / "mine.yaml")
    assert found.weights == str(tmp_path / "w.pth")
    assert settings(generator="line", weights="none").generator == "line"


def test_numbers_that_differ_in_their_last_digits_have_folders_of_their_own() -> None:
    first, second = (
        settings(scoring="patch", recipe=[("learning_rate", rate)]) for rate in (0.0012345678, 0.0012345679)
    )
    assert first.name != second.name
    assert settings(scoring="patch", recipe=[("learning_rate", 0.002)]).name.endswith("learning_rate0.002-seed0")


def test_many_classes_make_a_short_name() -> None:
    classes = [f"{number}_{'long' * 25}" for number in range(5)]
    found = settings(experiment="multi_class", classes=classes)
    assert max(len(part) for part in Path(found.name).parts) < 200
    assert found.name != settings(experiment="multi_class", classes=classes[1:]).name


def test_binary_learns_from_the_first_type_with_images(tmp_path: Path) -> None:
    for name in (".hidden", "a_empty", "b_scratch", "good"):
        (tmp_path / "plate/test" / name).mkdir(parents=True)
    for name in (".hidden", "b_scratch", "good"):
        write_image(tmp_path / "plate/test" / name / "0.png", np.zeros((8, 8), np.uint8))
    assert settings(data=tmp_path, experiment="binary").defect == "b_scratch"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seed": 2**70}, "seed must be at most 9223372036854775807, got 1180591620717411303424"),
        ({"experiment": "binary", "defect": "good"}, "defect must be a type of defect, got 'good'"),
    ],
)
def test_what_would_fail_after_the_training_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        settings(**options)
