"""The table of mutants fits the code, so that every bug can be put in."""

from pathlib import Path

from examples.mutants.table import MUTANTS

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
