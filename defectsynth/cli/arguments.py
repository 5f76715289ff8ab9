"""The arguments of the command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import defectsynth
from defectsynth.cli.checked_parser import CheckedParser, given_path
from defectsynth.cli.options import default_workers

LAYOUTS = ("mvtec", "coco", "coco-polygons", "yolo", "yolo-seg", "huggingface", "semantic", "webdataset")


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the arguments; the values of options are checked by `options.check_options`.

    Raises:
        UsageError: if an argument is missing or unknown.
        SystemExit: after --help and --version.
    """
    return _parser().parse_args(argv)


def _parser() -> CheckedParser:
    parser = CheckedParser(
        prog="defectsynth",
        description="Draw synthetic defects, with exact masks, into images of good parts.",
    )
    parser.add_argument("--version", action="version", version=f"defectsynth {defectsynth.__version__}")
    commands: Any = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=CheckedParser)
    _add_generate(commands)
    _add_preview(commands)
    _add_prepare(commands)
    _add_studio(commands)
    _add_fit(commands)
    completion = commands.add_parser(
        "completion",
        help="print a script that completes commands, options and names",
        description='Print a script for bash, which zsh reads after bashcompinit: eval "$(defectsynth completion)".',
    )
    completion.set_defaults(parser=parser)
    commands.add_parser("list", help="name the defects and presets", description="Name the defects and presets.")
    show = commands.add_parser(
        "show",
        help="describe a defect or a preset",
        description="Print a defect's arguments with defaults, units and bounds, or a preset as YAML.",
    )
    show.add_argument("name", metavar="NAME", help="as defectsynth list shows it")
    return parser


def _add_generate(commands: Any) -> None:
    parser = commands.add_parser(
        "generate",
        help="make a data set with defects",
        description="Draw defects into the images of a folder. If it is interrupted or killed, the same command goes "
        "on where it stopped, and the result is the same.",
        epilog="Exit codes: 0 all done, 1 some inputs failed (named at the end), 2 wrong call, 130 interrupted.",
    )
    parser.add_argument(
        "input", type=given_path, metavar="INPUT", help="folder of good images, nested folders included"
    )
    parser.add_argument("output", type=given_path, metavar="OUTPUT", help="new or empty folder, or one that was begun")
    _add_defects(parser)
    parser.add_argument("--count", metavar="N", help="output images (default: as many as there are inputs)")
    parser.add_argument("--layout", choices=LAYOUTS, default="mvtec", help="default: mvtec")
    parser.add_argument(
        "--test-good",
        metavar="SHARE",
        help="mvtec: share of the inputs held out for the test; they make test/good and carry the defects, and are not "
        "in train/good (default: 0.2; 0 draws into all inputs)",
    )
    parser.add_argument(
        "--val",
        metavar="SHARE",
        help="other layouts: share of the inputs whose output images make the validation split (default: 0.2)",
    )
    parser.add_argument(
        "--background",
        metavar="SHARE",
        help="other layouts: share of the output images without a defect (default: 0.1 for yolo and yolo-seg, else 0)",
    )
    parser.add_argument("--shard-size", metavar="N", help="webdataset: output images in a tar shard (default: 1000)")
    parser.add_argument("--seed", default="0", metavar="S", help="same seed, same bytes (default: 0)")
    _add_workers(parser)
    parser.add_argument(
        "--ray",
        metavar="ADDRESS|local",
        help="draw on the Ray cluster at this address, whose nodes must see the same files, or on one of this machine; "
        "without --workers on all processors",
    )
    parser.add_argument(
        "--roi-dir", type=given_path, metavar="DIR", help="one mask for each image, same relative path, any suffix"
    )
    parser.add_argument(
        "--store",
        type=given_path,
        metavar="FOLDER",
        help="keep what is found on the images there, see defectsynth prepare",
    )
    _add_store_limit(parser)
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def _add_store_limit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--store-limit", default="1024", metavar="MIB", help="size of the store; the oldest goes first (default: 1024)"
    )


