"""Push fields."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.fields.base import MAX_PUSH
from defectsynth.fields.push import BENDS, DrawnPush
from defectsynth.scene.scene import Scene


@st.composite
def pushes(draw: st.DrawFn) -> DrawnPush:
    """Draw a push of any kind, the steepest included."""
    bend, amount, extent = (draw(st.sampled_from(choice)) for choice in (BENDS, (0.0, 0.03, 0.15), (0.0, 0.03, 0.15)))
    field = ds.fields.Push(bends=(bend,), amount_range=(amount, amount), extent_range=(extent, extent))
    place, scene = ds.places.Place(120.4, 99.7, draw(st.floats(0, 6.3))), Scene(np.full((200, 240), 90, np.uint8))
    return field.sample(np.random.default_rng(draw(st.integers(0, 9))), scene, place, 1.0)


@given(push=pushes())
def test_a_push_never_folds_and_ends_at_its_box(push: DrawnPush) -> None:
    assert abs(push.amount) <= MAX_PUSH * push.across + 1e-9
    x, y = np.meshgrid(np.arange(240, dtype=np.float32), np.arange(200, dtype=np.float32))
    moved, box = np.hypot(*push.offsets(x, y)), push.box((200, 240))
    assert moved.max() <= push.max_offset + 1e-4
    assert box
    assert np.count_nonzero(moved[box.slices]) == np.count_nonzero(moved), "nothing moves outside the box"
    along, across = np.meshgrid(np.linspace(-1, 1, 21) * push.along, np.linspace(-1.1, 1.1, 401) * push.across)
    cos, sin = math.cos(push.angle), math.sin(push.angle)
    turned = push.x + along * cos - across * sin, push.y + along * sin + across * cos
    dx, dy = push.offsets(*(axis.astype(np.float32) for axis in turned))
    before = across - (dy * cos - dx * sin)  # source of each pixel along the push
    assert (np.diff(before, axis=0) > 0).all()
    np.testing.assert_allclose(dx * cos + dy * sin, 0.0, atol=1e-3, err_msg="nothing moves sideways")


@given(push=pushes(), x=st.floats(20, 220), y=st.floats(20, 180))
def test_forward_is_the_inverse_of_the_backward_map(push: DrawnPush, x: float, y: float) -> None:
    end = push.forward(start := np.array([[x, y]]))
    back = end - np.stack(push.offsets(*end.T.astype(np.float32)), axis=1)
    assert np.abs(back - start).max() <= 0.05
