"""Settings of a cell, and what follows from them: folder name, checkpoint and baseline.

A cell is one category with one experiment, head, generator, scoring, backbone, size and seed. This module imports no
other package, so that the command line and the schedule do without torch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal, cast

EXPERIMENTS = ("none", "self_supervised", "binary", "multi_class")
DEFAULT_SIZES = {"image": 224, "pooled": 256, "patch": 256, "fused": 256, "ensemble": 256}
"""Shorter side of the images in px by scoring, unless another is given."""
USUAL_FALSE_POSITIVES = 0.05
"""Bound on the share of held-out normals above the threshold, unless another is given."""
NAMED_WEIGHTS = ("default", "none")
"""Weights that are no file."""
SHARED = "trainings"
"""Folder of the checkpoints of multi_class, whose training is the same for each of its categories."""

_LONGEST, _LETTERS = 60, 8  # letters of a part of a folder's name, and of a digest in it


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings of a cell; `eval.benchmark.settings.make_settings` checks them.

    Attributes:
        data: folder of the categories, absolute.
        category: name of its folder.
        experiment: none, self_supervised, binary or multi_class.
        head: name of the head; None without training.
        generator: name or file of the generator of defects, see `eval.benchmark.generators`; None unless
            self_supervised.
        generator_digest: digest of all arguments of the generator, so that an edited file is another setting.
        defect: real type of defect that binary learns from; images of that type are left out of the test.
        classes: categories that multi_class classifies; empty for other experiments.
        scoring: image, pooled, patch, fused or ensemble, see `eval.scoring.detector`.
        backbone: name of the backbone.
        weights: weights that it starts from: default, none or a file.
        size: shorter side of the images in px.
        epochs: epochs of the training; 0 without training.
        seed: seed of split, defects, training and bank; 0 without training.
        recipe: changes to the usual training recipe, see `eval.training.recipe`.
        known: test images, DEFECT/FILE, that the generator was fitted to; they are left out of the test.
        split: number of the draw of the training normals that are held out.
        false_positives: bound on the share of held-out normals above the threshold.
        peak: white level of 16-bit images; None: estimated from them.
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
    split: int = 0
    false_positives: float = USUAL_FALSE_POSITIVES
    peak: float | None = None

    @property
    def title(self) -> str:
        """Category and head, for progress lines."""
        return f"{self.category} {self.head or 'untrained'}"

    @property
    def repetition(self) -> tuple[int, int]:
        """Split and seed, in which repeated cells differ."""
        return self.split, self.seed

    @property
    def localises(self) -> bool:
        """True if patches are scored, which gives heat maps."""
        return self.scoring not in {"image", "pooled"}

    @property
    def name(self) -> str:
        """Folder of the cell, relative to the folder of all results."""
        parts = [self.experiment, self.head, self._generator_name, self.defect]
        parts += [_shortened("+".join(self.classes)), self.scoring, re.sub(r"[:/]", "_", self.backbone)]
        parts += ["" if self.weights == "default" else Path(self.weights).stem, str(self.size)]
        if self.experiment != "none":
            parts += [
                f"epochs{self.epochs}",
                *(f"{name}{_digits(value)}" for name, value in self.recipe),
                f"seed{self.seed}",
            ]
            parts += [f"split{self.split}" if self.split else ""]
        parts += ["" if self.false_positives == USUAL_FALSE_POSITIVES else f"fpr{_digits(self.false_positives)}"]
        parts += [f"peak{_digits(self.peak)}" if self.peak else ""]
        return f"{self.category}/{'-'.join(part for part in parts if part)}"

    @property
    def _generator_name(self) -> str | None:
        """Name of the generator; of a file its stem, and a part of the digest, as other files may have that stem."""
        if self.generator is None or not Path(self.generator).suffix:
            return self.generator
        return f"{_shortened(Path(self.generator).stem)}_{(self.generator_digest or '')[:_LETTERS]}"


def _digits(value: float) -> str:
    """Return a number with as few digits as tell it from others."""
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def _shortened(name: str) -> str:
    """Return a name that is short enough for a part of the name of a folder; its end becomes a digest."""
    if len(name) <= _LONGEST:
        return name
    return f"{name[: _LONGEST - _LETTERS - 1]}_{blake2b(name.encode()).hexdigest()[:_LETTERS]}"


def settings_from_json(data: Mapping[str, Any]) -> Settings:
    """Return settings from plain data, as `dataclasses.asdict` and JSON give it."""
    changes = tuple((str(name), float(value)) for name, value in data.get("recipe", ()))
    lists = {name: tuple(data.get(name, ())) for name in ("classes", "known")}
    return Settings(**{**data, **lists, "recipe": changes})


def baseline_of(settings: Settings) -> Settings:
    """Return the cell on the same data without training, which a trained cell is compared with."""
    return replace(
        settings,
        experiment="none",
        scoring=untrained_scoring(settings.scoring),
        head=None,
        generator=None,
        generator_digest=None,
        defect=None,
        classes=(),
        epochs=0,
        seed=0,
        recipe=(),
        known=(),
        split=0,
    )


def untrained_scoring(scoring: str) -> str:
    """Return the scoring of the baseline: that of patches for scores that need a head, otherwise the same."""
    return "patch" if scoring in {"fused", "ensemble"} else scoring


def training_scoring(settings: Settings) -> Literal["image", "pooled", "patch", "ensemble"]:
    """Return the kind of embedding that is trained: of patches only where synthetic defects have masks."""
    if settings.experiment != "self_supervised" or settings.scoring == "image":
        return "image"
    if settings.scoring in {"pooled", "ensemble"}:
        return cast(Literal["pooled", "ensemble"], settings.scoring)
    return "patch"


def checkpoint_of(settings: Settings, out: Path) -> Path:
    """Return the path of the training checkpoint: in the folder of the cell, or in `SHARED` if cells share it."""
    if settings.experiment == "multi_class":
        same = replace(settings, category="all", scoring=training_scoring(settings))
        return out / SHARED / f"{same.name.partition('/')[2]}.pt"
    kind = settings.generator_digest or settings.experiment  # an edited generator starts a new training
    return out / settings.name / f"training-{kind}.pt"
