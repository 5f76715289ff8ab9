"""MVTec AD screw, a wood screw: `python -m examples.mvtec_ad.screw --data DIR --out DIR`.

The lines are those of the seed article. Its AUC with them: gray and short, on the part, with ResNet-34: .91, .62
before.
"""

import sys

from defectsynth import Line
from examples.category_benchmark import benchmark

if __name__ == "__main__":
    sys.exit(
        benchmark(
            "screw",
            Line(
                where="object",
                length_range=(0.0, 30 / 224),
                width_range=(1 / 224, 16 / 224),
                palettes=("gray",),
                p=1,
            ),
        )
    )
