"""MVTec AD leather, leather: `python -m examples.mvtec_ad.leather --data DIR --out DIR`.

Lines of the seed article, which reports for them: anywhere, AUC .823 to .981.
"""

import sys

from defectsynth import Line
from examples.category_benchmark import benchmark

if __name__ == "__main__":
    sys.exit(benchmark("leather", Line(p=1)))
