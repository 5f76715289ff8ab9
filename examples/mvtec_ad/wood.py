"""MVTec AD wood, wood: `python -m examples.mvtec_ad.wood --data DIR --out DIR`.

Lines of the seed article, which reports for them: anywhere, AUC .904 to .994.
"""

import sys

from defectsynth import Line
from examples.category_benchmark import benchmark

if __name__ == "__main__":
    sys.exit(benchmark("wood", Line(p=1)))
