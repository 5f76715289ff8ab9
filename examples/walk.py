"""The files that a run passes through, in order, and those to which it returns.

    python -m examples.walk eval          # `eval run` on a small rendered category
    python -m examples.walk MissingPart   # a transform, from `draw` to the last pixel of a rendered chip package

A person who reads along opens a file, follows the calls in it one after the other, and closes it when its last function
ends. The walk is what that person opens:

- A file is open while one of its functions runs. Only files of the given packages count; imports do not, nor do
  functions inside functions, such as callbacks and the wrappers that decorators put around a function.
- A stop is a call into a file that is not open, if that call opens a further file before it ends. Of each function and
  file that calls it, the first such call counts, so that loops are walked once.
- Any other call into another file is an answer, which is read in passing.
- A return is a stop in a file that had a stop before.
"""

from __future__ import annotations

import argparse
import inspect
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NamedTuple

import defectsynth as ds
from defectsynth.io.image_files import read_pixels
from eval.sample_set import render_part

ROOT = Path(__file__).parents[1]


@dataclass
class Call:
    """A call of a function, with the calls that it made.

    Attributes:
        file: path of the function's file.
        code: the function.
        calls: the calls that it made, in order.
    """

    file: str
    code: CodeType | None
    calls: list[Call] = field(default_factory=list)


class Stop(NamedTuple):
    """A call that opens a file.

    Attributes:
        file: path of the file.
        function: name of the function.
        depth: number of files that are open.
        is_return: True if the file had a stop before.
    """

    file: str
    function: str
    depth: int
    is_return: bool


class Recorder:
    """Profile function that records the calls of functions in some folders, by this thread.

    Args:
        folders: folders of the files that count.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self.heads = tuple(f"{folder}/" for folder in folders)
        self.start = Call("", None)
        self.running: list[tuple[FrameType | None, Call | None]] = [(None, self.start)]  # None within an import
        self.suspended: dict[FrameType, Call] = {}  # generators that have yielded

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        """Take note of a call or an end."""
        code = frame.f_code
        if not code.co_filename.startswith(self.heads) or code.co_flags & inspect.CO_NESTED:
            return
        if event == "call":
            call = self.suspended.pop(frame, None)
            caller = self.running[-1][1]
            if call is None and caller is not None and code.co_name != "<module>":
                call = Call(code.co_filename, code)
                caller.calls.append(call)
            self.running.append((frame, call))
        elif event == "return" and self.running[-1][0] is frame:
            call = self.running.pop()[1]
            if call is not None and code.co_flags & inspect.CO_GENERATOR:
                self.suspended[frame] = call


def record(run: Callable[[], object], folders: Sequence[Path]) -> Call:
    """Run a function and return a call that holds all calls of functions in the folders, see `Recorder`."""
    recorder = Recorder(folders)
    sys.setprofile(recorder)
    try:
        run()
    finally:
        sys.setprofile(None)
    return recorder.start


def stops_of(start: Call, *, with_answers: bool = False) -> list[Stop]:
    """Return the stops of a walk in order; `with_answers` counts the answers, too."""
    known: set[tuple[str, CodeType | None]] = set()
    files: set[str] = set()
    stops: list[Stop] = []

    def walk(call: Call, opened: frozenset[str]) -> None:
        for inner in call.calls:
            now_open = opened | {inner.file}
            key = call.file, inner.code
            if inner.file not in opened and key not in known and (with_answers or _opens_more(inner, now_open)):
                known.add(key)
                name = getattr(inner.code, "co_qualname", getattr(inner.code, "co_name", ""))  # from Python 3.11 on
                stops.append(Stop(inner.file, name, len(opened), inner.file in files))
                files.add(inner.file)
            walk(inner, now_open)

    walk(start, frozenset())
    return stops


def _opens_more(call: Call, opened: frozenset[str]) -> bool:
    return any(inner.file not in opened or _opens_more(inner, opened) for inner in call.calls)


def lines_of(start: Call) -> Iterator[str]:
    """Yield a line for each stop, then the counts."""
    for number, stop in enumerate(stops_of(start), 1):
        file = Path(stop.file).relative_to(ROOT).as_posix()
        yield f"{number:3} {'  ' * stop.depth}{file}: {stop.function}{' (return)' if stop.is_return else ''}"
    for title, with_answers in (("", False), ("with answers: ", True)):
        stops = stops_of(start, with_answers=with_answers)
        returns = sum(stop.is_return for stop in stops)
        yield f"{title}{len(stops)} stops in {len(stops) - returns} files, {returns} returns"


def walk_of_eval(folder: Path) -> Call:
    """Walk `eval run` on a small category that is rendered into a folder."""
    from eval.__main__ import main as evaluate  # noqa: PLC0415  torch is needed for this walk only
    from eval.sample_set import write_sample_set  # noqa: PLC0415

    write_sample_set(folder / "data", families=["flange"], size=64, train=8, test_good=3, test_per_defect=2)
    places = ["--data", str(folder / "data"), "--category", "flange", "--out", str(folder / "out")]
    small = ["--size", "64", "--epochs", "1", "--weights", "none", "--head", "softmax", "--scoring", "patch"]
    return record(lambda: evaluate(["run", *places, *small]), [ROOT / "eval"])


def walk_of_transform(name: str, image: Path | None = None) -> Call:
    """Walk the drawing of a transform by its name.

    Args:
        name: such as MissingPart.
        image: file of the image; None for a rendered chip package.

    Raises:
        ValueError: if there is no such transform.
    """
    if not isinstance(kind := getattr(ds, name, None), type) or not hasattr(kind, "draw"):
        raise ValueError(f"walk must be eval or the name of a transform such as MissingPart, got {name!r}")
    pixels = render_part("chip_package", size=256, seed=0)[0] if image is None else read_pixels(image)
    transform = kind()
    return record(lambda: transform.draw(pixels, seed=0), [ROOT / "defectsynth"])


def main() -> None:
    """Print a walk."""
    parser = argparse.ArgumentParser(prog="python -m examples.walk", description=__doc__.partition("\n")[0])
    parser.add_argument("walk", metavar="eval|TRANSFORM")
    parser.add_argument("--image", type=Path, metavar="FILE", help="to draw on (default: a rendered chip package)")
    given = parser.parse_args()
    if given.walk == "eval":
        with tempfile.TemporaryDirectory() as folder:
            start = walk_of_eval(Path(folder))
    else:
        try:
            start = walk_of_transform(given.walk, given.image)
        except ValueError as error:
            parser.error(str(error))
    print("\n".join(lines_of(start)))


if __name__ == "__main__":
    main()
