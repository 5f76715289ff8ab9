"""Detection of the wires of open meshes."""

import math

import numpy as np
import pytest

from defectsynth.scene.mesh import find_wire
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from tests.images import MESH_SIZE, WIRE_WIDTH, mesh


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "bright"])
@pytest.mark.parametrize("angle", [0.0, 0.4, math.pi / 4])
def test_a_wire_is_detected_with_its_width_and_direction(angle: float, dark: bool) -> None:
    image = mesh(angle, dark=dark)
    scene, rng = Scene(image), np.random.default_rng(1)
    for _ in range(20):
        wire = find_wire(scene, Place(*rng.uniform(30, MESH_SIZE - 30, 2).tolist(), 0.0))
        assert wire is not None
        assert wire.dark == dark
        assert wire.width == pytest.approx(WIRE_WIDTH, abs=2.0)
        deviation = (wire.angle - angle) % (0.5 * math.pi)
        assert min(deviation, 0.5 * math.pi - deviation) < 0.25
        assert (image[round(wire.y), round(wire.x)] < 120) == dark


def test_weaves_stripes_and_plain_surfaces_are_no_mesh() -> None:
    weave = np.tile(np.uint8([[90, 180, 180, 90], [60, 170, 120, 90]]), (120, 60))
    plain = np.full((MESH_SIZE, MESH_SIZE), 120, np.uint8)
    noise = np.random.default_rng(0).integers(60, 180, (MESH_SIZE, MESH_SIZE), np.uint8)
    stripes = np.tile(np.repeat(np.uint8([60, 180]), (6, 18)), (MESH_SIZE, 10))
    for image in (weave, plain, noise, stripes):
        scene = Scene(image)
        assert all(find_wire(scene, Place(x, x, 0.0)) is None for x in (40.0, 120.0, 200.0))


def test_wires_wider_than_their_gaps_are_a_mesh_if_the_gaps_are_equal() -> None:
    y, x = np.mgrid[:MESH_SIZE, :MESH_SIZE]
    shares = []
    for equal in (True, False):
        length = 26 if equal else 8 + 5 * (y // 20 * 7 + x // 34) % 19
        image = np.where((y % 20 < 11) & (x % 34 < length), np.uint8(170), np.uint8(60))
        places = [Place(a, b, 0.0) for a in (60.0, 90.0, 120.0) for b in (70.0, 110.0, 150.0)]
        shares.append(np.mean([find_wire(Scene(image), place) is not None for place in places]))
    assert shares[0] == 1.0
    assert shares[1] < 0.6
