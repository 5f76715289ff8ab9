"""Comparable generators of other packages for `benchmark_speed`: pyimgano's presets and anomalib's Perlin noise."""

import importlib.util
from typing import Any

import numpy as np

from examples.benchmark_speed.timing import Call

PYIMGANO = {  # transform: comparable preset of pyimgano
    "Abrasion": "edge_wear",
    "Bubble": "bubble",
    "ColorSpot": "stain",
    "Contamination": "oil",
    "Crack": "crack",
    "Discoloration": "burn",
    "Fiber": "fiber",
    "Fold": "wrinkle",
    "FractalBlob": "rust",
    "Line": "scratch",
    "Pit": "pit",
    "Scratch": "scratch",
    "Scuff": "brush",
    "Spatter": "spatter",
    "Stain": "stain",
    "Streak": "marker",
    "Tape": "tape",
    "TexturePatch": "texture",
}
CUT_PASTE = {
    "CutPaste": "normal",
    "reference cutpaste": "normal",
    "CutPasteScar": "scar",
    "reference cutpaste_scar": "scar",
}
PERLIN = ("TexturePatch", "reference draem", "reference memseg")


def rivals_of(name: str) -> dict[str, Call]:
    """Return the calls of installed packages that are comparable with a transform, by their names."""
    found: dict[str, Call] = {}
    if importlib.util.find_spec("pyimgano"):
        if name in PYIMGANO:
            found[f"pyimgano {PYIMGANO[name]}"] = _pyimgano(PYIMGANO[name])
        if name in CUT_PASTE:
            found[f"pyimgano cutpaste {CUT_PASTE[name]}"] = _cut_paste(CUT_PASTE[name])
    if importlib.util.find_spec("anomalib") and name in PERLIN:
        found["anomalib Perlin"] = _perlin()
    return found


def _pyimgano(preset: str) -> Call:
    from pyimgano.synthesis.synthesizer import AnomalySynthesizer, SynthSpec  # noqa: PLC0415  optional

    synthesizer, random = AnomalySynthesizer(SynthSpec(preset=preset)), _Random()
    return Call(lambda image: synthesizer.synthesize(image, rng=random.rng), random.seed)


def _cut_paste(variant: Any) -> Call:
    from pyimgano.synthesis.cutpaste import cutpaste  # noqa: PLC0415  optional

    random = _Random()
    return Call(lambda image: cutpaste(image, rng=random.rng, variant=variant), random.seed)


def _perlin() -> Call:
    import torch  # noqa: PLC0415  optional
    from anomalib.data.utils.generators import PerlinAnomalyGenerator  # noqa: PLC0415  optional

    torch.set_num_threads(1)
    generator = PerlinAnomalyGenerator(probability=1.0)
    return Call(lambda image: generator(torch.from_numpy(image).permute(2, 0, 1).float() / 255), torch.manual_seed)


class _Random:
    """Seeded random numbers for calls that take a generator."""

    def __init__(self) -> None:
        self.seed(0)

    def seed(self, seed: int) -> None:
        """Restart from a seed."""
        self.rng = np.random.default_rng(seed)
