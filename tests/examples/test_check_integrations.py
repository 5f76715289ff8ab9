"""The frame of the checks against other tools: it finds them unimported and survives those that fail or crash."""

from pathlib import Path

import pytest

from examples.check_integrations.frame import FAILED, MISSING, OK, all_checks, checks_in, run_check
from tests.processes import TIMEOUT

SOURCE = '''
PACKAGE = "numpy"
def check_good(folder):
    """Do what works. More."""
    assert folder.samefile(".") and not list(folder.iterdir())
    return "7 pixels"
def check_bad(folder):
    """Do what fails."""
    raise ValueError("the mask is shifted")
def check_crash(folder):
    """End the process."""
    import os
    os.abort()
def check_slow(folder):
    """Take too long."""
    import time
    time.sleep(600)
'''


@pytest.mark.parametrize(
    ("function", "status", "text"),
    [
        ("good", OK, "7 pixels"),
        ("bad", FAILED, "ValueError: the mask is shifted"),
        ("crash", FAILED, "ended by signal 6"),
        ("slow", FAILED, "still running after 2 s"),
    ],
)
def test_one_line_whatever_becomes_of_a_check(
    function: str, status: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "tool_checks.py"
    file.write_text(SOURCE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (check,) = [each for each in checks_in(file, "tool_checks") if each.function == f"check_{function}"]
    outcome = run_check(check, timeout_s=2 if function == "slow" else TIMEOUT)
    assert (outcome.status, outcome.text) == (status, text)
    assert str(outcome).startswith(f"tool_checks.{function} {outcome.version}")
    assert check.done in str(outcome)


def test_a_tool_that_is_missing_is_not_run(tmp_path: Path) -> None:
    file = tmp_path / "tool_checks.py"
    file.write_text(SOURCE.replace('"numpy"', '"no-such-distribution"'))
    assert {run_check(check).status for check in checks_in(file, "tool_checks")} == {MISSING}


def test_every_check_says_what_it_does() -> None:
    found = all_checks()
    assert len({check.name for check in found}) == len(found) >= 9
    assert all(check.done and check.package for check in found)
