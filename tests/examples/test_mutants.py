"""The table of mutants fits the code, so that every bug can be put in."""

from pathlib import Path

import pytest

from examples.mutants.__main__ import is_killed, succeed
from examples.mutants.table import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]


def test_there_are_at_least_60_different_bugs() -> None:
    assert len(set(MUTANTS)) == len(MUTANTS) >= 60


def test_each_changes_one_place_and_its_tests_exist() -> None:
    wrong = []
    for mutant in MUTANTS:
        text = (ROOT / mutant.file).read_text()
        places, _, words = mutant.tests.partition(":")
        if text.count(mutant.before) != 1 or mutant.before == mutant.after:
            wrong.append(f"{mutant.file}: {mutant.before!r} occurs {text.count(mutant.before)} times")
        wrong += [f"{mutant.file}: no tests {place}" for place in places.split() if not (ROOT / place).exists()]
        wrong += [f"{mutant.file}: {words!r} must be words for -k"] if "/" in words else []
    assert not wrong, "\n".join(wrong)


def test_tests_of_a_copy_pass_or_fail(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("ONE = 1\n")
    (tmp_path / "test_module.py").write_text("from module import ONE\n\n\ndef test_one():\n    assert ONE == 1\n")
    assert succeed(tmp_path, "test_module.py")
    assert is_killed(tmp_path, Mutant("module.py", "ONE = 1", "ONE = 2", "test_module.py"))
    assert not is_killed(tmp_path, Mutant("module.py", "ONE = 1", "ONE = 1.0", "test_module.py"))
    assert (tmp_path / "module.py").read_text() == "ONE = 1\n"
    with pytest.raises(RuntimeError, match="must run the tests"):
        succeed(tmp_path, "test_module.py:two")
