"""Speed of every transform through `A.Compose`, one thread, beside copying the picture and beside the rivals.

    python -m examples.benchmark_speed [--sizes 256 1024] [--rounds 200] [--image PICTURE]

Times are medians of single calls with image, mask and records; every call of a transform is paired with a call of
`image.copy()`, so that a drift of the machine falls out of the ratio. "first sight" forgets the object that was found
in the picture before each call; "seen before" is what the second epoch of a training pays. Rivals are measured in the
same run if they are installed (`pip install anomalib pyimgano`).
"""

import argparse
import importlib.util
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import albumentations as A
import cv2
import numpy as np

import defectsynth as ds
from defectsynth.foreground import forget_pictures
from eval.sample_set import render_part

TRANSFORMS = (ds.Line, ds.Scratch, ds.ColorSpot, ds.BentEdge)
PLACES = ("anywhere", "object", "edge")
WARM_UP = 20


def paired(
    call: Callable[[], Any], copy: Callable[[], Any], *, rounds: int, before: Callable[[], Any] = int
) -> tuple[float, float]:
    """Return the median times of `call` and of `copy` in ms, called in turn; `before` runs untimed before each call."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(WARM_UP + rounds):
        before()
        for kept, function in zip(times, (call, copy), strict=True):
            start = time.perf_counter()
            function()
            if number >= WARM_UP:
                kept.append(time.perf_counter() - start)
    return 1e3 * statistics.median(times[0]), 1e3 * statistics.median(times[1])


def pipeline(transform: Any, image: np.ndarray) -> Callable[[], Any]:
    """Return a call that draws into the picture through Compose, with mask and records."""
    compose, mask = A.Compose([transform], seed=0), np.zeros(image.shape[:2], np.uint8)
    return lambda: compose(image=image, mask=mask, defects=[])


def row(name: str, first: tuple[float, float], seen: tuple[float, float] | None = None) -> None:
    """Print one line of the table."""
    cells = [f"{first[0]:8.3f} ms {first[0] / first[1]:6.1f} x"]
    cells += [f"{seen[0]:8.3f} ms {seen[0] / seen[1]:6.1f} x"] if seen else []
    print(f"  {name:34s}" + "   ".join(cells))


def own(image: np.ndarray, rounds: int) -> float:
    """Measure our transforms; return the time of Scratch anywhere in ms."""
    print(f"{'':36s}{'first sight':>11s} {'of copy':>8s}   {'seen before':>11s} {'of copy':>8s}")
    scratch = 0.0
    for kind in TRANSFORMS:
        default = kind().where
        for place in (*PLACES, None):
            transform = kind(p=1) if place is None else kind(p=1, where=place)
            call = pipeline(transform, image)
            first = paired(call, image.copy, rounds=rounds, before=forget_pictures)
            seen = paired(call, image.copy, rounds=rounds)
            row(f"{kind.__name__} {place or 'default: ' + type(default).__name__}", first, seen)
            if kind is ds.Scratch and place == "anywhere":
                scratch = first[0]
    row("albumentations CoarseDropout", paired(pipeline(A.CoarseDropout(p=1), image), image.copy, rounds=rounds))
    return scratch


def rivals(image: np.ndarray, rounds: int, scratch: float) -> None:
    """Measure what PyPI has, each beside our Scratch."""
    if importlib.util.find_spec("pyimgano"):
        from pyimgano.synthesis.synthesizer import AnomalySynthesizer, SynthSpec  # noqa: PLC0415  optional

        for preset in ("scratch", "crack", "pit", "tape", "stain", "rust"):
            synthesizer, rng = AnomalySynthesizer(SynthSpec(preset=preset)), np.random.default_rng(0)
            found = paired(
                lambda s=synthesizer, r=rng: s.synthesize(image, rng=r), image.copy, rounds=max(5, rounds // 10)
            )
            row(f"pyimgano {preset}: {found[0] / scratch:.0f} x our Scratch", found)
    else:
        print("  pyimgano is not installed")
    if importlib.util.find_spec("anomalib"):
        import torch  # noqa: PLC0415  optional
        from anomalib.data.utils.generators import PerlinAnomalyGenerator  # noqa: PLC0415  optional

        torch.set_num_threads(1)
        generator = PerlinAnomalyGenerator(probability=1.0)
        tensor = torch.from_numpy(image).permute(2, 0, 1).float() / 255
        found = paired(lambda: generator(tensor), image.copy, rounds=max(5, rounds // 20))
        row(f"anomalib Perlin: {found[0] / scratch:.0f} x our Scratch", found)
    else:
        print("  anomalib is not installed")


def growth(rounds: int) -> None:
    """Compare the cost of a defect of equal size in pixels at 1024 and 4096, the copies taken off.

    Copying 50 MB throws everything else out of the processor's caches, so the draw that follows it is slower whatever
    the picture; the middle column is a draw at 1024 after such a copy.
    """
    print("equal defects in pixels, cost without the copies of image and mask, placed anywhere")
    print(f"  {'':34s}{'1024':>11s}   {'1024, caches emptied':>20s}   {'4096':>11s}   {'ratios':>13s}")
    small = render_part("flange", size=1024, seed=1)[0]
    large = cv2.resize(small, (4096, 4096), interpolation=cv2.INTER_LINEAR)
    for kind in TRANSFORMS:
        cost = []
        for image, share, before in ((small, 1.0, int), (small, 1.0, large.copy), (large, 0.25, int)):
            call = pipeline(scaled(kind, share), image)
            mask = np.zeros(image.shape[:2], np.uint8)
            times = paired(call, copies(image, mask), rounds=rounds, before=before)
            cost.append(times[0] - times[1])
        ratios = f"{cost[2] / cost[0]:5.2f} {cost[2] / cost[1]:5.2f} x"
        print(f"  {kind.__name__:34s}{cost[0]:8.3f} ms   {cost[1]:17.3f} ms   {cost[2]:8.3f} ms   {ratios:>13s}")


def scaled(kind: type[ds.PaintedDefect | ds.WarpedDefect], share: float) -> Any:
    """Return the transform with its default lengths times `share`, placed anywhere."""
    names = ("length_range", "width_range", "spacing_range", "radius_range", "amount_range", "extent_range")
    ranges = {name: getattr(kind(), name) for name in names if name in kind.argument_names()}
    return kind(p=1, where="anywhere", **{name: (low * share, high * share) for name, (low, high) in ranges.items()})


def copies(image: np.ndarray, mask: np.ndarray) -> Callable[[], Any]:
    """Return a call that copies both."""
    return lambda: (image.copy(), mask.copy())


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[256, 1024])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--image", type=Path, help="a picture to draw into; default is a rendered part")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    print(f"albumentations {A.__version__}, numpy {np.__version__}, OpenCV {cv2.__version__}, one thread")
    for size in arguments.sizes:
        if arguments.image:
            image = cv2.cvtColor(cv2.imread(str(arguments.image)), cv2.COLOR_BGR2RGB)
            image = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)
        else:
            image = render_part("flange", size=size, seed=1)[0]
        print(f"{size} x {size} RGB")
        rivals(image, arguments.rounds, own(image, arguments.rounds))
    growth(arguments.rounds)


if __name__ == "__main__":
    main()
