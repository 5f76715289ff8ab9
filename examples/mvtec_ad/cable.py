"""MVTec AD cable, the cut through a cable of three wires: `python -m examples.mvtec_ad.cable --data DIR --out DIR`.

Lines of the seed article, which reports for them: anywhere, AUC .725 to .923.
"""

import sys

from defectsynth import Line
from examples.category_benchmark import benchmark

if __name__ == "__main__":
    sys.exit(benchmark("cable", Line(p=1)))
