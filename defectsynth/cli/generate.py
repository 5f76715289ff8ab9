"""`defectsynth generate`: a folder of good images becomes a data set with defects."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import albumentations as A
from tqdm import tqdm

import defectsynth
from defectsynth.cli.arguments import check_options
from defectsynth.cli.choice import chosen_transform
from defectsynth.cli.errors import JobError, UsageError
from defectsynth.cli.fingerprints import digests_by_path, fingerprints
from defectsynth.cli.job import Journal, check_output, claim, read_failures, tidy
from defectsynth.cli.layouts import check_types, finish, good_path
from defectsynth.cli.reading import list_images, match_rois
from defectsynth.cli.tasks import Plan, Task
from defectsynth.cli.workers import Crew
from defectsynth.registry import types_of

MOST_IN_A_TASK = 16  # output images of one source that are drawn in one go


def generate(arguments: Namespace) -> int:
    """Run or finish a job; return the exit code."""
    began = time.monotonic()
    plan = make_plan(arguments)
    count = len(plan.sources) if arguments.count is None else arguments.count
    found = fingerprints(plan, quiet=arguments.quiet)
    plan = replace(plan, digests=digests_by_path(plan, found))
    if claim(plan.output, settings_of(plan, count) | found):
        tidy(plan.output)
        print(f"{plan.output} is finished already, nothing to do")
        return report(read_failures(plan.output))
    journal = Journal(plan.output)
    try:
        return _work(plan, journal, count=count, workers=arguments.workers, quiet=arguments.quiet, began=began)
    except KeyboardInterrupt:
        done = len(journal.drawn)
        print(f"\ninterrupted after {done} of {count}; run the same command again to finish", file=sys.stderr)
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
    check_types(arguments.layout, types_of(transform))
    return Plan(
        folder=folder,
        sources=sources,
        roi_folder=roi_folder,
        rois=match_rois(sources, masks),
        output=output,
        layout=arguments.layout,
        transform=transform,
        seed=arguments.seed,
        peak=arguments.peak,
    )


def settings_of(plan: Plan, count: int) -> dict[str, Any]:
    """Return all but the files that the result depends on, as plain data without absolute paths."""
    return {
        "version": defectsynth.__version__,
        "count": count,
        "seed": plan.seed,
        "layout": plan.layout,
        "roi_dir": plan.roi_folder is not None,
        "transform": A.to_dict(plan.transform),
        **({} if plan.peak is None else {"peak": plan.peak}),
    }


def _work(plan: Plan, journal: Journal, *, count: int, workers: int, quiet: bool, began: float) -> int:
    goods = {source: good_path(plan.layout, source) for source in range(len(plan.sources))}
    journal.forget_missing({source: path for source, path in goods.items() if path is not None})
    with Crew(plan, workers=workers) as crew:
        unchecked = [Task(source) for source in goods if source not in journal.checked]
        _run(crew, journal, unchecked, name="reading", done=len(journal.checked), total=len(goods), quiet=quiet)
        readable = sorted(source for source, error in journal.checked.items() if error is None)
        if not readable:
            report(_failures(plan, journal))
            raise JobError(f"none of the {len(goods)} images can be used")
        missing = [number for number in range(count) if number not in journal.drawn]
        tasks = group(missing, readable)
        _run(crew, journal, tasks, name="drawing", done=count - len(missing), total=count, quiet=quiet)
    entries = [entry for _, entry in sorted(journal.drawn.items()) if "line" in entry]
    finish(plan.layout, plan.output, entries, types_of(plan.transform))
    failures = _failures(plan, journal)
    journal.finish(failures)
    took = time.monotonic() - began
    print(f"{len(entries)} images with defects in {plan.output} ({plan.layout} layout), {took:.1f} s")
    return report(failures)


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


def _run(crew: Crew, journal: Journal, tasks: Sequence[Task], *, name: str, done: int, total: int, quiet: bool) -> None:
    """Do tasks under a progress bar."""
    tqdm.monitor_interval = 0  # no thread of its own beside the processes
    pace = 0.1 if sys.stderr.isatty() else 5.0  # seconds; a log file gets few lines
    with tqdm(total=total, initial=done, desc=name, unit="image", mininterval=pace, disable=quiet) as bar:
        for entries in crew.run(tasks):
            journal.add(entries)
            bar.update(len(entries))


def _failures(plan: Plan, journal: Journal) -> list[dict[str, str]]:
    unread = [
        {"source": plan.sources[source], "error": error}
        for source, error in sorted(journal.checked.items())
        if error is not None
    ]
    undrawn = [
        {"source": plan.sources[entry["source"]], "error": entry["error"]}
        for _, entry in sorted(journal.drawn.items())
        if "error" in entry
    ]
    return unread + undrawn


def report(failures: Sequence[Mapping[str, str]]) -> int:
    """Name what failed on stderr; return the exit code."""
    if failures:
        print(f"{len(failures)} failed:", file=sys.stderr)
        for failure in failures:
            print(f"  {failure['source']}: {failure['error']}", file=sys.stderr)
    return 1 if failures else 0
