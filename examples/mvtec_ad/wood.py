"""MVTec AD wood, wood: `python -m examples.mvtec_ad.wood --data DIR --out DIR`.

The lines are those of the seed article. Its AUC with them: anywhere: .904 to .994.
"""

import sys

from defectsynth import Line
from examples.category_benchmark import benchmark

if __name__ == "__main__":
    sys.exit(benchmark("wood", Line(p=1)))
