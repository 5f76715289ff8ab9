"""Draw every transform, mode of the literature and preset on rendered parts, or presets next to real defects.

    python -m examples.gallery [OUT]
    python -m examples.gallery OUT --data DIR

Without `--data`: contact sheets of every transform, every mode of the literature and every type of every preset, each
with its mask, and a page that shows them. OUT is by default the folder of this module, whose files are written again
with the same bytes (under albumentations 2.0.8; albumentationsx draws other seeds for the members of a composition).
With `--data`, a folder in the layout of MVTec AD: a sheet for each type of defect that has a preset, with up to eight
real and eight synthetic defects. These sheets contain images of the data set, so OUT must lie outside the repository.
"""

import argparse
from pathlib import Path

from examples.gallery.beside import write_beside
from examples.gallery.page import write_gallery

HERE = Path(__file__).resolve().parent


def main(argv: list[str] | None = None) -> None:
    """Write the sheets."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "out", nargs="?", type=Path, default=HERE, metavar="OUT", help="folder to write (default: that of the gallery)"
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of categories in the layout of MVTec AD")
    parser.add_argument("--size", type=int, default=384, metavar="PX", help="side of the rendered parts (default: 384)")
    arguments = parser.parse_args(argv)
    if arguments.data is None:
        for path in write_gallery(arguments.out, size=arguments.size):
            print(path)
        return
    if arguments.out.resolve().is_relative_to(HERE.parents[1]):
        parser.error(f"OUT must lie outside the repository for --data, got {str(arguments.out)!r}")
    try:
        for path in write_beside(arguments.data, arguments.out):
            print(path)
    except ValueError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
