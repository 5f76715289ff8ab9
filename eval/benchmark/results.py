"""What a run leaves behind: one results.json a cell, with all that is needed to judge and repeat it.

A cell is one category with one experiment, head, generator, scoring, backbone, size and seed. Its folder holds
results.json (`Results`), bank.npz (what scores are distances to), embeddings.npz, model.pt (unless nothing was trained)
and, for patch scoring, heat_maps.npz; a cell that failed holds failed.json instead. `baseline` is the same data scored
by the same backbone without any training.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from eval.files import write_whole
from eval.scoring.metrics import ImageMetrics, PixelMetrics

SCHEMA = 2
RESULTS, FAILED, BANK, MODEL = "results.json", "failed.json", "bank.npz", "model.pt"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What was asked for; `eval.settings.make_settings` makes checked ones.

    Attributes:
        data: folder of the categories, absolute.
        category: name of its folder.
        experiment: none, self_supervised, binary or multi_class.
        head: name of the head; None for none.
        generator: name or file of what draws the defects, see `eval.generators`; None unless self_supervised.
        generator_digest: of all arguments of the generator, so that an edited file is another setting.
        defect: real type of defect that binary learns from; those images are no test images.
        classes: the categories that multi_class tells apart; otherwise none.
        scoring: image, pooled, patch or fused, see `eval.detector`.
        backbone: its name.
        weights: that it starts from: default, none or a file.
        size: shorter side of the images in px.
        epochs: of the training; 0 for none.
        recipe: what is not as usual, see `eval.recipe`.
        known: test images, DEFECT/FILE, that the generator was tuned on; they are left out.
        seed: of split, defects, training and bank; 0 for none.
    """

    data: str
    category: str
    experiment: str
    head: str | None
    generator: str | None
    generator_digest: str | None
    defect: str | None
    classes: tuple[str, ...]
    scoring: str
    backbone: str
    weights: str
    size: int
    epochs: int
    seed: int
    recipe: tuple[tuple[str, float], ...] = ()
    known: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Category and head, for progress lines."""
        return f"{self.category} {self.head or 'untrained'}"

    @property
    def localises(self) -> bool:
        """Whether patches are scored, which gives heat maps."""
        return self.scoring not in {"image", "pooled"}

    @property
    def name(self) -> str:
        """The folder of this cell, below that of all results."""
        parts = [self.experiment, self.head, self.generator and Path(self.generator).stem, self.defect]
        parts += ["+".join(self.classes), self.scoring, self.backbone]
        parts += ["" if self.weights == "default" else Path(self.weights).stem, str(self.size)]
        if self.experiment != "none":
            parts += [f"epochs{self.epochs}", *(f"{name}{value:g}" for name, value in self.recipe), f"seed{self.seed}"]
        return f"{self.category}/{'-'.join(part for part in parts if part)}"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What the decisions "defective above the threshold" came to on the test images.

    Attributes:
        threshold: the largest score among training normals that were held out: of the training, and of the bank that
            they were scored against. No test image was looked at. A new good image scores above the largest of n with
            a probability of at most 1 / (n + 1).
        held_out: n, how many these were.
        tpr: share of the defective test images found, in [0, 1].
        tnr: share of the good test images passed, in [0, 1].
    """

    threshold: float
    held_out: int
    tpr: float
    tnr: float


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """All numbers of one set of scores.

    Attributes:
        image: of the scores against the labels.
        per_defect: AUROC of each type of defect against all good test images.
        pixel: of the heat maps against the masks; None for image scoring.
        decision: at a threshold from training normals.
    """

    image: ImageMetrics
    per_defect: dict[str, float]
    pixel: PixelMetrics | None
    decision: Decision


@dataclass(frozen=True, kw_only=True)
class ImageScore:
    """One test image.

    Attributes:
        path: relative to the data folder, with forward slashes.
        label: 1 with a defect, 0 for a good part.
        defect: type, "good" for a good part.
        score: cosine distance in [0, 2], the largest of a patch, or of the whole image; fused scores are sums of two
            numbers whose unit is how far good patches reach.
        baseline_score: without training; None where nothing was trained.
    """

    path: str
    label: int
    defect: str
    score: float
    baseline_score: float | None


