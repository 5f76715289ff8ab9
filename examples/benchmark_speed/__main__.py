"""Print the speed of the library where it is used, one group of rows after the other.

    python -m examples.benchmark_speed [--rows presets twins] [--sizes 256 1024] [--images FOLDER] [--only screw Tape]

Times are processor times of one thread unless a row says otherwise. Of each draw the shortest of five times counts, so
that other programs on the machine disturb the result little. A row that misses its limit says so. Groups:

    transforms  every transform and mode of the literature, beside other packages (`pip install anomalib pyimgano`)
    presets     every preset through `synthesize`, on an image seen for the first time and later
    twins       `AnomalyTwins` in a DataLoader with 1 and 2 workers, beside anomalib (`pip install torch anomalib`)
    generate    `defectsynth generate`, and its share of time outside of encoding
    growth      the cost from 256 to 4096 px, and its exponent
    startup     imports and the help of the command lines
"""

import argparse
import platform
from pathlib import Path

import albumentations as A
import cv2
import numpy as np

from examples.benchmark_speed import generating, growth, presets, startup, transforms, twins

GROUPS = {
    "transforms": transforms.measure,
    "presets": presets.measure,
    "twins": twins.measure,
    "generate": generating.measure,
    "growth": growth.measure,
    "startup": startup.measure,
}


def main() -> None:
    """Print the chosen groups."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.benchmark_speed", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--rows", nargs="+", choices=GROUPS, default=[*GROUPS], help="groups of rows (default: all)")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[256, 1024], help="sides in px; 0: own size (default: 256 1024)"
    )
    parser.add_argument("--rounds", type=int, default=60, help="draws of a row (default: 60)")
    parser.add_argument(
        "--images",
        type=Path,
        help="folder of PNG images to draw into (default: rendered parts); presets take the subfolder of their name",
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="transforms and presets (default: all)")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    versions = f"albumentations {A.__version__}, numpy {np.__version__}, OpenCV {cv2.__version__}"
    print(f"{versions}, Python {platform.python_version()}, one thread")
    for name in arguments.rows:
        GROUPS[name](arguments)


if __name__ == "__main__":
    main()
