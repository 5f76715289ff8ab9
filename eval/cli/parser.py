"""The words of the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from dml_heads import HEADS
from eval.benchmark.generators import EACH, KNOWN, OWN, REST, TYPE
from eval.benchmark.results import MODEL
from eval.benchmark.settings import EXPERIMENTS, SIZES
from eval.cli.commands import UsageError, audit_presets, benchmark, compared, demo, predict, report, run, tune_preset
from eval.models.registry import BACKBONES
from eval.sample_set.families import FAMILIES
from eval.training.recipe import TrainingRecipe


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    arguments = vars(_parser().parse_args(argv))
    commands: dict[str, Callable[..., int]] = {
        "run": run,
        "benchmark": benchmark,
        "audit": audit_presets,
        "tune": tune_preset,
        "compare": compared,
        "predict": predict,
        "report": report,
        "demo": demo,
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
    _add_generator(one)
    _add_options(one)
    many = commands.add_parser("benchmark", help="the product of categories, experiments, heads, scorings and seeds")
    many.add_argument("--categories", nargs="+", metavar="NAME", help="folders in --data (default: all)")
    many.add_argument("--experiments", nargs="+", choices=EXPERIMENTS, default=["self_supervised"], metavar="NAME")
    many.add_argument("--heads", nargs="+", choices=tuple(HEADS), default=list(HEADS), metavar="NAME")
    many.add_argument("--scorings", nargs="+", choices=tuple(SIZES), default=["image"], metavar="NAME")
    many.add_argument(
        "--generators",
        nargs="+",
        default=["generic_object"],
        metavar="NAME|FILE",
        help=f"as --generator of run, or {EACH}: the category's own preset without one type of defect, each in turn",
    )
    many.add_argument("--seeds", nargs="+", type=int, default=[0], metavar="N")
    _add_options(many)
    before = commands.add_parser("audit", help="how well the drawn defects cover the real ones, before any training")
    before.add_argument("--data", type=Path, required=True, metavar="DIR", help="holds the category folders")
    before.add_argument("--categories", nargs="+", metavar="NAME", help="folders in --data (default: all)")
    before.add_argument(
        "--generators", nargs="+", default=["generic_object"], metavar="NAME|FILE", help="as those of benchmark"
    )
    before.add_argument(
        "--against",
        type=Path,
        metavar="RESULTS",
        help="folder of trained results with these generators, to say how well the audit foretells their AUROC",
    )
    before.add_argument("--out", type=Path, required=True, metavar="DIR", help="for audit.json and the sheets")
    before.add_argument("--twins", type=int, default=200, metavar="N", help="defects to draw (default: 200)")
    before.add_argument("--seed", type=int, default=0, metavar="N", help="default: 0")
    _add_tune(commands.add_parser("tune", help="search the weights and ranges of a preset for a category"))
    both = commands.add_parser("compare", help="AUROC of equal cells in two folders of results")
    both.add_argument("first", type=Path, metavar="A")
    both.add_argument("second", type=Path, metavar="B")
    new = commands.add_parser("predict", help="scores, decisions and heat maps of images")
    new.add_argument("model", type=Path, metavar="MODEL", help=f"folder of a finished run, or the {MODEL} in it")
    new.add_argument("images", type=Path, nargs="+", metavar="IMAGES")
    new.add_argument("--out", type=Path, required=True, metavar="DIR")
    page = commands.add_parser("report", help="a page with the numbers and pictures of all results in a folder")
    page.add_argument("results", type=Path, metavar="RESULTS")
    page.add_argument("--page", type=Path, metavar="FILE", help="to write (default: report.html in RESULTS)")
    page.add_argument("--data", type=Path, metavar="DIR", help="where the category folders are now, if they were moved")
    shown = commands.add_parser("demo", help="all of it on the built-in sample set: parts, defects, training, report")
    shown.add_argument("out", type=Path, metavar="DIR", help="holds everything that is made")
    shown.add_argument("--families", nargs="+", choices=tuple(FAMILIES), metavar="NAME", help="(default: all)")
    shown.add_argument("--train", type=int, default=60, metavar="N", help="good parts of each family (default: 60)")
    shown.add_argument("--seeds", nargs="+", type=int, default=[0], metavar="N")
    _add_generator(shown)
    _add_training(shown)
    return parser


def _add_tune(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="holds the category folders")
    parser.add_argument("--category", required=True, metavar="NAME", help="folder in --data")
    parser.add_argument(
        "--preset", metavar="NAME|FILE", help="to start from, as --generator (default: the category's own)"
    )
    known = parser.add_mutually_exclusive_group()
    known.add_argument(
        "--known",
        nargs="+",
        default=[],
        metavar="DEFECT/FILE",
        help="defective test images that may be looked at; leave them out of all that you report (default: none)",
    )
    known.add_argument("--known-share", type=float, metavar="S", help="or this share of each type, chosen at random")
    parser.add_argument("--trials", type=int, required=True, metavar="N", help="in all, with those done before")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for best.yaml, tune.json, the trials")
    parser.add_argument("--twins", type=int, default=200, metavar="N", help="defects a trial (default: 200)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="default: 0")


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="holds the category folders")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="holds a folder for each cell")
    parser.add_argument(
        "--backbone", choices=tuple(BACKBONES), default="efficientnet_lite0", help="default: %(default)s"
    )
    parser.add_argument("--weights", default="default", metavar="default|none|FILE", help="default: default")
    sizes = ", ".join(f"{size} for {scoring}" for scoring, size in SIZES.items())
    parser.add_argument("--size", type=int, metavar="PX", help=f"shorter side of the images (default: {sizes} scoring)")
    parser.add_argument(
        "--classes", nargs="+", metavar="NAME", help="for multi_class (default: those of the benchmark)"
    )
    parser.add_argument("--defect", metavar="NAME", help="for binary: type to learn from (default: the first by name)")
    usual = ", ".join(f"{name}={value:g}" for name, value in asdict(TrainingRecipe()).items())
    parser.add_argument(
        "--recipe",
        nargs="+",
        default=[],
        metavar="NAME=VALUE",
        help=f"of training on patches, where not as usual ({usual})",
    )
    _add_training(parser)


def _add_generator(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--generator",
        default="generic_object",
        metavar="NAME|FILE",
        help=f"{', '.join(KNOWN)}, a kind of defect, or a file that A.save wrote; {TYPE} such as screw-thread_top; "
        f"{REST}: all but that; {OWN}: the preset with the category's own name; defectsynth list tells all "
        "(default: %(default)s)",
    )


def _add_training(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--epochs", type=int, default=10, metavar="N", help="default: 10")
    parser.add_argument(
        "--jobs",
        type=int,
        default=1,
        metavar="N",
        help="cells at once, in as many processes, which share the cores; as the last digits of a score may depend on "
        "it, keep to one number in a benchmark (default: 1)",
    )
