"""MVTec AD tile, a tile: `python -m examples.mvtec_ad.tile --data DIR --out DIR`.

The lines are those of the seed article. Its AUC with them: anywhere: .875 to .975.
"""

import sys

from defectsynth import Line
from examples.category_benchmark import benchmark

if __name__ == "__main__":
    sys.exit(benchmark("tile", Line(p=1)))
