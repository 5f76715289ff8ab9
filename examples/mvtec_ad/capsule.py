"""MVTec AD capsule, a printed capsule: `python -m examples.mvtec_ad.capsule --data DIR --out DIR`.

Lines of the seed article, which reports for them: on the part, AUC .91 after tuning.
"""

import sys

from defectsynth import Line
from examples.category_benchmark import benchmark

if __name__ == "__main__":
    sys.exit(benchmark("capsule", Line(where="object", p=1)))
