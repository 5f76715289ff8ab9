"""Table of the fifteen categories of MVTec AD: untrained, generic preset and category preset, real or rendered.

    python -m examples.table_of_fifteen OUT [--data DIR ...] [--categories NAME ...] [--seeds N ...] [--jobs N]

A category is real if one of the folders in `--data` holds it in the layout of MVTec AD; the others are rendered to
OUT/stand_ins (`eval.sample_set`) and marked so. Folders of other data sets with a preset stand below the fifteen. Each
category is measured with the untrained backbone, with `generic_object` or `generic_texture`, and with its own preset,
fused and pooled (one embedding for each image, as in the seed article), over the seeds. OUT/table.md holds the table
and what misses a bar. If it is interrupted, the same command resumes; `--categories` measures one in minutes.
"""

import argparse
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as `python -m eval` does

from defectsynth.presets import CATEGORIES, MVTEC_AD
from eval.benchmark.cell import Settings
from eval.benchmark.results import Results
from eval.benchmark.settings import BenchmarkOptions, make_cells
from eval.cli.benchmark import run_all
from eval.data.folders import find_categories
from eval.sample_set import STAND_INS, write_sample_set

TEXTURES = {"carpet", "electrical_commutator", "grid", "leather", "tile", "wood", "wood_laminate"}
SCORINGS = ("fused", "pooled")
BAR = 0.90  # of every category with its own preset
COLUMNS = ("untrained", "generic", "preset")


@dataclass(frozen=True)
class Place:
    """Folder with the images of a category.

    Attributes:
        category: its name.
        data: folder that holds its folder.
        is_stand_in: whether its images are rendered.
    """

    category: str
    data: Path
    is_stand_in: bool

    @property
    def title(self) -> str:
        """Name in the table."""
        return f"{self.category} (stand-in)" if self.is_stand_in else self.category

    @property
    def generators(self) -> tuple[str, str]:
        """Names of the generic preset and of the category's own."""
        generic = "generic_texture" if self.category in TEXTURES else "generic_object"
        return generic, self.category


def find_places(folders: Iterable[Path], *, stand_ins: Path, chosen: Sequence[str] | None = None) -> list[Place]:
    """Return the fifteen categories, and after them the others in `folders` that have a preset.

    Args:
        folders: hold categories; the first one with a category counts.
        stand_ins: folder of the rendered sets.
        chosen: names of the categories that are wanted; None for all.

    Raises:
        ValueError: if a name is unknown, or a category has neither images nor a stand-in.
    """
    found: dict[str, Path] = {}
    for folder in folders:
        for name in find_categories(folder):
            found.setdefault(name, folder)
    beside = [name for name in found if name not in MVTEC_AD and name in CATEGORIES]
    known = [*MVTEC_AD, *beside]
    if unknown := [name for name in chosen or () if name not in known]:
        raise ValueError(f"categories must be of {', '.join(known)}, got {unknown[0]!r}")
    places = []
    for name in known:
        if chosen is not None and name not in chosen:
            continue
        if name in found:
            places.append(Place(name, found[name], is_stand_in=False))
        elif name in STAND_INS:
            places.append(Place(name, stand_ins / name, is_stand_in=True))
        elif chosen is not None:
            raise ValueError(f"{name} has no stand-in: name a folder with its images in --data")
    return places


def render(place: Place, size: int) -> None:
    """Render the stand-in of a category; what is there is kept."""
    write_sample_set(place.data, families=[place.category], size=size)


def table_of(places: Sequence[Place], results: Iterable[Results], *, scorings: Sequence[str] = SCORINGS) -> str:
    """Return the table in Markdown: image AUROC, mean and standard deviation of the seeds; a dash where one is missing.

    Below it stand the means of the fifteen and what misses a bar.
    """
    values = _values(places, results)
    keys = [(scoring, column) for scoring in scorings for column in COLUMNS]
    rows = [["", *(f"{scoring}, {column}" for scoring, column in keys)], ["---"] * (len(keys) + 1)]
    fifteen = [place for place in places if place.category in MVTEC_AD]
    groups = [(place.title, [place]) for place in fifteen]
    if len(fifteen) > 1:
        groups.append((f"mean of {len(fifteen)}", fifteen))
    groups += [(place.title, [place]) for place in places if place not in fifteen]
    for title, group in groups:
        rows.append([title, *(_cell([values.get((place.category, *key), []) for place in group]) for key in keys)])
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([*lines, "", *_misses(values, scorings)]) + "\n"