@dataclass(frozen=True, kw_only=True)
class Results:
    """A finished cell.

    Attributes:
        settings: what was asked for.
        versions: of python, torch, numpy, defectsynth and albumentations.
        device: it ran on, "cpu" or "cuda".
        git_revision: of the program, "-dirty" behind it if files were changed; None outside a repository.
        started: ISO 8601, UTC.
        finished: ISO 8601, UTC.
        seconds: by stage: read, train (all epochs, also those before an interruption), embed, score.
        peak_memory_mib: of the process while the cell ran, in MiB; where the system does not tell, since its start.
        shape: (height, width) of the images in px; squares for image scoring.
        copies: how many training images were test images, too, and left out.
        bank_rows: embeddings that scores are distances to.
        metrics: of this cell.
        baseline: of the untrained backbone on the same test images; None for experiment none, which is the baseline.
        history: one entry an epoch: epoch, frozen, loss, accuracy, seconds.
        images: one entry a test image.
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

    def to_json(self) -> dict[str, Any]:
        """Plain data, as it stands in results.json."""
        return {"schema": SCHEMA, **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Results:
        """The inverse of `to_json`.

        Raises:
            ValueError: if entries are missing, unknown or of another schema.
        """
        if data.get("schema") != SCHEMA:
            raise ValueError(f"schema must be {SCHEMA}, got {data.get('schema')!r}")
        given = {key: value for key, value in data.items() if key != "schema"}
        try:
            given["settings"] = settings_from_json(given["settings"])
            given["metrics"] = _metrics(given["metrics"])
            given["baseline"] = None if given["baseline"] is None else _metrics(given["baseline"])
            height, width = given["shape"]
            given["shape"] = (int(height), int(width))
            given["history"] = tuple(given["history"])
            given["images"] = tuple(ImageScore(**image) for image in given["images"])
            return cls(**given)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"entries must be those of Results, got {type(error).__name__}: {error}") from error


def settings_from_json(data: Mapping[str, Any]) -> Settings:
    """The inverse of `asdict`, from plain data."""
    changes = tuple((str(name), float(value)) for name, value in data.get("recipe", ()))
    lists = {name: tuple(data.get(name, ())) for name in ("classes", "known")}
    return Settings(**{**data, **lists, "recipe": changes})


def _metrics(data: Mapping[str, Any]) -> Metrics:
    pixel = None if data["pixel"] is None else PixelMetrics(**data["pixel"])
    own = {"image": ImageMetrics(**data["image"]), "pixel": pixel, "decision": Decision(**data["decision"])}
    return Metrics(**{**data, **own})


def write_results(folder: Path, results: Results) -> None:
    """Put results.json into `folder`, whole or not at all, and take away what says that it failed before."""
    _write_json(folder / RESULTS, results.to_json())
    (folder / FAILED).unlink(missing_ok=True)


def write_failure(folder: Path, settings: Settings, error: BaseException) -> None:
    """Put failed.json into `folder`: settings, time, error and traceback."""
    trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    text = f"{type(error).__name__}: {error}"
    _write_json(folder / FAILED, {"settings": asdict(settings), "failed": now(), "error": text, "traceback": trace})


def read_results(folder: str | Path) -> Results:
    """The results in a cell's folder.

    Raises:
        FileNotFoundError: if there are none.
        ValueError: if the file is broken.
    """
    path = Path(folder) / RESULTS
    if not path.is_file():
        raise FileNotFoundError(f"folder must be that of a finished run, got {str(folder)!r} without {RESULTS}")
    try:
        return Results.from_json(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise ValueError(f"{path} must hold the results of a run: {error}: remove it to run again") from error


def found_results(folder: str | Path) -> dict[str, Results]:
    """All results in a folder and below it, by the cell's place in it, sorted; "." for the folder's own.

    Raises:
        FileNotFoundError: if there are none.
        ValueError: if a file is broken.
    """
    home = Path(folder)
    paths = sorted(path.parent for path in home.rglob(RESULTS))
    if not paths:
        raise FileNotFoundError(f"folder must hold results of runs, got {str(folder)!r} without any {RESULTS}")
    return {path.relative_to(home).as_posix(): read_results(path) for path in paths}


def now() -> str:
    """The time as ISO 8601, UTC."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def _write_json(path: Path, data: Mapping[str, Any]) -> None:
    text = json.dumps(data, indent=1, allow_nan=False) + "\n"
    write_whole(path, lambda file: file.write(text.encode()))
