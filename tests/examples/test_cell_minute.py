"""The seconds of one cell by what they are spent on."""

import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")

from examples import cell_minute


def test_a_run_that_failed_ends_with_its_error_and_without_a_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = str(tmp_path / "missing")
    monkeypatch.setattr(sys, "argv", ["", "--data", data, "--category", "screw", "--out", str(tmp_path / "out")])
    with pytest.raises(SystemExit) as ended:
        cell_minute.main()
    printed = capsys.readouterr()
    assert ended.value.code == 2
    assert "missing" in printed.err
    assert not printed.out
