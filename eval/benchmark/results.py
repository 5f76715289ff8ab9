"""Results of a cell and their file results.json, which holds what is needed to judge and to repeat the cell.

The folder of a cell holds results.json (`Results`), bank.npz and bank_rows.npy (`eval.scoring.memory_bank.Bank`),
calibration.json (`eval.scoring.calibration.Calibration`), embeddings.npz, for patch scoring heat_maps.npz and, if a
model was trained, model.pt. A cell that failed holds failed.json instead.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from defectsynth.core.messages import short_repr
from eval.benchmark.cell import Settings, settings_from_json
from eval.files import write_json
from eval.scoring.metrics import ImageMetrics, PixelMetrics

Made = TypeVar("Made")

SCHEMA = 3
RESULTS, FAILED, BANK, MODEL = "results.json", "failed.json", "bank.npz", "model.pt"
CALIBRATION = "calibration.json"
_NUMBERS = (int, float, float | None)  # types of fields


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Rates of the decision "defective if the score is above the threshold" on the test images.

    Attributes:
        threshold: see `eval.scoring.calibration.Calibration`. It depends on no test image.
        held_out: number of held-out training normals that it comes from.
        twins: number of synthetic defects that it comes from.
        false_positives: bound on the share of held-out normals above it.
        tpr: share of the defective test images that are detected, in [0, 1].
        tnr: share of the good test images that pass, in [0, 1].
        found: share of each type of defect that is detected.
        best_found: the same at the threshold of the best pair of TPR and TNR, which is chosen with the labels.
    """

    threshold: float
    held_out: int
    twins: int
    false_positives: float
    tpr: float
    tnr: float
    found: dict[str, float]
    best_found: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """Metrics of one set of scores.

    Attributes:
        image: metrics of the scores against the labels.
        per_defect: AUROC of each type of defect against all good test images.
        pixel: metrics of the heat maps against the masks; None for image scoring, and if masks are missing.
        decision: rates at a threshold from training normals and twins.
        intervals: 95 % intervals of metrics over the test images, by `eval.scoring.bootstrap`; those of pixels begin
            with "pixel ".
    """

    image: ImageMetrics
    per_defect: dict[str, float]
    pixel: PixelMetrics | None
    decision: Decision
    intervals: dict[str, tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class ImageScore:
    """Score of one test image.

    Attributes:
        path: relative to the data folder, with forward slashes.
        label: 1 with a defect, 0 for a good part.
        defect: type of defect, "good" for a good part.
        score: cosine distance in [0, 2] of the whole image, or the largest of its patches. A fused score is the sum of
            two numbers, each scaled so that the mean of good patches is 0 and their 0.999 quantile is 1; that of an
            ensemble is a sum of tails, see `eval.scoring.fusion`.
        baseline_score: score without training; None where nothing was trained.
    """

    path: str
    label: int
    defect: str
    score: float
    baseline_score: float | None


@dataclass(frozen=True, kw_only=True)
class Results:
    """Results of a finished cell.

    Attributes:
        settings: settings of the cell.
        versions: versions of python, torch, numpy, defectsynth and albumentations.
        device: "cpu" or "cuda".
        git_revision: commit of the program, with "-dirty" if files were changed; None outside a repository.
        started: ISO 8601, UTC.
        finished: ISO 8601, UTC.
        seconds: seconds by stage: read, train (all epochs, also those before an interruption), draw (the split, and
            twins for the threshold), embed (with the bank and the threshold), score, evaluate.
        peak_memory_mib: peak memory of the process while the cell ran, in MiB; since its start where the system
            cannot reset it.
        shape: (height, width) of the images in px; square for image scoring.
        copies: number of training images that were left out because they are test images, too.
        bank_rows: number of embeddings in the bank.
        metrics: metrics of this cell.
        baseline: metrics of the untrained backbone on the same test images; None for experiment none.
        history: one entry per epoch: epoch, frozen, loss, accuracy, seconds.
        images: one entry per test image.
        peak: white level of 16-bit image files; None in results of earlier versions.
        data_digest: digest of the images of the category, see `category_digest`; None in results of earlier versions.
        missing_masks: number of defective test images without a mask; with any, there are no metrics of pixels.
        classes_digest: digest of the images of all classes of multi_class; None for other experiments, and in results
            of earlier versions.
        weights_digest: digest of the file of weights; None for weights with a name, and in results of earlier versions.
    """

    settings: Settings
    versions: dict[str, str]
    device: str
    git_revision: str | None
    started: str
    finished: str
    seconds: dict[str, float]
    peak_memory_mib: float
    shape: tuple[int, int]
    copies: int
    bank_rows: int
    metrics: Metrics
    baseline: Metrics | None
    history: tuple[dict[str, Any], ...]
    images: tuple[ImageScore, ...]
    peak: float | None = None
    data_digest: str | None = None
    missing_masks: int = 0
    classes_digest: str | None = None
    weights_digest: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain data for results.json."""
        return {"schema": SCHEMA, **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Results:
        """Return results from the plain data of `to_json`.

        Raises:
            ValueError: if entries are missing or unknown, or the schema is another one.
        """
        found = data.get("schema") if isinstance(data, Mapping) else data
        if not isinstance(data, Mapping) or found != SCHEMA:
            raise ValueError(f"schema must be {SCHEMA}, got {short_repr(found)}")
        given = {key: value for key, value in data.items() if key != "schema"}
        try:
            given["settings"] = settings_from_json(given["settings"])
            given["metrics"] = _metrics(given["metrics"])
            given["baseline"] = None if given["baseline"] is None else _metrics(given["baseline"])
            height, width = given["shape"]
            given["shape"] = (int(height), int(width))
            given["history"] = tuple(given["history"])
            given["images"] = tuple(_made(ImageScore, image) for image in given["images"])
            return cls(**given)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"entries must be those of Results, got {type(error).__name__}: {error}") from error


def _metrics(data: Mapping[str, Any]) -> Metrics:
    own = {
        "image": _made(ImageMetrics, data["image"]),
        "pixel": None if data["pixel"] is None else _made(PixelMetrics, data["pixel"]),
        "decision": _made(Decision, data["decision"]),
        "intervals": {str(name): (float(low), float(high)) for name, (low, high) in data["intervals"].items()},
    }
    return _made(Metrics, {**data, **own})


def _made(kind: type[Made], data: Mapping[str, Any]) -> Made:
    """Return a dataclass from the plain data of its fields.

    Raises:
        TypeError: if a field is missing or unknown, or something else than a number stands in one of numbers.
    """
    for name, hint in get_type_hints(kind).items():
        value = data[name]
        if value is None and hint == float | None:
            continue
        numbers = value.values() if hint == dict[str, float] else [value] if hint in _NUMBERS else []
        if wrong := [each for each in numbers if not isinstance(each, (int, float))]:
            raise TypeError(f"{name} must hold numbers, got {wrong[0]!r}")
    return kind(**data)


def write_results(folder: Path, results: Results) -> None:
    """Write results.json into `folder` and delete the failed.json of an earlier try."""
    write_json(folder / RESULTS, results.to_json())
    (folder / FAILED).unlink(missing_ok=True)


def write_failure(folder: Path, settings: Settings, error: BaseException) -> None:
    """Write failed.json into `folder`, with settings, time, error and traceback."""
    trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    text = f"{type(error).__name__}: {error}"
    write_json(folder / FAILED, {"settings": asdict(settings), "failed": utc_now(), "error": text, "traceback": trace})


def read_results(folder: str | Path) -> Results:
    """Return the results in the folder of a cell.

    Raises:
        FileNotFoundError: if there is no results.json.
        ValueError: if it is broken.
    """
    path = Path(folder) / RESULTS
    if not path.is_file():
        raise FileNotFoundError(f"folder must be that of a finished run, got {str(folder)!r} without {RESULTS}")
    try:
        return Results.from_json(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise ValueError(f"{path} must hold the results of a run: {error}: remove it to run again") from error


def find_results(folder: str | Path) -> dict[str, Results]:
    """Return all results in a folder and below it, by the path of the cell relative to it, sorted.

    Raises:
        FileNotFoundError: if there are none.
        ValueError: if a file is broken.
    """
    home = Path(folder)
    return {path.parent.relative_to(home).as_posix(): read_results(path.parent) for path in find_result_files(home)}


def find_result_files(folder: str | Path) -> list[Path]:
    """Return the paths of all results.json in a folder and below it, sorted by folder.

    Raises:
        FileNotFoundError: if there are none.
    """
    paths = sorted(Path(folder).rglob(RESULTS), key=lambda path: path.parent)
    if not paths:
        raise FileNotFoundError(f"folder must hold results of runs, got {str(folder)!r} without any {RESULTS}")
    return paths


def utc_now() -> str:
    """Return the time as ISO 8601 in UTC."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
