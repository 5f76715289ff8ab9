"""Walks: which calls open a file, and which come back to one."""

import importlib
from pathlib import Path

import pytest

from examples.walk import Stop, record, stops_of, walk_of_transform

FILES = {
    "start": """
        from tiny import middle

        def run():
            import tiny.late
            for number in range(3):
                middle.first(number)
            own()
            middle.second(callback)
            return list(middle.each())

        def own():
            return 1

        def callback():
            return own()
        """,
    "middle": """
        from tiny import words

        def first(number):
            return words.double(number)

        def second(call):
            return call() + words.double(1)

        def each():
            for number in range(2):
                yield words.double(number)
        """,
    "words": """
        def double(number):
            return 2 * number
        """,
    "late": """
        from tiny import words

        class Later:
            size = words.double(1)
        """,
}


def test_a_walk_counts_first_calls_that_open_a_further_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "tiny"
    package.mkdir()
    for name, text in FILES.items():
        lines = [line[8:] for line in text.splitlines()]
        (package / f"{name}.py").write_text("\n".join(lines) + "\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    walked = record(importlib.import_module("tiny.start").run, [package])
    start, middle, words = (str(package / f"{name}.py") for name in ("start", "middle", "words"))
    route = [(stop.file, stop.function.rpartition(".")[2], stop.is_return) for stop in stops_of(walked)]
    assert route == [
        (start, "run", False),
        (middle, "first", False),
        (middle, "second", True),
        (middle, "each", True),
    ]
    everything = stops_of(walked, with_answers=True)
    assert everything[2] == Stop(words, "double", 2, is_return=False)
    assert len(everything) == 5, "words are looked up by one file, the import counts nowhere"


def test_transforms_are_walked_by_name() -> None:
    names = [stop.function for stop in stops_of(walk_of_transform("Scratch"))]
    assert names[0].endswith("draw")
    assert any(name.endswith("render") for name in names)
    with pytest.raises(ValueError, match=r"walk must be eval or the name of a transform .* got 'Scratches'"):
        walk_of_transform("Scratches")
