"""The words of the command line, and what they do."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from statistics import fmean
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from defectsynth.presets import PRESETS
from dml_heads import HEADS
from eval.artifacts import upsampled
from eval.backbones import BACKBONES
from eval.bank import Bank, embed
from eval.benchmark import Cell, compare, make_cells, run_cells
from eval.checkpoints import load_model
from eval.datasets import categories_in, load_image
from eval.embedding import best_device
from eval.experiments import untrained
from eval.results import BANK, MODEL, read_results
from eval.settings import EXPERIMENTS, SIZES

_WARM = 0.5  # share of the heat in the picture


class UsageError(ValueError):
    """The call is wrong: exit code 2."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    arguments = vars(_parser().parse_args(argv))
    commands: dict[str, Callable[..., int]] = {
        "run": run,
        "benchmark": benchmark,
        "compare": compared,
        "predict": predict,
    }
    command = commands[arguments.pop("command")]
    try:
        return command(**arguments)
    except UsageError as error:
        sys.stderr.write(f"eval: {error}\n")
        return 2
    except (OSError, ValueError, RuntimeError) as error:
        sys.stderr.write(f"eval: {type(error).__name__}: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted; the same command goes on where it stopped\n")
        return 130


def run(*, category: str, experiment: str, head: str | None, scoring: str, seed: int, **options: Any) -> int:
    """One category, one experiment, and its baseline."""
    if experiment != "none" and head is None:
        raise UsageError(f"--head must be one of {', '.join(HEADS)} for the experiment {experiment}, got none")
    lists: dict[str, Any] = {
        "experiments": [experiment],
        "heads": [head] if head else [],
        "scorings": [scoring],
        "seeds": [seed],
    }
    return benchmark(categories=[category], **lists, **options)


def benchmark(*, data: Path, categories: list[str] | None, classes: list[str] | None, out: Path, **options: Any) -> int:
    """All cells of the product."""
    try:
        known = categories_in(data)
        _check_known("category", categories or [], known=known, data=data)
        _check_known("classes", classes or [], known=known, data=data)
        chosen = categories or known
        if classes is None:
            classes = list(chosen if len(chosen) > 1 else known)
        cells = make_cells(data=data, categories=chosen, classes=classes, **options)
    except (ValueError, OSError) as error:
        raise UsageError(str(error)) from error
    failed = 0
    seconds: list[float] = []
    with closing(Ticker()) as ticker:
        for number, cell in enumerate(run_cells(cells, out=out, progress=ticker), 1):
            ticker.close()
            failed += cell.error is not None
            seconds += [] if cell.repeated else [cell.seconds]
            left = fmean(seconds) * (len(cells) - number) if seconds else 0.0
            sys.stdout.write(f"[{number}/{len(cells)}] {line_of(cell)}{_left(left)}\n")
            sys.stdout.flush()
    if failed:
        sys.stderr.write(f"eval: {failed} of {len(cells)} cells failed; the same command tries them again\n")
    return 1 if failed else 0


def line_of(cell: Cell) -> str:
    """What has become of a cell, in one line."""
    if cell.results is None:
        return f"{cell.settings.name}: FAILED: {cell.error}"
    metrics, baseline = cell.results.metrics, cell.results.baseline
    words = f"{cell.settings.name}: AUROC {metrics.image.auroc:.3f}"
    if metrics.pixel is not None:
        words += f", pixels {metrics.pixel.auroc:.3f}, AUPRO {metrics.pixel.aupro:.3f}"
    if baseline is not None:
        words += f" (untrained {baseline.image.auroc:.3f})"
    return words + (", was there" if cell.repeated else f", {cell.seconds:.0f} s")


def compared(*, first: Path, second: Path) -> int:
    """Two folders of results side by side."""
    try:
        rows = compare(first, second)
    except FileNotFoundError as error:
        raise UsageError(str(error)) from error
    both = [(cell, one, two) for cell, one, two in rows if one is not None and two is not None]
    width = max(len(cell) for cell, _, _ in rows)
    sys.stdout.write(f"{'image AUROC of':{width}}       A       B   B - A\n")
    for cell, one, two in both:
        sys.stdout.write(f"{cell:{width}}  {one:6.3f}  {two:6.3f}  {two - one:+6.3f}\n")
    if both:
        means = fmean(one for _, one, _ in both), fmean(two for _, _, two in both)
        sys.stdout.write(f"{'mean':{width}}  {means[0]:6.3f}  {means[1]:6.3f}  {means[1] - means[0]:+6.3f}\n")
    for cell, first_only, second_only in rows:
        if first_only is None or second_only is None:
            sys.stdout.write(f"{cell:{width}}  only in {'B' if first_only is None else 'A'}\n")
    return 0


