"""MVTec AD screw, a wood screw: `python -m examples.mvtec_ad.screw --data DIR --out DIR`.

Lines of the seed article, which reports for them: gray and short, on the part, AUC .91 with ResNet-34 (.62 with the
default ones).
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
