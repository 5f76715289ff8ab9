"""Checked settings of a cell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dml_heads import HEADS
from eval.benchmark.generators import digest_of, generator_named, known_to
from eval.benchmark.results import Settings
from eval.data.datasets import GOOD
from eval.data.images import MIN_SIDE
from eval.models.registry import BACKBONES
from eval.training.recipe import Changes, changes_of
from eval.training.trainer import Scoring


def training_scoring(settings: Settings) -> Scoring:
    """What is trained on: patches only where the defects have masks of their own, otherwise whole images."""
    if settings.experiment != "self_supervised" or settings.scoring == "image":
        return "image"
    return "pooled" if settings.scoring == "pooled" else "patch"


EXPERIMENTS = ("none", "self_supervised", "binary", "multi_class")
SIZES = {"image": 224, "pooled": 256, "patch": 256, "fused": 256}  # px, unless asked for another


def make_settings(
    *,
    data: str | Path,
    category: str,
    experiment: str,
    head: str | None = None,
    generator: str = "generic_object",
    scoring: str = "image",
    backbone: str = "efficientnet_lite0",
    weights: str = "default",
    size: int | None = None,
    epochs: int = 10,
    seed: int = 0,
    classes: Sequence[str] = (),
    defect: str | None = None,
    recipe: Sequence[tuple[str, float]] = (),
) -> Settings:
    """Checked settings; what an experiment does not use is left out of them.

    Raises:
        ValueError: if an argument is out of bounds, or missing for the experiment.
    """
    for name, value, known in (
        ("experiment", experiment, EXPERIMENTS),
        ("scoring", scoring, tuple(SIZES)),
        ("backbone", backbone, tuple(BACKBONES)),
    ):
        if value not in known:
            raise ValueError(f"{name} must be one of {', '.join(known)}, got {value!r}")
    side = SIZES[scoring] if size is None else size
    for name, number, low in (("size", side, MIN_SIDE), ("epochs", epochs, 1), ("seed", seed, 0)):
        if number < low:
            raise ValueError(f"{name} must be at least {low}, got {number}")
    if weights not in {"default", "none"} and not Path(weights).is_file():
        raise ValueError(f"weights must be default, none or an existing file, got {weights!r}")
    trained = experiment != "none"
    if trained and head not in HEADS:
        raise ValueError(f"head must be one of {', '.join(HEADS)} for the experiment {experiment}, got {head!r}")
    possible = {"self_supervised": tuple(SIZES), "none": ("image", "pooled", "patch")}.get(
        experiment, ("image", "patch")
    )
    if scoring not in possible:
        raise ValueError(f"scoring must be {' or '.join(possible)} for the experiment {experiment}, got {scoring!r}")
    apart = tuple(sorted({*classes, category})) if experiment == "multi_class" else ()
    if experiment == "multi_class" and len(apart) < 2:
        raise ValueError(f"classes must name at least two categories for multi_class, got {', '.join(apart)}")
    drawn = experiment == "self_supervised"
    return Settings(
        data=str(Path(data).resolve()),
        category=category,
        experiment=experiment,
        head=head if trained else None,
        generator=generator if drawn else None,
        generator_digest=digest_of(generator_named(generator, category=category)) if drawn else None,
        defect=(defect or _first_defect(Path(data) / category)) if experiment == "binary" else None,
        classes=apart,
        scoring=scoring,
        backbone=backbone,
        weights=weights,
        size=side,
        epochs=epochs if trained else 0,
        seed=seed if trained else 0,
        known=known_to(generator, category=category) if drawn else (),
        recipe=_checked_recipe(recipe, scoring=scoring if drawn else None) if trained else (),
    )


def _checked_recipe(recipe: Sequence[tuple[str, float]], *, scoring: str | None) -> Changes:
    """Changes that mean something for a scoring; None where nothing is drawn."""
    changes = changes_of(recipe)
    if changes and scoring in {None, "image"}:
        raise ValueError(f"recipe must be as usual unless patches are trained on twins, got {dict(changes)}")
    if "distance" in dict(changes) and scoring != "fused":
        raise ValueError(f"distance must be as usual unless scores are fused, got {dict(changes)['distance']}")
    return changes


def _first_defect(folder: Path) -> str | None:
    tests = folder / "test"
    names = sorted(entry.name for entry in tests.iterdir() if entry.is_dir()) if tests.is_dir() else []
    return next((name for name in names if name != GOOD), None)


def untrained_scoring(scoring: str) -> str:
    """How the untrained backbone is scored that stands beside a scoring: fused scores are compared with patches."""
    return "patch" if scoring == "fused" else scoring
