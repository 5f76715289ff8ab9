"""Arguments of the command line; imports nothing heavy, so that --help answers at once."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from eval.benchmark.cell import DEFAULT_SIZES, EXPERIMENTS, USUAL_FALSE_POSITIVES
from eval.cli.choices import BACKBONES, DEMO_FAMILIES, FAMILIES, GENERATORS, HEADS, LEAVE_ONE_OUT, RECIPE

_GENERATORS = (
    f"{', '.join(GENERATORS[:-3])}, a kind of defect, or a file that A.save wrote; CATEGORY-TYPE: the preset of one "
    "type of defect, such as screw-thread_top; CATEGORY-without-TYPE: of all other types; category: the preset with "
    "the category's own name; `defectsynth list` lists all names"
)


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the arguments of one command; its name is in `command`, the module that runs it in `module`."""
    parser = argparse.ArgumentParser(
        prog="python -m eval",
        description="Train models on synthetic defects and measure how well they detect real ones.",
        epilog="Exit codes: 0 all done, 1 a run failed, 2 wrong call, 130 interrupted.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_run(commands.add_parser("run", help="one experiment on one category, and its untrained baseline"))
    _add_benchmark(
        commands.add_parser("benchmark", help="the product of categories, experiments, heads, scorings and seeds")
    )
    _add_audit(commands.add_parser("audit", help="how well synthetic defects cover the real ones, without training"))
    _add_compare(commands.add_parser("compare", help="AUROC of equal cells in two folders of results"))
    _add_predict(commands.add_parser("predict", help="scores, decisions and heat maps of images"))
    _add_report(commands.add_parser("report", help="a page with the numbers and images of all results in a folder"))
    _add_demo(commands.add_parser("demo", help="everything on the built-in sample set: parts, training, report"))
    arguments = parser.parse_args(argv)
    arguments.module = "benchmark" if arguments.command == "run" else arguments.command  # a benchmark of one cell
    return arguments


def _path(text: str) -> Path:
    """Return the path that an argument gives; an empty one, as of an unset variable, would be the current folder."""
    if not text:
        raise argparse.ArgumentTypeError("must be a path, got ''")
    return Path(text)


def _add_run(parser: argparse.ArgumentParser) -> None:
    """Add arguments that give one-element lists under the names of `benchmark`."""
    parser.set_defaults(splits=1)
    parser.add_argument(
        "--category", nargs=1, required=True, dest="categories", metavar="NAME", help="folder in --data"
    )
    parser.add_argument(
        "--experiment",
        nargs=1,
        choices=EXPERIMENTS,
        default=["self_supervised"],
        dest="experiments",
        help="default: self_supervised; none: no training, the bank of normals of the untrained backbone alone",
    )
    parser.add_argument(
        "--head", nargs=1, choices=HEADS, default=[], dest="heads", help="required for all experiments but none"
    )
    parser.add_argument(
        "--scoring", nargs=1, choices=tuple(DEFAULT_SIZES), default=["image"], dest="scorings", help="default: image"
    )
    parser.add_argument("--seed", nargs=1, type=int, default=[0], dest="seeds", metavar="N", help="default: 0")
    parser.add_argument(
        "--generator",
        nargs=1,
        default=["generic_object"],
        dest="generators",
        metavar="NAME|FILE",
        help=f"{_GENERATORS} (default: generic_object)",
    )
    _add_options(parser)


def _add_benchmark(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--categories", nargs="+", metavar="NAME", help="folders in --data (default: all)")
    parser.add_argument("--experiments", nargs="+", choices=EXPERIMENTS, default=["self_supervised"], metavar="NAME")
    parser.add_argument("--heads", nargs="+", choices=HEADS, default=list(HEADS), metavar="NAME")
    parser.add_argument("--scorings", nargs="+", choices=tuple(DEFAULT_SIZES), default=["image"], metavar="NAME")
    parser.add_argument(
        "--generators",
        nargs="+",
        default=["generic_object"],
        metavar="NAME|FILE",
        help=f"see --generator of run; {LEAVE_ONE_OUT}: the category's own preset without one type of defect, for each "
        "type",
    )
    parser.add_argument("--seeds", nargs="+", type=int, default=[0], metavar="N")
    parser.add_argument(
        "--repeat-splits",
        type=int,
        default=1,
        metavar="N",
        dest="splits",
        help="draws of the training normals that are held out, each with all seeds (default: 1)",
    )
    _add_options(parser)


def _add_audit(parser: argparse.ArgumentParser) -> None:
    _add_data(parser)
    parser.add_argument("--categories", nargs="+", metavar="NAME", help="folders in --data (default: all)")
    parser.add_argument(
        "--generators", nargs="+", default=["generic_object"], metavar="NAME|FILE", help="see benchmark"
    )
    parser.add_argument(
        "--against",
        type=_path,
        metavar="RESULTS",
        help="folder of trained results with these generators; reports how well the audit predicts their AUROC",
    )
    parser.add_argument("--out", type=_path, required=True, metavar="DIR", help="for audit.json and the sheets")
    parser.add_argument("--twins", type=int, default=200, metavar="N", help="defects to draw (default: 200)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="default: 0")
    _add_peak(parser, default="estimated from the images")


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("first", type=_path, metavar="A")
    parser.add_argument("second", type=_path, metavar="B")


def _add_predict(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=_path, metavar="MODEL", help="folder of a finished run, or the model.pt in it")
    parser.add_argument("images", type=_path, nargs="+", metavar="IMAGES", help="files or folders of images")
    parser.add_argument("--out", type=_path, required=True, metavar="DIR", help="for predictions.json and heat maps")
    parser.add_argument(
        "--false-positives",
        type=float,
        metavar="SHARE",
        help="another bound on the share of good parts that are called defective (default: that of the run)",
    )
    _add_peak(parser, default="that of the run")


def _add_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("results", type=_path, metavar="RESULTS")
    parser.add_argument("--page", type=_path, metavar="FILE", help="to write (default: report.html in RESULTS)")
    parser.add_argument("--data", type=_path, metavar="DIR", help="folder of the categories, if it was moved")


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=_path, metavar="DIR", help="for everything that is written")
    parser.add_argument(
        "--families",
        nargs="+",
        choices=FAMILIES,
        metavar="NAME",
        help=f"of {', '.join(FAMILIES)} (default: {', '.join(DEMO_FAMILIES)})",
    )
    parser.add_argument("--train", type=int, default=60, metavar="N", help="good parts of each family (default: 60)")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0], metavar="N")
    parser.add_argument("--generator", default="generic_object", metavar="NAME|FILE", help="see run")
    _add_training(parser)


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=_path, required=True, metavar="DIR", help="folder of the categories")


