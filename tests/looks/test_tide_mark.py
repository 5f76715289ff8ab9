"""Tide marks."""

import numpy as np

import defectsynth as ds
from defectsynth.looks.tide_mark import DrawnTideMark
from defectsynth.scene.scene import Scene
from tests.layers import gray_disc_layer


def test_a_tide_mark_is_darkest_at_its_rim_and_pale_on_black() -> None:
    scene, surface, layer = gray_disc_layer()
    film = DrawnTideMark(through=(0.7, 0.5, 0.3), pale=False, inside=0.4, rim=4.0)
    absorbed = 1 - film.paint(surface, layer, scene)[0] / surface
    np.testing.assert_allclose(absorbed[:, 34, 34], 0.4 * np.array([0.3, 0.5, 0.7]), atol=0.01)
    np.testing.assert_allclose(absorbed[:, 34, 5], [0.3, 0.5, 0.7], rtol=0.2)
    assert (np.diff(absorbed[0, 34, 5:34]) < 1e-6).all(), "it fades inwards"
    for level, pale in ((10, True), (200, False)):
        scene = Scene(np.full((300, 340, 3), level, np.uint8))
        assert ds.looks.TideMark().sample(np.random.default_rng(0), scene, ds.places.Place(9, 9, 0)).pale is pale
