"""MVTec AD leather, leather: `python -m examples.mvtec_ad.leather --data DIR --out DIR`.

The lines are those of the seed article. Its AUC with them: anywhere: .823 to .981.
"""

import sys

from defectsynth import Line
from examples.category_benchmark import benchmark

if __name__ == "__main__":
    sys.exit(benchmark("leather", Line(p=1)))
