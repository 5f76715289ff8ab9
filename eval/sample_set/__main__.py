"""Command line: `python -m eval.sample_set FOLDER`."""

import argparse
import sys
from collections.abc import Sequence

from eval.sample_set.families import DEMO_FAMILIES, FAMILIES
from eval.sample_set.writing import write_good_images, write_sample_set


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m eval.sample_set",
        description="Write the procedural sample set in the layout of MVTec AD.",
    )
    parser.add_argument("folder", metavar="FOLDER", help="folder to write; missing, empty, or an unfinished set")
    parser.add_argument(
        "--families",
        nargs="+",
        choices=tuple(FAMILIES),
        metavar="NAME",
        help=f"one or more of {', '.join(FAMILIES)} (default: {', '.join(DEMO_FAMILIES)})",
    )
    parser.add_argument("--size", type=int, default=256, metavar="PIXELS", help="side of the images (default: 256)")
    parser.add_argument(
        "--train", type=int, default=60, metavar="N", help="good training images of a family (default: 60)"
    )
    parser.add_argument("--test-good", type=int, metavar="N", help="good test images of a family (default: 20)")
    parser.add_argument("--test-per-defect", type=int, metavar="N", help="test images of each defect (default: 8)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="equal seeds give equal images (default: 0)")
    parser.add_argument("--good-only", action="store_true", help="write only the training images, into FOLDER/FAMILY")
    return parser


def _show(done: int, total: int) -> None:
    """Show a progress line that overwrites itself on a terminal; elsewhere print only the last one."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} of {total} images")
    if done == total:
        sys.stderr.write("\n" if sys.stderr.isatty() else f"{done} of {total} images\n")
    sys.stderr.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.good_only and (options.test_good is not None or options.test_per_defect is not None):
        parser.error("--good-only writes no test images: leave out --test-good and --test-per-defect")
    try:
        if options.good_only:
            write_good_images(
                options.folder,
                families=options.families,
                size=options.size,
                count=options.train,
                seed=options.seed,
                progress=_show,
            )
        else:
            write_sample_set(
                options.folder,
                families=options.families,
                size=options.size,
                train=options.train,
                test_good=20 if options.test_good is None else options.test_good,
                test_per_defect=8 if options.test_per_defect is None else options.test_per_defect,
                seed=options.seed,
                progress=_show,
            )
    except ValueError as error:
        parser.error(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main())
