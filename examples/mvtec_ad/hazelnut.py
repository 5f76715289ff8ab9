"""MVTec AD hazelnut, a hazelnut: `python -m examples.mvtec_ad.hazelnut --data DIR --out DIR`.

Lines of the seed article, which reports for them: on the part, AUC .954 to .998.
"""

import sys

from defectsynth import Line
from examples.category_benchmark import benchmark

if __name__ == "__main__":
    sys.exit(benchmark("hazelnut", Line(where="object", p=1)))
