"""MVTec AD pill, a printed pill: `python -m examples.mvtec_ad.pill --data DIR --out DIR`.

Lines of the seed article, which reports for them: gray, thin and short, on the part, AUC .930 to .935 (.70 with the
default ones).
"""

import sys

from defectsynth import Line
from examples.category_benchmark import benchmark

if __name__ == "__main__":
    sys.exit(
        benchmark(
            "pill",
            Line(
                where="object",
                length_range=(0.0, 30 / 224),
                width_range=(1 / 224, 5 / 224),
                palettes=("gray",),
                p=1,
            ),
        )
    )