def _values(places: Sequence[Place], results: Iterable[Results]) -> dict[tuple[str, str, str], list[float]]:
    """Return the image AUROC of each seed by category, scoring and column."""
    column_of = {place.category: dict(zip(place.generators, COLUMNS[1:], strict=True)) for place in places}
    values: dict[tuple[str, str, str], list[float]] = {}
    for one in results:
        settings = one.settings
        column = column_of.get(settings.category, {}).get(str(settings.generator))
        if column is None or one.baseline is None:
            continue
        values.setdefault((settings.category, settings.scoring, column), []).append(one.metrics.image.auroc)
        values[settings.category, settings.scoring, "untrained"] = [one.baseline.image.auroc]
    return values


def _cell(seeds: Sequence[Sequence[float]]) -> str:
    """Return the mean of the categories; of a single one with the standard deviation of its seeds."""
    if not all(seeds):
        return "-"
    spread = f" +- {stdev(seeds[0]):.3f}".replace(" 0.", " .") if len(seeds) == 1 and len(seeds[0]) > 1 else ""
    return f"{fmean(map(fmean, seeds)):.3f}".removeprefix("0") + spread


def _misses(values: Mapping[tuple[str, str, str], Sequence[float]], scorings: Sequence[str]) -> list[str]:
    """Return a line for each bar and scoring with the categories that miss it."""
    lines = []
    for scoring in scorings:
        trained = {
            name: fmean(seeds) for (name, by, column), seeds in values.items() if (by, column) == (scoring, "preset")
        }
        low = sorted(name for name, auroc in trained.items() if auroc < BAR)
        worse = sorted(name for name, auroc in trained.items() if auroc < values[name, scoring, "untrained"][0])
        lines.append(f"- {scoring}, below {BAR:.2f} with the preset: {', '.join(low) or 'none'}.")
        lines.append(f"- {scoring}, below untrained with the preset: {', '.join(worse) or 'none'}.")
    return lines


def cells_of(
    places: Iterable[Place], *, seeds: Sequence[int], scorings: Sequence[str], backbone: str
) -> tuple[Settings, ...]:
    """Return all cells, category by category."""
    cells: list[Settings] = []
    for place in places:
        options = BenchmarkOptions(
            data=place.data,
            categories=[place.category],
            heads=["softmax"],
            scorings=scorings,
            generators=place.generators,
            seeds=seeds,
            backbone=backbone,
        )
        cells += make_cells(options)
    return tuple(dict.fromkeys(cells))


def main(argv: Sequence[str] | None = None) -> int:
    """Render, run all cells and write the table; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        prog="python -m examples.table_of_fifteen",
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of stand-ins, results and table")
    parser.add_argument("--data", nargs="+", type=Path, default=[], metavar="DIR", help="folders of real categories")
    parser.add_argument("--categories", nargs="+", metavar="NAME", help="default: all")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2], metavar="N", help="default: 0 1 2")
    parser.add_argument("--scorings", nargs="+", default=list(SCORINGS), metavar="NAME", help="default: fused pooled")
    parser.add_argument("--backbone", default="efficientnet_lite0", metavar="NAME", help="see run")
    parser.add_argument("--size", type=int, default=256, metavar="PX", help="side of the stand-ins (default: 256)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes at once (default: 1)")
    given = parser.parse_args(argv)
    try:
        places = find_places(given.data, stand_ins=given.out / "stand_ins", chosen=given.categories)
    except (FileNotFoundError, ValueError) as error:
        parser.error(str(error))
    rendered = [place for place in places if place.is_stand_in]
    with ProcessPoolExecutor(given.jobs) as pool:
        list(pool.map(render, rendered, [given.size] * len(rendered)))
    cells = cells_of(places, seeds=given.seeds, scorings=given.scorings, backbone=given.backbone)
    results, failed = run_all(cells, out=given.out / "results", jobs=given.jobs)
    table = table_of(places, results, scorings=given.scorings)
    (given.out / "table.md").write_text(table, encoding="utf-8")
    sys.stdout.write(f"\n{table}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
