"""`defectsynth preview`: a contact sheet of the images that `generate` would draw, spread over the folder."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from defectsynth.cli.choice import chosen_transform
from defectsynth.cli.contact_sheet import Row, draw_page, draw_sheet
from defectsynth.cli.errors import JobError, UsageError
from defectsynth.cli.generate import report
from defectsynth.cli.job import check_file
from defectsynth.cli.options import check_options
from defectsynth.cli.reading import list_images
from defectsynth.cli.sampling import draw_image
from defectsynth.cli.tasks import FAULTS, reason_of
from defectsynth.cli.writing import encode_jpeg, encode_png, write_whole
from defectsynth.core.arrays import Array
from defectsynth.core.messages import did_you_mean
from defectsynth.io.image_files import UnreadableError, read_image

ROWS = 5  # unless asked for more
SUFFIXES = (".png", ".jpg", ".jpeg", ".html")
SUFFIXES_TEXT = ".png, .jpg or .html"


@dataclass(frozen=True)
class _Source:
    name: str
    image: Array


def preview(arguments: Namespace) -> int:
    """Write a contact sheet; return the exit code."""
    output: Path = arguments.output
    if output.suffix.lower() not in SUFFIXES:
        raise UsageError(f"OUTPUT must be a {SUFFIXES_TEXT} file, got {str(output)!r}")
    check_file(output, name="OUTPUT", inputs={"INPUT": arguments.input})
    names = list_images(arguments.input)
    check_options(arguments)
    transform = chosen_transform(arguments)
    failures: list[dict[str, str]] = []
    numbers = _chosen(arguments.images, names) or spread(len(names), arguments.rows or ROWS)
    rows = _rows(arguments, names, numbers, transform, failures)
    if output.suffix.lower() == ".html":
        write_whole(output, draw_page(rows, cell=arguments.cell))
    else:
        sheet = draw_sheet(rows, count=len(numbers), cell=arguments.cell)
        write_whole(output, encode_png(sheet) if output.suffix.lower() == ".png" else encode_jpeg(sheet))
    print(f"{len(numbers)} samples in {output}")
    return report(failures)


def _chosen(wanted: Sequence[str] | None, names: Sequence[str]) -> list[int]:
    """Return the numbers of the images that the command line names."""
    for name in wanted or ():
        if name not in names:
            raise UsageError(f"--image must be the path of an image in INPUT, got {name!r}{did_you_mean(name, names)}")
    return [names.index(name) for name in wanted or ()]


def _rows(
    arguments: Namespace, names: tuple[str, ...], numbers: Sequence[int], transform: Any, failures: list[dict[str, str]]
) -> Iterator[Row]:
    """Yield the samples; append what failed to `failures`.

    Raises:
        JobError: if no image can be read.
    """
    for number in numbers:
        source, unread = _next_readable(arguments.input, names, number)
        failures += [failure for failure in unread if failure not in failures]
        if source is None:
            report(failures)
            raise JobError(f"none of the {len(names)} images can be used")
        row, failure = _row(source, transform, seed=arguments.seed, number=number, peak=arguments.peak)
        failures += failure
        yield row


def spread(total: int, wanted: int) -> list[int]:
    """Return `wanted` numbers spread evenly over range(total), or range(wanted) if there are not as many."""
    return [row * total // wanted for row in range(wanted)] if wanted <= total else list(range(wanted))


def _next_readable(folder: Path, names: tuple[str, ...], number: int) -> tuple[_Source | None, list[dict[str, str]]]:
    """Return the image at a number or the next readable one, and what is wrong with those before it."""
    failures: list[dict[str, str]] = []
    for step in range(len(names)):
        name = names[(number + step) % len(names)]
        try:
            return _Source(name, read_image(folder / name)), failures
        except UnreadableError as error:
            failures.append({"source": name, "error": str(error)})
    return None, failures


def _row(
    source: _Source, transform: Any, *, seed: int, number: int, peak: int | None
) -> tuple[Row, list[dict[str, str]]]:
    try:
        drawn = draw_image(source.image, transform, seed=seed, number=number, roi=None, peak=peak)[1]
    except FAULTS as error:
        return Row(source.name, source.image, None), [{"source": source.name, "error": reason_of(error)}]
    failure = [] if drawn else [{"source": source.name, "error": "no defect could be placed"}]
    return Row(source.name, source.image, drawn), failure
