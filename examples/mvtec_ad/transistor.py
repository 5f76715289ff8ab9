"""MVTec AD transistor, a transistor in a breadboard: `python -m examples.mvtec_ad.transistor --data DIR --out DIR`.

The lines are those of the seed article. Its AUC with them: gray, thinner and shorter, on the part: .958, .89 before.
"""

import sys

from defectsynth import Line
from examples.category_benchmark import benchmark

if __name__ == "__main__":
    sys.exit(
        benchmark(
            "transistor",
            Line(
                where="object",
                length_range=(0.0, 40 / 224),
                width_range=(1 / 224, 10 / 224),
                palettes=("gray",),
                p=1,
            ),
        )
    )
