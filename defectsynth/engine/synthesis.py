"""Draw into one image with one call: image, true mask and records come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.images import PEAKS, check_image, white_level
from defectsynth.core.messages import short_repr
from defectsynth.core.parameters import checked_whole
from defectsynth.engine.pipeline import State, run
from defectsynth.engine.records import drawable_records, recipes_of
from defectsynth.engine.rendering import redraw as render_again
from defectsynth.engine.sample import Sample
from defectsynth.engine.targets import add_to_mask
from defectsynth.engine.transform import DefectTransform


def synthesize(
    image: Array,
    transform: Any,
    *,
    seed: int | None = None,
    roi: Array | None = None,
    peak: float | None = None,
) -> Sample:
    """Draw defects into a copy of one image.

    Args:
        image: (H, W) or (H, W, C), uint8, uint16 or float32 in [0, 1]; three channels are RGB, so convert OpenCV's BGR
            first.
        transform: a defect, which is applied regardless of its `p`; or an albumentations composition with defects and
            other transforms. Its random state is neither used nor changed.
        seed: the same seed draws the same bytes; None draws something new at each call.
        roi: (H, W), where a defect may land: where it is not 0, or from half of its range on if it has more than two
            values (see `core.masks`). None allows all of the image.
        peak: white level of a uint16 image, such as 1023 or 4095 for a camera of 10 or 12 bits; nothing drawn is
            brighter. None estimates it from the greatest pixel, with a `WhiteLevelWarning`.

    Returns:
        Image, mask and records. If no place was found, the image is unchanged, mask and records are empty. Boxes and
        areas of records are those after all transforms of a composition; a recipe draws into the image as it was when
        its defect was drawn.

    Raises:
        TypeError: if `transform` is not callable, `image` has another dtype, or `seed` is no whole number.
        ValueError: if `image` or `roi` has another shape, a float is outside [0, 1] or not finite, `peak` is out of
            bounds or below the greatest pixel, or `seed` is negative.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Scratch, synthesize
        >>> sample = synthesize(np.full((64, 64, 3), 90, np.uint8), Scratch(), seed=7)
        >>> sample.mask.shape, [defect["kind"] for defect in sample.defects]
        ((64, 64), ['scratch'])
    """
    check_image(image)
    check_transform(transform)
    if seed is None:
        number = int(np.random.SeedSequence().generate_state(1, np.uint64)[0] >> np.uint64(2))
    else:
        number = checked_whole("seed", seed)
    if isinstance(transform, DefectTransform):
        drawing = transform.draw(image, seed=number, roi=roi, peak=peak)
        if transform.mask_value is None and transform.mask_kind == "binary":
            return Sample(drawing.canvas, drawing.mask, drawing.records())
        mask = add_to_mask(
            np.zeros(image.shape[:2], np.uint8), [drawing], value=transform.mask_value, kind=transform.mask_kind
        )
        return Sample(drawing.canvas, mask, drawing.records())
    state = State.of(image, roi, peak)
    run(transform, state, seed=number)
    return sample_of(state, image)


def sample_of(state: State, image: Array) -> Sample:
    """Return what a run made of `image`; none of the arrays is the caller's."""
    return Sample(*state.pixels(image), state.records)


def check_transform(transform: Any) -> None:
    """Raise TypeError unless `transform` draws defects: a defect or an albumentations composition, not a class."""
    if isinstance(transform, type) or not callable(transform) or not hasattr(transform, "set_random_seed"):
        hint = ", not a name: see ds.presets and ds.transforms" if isinstance(transform, str) else ""
        raise TypeError(
            f"transform must be a defect or an albumentations composition{hint}, got {short_repr(transform)}"
        )


def redraw(image: Array, defects: Sequence[Mapping[str, Any]], *, roi: Array | None = None) -> Sample:
    """Draw recorded defects again.

    Args:
        image: the image they were drawn into, before any defect.
        defects: their records, as `synthesize`, a pipeline or a line of `manifest.jsonl` gave them.
        roi: the region of interest that was given, if there was one.

    Returns:
        The same image and mask.

    Raises:
        TypeError: if `defects` is no list of records, or a field of a recipe has another type.
        ValueError: if a record holds no recipe, or one that cannot be drawn.
    """
    check_image(image)
    recipes = recipes_of(defects, image.shape)
    state = State.of(image, roi, PEAKS[image.dtype])
    for (_, peak), drawn in groupby(zip(map(_draw_and_peak, defects), recipes, strict=True), key=itemgetter(0)):
        level = white_level(state.image, PEAKS[image.dtype] if peak is None else peak)
        with drawable_records():
            state.add(render_again(state.image, [recipe for _, recipe in drawn], roi=roi, peak=level))
    return sample_of(state, image)


def _draw_and_peak(record: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return the number of the draw and the white level of a record.

    Version 0.1 wrote neither: it drew all defects into one scene and took the level of the dtype.
    """
    return record.get("draw", 0), record.get("peak")
