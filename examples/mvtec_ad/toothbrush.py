"""MVTec AD toothbrush, the head of a toothbrush: `python -m examples.mvtec_ad.toothbrush --data DIR --out DIR`.

Lines of the seed article, which reports no number for this category.
"""

import sys

from defectsynth import Line
from examples.category_benchmark import benchmark

if __name__ == "__main__":
    sys.exit(benchmark("toothbrush", Line(where="object", p=1)))
