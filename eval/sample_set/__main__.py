"""Command line: `python -m eval.sample_set FOLDER`."""

import argparse
import sys
from collections.abc import Sequence

from eval.sample_set.families import FAMILIES
from eval.sample_set.writing import write_good_images, write_sample_set


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m eval.sample_set",
        description="Write the procedural sample set in the layout of MVTec AD.",
    )
    parser.add_argument("folder", metavar="FOLDER", help="where to write; empty, missing, or a set to finish")
    parser.add_argument(
        "--families",
        nargs="+",
        choices=tuple(FAMILIES),
        metavar="NAME",
        help=f"of {', '.join(FAMILIES)}; all of them if left out",
    )
    parser.add_argument("--size", type=int, default=256, metavar="PIXELS", help="side of the images (256)")
    parser.add_argument("--train", type=int, default=60, metavar="N", help="good images to train on, a family (60)")
    parser.add_argument("--test-good", type=int, metavar="N", help="good test images, a family (20)")
    parser.add_argument("--test-per-defect", type=int, metavar="N", help="test images of each defect (8)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the same seed gives the same images (0)")
    parser.add_argument(
        "--good-only", action="store_true", help="write only the train images, flat: FOLDER/FAMILY/000.png"
    )
    return parser


def _show(done: int, total: int) -> None:
    """A progress line that overwrites itself on a terminal; elsewhere only its last state."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} of {total} images")
    if done == total:
        sys.stderr.write("\n" if sys.stderr.isatty() else f"{done} of {total} images\n")
    sys.stderr.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.good_only and (asked.test_good is not None or asked.test_per_defect is not None):
        parser.error("--good-only writes no test images: leave out --test-good and --test-per-defect")
    try:
        if asked.good_only:
            write_good_images(
                asked.folder,
                families=asked.families,
                size=asked.size,
                count=asked.train,
                seed=asked.seed,
                progress=_show,
            )
        else:
            write_sample_set(
                asked.folder,
                families=asked.families,
                size=asked.size,
                train=asked.train,
                test_good=20 if asked.test_good is None else asked.test_good,
                test_per_defect=8 if asked.test_per_defect is None else asked.test_per_defect,
                seed=asked.seed,
                progress=_show,
            )
    except ValueError as error:
        parser.error(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main())
