"""MVTec AD transistor, a transistor in a breadboard: `python -m examples.mvtec_ad.transistor --data DIR --out DIR`.

Lines of the seed article, which reports for them: gray, thinner and shorter, on the part, AUC .958 (.89 with the
default ones).
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
