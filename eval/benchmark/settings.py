"""Check the options of a benchmark and make the settings of its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from dml_heads import HEADS
from eval.benchmark.cell import (
    DEFAULT_SIZES,
    EXPERIMENTS,
    NAMED_WEIGHTS,
    USUAL_FALSE_POSITIVES,
    Settings,
    untrained_scoring,
)
from eval.benchmark.generators import expand_generators, generator_digest, generator_path, make_generator, tuning_images
from eval.data.categories import GOOD
from eval.data.folders import image_files, subfolders
from eval.data.images import MIN_SIDE, check_peak
from eval.models.registry import check_backbone
from eval.scoring.calibration import check_bound
from eval.training.recipe import Changes, check_changes

MAX_SEED = 2**63 - 1
"""Largest seed that torch takes."""


@dataclass(frozen=True, kw_only=True)
class BenchmarkOptions:
    """Options of a benchmark: its cells are the product of the lists, the other options are common to all cells.

    Attributes:
        data: folder of the categories.
        categories: names of its folders.
        experiments: see `EXPERIMENTS`.
        heads: names of the heads, for all experiments but none.
        scorings: see `DEFAULT_SIZES`.
        generators: for self_supervised, see `make_generator`; leave_one_out stands for several.
        seeds: at least 0.
        classes: categories that multi_class classifies; None for `categories`.
        defect: real type of defect that binary learns from; None for the first by name.
        backbone: name of the backbone, see `make_backbone`.
        weights: default, none or a file.
        size: shorter side of the images in px, a multiple of 32; None for the default of the scoring.
        epochs: epochs of each training.
        recipe: changes to the usual training recipe, see `eval.training.recipe`.
        splits: number of draws of the training normals that are held out, at least 1.
        false_positives: see `eval.scoring.calibration.Calibration`.
        peak: see `Settings`.
    """

    data: str | Path
    categories: Sequence[str]
    experiments: Sequence[str] = ("self_supervised",)
    heads: Sequence[str] = ()
    scorings: Sequence[str] = ("image",)
    generators: Sequence[str] = ("generic_object",)
    seeds: Sequence[int] = (0,)
    classes: Sequence[str] | None = None
    defect: str | None = None
    backbone: str = "efficientnet_lite0"
    weights: str = "default"
    size: int | None = None
    epochs: int = 10
    recipe: Sequence[tuple[str, float]] = ()
    splits: int = 1
    false_positives: float = USUAL_FALSE_POSITIVES
    peak: float | None = None


def make_cells(options: BenchmarkOptions) -> tuple[Settings, ...]:
    """Return the settings of all cells without repetitions, the baseline of each category and scoring first.

    Raises:
        ValueError: if an option is out of bounds.
    """
    if options.splits < 1:
        raise ValueError(f"splits must be at least 1, got {options.splits}")
    trained = [name for name in dict.fromkeys(options.experiments) if name != "none"]
    if trained and not options.heads:
        raise ValueError(f"heads must name at least one of {', '.join(HEADS)} for {', '.join(trained)}, got none")
    cells = []
    for category, scoring in product(dict.fromkeys(options.categories), dict.fromkeys(options.scorings)):
        cells.append(_cell(options, category, "none", untrained_scoring(scoring)))
        generators = expand_generators(options.generators, category=category)
        cells.extend(
            _cell(options, category, experiment, scoring, generator=generator, head=head, seed=seed, split=split)
            for experiment, generator, split, seed, head in product(
                trained, generators, range(options.splits), dict.fromkeys(options.seeds), dict.fromkeys(options.heads)
            )
        )  # heads come last: those with the same seed see the same images, whose features are cached
    if "self_supervised" in trained and all(cell.experiment == "none" for cell in cells):
        raise ValueError(f"generators must have one that suits a category, got {', '.join(options.generators)}")
    return tuple(dict.fromkeys(cells))


def _cell(
    options: BenchmarkOptions,
    category: str,
    experiment: str,
    scoring: str,
    *,
    generator: str = "generic_object",
    head: str | None = None,
    seed: int = 0,
    split: int = 0,
) -> Settings:
    return make_settings(
        data=options.data,
        category=category,
        experiment=experiment,
        head=head,
        generator=generator,
        scoring=scoring,
        backbone=options.backbone,
        weights=options.weights,
        size=options.size,
        epochs=options.epochs,
        seed=seed,
        classes=options.categories if options.classes is None else options.classes,
        defect=options.defect,
        recipe=options.recipe,
        split=split,
        false_positives=options.false_positives,
        peak=options.peak,
    )


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
    split: int = 0,
    false_positives: float = USUAL_FALSE_POSITIVES,
    peak: float | None = None,
) -> Settings:
    """Return the checked settings of one cell, without the options that its experiment does not use.

    Paths of the data, of a file of weights and of a generator's file become absolute.

    Args:
        data: folder of the categories.
        category: name of its folder.
        experiment: see `EXPERIMENTS`.
        head: name of the head; None for experiment none.
        generator: see `make_generator`.
        scoring: see `DEFAULT_SIZES`.
        backbone: see `BenchmarkOptions`.
        weights: see `BenchmarkOptions`.
        size: see `BenchmarkOptions`.
        epochs: at least 1.
        seed: at least 0, at most `MAX_SEED`.
        classes: see `BenchmarkOptions`; the category itself is added.
        defect: see `BenchmarkOptions`.
        recipe: see `BenchmarkOptions`.
        split: number of the draw of held-out normals, at least 0.
        false_positives: see `BenchmarkOptions`.
        peak: see `BenchmarkOptions`.

    Raises:
        ValueError: if an argument is out of bounds, or missing for the experiment.
    """
    for name, value, known in (
        ("experiment", experiment, EXPERIMENTS),
        ("scoring", scoring, tuple(DEFAULT_SIZES)),
    ):
        if value not in known:
            raise ValueError(f"{name} must be one of {', '.join(known)}, got {value!r}")
    check_backbone(backbone)
    check_bound(false_positives)
    check_peak(peak)
    side = DEFAULT_SIZES[scoring] if size is None else size
    _check_numbers(side, epochs, seed, split)
    if weights not in NAMED_WEIGHTS and not Path(weights).is_file():
        raise ValueError(f"weights must be default, none or an existing file, got {weights!r}")
    is_trained, is_drawn = experiment != "none", experiment == "self_supervised"
    if is_trained and head not in HEADS:
        raise ValueError(f"head must be one of {', '.join(HEADS)} for the experiment {experiment}, got {head!r}")
    scorings = {"self_supervised": tuple(DEFAULT_SIZES), "none": ("image", "pooled", "patch")}.get(
        experiment, ("image", "patch")
    )
    if scoring not in scorings:
        raise ValueError(f"scoring must be {' or '.join(scorings)} for the experiment {experiment}, got {scoring!r}")
    all_classes = tuple(sorted({*classes, category})) if experiment == "multi_class" else ()
    if experiment == "multi_class" and len(all_classes) < 2:
        raise ValueError(f"classes must name at least two categories for multi_class, got {', '.join(all_classes)}")
    return Settings(
        data=str(Path(data).resolve()),
        category=category,
        experiment=experiment,
        head=head if is_trained else None,
        generator=generator_path(generator) if is_drawn else None,
        generator_digest=generator_digest(make_generator(generator, category=category)) if is_drawn else None,
        defect=_checked_defect(defect, Path(data) / category) if experiment == "binary" else None,
        classes=all_classes,
        scoring=scoring,
        backbone=backbone,
        weights=weights if weights in NAMED_WEIGHTS else str(Path(weights).resolve()),
        size=side,
        epochs=epochs if is_trained else 0,
        seed=seed if is_trained else 0,
        known=tuning_images(generator, category=category) if is_drawn else (),
        recipe=_checked_recipe(recipe, scoring=scoring if is_drawn else None) if is_trained else (),
        split=split if is_trained else 0,
        false_positives=float(false_positives),
        peak=peak,
    )


def _check_numbers(size: int, epochs: int, seed: int, split: int) -> None:
    for name, number, low in (("size", size, MIN_SIDE), ("epochs", epochs, 1), ("seed", seed, 0), ("split", split, 0)):
        if number < low:
            raise ValueError(f"{name} must be at least {low}, got {number}")
    if size % MIN_SIDE:  # heat maps are enlarged as if their patches covered the image
        raise ValueError(f"size must be a multiple of {MIN_SIDE}, got {size}")
    if seed > MAX_SEED:
        raise ValueError(f"seed must be at most {MAX_SEED}, got {seed}")


def _checked_recipe(recipe: Sequence[tuple[str, float]], *, scoring: str | None) -> Changes:
    """Return the changes of a recipe; `scoring` is None where no defects are drawn.

    Raises:
        ValueError: if a change has no effect with this scoring.
    """
    changes = check_changes(recipe)
    if changes and scoring in {None, "image"}:
        raise ValueError(f"recipe must be as usual unless patches are trained on twins, got {dict(changes)}")
    if "distance" in dict(changes) and scoring not in {"fused", "ensemble"}:
        raise ValueError(
            f"distance must be as usual unless scores are fused or of an ensemble, got {dict(changes)['distance']}"
        )
    return changes


def _checked_defect(name: str | None, category: Path) -> str | None:
    """Return the type of defect that binary learns from: by default the first with test images; None without one.

    Raises:
        ValueError: if it is that of good parts.
    """
    if name == GOOD:
        raise ValueError(f"defect must be a type of defect, got {name!r}")
    tests = category / "test"
    kinds = subfolders(tests) if tests.is_dir() else []
    return name or next((kind.name for kind in kinds if kind.name != GOOD and image_files(kind)), None)
