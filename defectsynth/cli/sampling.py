"""Draw one output image: its seed, its defects, further seeds if no place was found."""

from __future__ import annotations

from typing import Any

import numpy as np

from defectsynth.core.arrays import Array, Bytes
from defectsynth.engine.pipeline import State, run
from defectsynth.engine.transform import DefectTransform

FURTHER_SEEDS = 8  # tried where nothing landed


def seed_of(seed: int, number: int, attempt: int = 0) -> int:
    """Return the seed of output image `number`, in [0, 2**53), which every JSON reader keeps."""
    entropy = (seed, number, attempt) if attempt else (seed, number)
    return int(np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0] >> np.uint64(11))


def draw_image(
    image: Array, transform: Any, *, seed: int, number: int, roi: Bytes | None, peak: float | None = None
) -> tuple[int, State | None]:
    """Draw the defects of output image `number`; its mask is 0 and 255, whatever mask a preset asks for.

    Args:
        image: (H, W) or (H, W, 3), uint8 or uint16.
        transform: a defect or a composition of defects.
        seed: of the job.
        number: index of the output image.
        roi: uint8 (H, W), non-zero where a defect may land; None allows everything.
        peak: white level of a uint16 image; None estimates it.

    Returns:
        The seed of the image, and the image with mask and records; None if none of the seeds found a place.
    """
    for attempt in range(FURTHER_SEEDS + 1):
        own = seed_of(seed, number, attempt)
        state = State.of(image, roi, peak)
        state.has_plain_mask = True
        if isinstance(transform, DefectTransform):
            state.add(transform.draw(image, seed=own, roi=roi, peak=state.peak))  # regardless of its p
        else:
            run(transform, state, seed=own)
        state.prune()
        if state.records:
            return own, state
    return seed_of(seed, number), None
