"""MVTec AD bottle, the mouth of a bottle, seen from above: `python -m examples.mvtec_ad.bottle --data DIR --out DIR`.

Lines of the seed article, which reports for them: on the part, AUC .981 to .998.
"""

import sys

from defectsynth import Line
from examples.category_benchmark import benchmark

if __name__ == "__main__":
    sys.exit(benchmark("bottle", Line(where="object", p=1)))
