"""Layers that every shape must keep to."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.registry import public_components
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import DrawnShape
from defectsynth.shapes.line_segment import DrawnLineSegment
from tests.layers import ellipse, layer_of, straight_stroke


@pytest.mark.parametrize(
    "shape", [straight_stroke(), ellipse(), ellipse(softness=9.0), DrawnLineSegment(100, 90, 170, 200, 15)]
)
def test_the_box_fits_the_shape_and_grows_by_the_margin(shape: DrawnShape) -> None:
    layer = layer_of(shape)
    rows, columns = np.flatnonzero(layer.alpha.any(axis=1)), np.flatnonzero(layer.alpha.any(axis=0))
    for found, size in ((rows, layer.box.shape[0]), (columns, layer.box.shape[1])):
        assert 0 <= found[0] <= 3
        assert size - 4 <= found[-1] <= size - 1
    wider = layer_of(shape, margin=7)
    assert wider.box == (layer.box.x0 - 7, layer.box.y0 - 7, layer.box.x1 + 7, layer.box.y1 + 7)
    np.testing.assert_array_equal(wider.alpha[7:-7, 7:-7], layer.alpha)


@pytest.mark.parametrize("kind", public_components(ds.shapes.Shape))
@given(x=st.floats(-50, 200), y=st.floats(-50, 150), angle=st.floats(0, 7), seed=st.integers(0, 99), far=st.booleans())
def test_a_layer_lies_in_the_image_with_alpha_from_0_to_1(
    kind: type[ds.shapes.Shape], x: float, y: float, angle: float, seed: int, *, far: bool
) -> None:
    scene = Scene(np.full((90, 150), 90, np.uint8))
    place = ds.places.Place(x + (1e4 if far else 0.0), y, angle)
    layer = kind().sample(np.random.default_rng(seed), scene, place).layer(scene.size, margin=2)
    if far or layer is None:
        assert layer is None, "no part of the shape lies in the image"
        return
    assert 0 <= layer.box.x0 < layer.box.x1 <= 150
    assert 0 <= layer.box.y0 < layer.box.y1 <= 90
    assert (layer.alpha.shape, layer.alpha.dtype) == (layer.box.shape, np.float32)
    assert 0.0 <= layer.alpha.min() <= layer.alpha.max() <= 1.0