def predict(*, model: Path, images: list[Path], out: Path) -> int:
    """Scores, decisions and heat maps of images."""
    folder = model if model.is_dir() else model.parent
    if not (folder / BANK).is_file():
        raise UsageError(f"MODEL must be the folder of a finished run, or the {MODEL} in it, got {str(model)!r}")
    if missing := [path for path in images if not path.is_file()]:
        raise UsageError(f"IMAGES must be existing files, got {str(missing[0])!r}")
    settings = read_results(folder).settings
    bank = Bank.load(folder / BANK)
    trained = settings.experiment != "none"
    backbone = load_model(folder / MODEL).backbone.to(best_device()) if trained else untrained(settings)
    out.mkdir(parents=True, exist_ok=True)
    entries: list[dict[str, Any]] = []
    for number, path in enumerate(images):
        try:
            image = load_image(path, size=settings.size)
        except ValueError as error:
            sys.stderr.write(f"eval: {error}\n")
            continue
        map_, _ = bank.search(embed(backbone, [image], scoring=settings.scoring, size=settings.size))
        score = float(map_.max())
        entry: dict[str, Any] = {"path": str(path), "score": score, "defective": score > bank.threshold}
        if settings.scoring == "patch":
            taken = {entry["heat_map"] for entry in entries}
            name = f"{path.stem}_heat.png"
            entry["heat_map"] = f"{path.stem}_{number}_heat.png" if name in taken else name
            heat = upsampled(map_, size=settings.size)[0] / bank.threshold
            _, encoded = cv2.imencode(".png", heat_picture(image, heat))
            (out / entry["heat_map"]).write_bytes(encoded.tobytes())
        entries.append(entry)
        word = "defective" if entry["defective"] else "good"
        sys.stdout.write(f"{path}: {word}, score {score:.4f} (defective above {bank.threshold:.4f})\n")
    summary = {"model": str(folder), "threshold": bank.threshold, "held_out": bank.held_out, "images": entries}
    (out / "predictions.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    return 0 if len(entries) == len(images) else 1


def heat_picture(image: NDArray[np.uint8], heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Heat laid over an image, in BGR: green where it equals the threshold (1), red from twice that on."""
    colours = cv2.applyColorMap(np.clip(heat * 127.5, 0, 255).astype(np.uint8), cv2.COLORMAP_JET)
    plain = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    return np.asarray(cv2.addWeighted(colours, _WARM, plain, 1 - _WARM, 0))


class Ticker:
    """Progress of one stage after the other on stderr, with the time left."""

    def __init__(self) -> None:
        self.bar: Any = None
        self.stage = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show that `done` of `total` steps of a stage are done."""
        if self.bar is None or stage != self.stage or done < self.bar.n:
            self.close()
            pause = 0.2 if sys.stderr.isatty() else 10.0
            self.bar = tqdm(total=total, desc=stage, leave=False, file=sys.stderr, mininterval=pause)
            self.stage = stage
        self.bar.update(done - self.bar.n)

    def close(self) -> None:
        """End the stage."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None


def _check_known(name: str, given: Sequence[str], *, known: Sequence[str], data: Path) -> None:
    if strange := [entry for entry in given if entry not in known]:
        raise ValueError(f"{name} must be in {data} ({', '.join(known)}), got {strange[0]!r}")


def _left(seconds: float) -> str:
    if seconds <= 0:
        return ""
    return f", about {seconds / 60:.0f} min left" if seconds >= 90 else f", about {seconds:.0f} s left"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m eval",
        description="Prove what models trained on synthetic defects find.",
        epilog="Exit codes: 0 all done, 1 a run failed, 2 wrong call, 130 interrupted.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    one = commands.add_parser("run", help="one experiment on one category, and its untrained baseline")
    one.add_argument("--category", required=True, metavar="NAME", help="folder in --data")
    one.add_argument("--experiment", choices=EXPERIMENTS, default="self_supervised", help="default: %(default)s")
    one.add_argument("--head", choices=tuple(HEADS), help="for all experiments but none")
    one.add_argument("--scoring", choices=tuple(SIZES), default="image", help="default: %(default)s")
    one.add_argument("--seed", type=int, default=0, metavar="N", help="default: 0")
    _add_options(one)
    many = commands.add_parser("benchmark", help="the product of categories, experiments, heads, scorings and seeds")
    many.add_argument("--categories", nargs="+", metavar="NAME", help="folders in --data (default: all)")
    many.add_argument("--experiments", nargs="+", choices=EXPERIMENTS, default=["self_supervised"], metavar="NAME")
    many.add_argument("--heads", nargs="+", choices=tuple(HEADS), default=list(HEADS), metavar="NAME")
    many.add_argument("--scorings", nargs="+", choices=tuple(SIZES), default=["image"], metavar="NAME")
    many.add_argument("--seeds", nargs="+", type=int, default=[0], metavar="N")
    _add_options(many)
    both = commands.add_parser("compare", help="AUROC of equal cells in two folders of results")
    both.add_argument("first", type=Path, metavar="A")
    both.add_argument("second", type=Path, metavar="B")
    new = commands.add_parser("predict", help="scores, decisions and heat maps of images")
    new.add_argument("model", type=Path, metavar="MODEL", help=f"folder of a finished run, or the {MODEL} in it")
    new.add_argument("images", type=Path, nargs="+", metavar="IMAGES")
    new.add_argument("--out", type=Path, required=True, metavar="DIR")
    return parser


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="holds the category folders")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="holds a folder for each cell")
    parser.add_argument(
        "--generator",
        default="generic_object",
        metavar="NAME|FILE",
        help=f"{', '.join(PRESETS)}, a kind of defect, or a file that A.save wrote (default: %(default)s)",
    )
    parser.add_argument(
        "--backbone", choices=tuple(BACKBONES), default="efficientnet_lite0", help="default: %(default)s"
    )
    parser.add_argument("--weights", default="default", metavar="default|none|FILE", help="default: default")
    parser.add_argument("--epochs", type=int, default=10, metavar="N", help="default: 10")
    sizes = ", ".join(f"{size} for {scoring}" for scoring, size in SIZES.items())
    parser.add_argument("--size", type=int, metavar="PX", help=f"side of the images (default: {sizes} scoring)")
    parser.add_argument(
        "--classes", nargs="+", metavar="NAME", help="for multi_class (default: those of the benchmark)"
    )
    parser.add_argument("--defect", metavar="NAME", help="for binary: type to learn from (default: the first by name)")
