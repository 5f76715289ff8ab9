"""Places on, inside and at the edge of an object."""

import math
from typing import Any

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.registry import public_components
from defectsynth.scene.scene import Scene
from tests.images import ENCODINGS, SIZES, lit_object, object_mask, size_name
from tests.places.sampling import sample_places


def disc_and_depth(size: tuple[int, int]) -> tuple[Scene, Any]:
    """Return a scene with a disc, and a function that returns the depth of a place in it, in pixels."""
    radius, x, y = int(0.3 * min(size)), size[1] // 2, size[0] // 2
    image = ENCODINGS["uint8"](lit_object(object_mask("disc", size), background=0.85, face=0.3, grain=0.02))
    return Scene(image), lambda place: radius - math.hypot(place.x - x, place.y - y)


def many_places(where: ds.places.Where, scene: Scene) -> list[ds.places.Place]:
    """Return at least 190 places of 200 draws."""
    return sample_places(where, scene, 200, may_fail=10)


@pytest.mark.parametrize("size", SIZES, ids=size_name)
def test_places_keep_to_the_object_and_to_their_depth_in_it(size: tuple[int, int]) -> None:
    scene, depth = disc_and_depth(size)
    cell, side = max(1.0, max(size) / 96), min(size)
    on_object = [depth(place) for place in many_places(ds.places.OnObject(), scene)]
    assert np.mean([inside >= -0.5 for inside in on_object]) >= 0.98
    assert min(on_object) >= -cell
    for margin in (0.05, 0.15):
        inside = [depth(place) for place in many_places(ds.places.InsideObject(margin_range=(margin, margin)), scene)]
        assert min(inside) >= margin * side - cell
    for low, high in ((0.0, 0.05), (0.1, 0.15)):
        ring = [depth(place) for place in many_places(ds.places.EdgeRing(depth_range=(low, high)), scene)]
        assert low * side - cell <= min(ring) <= max(ring) <= high * side + 1.5 * cell


@pytest.mark.parametrize("size", [*SIZES, (190, 190), (319, 319)], ids=size_name)
def test_places_on_the_edge_lie_on_the_outline_and_point_along_it(size: tuple[int, int]) -> None:
    scene, depth = disc_and_depth(size)
    for place in many_places(ds.places.OnEdge(), scene):
        assert abs(depth(place)) <= 2.0
        outwards = math.atan2(place.y - size[0] // 2, place.x - size[1] // 2)
        assert abs(math.remainder(place.angle - math.pi / 2 - outwards, 2 * math.pi)) <= math.radians(25)


def test_a_ring_inside_a_thin_object_is_its_middle() -> None:
    image = np.full((160, 160), 230, np.uint8)
    image[70:86, 20:140] = 60  # 16 pixels wide, the ring begins at 32
    places = many_places(ds.places.EdgeRing(depth_range=(0.2, 0.3)), Scene(image))
    assert all(74 <= place.y <= 82 for place in places)


@pytest.mark.parametrize("where", ["anywhere", "object", "inside", "ring", "edge"])
def test_places_keep_to_the_region_of_interest(where: str) -> None:
    image, roi = disc_and_depth((200, 150))[0].image, np.zeros((200, 150), np.uint8)
    roi[60:140, 75:] = 1
    scene = Scene(image, roi)
    for place in many_places(ds.Line(where=where).where, scene):
        assert roi[round(place.y), round(place.x)]


def test_an_image_in_which_a_method_finds_no_object_is_one_that_it_fills() -> None:
    halves = np.zeros((64, 64), np.uint8)
    halves[:, 32:] = 255
    scene = Scene(halves)
    for kind in public_components(ds.places.Where):
        for on in kind.rules()["on"].names if "on" in kind.rules() else (None,):
            arguments = {} if on is None else {"on": on}
            for seed in range(20):
                no_object, whole = (
                    kind(foreground=method, **arguments).sample(np.random.default_rng(seed), scene)
                    for method in ("gradient", "whole")
                )
                assert no_object == whole, kind
