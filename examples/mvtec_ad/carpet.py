"""MVTec AD carpet, a carpet: `python -m examples.mvtec_ad.carpet --data DIR --out DIR`.

Lines of the seed article, which reports for them: anywhere, AUC .791 to .937.
"""

import sys

from defectsynth import Line
from examples.category_benchmark import benchmark

if __name__ == "__main__":
    sys.exit(benchmark("carpet", Line(p=1)))
