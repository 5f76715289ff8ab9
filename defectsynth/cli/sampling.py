"""One output image: its seed, its defects, and more seeds if nothing landed."""

from __future__ import annotations

from typing import Any

import numpy as np

from defectsynth.core.arrays import Array, Bytes
from defectsynth.core.serialization import decode
from defectsynth.engine.rendering import Drawing, redraw
from defectsynth.engine.synthesis import synthesize
from defectsynth.engine.transform import DefectTransform

FURTHER_SEEDS = 8  # tried where nothing landed


def seed_of(seed: int, number: int, attempt: int = 0) -> int:
    """Return the seed of output image `number`, in [0, 2**53), which every JSON reader keeps."""
    entropy = (seed, number, attempt) if attempt else (seed, number)
    return int(np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0] >> np.uint64(11))


def draw_image(
    image: Array, transform: Any, *, seed: int, number: int, roi: Bytes | None
) -> tuple[int, Drawing | None]:
    """Draw the defects of output image `number`.

    Args:
        image: (H, W) or (H, W, 3), uint8 or uint16.
        transform: a defect or a composition of defects.
        seed: the job's.
        number: index of the output image.
        roi: uint8 (H, W), non-zero where a defect may land; None allows everything.

    Returns:
        The image's own seed and its drawing, None if none of the seeds found a place.
    """
    for attempt in range(FURTHER_SEEDS + 1):
        own = seed_of(seed, number, attempt)
        drawing = _draw(image, transform, seed=own, roi=roi)
        if drawing.recipes:
            return own, drawing
    return seed_of(seed, number), None


def _draw(image: Array, transform: Any, *, seed: int, roi: Bytes | None) -> Drawing:
    if isinstance(transform, DefectTransform):
        return transform.draw(image, seed=seed, roi=roi)
    # A composition's later defects saw the earlier ones when they were drawn. What is written is what the records
    # draw on the source, so that the manifest draws every image again to the byte.
    records = synthesize(image, transform, seed=seed, roi=roi).defects
    return redraw(image, [decode(record["recipe"]) for record in records], roi=roi)
