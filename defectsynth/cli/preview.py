"""`defectsynth preview`: a contact sheet of what `generate` would draw first."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from defectsynth.cli.choice import chosen_transform
from defectsynth.cli.drawing import draw_image
from defectsynth.cli.errors import JobError, UnreadableError, UsageError
from defectsynth.cli.generate import report
from defectsynth.cli.reading import list_images, read_image
from defectsynth.cli.sheet import Row, draw_sheet
from defectsynth.cli.writing import encode_png, write_whole
from defectsynth.layers import Array


@dataclass(frozen=True)
class _Source:
    name: str
    image: Array


def preview(arguments: Namespace) -> int:
    """Write a contact sheet; return the exit code."""
    output: Path = arguments.output
    if output.suffix.lower() != ".png":
        raise UsageError(f"OUTPUT must be a .png file, got {str(output)!r}")
    if output.is_dir():
        raise UsageError(f"OUTPUT must be a .png file, got the folder {str(output)!r}")
    transform = chosen_transform(arguments)
    names = list_images(arguments.input)
    sources, failures = _read(arguments.input, names, wanted=arguments.rows)
    if not sources:
        report(failures)
        raise JobError(f"none of the {len(names)} images can be used")
    rows = []
    for number in range(arguments.rows):
        row, failure = _row(sources[number % len(sources)], transform, seed=arguments.seed, number=number)
        rows.append(row)
        failures += failure
    write_whole(output, encode_png(draw_sheet(rows, cell=arguments.cell)))
    print(f"{len(rows)} samples in {output}")
    return report(failures)


def _read(folder: Path, names: tuple[str, ...], *, wanted: int) -> tuple[list[_Source], list[dict[str, str]]]:
    """Return the first readable images, and what is wrong with those before them that are not."""
    sources: list[_Source] = []
    failures: list[dict[str, str]] = []
    for name in names:
        if len(sources) == wanted:
            break
        try:
            sources.append(_Source(name, read_image(folder / name)))
        except UnreadableError as error:
            failures.append({"source": name, "error": str(error)})
    return sources, failures


def _row(source: _Source, transform: Any, *, seed: int, number: int) -> tuple[Row, list[dict[str, str]]]:
    try:
        drawing = draw_image(source.image, transform, seed=seed, number=number, roi=None)[1]
    except (TypeError, ValueError) as error:
        return Row(source.name, source.image, None), [{"source": source.name, "error": str(error)}]
    failure = [] if drawing else [{"source": source.name, "error": "no defect could be placed"}]
    return Row(source.name, source.image, drawing), failure
