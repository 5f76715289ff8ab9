"""Pixels copied from elsewhere in the image."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from defectsynth.core.layer import Box, Layer
from defectsynth.core.pixels import planes_to_pixels
from defectsynth.looks.elsewhere import DrawnElsewhere
from defectsynth.scene.scene import Scene


@given(dx=st.integers(-900, 900), dy=st.integers(-900, 900))
def test_the_pixels_are_those_of_the_image_at_the_drawn_offset(dx: int, dy: int) -> None:
    scene = Scene(np.arange(60 * 70, dtype=np.uint16).reshape(60, 70) * 15)
    layer = Layer(box := Box(10, 20, 30, 45), np.ones((25, 20), np.float32))
    pixels, _ = DrawnElsewhere(dx, dy).paint(scene.planes(scene.image[box.slices]), layer, scene)
    taken = planes_to_pixels(pixels, scene.image[box.slices], scene.peak)
    assert np.isin(taken, scene.image).all()
    source = scene.image[max(20 + dy, 0) : max(45 + dy, 0), max(10 + dx, 0) : max(30 + dx, 0)]
    assert source.shape != box.shape or (taken == source).all()
