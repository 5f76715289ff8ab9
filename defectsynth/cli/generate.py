"""`defectsynth generate`: a folder of good images becomes a data set with defects."""

from __future__ import annotations

import importlib
import sys
import time
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import albumentations as A
from tqdm import tqdm

import defectsynth
from defectsynth.cli.choice import chosen_transform
from defectsynth.cli.errors import JobError, UsageError
from defectsynth.cli.fingerprints import digests_by_path, fingerprints
from defectsynth.cli.job import Journal, check_output, claim, images_of, read_failures, tidy
from defectsynth.cli.layouts import LAYOUTS, Layout
from defectsynth.cli.options import check_options
from defectsynth.cli.reading import list_images, match_rois
from defectsynth.cli.splits import count_below, held_out, numbers_of, positions
from defectsynth.cli.tasks import Plan, ShardTask, Task
from defectsynth.cli.workers import Crew
from defectsynth.core.measurements import use_store
from defectsynth.registry import types_of

if TYPE_CHECKING:
    from defectsynth.cli.cluster import ClusterCrew

SHARD_SIZE = 1000  # output images in a tar shard
MOST_IN_A_TASK = 16  # output images of one source that are drawn in one go


def generate(arguments: Namespace) -> int:
    """Run or finish a job; return the exit code."""
    began = time.monotonic()
    plan = make_plan(arguments)
    count = len(plan.sources) if arguments.count is None else arguments.count
    found = fingerprints(plan, quiet=arguments.quiet)
    digests = digests_by_path(plan, found)
    held = held_out(plan.sources, digests, plan.held_share, plan.folder)
    plan = replace(plan, digests=digests, held=held)
    if claim(plan.output, settings_of(plan, count) | found):
        tidy(plan.output)
        print(f"{plan.output} is finished already, nothing to do")
        return report(read_failures(plan.output))
    journal = Journal(plan.output)
    store = nullcontext() if arguments.store is None else use_store(arguments.store, limit_mib=arguments.store_limit)
    try:
        with store:
            return _work(plan, journal, crew_of(plan, arguments), count=count, quiet=arguments.quiet, began=began)
    except KeyboardInterrupt:
        print(
            f"\ninterrupted after {journal.count()} of {count}; run the same command again to finish", file=sys.stderr
        )
        return 130
    finally:
        journal.close()


def make_plan(arguments: Namespace) -> Plan:
    """Return what the command line asks for, before anything is written; folders are checked before options."""
    folder, output, roi_folder = arguments.input, arguments.output, arguments.roi_dir
    sources = list_images(folder)
    for name, other in (("OUTPUT", output), ("--roi-dir", roi_folder)):
        if other is not None and folder.resolve() in (other.resolve(), *other.resolve().parents):
            raise UsageError(f"{name} must not lie inside INPUT {str(folder)!r}, got {str(other)!r}")
    check_output(output)
    masks = () if roi_folder is None else list_images(roi_folder, name="--roi-dir")
    check_options(arguments)
    transform = chosen_transform(arguments)
    layout = LAYOUTS[arguments.layout]
    types = types_of(transform)
    layout.check_types(types)
    given = layout_options(arguments, layout)
    return Plan(
        folder=folder,
        sources=sources,
        roi_folder=roi_folder,
        rois=match_rois(sources, masks),
        output=output,
        layout=layout,
        transform=transform,
        seed=arguments.seed,
        types=tuple(types),
        held_share=given[layout.held_option],
        background=given["background"],
        shard_size=given["shard_size"],
        peak=arguments.peak,
    )


def layout_options(arguments: Namespace, layout: Layout) -> dict[str, Any]:
    """Return the options of a layout, given or by default.

    Raises:
        UsageError: if an option was given that the layout has not.
    """
    defaults = {layout.held_option: layout.held_share, "background": layout.background_share or 0.0}
    known = {layout.held_option}
    if layout.background_share is not None:
        known.add("background")
    if layout.packs:
        known.add("shard_size")
    for name in ("test_good", "val", "background", "shard_size"):
        if getattr(arguments, name) is not None and name not in known:
            option = name.replace("_", "-")
            takes = ", ".join(f"--{each.replace('_', '-')}" for each in sorted(known))
            raise UsageError(f"--{option} must go with another layout; --layout {layout.name} takes {takes}")
    given = {name: getattr(arguments, name) for name in known if getattr(arguments, name) is not None}
    return {"shard_size": SHARD_SIZE} | defaults | given


def settings_of(plan: Plan, count: int) -> dict[str, Any]:
    """Return all but the files that the result depends on, as plain data without absolute paths."""
    return {
        "version": defectsynth.__version__,
        "count": count,
        "seed": plan.seed,
        "layout": plan.layout.name,
        "held_out": plan.held_share,
        "background": plan.background,
        **({"shard_size": plan.shard_size} if plan.layout.packs else {}),
        "roi_dir": plan.roi_folder is not None,
        "transform": A.to_dict(plan.transform),
        **({} if plan.peak is None else {"peak": plan.peak}),
    }


