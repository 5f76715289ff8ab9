"""MVTec AD zipper, a zipper: `python -m examples.mvtec_ad.zipper --data DIR --out DIR`.

Lines of the seed article, which reports for them: on the part, AUC .842 to .999.
"""

import sys

from defectsynth import Line
from examples.category_benchmark import benchmark

if __name__ == "__main__":
    sys.exit(benchmark("zipper", Line(where="object", p=1)))