def _add_options(parser: argparse.ArgumentParser) -> None:
    _add_data(parser)
    parser.add_argument("--out", type=_path, required=True, metavar="DIR", help="for a folder for each cell")
    parser.add_argument(
        "--backbone",
        default="efficientnet_lite0",
        metavar="NAME",
        help=f"{', '.join(BACKBONES)}, timm:NAME or torchvision:NAME (default: %(default)s)",
    )
    parser.add_argument("--weights", default="default", metavar="default|none|FILE", help="default: default")
    sizes = ", ".join(f"{size} for {scoring}" for scoring, size in DEFAULT_SIZES.items())
    parser.add_argument(
        "--size",
        type=int,
        metavar="PX",
        help=f"shorter side of the images, a multiple of 32 (default: {sizes} scoring)",
    )
    parser.add_argument(
        "--false-positives",
        type=float,
        default=USUAL_FALSE_POSITIVES,
        metavar="SHARE",
        help="bound on the share of held-out good parts that are called defective (default: %(default)s)",
    )
    _add_peak(parser, default="estimated from the images")
    parser.add_argument("--classes", nargs="+", metavar="NAME", help="for multi_class (default: all categories used)")
    parser.add_argument("--defect", metavar="NAME", help="for binary: type to learn from (default: the first by name)")
    usual = ", ".join(f"{name}={value:g}" for name, value in RECIPE.items())
    parser.add_argument(
        "--recipe",
        nargs="+",
        default=[],
        metavar="NAME=VALUE",
        help=f"changes to the usual training on patches ({usual})",
    )
    parser.add_argument(
        "--ray",
        metavar="ADDRESS|local",
        help="run the cells on the Ray cluster at this address, whose nodes must see the same files, or on one of this "
        "machine; a cell gets the processors that it has here with the same --jobs",
    )
    _add_training(parser)


def _add_peak(parser: argparse.ArgumentParser, *, default: str) -> None:
    parser.add_argument(
        "--peak",
        type=float,
        metavar="LEVEL",
        help=f"white level of 16-bit images, such as 4095 for a camera of 12 bits (default: {default})",
    )


def _add_training(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--epochs", type=int, default=10, metavar="N", help="default: 10")
    parser.add_argument(
        "--jobs",
        type=int,
        default=1,
        metavar="N",
        help="processes that run cells at once and share the cores; use the same number within a benchmark, as the "
        "last digits of a score may depend on it (default: 1)",
    )