def crew_of(plan: Plan, arguments: Namespace) -> Crew | ClusterCrew:
    """Return the processes that do the work: on this machine or on a cluster."""
    if arguments.ray is None:
        return Crew(plan, workers=arguments.workers)
    try:
        cluster = importlib.import_module("defectsynth.cli.cluster")  # which needs Ray
    except ModuleNotFoundError as error:
        raise UsageError("--ray needs ray: pip install 'defectsynth[ray]'") from error
    crew: ClusterCrew = cluster.ClusterCrew(plan, address=arguments.ray, workers=arguments.workers)
    return crew


def _work(plan: Plan, journal: Journal, team: Crew | ClusterCrew, *, count: int, quiet: bool, began: float) -> int:
    places = {n: plan.layout.good_path(n, held=n in plan.held) for n in range(len(plan.sources))}
    journal.forget_missing({source: path for source, path in places.items() if path is not None})
    with team as crew:
        unchecked = (Task(source) for source in places if source not in journal.checked)
        _run(crew, journal, unchecked, name="reading", done=len(journal.checked), total=len(places), quiet=quiet)
        tasks = tasks_of(plan, journal, sources_of(plan, journal), count)
        _run(crew, journal, tasks, name="drawing", done=journal.count(), total=count, quiet=quiet)
    entries = [entry for _, entry in sorted(journal.drawn.items()) if "line" in entry]
    plan.layout.finish(plan.output, entries, plan.types)
    failures = _failures(plan, journal)
    journal.finish(failures)
    took = time.monotonic() - began
    written = journal.count() - len(journal.undrawn())
    print(f"{written} images{_background_of(plan)} in {plan.output} ({plan.layout.name} layout), {took:.1f} s")
    return report(failures)


def _background_of(plan: Plan) -> str:
    return f", about {plan.background:.0%} of them without a defect," if plan.background else " with defects"


def sources_of(plan: Plan, journal: Journal) -> Sequence[int]:
    """Return the sources that output images are drawn from.

    Raises:
        JobError: if none of them can be read.
    """
    readable = [source for source, error in sorted(journal.checked.items()) if error is None]
    kept, held = ([n for n in readable if (n in plan.held) == flag] for flag in (False, True))
    if not readable:
        report(_failures(plan, journal))
        raise JobError(f"none of the {len(plan.sources)} images can be used")
    return plan.layout.sources(kept, held)


def tasks_of(plan: Plan, journal: Journal, sources: Sequence[int], count: int) -> Iterator[Task | ShardTask]:
    """Return the tasks that are left to do."""
    if plan.layout.packs:
        return (task for task in shards(plan, sources, count) if task.path not in journal.packed)
    return iter(group([number for number in range(count) if number not in journal.drawn], sources))


def shards(plan: Plan, sources: Sequence[int], count: int) -> Iterator[ShardTask]:
    """Yield the tasks of the shards of each split; only one is held in memory."""
    for split, chosen in zip(plan.layout.splits, positions([n in plan.held for n in sources]), strict=True):
        length = count_below(chosen, len(sources), count)
        for index, start in enumerate(range(0, length, plan.shard_size)):
            numbers = numbers_of(chosen, len(sources), start, min(start + plan.shard_size, length))
            path = f"{split}-{index:06d}.tar"
            yield ShardTask(path, tuple(numbers), tuple(sources[number % len(sources)] for number in numbers))


def group(numbers: Iterable[int], readable: Sequence[int]) -> list[Task]:
    """Return tasks for output images; those of one source go together, as it is read and its object found once."""
    by_source: dict[int, list[int]] = {}
    for number in numbers:
        by_source.setdefault(readable[number % len(readable)], []).append(number)
    return [
        Task(source, tuple(mine[start : start + MOST_IN_A_TASK]))
        for source, mine in by_source.items()
        for start in range(0, len(mine), MOST_IN_A_TASK)
    ]


def _run(
    crew: Crew | ClusterCrew,
    journal: Journal,
    tasks: Iterable[Task | ShardTask],
    *,
    name: str,
    done: int,
    total: int,
    quiet: bool,
) -> None:
    """Do tasks under a progress bar."""
    tqdm.monitor_interval = 0  # no thread of its own beside the processes
    pace = 0.1 if sys.stderr.isatty() else 5.0  # seconds; a log file gets few lines
    with tqdm(total=total, initial=done, desc=name, unit="image", mininterval=pace, disable=quiet) as bar:
        for entries in crew.run(tasks):
            journal.add(entries)
            bar.update(sum(map(images_of, entries)))


def _failures(plan: Plan, journal: Journal) -> list[dict[str, str]]:
    unread = [
        {"source": plan.sources[source], "error": error}
        for source, error in sorted(journal.checked.items())
        if error is not None
    ]
    undrawn = [{"source": plan.sources[entry["source"]], "error": entry["error"]} for entry in journal.undrawn()]
    return unread + undrawn


def report(failures: Sequence[Mapping[str, str]]) -> int:
    """Name what failed on stderr; return the exit code."""
    if failures:
        print(f"{len(failures)} failed:", file=sys.stderr)
        for failure in failures:
            print(f"  {failure['source']}: {failure['error']}", file=sys.stderr)
    return 1 if failures else 0