def _add_prepare(commands: Any) -> None:
    parser = commands.add_parser(
        "prepare",
        help="measure images once for all later runs",
        description="Find on every image what the defects will ask for (object, axis, corners, parts, shadow) and keep "
        "it in a folder. generate --store and ds.use_store in a training take it from there. If it is interrupted, the "
        "same command goes on where it stopped.",
    )
    parser.add_argument(
        "input", type=given_path, metavar="INPUT", help="folder of good images, nested folders included"
    )
    _add_defects(parser)
    parser.add_argument("--store", type=given_path, required=True, metavar="FOLDER", help="made if need be")
    _add_store_limit(parser)
    _add_workers(parser)
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def _add_preview(commands: Any) -> None:
    parser = commands.add_parser(
        "preview",
        help="draw a contact sheet",
        description="Draw a contact sheet: defects as generate would draw them, in images spread evenly over a folder.",
    )
    parser.add_argument(
        "input", type=given_path, metavar="INPUT", help="folder of good images, nested folders included"
    )
    parser.add_argument("output", type=given_path, metavar="OUTPUT", help="where the sheet goes: .png, .jpg or .html")
    parser.add_argument(
        "--image",
        action="append",
        dest="images",
        metavar="NAME",
        help="an image of INPUT by its relative path; given several times, one row each (default: spread over INPUT)",
    )
    _add_defects(parser)
    parser.add_argument("--rows", metavar="N", help="samples, without --image (default: 5)")
    parser.add_argument("--cell", default="256", metavar="PX", help="side of an image on the sheet (default: 256)")
    parser.add_argument("--seed", default="0", metavar="S", help="same seed, same sheet (default: 0)")


def _add_studio(commands: Any) -> None:
    parser = commands.add_parser(
        "studio",
        help="adjust the ranges of a defect in the browser",
        description="Serve a page on this machine: sliders for the ranges of a defect or preset, draws on images "
        "of a folder. Nothing is written, no other host is asked. Needs NiceGUI: pip install 'defectsynth[studio]'.",
    )
    parser.add_argument(
        "input", type=given_path, metavar="FOLDER", help="folder of good images, nested folders included"
    )
    parser.add_argument("--defects", type=given_path, metavar="DIR", help="real defects, shown below the drawn ones")
    parser.add_argument(
        "--masks", type=given_path, metavar="DIR", help="masks of the real defects, same relative paths"
    )
    parser.add_argument(
        "--show", default="generic_object", metavar="NAME", help="defect or preset to begin with (default: %(default)s)"
    )
    parser.add_argument("--peak", metavar="LEVEL", help="white level of 16-bit images (default: estimated)")
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS", help="default: %(default)s, this machine only"
    )
    parser.add_argument("--port", default="8080", metavar="N", help="default: %(default)s")
    parser.add_argument("--no-browser", dest="browser", action="store_false", help="do not open a browser")


def _add_fit(commands: Any) -> None:
    parser = commands.add_parser(
        "fit",
        help="make a preset from a few real defects",
        description="Measure a few real defects against good parts and write a preset that draws similar ones. Nothing "
        "is trained. Folders below --defects name the types of defect.",
    )
    parser.add_argument("--normals", type=given_path, required=True, metavar="DIR", help="folder of good images")
    parser.add_argument(
        "--defects",
        type=given_path,
        required=True,
        metavar="DIR",
        help="folder of images with defects; good/ is left out",
    )
    parser.add_argument(
        "--masks",
        type=given_path,
        metavar="DIR",
        help="their masks, same relative path, with _mask or not, any suffix (default: estimated, roughly)",
    )
    parser.add_argument(
        "--pairs",
        type=given_path,
        metavar="DIR",
        help="without masks: the same parts before the defect, same relative path",
    )
    parser.add_argument("--out", type=given_path, required=True, metavar="PRESET.yaml", help="where the preset goes")
    parser.add_argument(
        "--sheet", type=given_path, metavar="PNG", help="real beside drawn (default: beside the preset)"
    )
    parser.add_argument(
        "--real-share", default="0", metavar="SHARE", help="share of real defects, pasted, in [0, 1) (default: 0)"
    )
    parser.add_argument(
        "--other-share", default="0.15", metavar="SHARE", help="share of defects of other kinds (default: 0.15)"
    )
    parser.add_argument("--seed", default="0", metavar="S", help="same seed, same preset (default: 0)")
    parser.add_argument("--peak", metavar="LEVEL", help="white level of 16-bit images (default: estimated)")
    _add_workers(parser)


def _add_workers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--workers",
        metavar="N",
        help=f"processes; the result does not depend on it (default here: {default_workers()})",
    )


def _add_defects(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--defect",
        action="append",
        default=[],
        metavar="NAME",
        help="a defect; given several times, one of them is drawn for each image",
    )
    what.add_argument("--preset", metavar="NAME|FILE", help="a preset, or a .yaml or .json file that A.save wrote")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help='an argument of the defect, value in YAML: --set "length_range=[0.1, 0.3]"',
    )
    parser.add_argument(
        "--where", metavar="PLACE", help="short for --set where=PLACE: object, edge, inside, ring, anywhere"
    )
    parser.add_argument(
        "--peak",
        metavar="LEVEL",
        help="white level of 16-bit images, such as 4095 for a camera of 12 bits (default: estimated for each image)",
    )
    parser.add_argument("--severity", metavar="SHARE", help="short for --set severity=SHARE, in [0, 1]")
