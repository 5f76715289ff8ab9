"""Run the mutants: `python -m examples.mutants [--only WORD] [--state FILE]`.

Each bug of the table is put into a copy of the repository, its tests are run there, and the copy is restored. A bug is
killed if a test fails; without any bug the same tests must pass, which is looked at first. Run `--only defectsynth`
with albumentations 2.0.8, whose seeds some of the bugs are about, and `--only dml_heads` and `--only eval` where torch
is installed. A stopped run goes on where it stopped; results are kept in the state file, by a digest of the tree and of
the bug.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tqdm import tqdm

from examples.mutants.table import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
COPIED = ("defectsynth", "dml_heads", "eval", "tests", "examples", "pyproject.toml", "README.md", ".ci")
MIN_KILLED = 0.95
TIMEOUT = 900  # s for the tests of one mutant; an endless loop counts as killed


def main() -> int:
    """Run all mutants; return 0 if at least 95 % are killed."""
    parser = argparse.ArgumentParser(prog="python -m examples.mutants", description="Run the hand-made bugs.")
    parser.add_argument("--only", default="", metavar="WORD", help="only mutants whose file or line contains WORD")
    parser.add_argument(
        "--state", type=Path, default=Path("mutants.json"), help="results so far (default: mutants.json)"
    )
    arguments = parser.parse_args()
    chosen = [mutant for mutant in MUTANTS if arguments.only in f"{mutant.file}: {mutant.before}"]
    if not chosen:
        parser.error(f"WORD must occur in the file or line of a mutant, got {arguments.only!r}")
    tree = digest_of_tree()
    results = json.loads(arguments.state.read_text()) if arguments.state.exists() else {}
    selections = dict.fromkeys(mutant.tests for mutant in chosen)
    with tempfile.TemporaryDirectory() as folder:
        copy = copied_tree(Path(folder))
        for item in tqdm([*selections, *chosen], unit="run", desc="mutants"):
            key = key_of(tree, item)
            if key not in results:
                results[key] = succeed(copy, item) if isinstance(item, str) else is_killed(copy, item)
                arguments.state.write_text(json.dumps(results, indent=1) + "\n")
            if isinstance(item, str) and not results[key]:
                parser.exit(1, f"the tests {item!r} must pass without a bug\n")
    killed = {mutant: results[key_of(tree, mutant)] for mutant in chosen}
    for mutant, dead in killed.items():
        if not dead:
            print(f"survived: {mutant.file}: {mutant.before!r} -> {mutant.after!r}")
    share = sum(killed.values()) / len(killed)
    print(f"{sum(killed.values())} of {len(killed)} mutants killed ({share:.0%})")
    return 0 if share >= MIN_KILLED else 1


def copied_tree(folder: Path) -> Path:
    """Return a copy of the repository inside a folder."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder


def is_killed(copy: Path, mutant: Mutant) -> bool:
    """Return whether a test fails with the mutant in place."""
    path = copy / mutant.file
    text = path.read_text()
    if text.count(mutant.before) != 1:
        raise ValueError(f"{mutant.file} must contain {mutant.before!r} once, found {text.count(mutant.before)} times")
    path.write_text(text.replace(mutant.before, mutant.after))
    try:
        return not succeed(copy, mutant.tests)
    finally:
        path.write_text(text)


def succeed(copy: Path, tests: str) -> bool:
    """Return whether the tests of a copy pass; tests that do not end in time count as failed.

    Raises:
        RuntimeError: if pytest finds no tests or is called wrongly.
    """
    places, _, words = tests.partition(":")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *places.split()]
    try:
        done = subprocess.run(  # noqa: S603  our own tests
            [*command, *(["-k", words] if words else [])], cwd=copy, capture_output=True, timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    if done.returncode not in (0, 1, 2, 3):
        raise RuntimeError(f"pytest must run the tests {tests!r}, got {done.stdout.decode()[-2000:]}")
    return done.returncode == 0


def key_of(tree: str, item: Mutant | str) -> str:
    """Return the name of a result in the state file: of a mutant, or of tests without a bug."""
    return hashlib.sha256(f"{tree}{item}".encode()).hexdigest()[:16]


def digest_of_tree() -> str:
    """Return a digest of all that a result depends on."""
    found = hashlib.sha256()
    for name in COPIED:
        files = sorted((ROOT / name).rglob("*.py")) if (ROOT / name).is_dir() else [ROOT / name]
        for file in files:
            if file.is_file():
                found.update(file.relative_to(ROOT).as_posix().encode() + file.read_bytes())
    return found.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
