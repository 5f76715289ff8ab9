"""What PyPI has beside our transforms, for `benchmark_speed`: pyimgano's presets and anomalib's Perlin noise."""

import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np

PYIMGANO = {  # our transform: the preset of pyimgano that draws the same mark
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
Call = Callable[[np.ndarray], Any]


def rivals_of(name: str) -> dict[str, Call]:
    """Return what is installed of the rivals of a transform, by its name: a call that takes the picture."""
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

    synthesizer, rng = AnomalySynthesizer(SynthSpec(preset=preset)), np.random.default_rng(0)
    return lambda image: synthesizer.synthesize(image, rng=rng)


def _cut_paste(variant: Any) -> Call:
    from pyimgano.synthesis.cutpaste import cutpaste  # noqa: PLC0415  optional

    rng = np.random.default_rng(0)
    return lambda image: cutpaste(image, rng=rng, variant=variant)


def _perlin() -> Call:
    import torch  # noqa: PLC0415  optional
    from anomalib.data.utils.generators import PerlinAnomalyGenerator  # noqa: PLC0415  optional

    torch.set_num_threads(1)
    torch.manual_seed(0)
    generator = PerlinAnomalyGenerator(probability=1.0)
    return lambda image: generator(torch.from_numpy(image).permute(2, 0, 1).float() / 255)
