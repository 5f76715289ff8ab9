"""Fingerprints of the files that a job reads: digests of their bytes.

Size and time of change would cost less: a digest reads each file once more, at about 1 GB/s a processor. But a checkout
or a copy writes equal files with new times, and tools that keep times write other files with equal ones. Of 10,000
images of 1 MB the digests take about ten seconds, beside hours of drawing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tqdm import tqdm

from defectsynth.cli.tasks import Plan, digest_of
from defectsynth.core.processes import available_cores
from defectsynth.engine.compat import leaves
from defectsynth.io.bank_files import find_mask
from defectsynth.io.defect_bank import BankRule
from defectsynth.io.folders import list_folder
from defectsynth.io.sources import SourceRule

MAX_THREADS = 8
SHOWN_AFTER = 3.0  # seconds
FOLDERS = {
    "input": " in INPUT",
    "roi": " in --roi-dir",
    "sources": "",
}  # part of the settings: place of its files


def fingerprints(plan: Plan, *, quiet: bool) -> dict[str, dict[str, str | None]]:
    """Return the digest of each input, each region of interest and each file of the defects' sources, by its name."""
    rois = sorted({mask for matches in plan.rois for mask in matches})
    parts = {
        "input": [(name, plan.folder / name) for name in plan.sources],
        "roi": [(name, plan.roi_folder / name) for name in rois if plan.roi_folder is not None],
        "sources": [(name, Path(name)) for name in source_files(plan.transform)],
    }
    paths = [path for files in parts.values() for _, path in files]
    with ThreadPoolExecutor(min(available_cores(), MAX_THREADS)) as threads:
        found = threads.map(digest_of, paths)
        bar = tqdm(found, total=len(paths), desc="comparing", unit="file", delay=SHOWN_AFTER, disable=quiet)
        try:
            digests = dict(zip(paths, bar, strict=True))
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)  # or Ctrl-C would wait for all files
            raise
    return {part: {name: digests[path] for name, path in files} for part, files in parts.items()}


def digests_by_path(plan: Plan, found: Mapping[str, Mapping[str, str | None]]) -> dict[Path, str | None]:
    """Return the digests of inputs and regions of interest by their paths."""
    folders = {"input": plan.folder, "roi": plan.roi_folder}
    return {folder / name: digest for part, folder in folders.items() if folder for name, digest in found[part].items()}


def source_files(transform: Any) -> list[str]:
    """Return the image files from which the defects of a transform take pixels, and their masks, sorted."""
    return sorted({file for leaf in leaves(transform) for part in leaf.components for file in _files_of(part)})


def _files_of(component: Any) -> Iterator[str]:
    for name, rule in component.rules().items():
        source = getattr(component, name)
        if not isinstance(rule, SourceRule) or not isinstance(source, (str, tuple)):
            continue
        for path in (source,) if isinstance(source, str) else source:
            files: Sequence[str] = list_folder(path).files if Path(path).is_dir() else (path,)
            yield from files
            if isinstance(rule, BankRule):
                yield from (str(mask) for mask in map(find_mask, files) if mask is not None)


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return a text for each file that was replaced, deleted or added between two settings."""
    found = []
    for part, place in FOLDERS.items():
        old, new = before.get(part) or {}, now.get(part) or {}
        for name in sorted({*old, *new}):
            if name not in new:
                found.append(f"{name}{place} was deleted")
            elif name not in old:
                found.append(f"{name}{place} is new")
            elif old[name] != new[name]:
                found.append(f"{name}{place} was replaced")
    return found
