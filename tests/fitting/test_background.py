"""The estimated surface under a defect."""

import numpy as np

from defectsynth.fitting.background import Normals, estimate_background
from tests.fitting.parts import chipped_corner, dark_line, part


def test_the_surface_under_a_line_comes_back() -> None:
    image, mask = dark_line(0)
    found = estimate_background(image, mask, Normals([part(number) for number in range(6)]))
    truth = part(50).astype(int)
    assert np.abs(found.surface.image.astype(int) - truth)[mask > 0].mean() < 8
    assert np.abs(image.astype(int) - truth)[mask > 0].mean() > 20


def test_missing_material_is_put_back_from_a_normal() -> None:
    image, mask = chipped_corner(1)
    found = estimate_background(image, mask, Normals([part(number) for number in range(6)]))
    assert not found.inpainted
    difference = np.abs(found.surface.image.astype(int) - part(71).astype(int))[mask > 0]
    assert difference.mean() < 15


def test_without_a_normal_of_the_same_proportions_the_surroundings_are_continued() -> None:
    image, mask = dark_line(0)
    found = estimate_background(image, mask, Normals([part(0)[:40]]))
    assert found.inpainted
    assert np.abs(found.surface.image.astype(int) - part(50).astype(int))[mask > 0].mean() < 8
