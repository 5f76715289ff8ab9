"""Files of a fit: the preset, the real defects in it, and the images that it was fitted to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import albumentations as A

from defectsynth.fitting.fit import Fit

SIDECAR = ".fit.json"  # suffix of the file beside a preset that names the images it was fitted to


def save_fit(found: Fit, path: Path, *, images: Sequence[str], category: str = "") -> None:
    """Write the preset as YAML, and beside it the names of the images that it was fitted to; makes missing folders.

    Args:
        found: the fit.
        path: of the YAML file.
        images: names of the images with defects, TYPE/FILE. Whoever tests on the folder that they come from must leave
            them out, as `python -m eval` does.
        category: name of the category that they come from; empty if it is unknown.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        A.save(found.preset, str(part), data_format="yaml")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    report = {"category": category, "images": sorted(images), "found": str(found).splitlines()}
    path.with_suffix(SIDECAR).write_text(json.dumps(report, indent=1), encoding="utf-8")


def fitted_images(path: Path) -> tuple[str, tuple[str, ...]]:
    """Return the category and the images that the preset in a YAML file was fitted to; empty for other presets.

    Raises:
        ValueError: if the file beside the preset is broken.
    """
    sidecar = path.with_suffix(SIDECAR)
    if not sidecar.is_file():
        return "", ()
    try:
        report = json.loads(sidecar.read_text(encoding="utf-8"))
        return str(report["category"]), tuple(map(str, report["images"]))
    except (ValueError, LookupError, TypeError) as error:
        raise ValueError(f"{sidecar} must name the images that the preset was fitted to: {error!r}") from error
