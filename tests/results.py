"""Results of cells that nobody ran, for tests of tables; import it where torch is installed."""

from typing import Any

from eval.benchmark.results import Decision, Metrics, Results
from eval.benchmark.settings import make_settings
from eval.scoring.metrics import ImageMetrics


def make_metrics(auroc: float) -> Metrics:
    """Return metrics with one AUROC; all other numbers are made up."""
    image = ImageMetrics(
        auroc=auroc, average_precision=0.5, f1_max=0.5, threshold=0.1, tpr=0.5, tnr=0.5, pair_threshold=0.1
    )
    decision = Decision(
        threshold=0.1, held_out=2, twins=2, false_positives=0.05, tpr=0.5, tnr=0.5, found={}, best_found={}
    )
    return Metrics(
        image=image,
        per_defect={"scratch_neck": auroc - 0.1},
        pixel=None,
        decision=decision,
        intervals={"auroc": (auroc - 0.03, auroc + 0.04)},
    )


def make_results(category: str, auroc: float, *, untrained: float = 0.6, **settings: Any) -> Results:
    """Return results of a category: trained with a head, or of the untrained backbone without one.

    Args:
        category: name of the category.
        auroc: image AUROC.
        untrained: image AUROC of the baseline of a trained cell.
        settings: see `make_settings`.
    """
    trained = settings.get("head") is not None
    experiment = "self_supervised" if trained else "none"
    usual = {"data": "/data", "experiment": experiment, "generator": "line"}
    return Results(
        settings=make_settings(category=category, **{**usual, **settings}),
        versions={},
        device="cpu",
        git_revision=None,
        started="",
        finished="",
        seconds={},
        peak_memory_mib=0.0,
        shape=(256, 256),
        copies=0,
        bank_rows=1,
        metrics=make_metrics(auroc),
        baseline=make_metrics(untrained) if trained else None,
        history=(),
        images=(),
    )
