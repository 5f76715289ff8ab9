"""MVTec AD tile, a tile: `python -m examples.mvtec_ad.tile --data DIR --out DIR`.

Lines of the seed article, which reports for them: anywhere, AUC .875 to .975.
"""

import sys

from defectsynth import Line
from examples.category_benchmark import benchmark

if __name__ == "__main__":
    sys.exit(benchmark("tile", Line(p=1)))
