"""Categories without masks, or with some of them: scores of images, and pixels marked as missing."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")
pytest.importorskip("jinja2")

from eval.__main__ import main
from eval.benchmark.results import find_results
from eval.report.table_entries import MISSING
from tests.eval.conftest import SIDE, write_spots


@pytest.mark.parametrize("left", [0, 1])
def test_images_are_scored_and_pixels_are_missing(
    left: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], read_page: Any
) -> None:
    home, out = tmp_path / "data" / "plate", tmp_path / "out"
    write_spots(home, brightness=250)
    run = ["run", "--data", str(home.parent), "--category", "plate", "--scoring", "patch", "--weights", "none"]
    run += ["--size", str(SIDE), "--epochs", "1", "--head", "softmax"]
    assert main([*run, "--out", str(tmp_path / "whole")]) == 0
    if left:
        (home / "ground_truth" / "spot" / "1_mask.png").unlink()
    else:
        shutil.rmtree(home / "ground_truth")
    capsys.readouterr()
    assert main([*run, "--out", str(out)]) == 0
    untrained, trained, *_ = capsys.readouterr().out.splitlines()
    assert f"no pixels ({2 - left} of 2 masks are missing)" in untrained
    assert f"no pixels ({2 - left} of 2 masks are missing)" in trained
    whole = find_results(tmp_path / "whole")
    for place, results in find_results(out).items():
        assert results.missing_masks == 2 - left
        assert results.metrics.pixel is None
        assert not [name for name in results.metrics.intervals if name.startswith("pixel")]
        assert whole[place].missing_masks == 0
        assert whole[place].metrics.pixel is not None
        scores = [[image.score for image in each.images] for each in (results, whole[place])]
        np.testing.assert_allclose(*scores, rtol=1e-5)
    assert main(["report", str(out)]) == 0
    page = read_page(out / "report.html")
    assert "no numbers of pixels: plate." in page.text
    assert page.table("Pixel AUROC. Self-supervised")["softmax"][1] == MISSING
    assert page.images
