"""KolektorSDD: `python -m examples.kolektor_sdd.electrical_commutator --data DIR --out DIR`.

Thin dark lines anywhere, like the cracks in the surface of commutators. The seed article reports no number.
"""

import sys

from defectsynth import Line
from examples.category_benchmark import benchmark

if __name__ == "__main__":
    lines = Line(length_range=(0.1, 0.6), width_range=(0.004, 0.03), palettes=("dark",), p=1)
    sys.exit(benchmark("electrical_commutator", lines))
