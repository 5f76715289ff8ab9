"""Hypothesis strategy of the host's transforms around a defect."""

from typing import Any

import albumentations as A
import cv2
import numpy as np
from hypothesis import strategies as st

from defectsynth.engine.compat import IS_X

INTERPOLATIONS = ("interpolation", "mask_interpolation")


@st.composite
def host_transforms(draw: st.DrawFn, image: np.ndarray, max_count: int = 2) -> list[Any]:
    """Draw up to `max_count` transforms that are no defects: flips, a resize, another brightness.

    They apply always, draw no numbers and map pixels one to one, so that the labels of a result stay exact.
    """
    names = ["flip", "mirror", "transpose", "resize"]
    if image.dtype != np.uint16 and not IS_X:  # hosts refuse uint16; albumentationsx names the arguments otherwise
        names.append("brightness")
    return [
        {
            "flip": lambda: A.VerticalFlip(p=1),
            "mirror": lambda: A.HorizontalFlip(p=1),
            "transpose": lambda: A.Transpose(p=1),
            "resize": lambda: A.Resize(
                draw(st.integers(1, 80)), draw(st.integers(1, 80)), **dict.fromkeys(INTERPOLATIONS, cv2.INTER_NEAREST)
            ),
            "brightness": lambda: A.RandomBrightnessContrast(
                brightness_limit=(change := draw(st.sampled_from([-0.3, 0.2])), change), contrast_limit=(0, 0), p=1
            ),
        }[name]()
        for name in draw(st.lists(st.sampled_from(names), min_size=0, max_size=max_count))
    ]
