"""Environment variables with something else than numbers stop a command with a clear error."""

from pathlib import Path

import pytest

from defectsynth.cli.commands import VARIABLES, main
from tests.images import make_part, write_image


@pytest.mark.parametrize("variable", sorted(VARIABLES))
@pytest.mark.parametrize("value", ["abc", "-1", "1.5", ""])
def test_wrong_values_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: str, value: str
) -> None:
    write_image(tmp_path / "good/0.png", make_part(0))
    monkeypatch.setenv(variable, value)
    assert main(["preview", str(tmp_path / "good"), str(tmp_path / "sheet.png"), "--rows", "1"]) == 2
    rule = f"{variable} must be a whole number of at least {VARIABLES[variable]}, got {value!r}"
    assert rule in capsys.readouterr().err
    assert not (tmp_path / "sheet.png").exists()
