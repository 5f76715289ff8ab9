"""Cost of `DefectModule` on a batch, relative to `synthesize` on the same images with the same seeds.

    python -m examples.benchmark_torch [--batch 32] [--size 256] [--rounds 10] [--only screw scratch]

Both run in turn in one thread, in each round with other seeds. Times are processor times; a round is repeated several
times and the shortest time counts, so that other programs on the machine do not disturb the result. The arrays of
`synthesize` are (H, W, C) already: the ratio includes all conversions, copies, masks and labels of the module.
"""

import argparse
import math
import time
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import torch

import defectsynth as ds
from defectsynth.torch import DefectModule
from eval.sample_set import render_part

NAMES = ("generic_object", "screw", "draem", "cutpaste", "scratch", "stain", "line")
PARTS = ("chip_package", "flange", "leather", "lozenge", "screw", "woven_fabric")
WARM_UP, REPEATS = 2, 7
MAX_RATIO = 1.05


def processor_time(call: Callable[[], Any]) -> float:
    """Return the processor time of a call in ms."""
    start = time.process_time()
    call()
    return 1e3 * (time.process_time() - start)


def measure(name: str, batch: torch.Tensor, rounds: int) -> tuple[float, float]:
    """Return the mean times of the module and of the transform alone, in ms."""
    generator = torch.Generator()
    module = DefectModule(name, generator=generator)
    arrays = [np.ascontiguousarray(image.permute(1, 2, 0).numpy()) for image in batch]

    def through_module() -> None:
        generator.manual_seed(seed)
        module(batch)

    def alone() -> None:
        drawn = [ds.synthesize(array, module.defects, seed=seed) for array, seed in zip(arrays, seeds, strict=True)]
        assert len(drawn) == len(batch)  # noqa: S101  kept until all are there, as a batch is

    times = {}
    for seed in range(WARM_UP + rounds):
        seeds = torch.randint(1 << 62, (len(batch),), generator=generator.manual_seed(seed)).tolist()
        for repeat in range(REPEATS):
            for call in (through_module, alone)[:: 1 if repeat % 2 else -1]:
                times[call, seed] = min(processor_time(call), times.get((call, seed), math.inf))
        assert list(module.seeds) == seeds  # noqa: S101
    totals = [sum(times[call, WARM_UP + number] for number in range(rounds)) for call in (through_module, alone)]
    return totals[0] / rounds, totals[1] / rounds


def main() -> None:
    """Print a row for each name and dtype."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--only", nargs="+", default=NAMES, metavar="NAME", help="defects and presets to measure")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    images = [render_part(PARTS[n % len(PARTS)], size=arguments.size, seed=n)[0] for n in range(arguments.batch)]
    batch = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).contiguous()
    print(f"torch {torch.__version__}, {arguments.batch} images of {arguments.size} px, one thread; ms a batch")
    for name in arguments.only:
        for kind, given in (("uint8", batch), ("float32", batch / 255)):
            module, transform = measure(name, given, arguments.rounds)
            ratio = module / transform
            missed = f"   above {MAX_RATIO:g}" if ratio > MAX_RATIO else ""
            print(f"{name:16s}{kind:9s} module {module:8.1f}   alone {transform:8.1f}   ratio {ratio:.3f}{missed}")


if __name__ == "__main__":
    main()
