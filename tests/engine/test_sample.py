"""A sample shows itself in a notebook and in a prompt."""

import base64
import re

import cv2
import numpy as np
import pytest

import defectsynth as ds


@pytest.mark.parametrize("channels", [(), (1,), (3,), (5,)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_the_image_stands_beside_its_mask(channels: tuple[int, ...], dtype: type) -> None:
    image = np.full((40, 60, *channels), 0.5 if dtype is np.float32 else 100, dtype)
    sample = ds.synthesize(image, ds.Line(), seed=0)
    shown = cv2.imdecode(np.frombuffer(sample._repr_png_(), np.uint8), cv2.IMREAD_COLOR)
    assert shown.shape == (40, 120, 3)
    np.testing.assert_array_equal(shown[:, 60:, 0], sample.mask)


def test_a_large_image_is_reduced() -> None:
    sample = ds.synthesize(np.full((800, 400, 3), 90, np.uint8), ds.Line(), seed=0)
    shown = cv2.imdecode(np.frombuffer(sample._repr_png_(), np.uint8), cv2.IMREAD_COLOR)
    assert shown.shape == (512, 512, 3)


def test_colours_keep_their_order() -> None:
    image = np.zeros((20, 20, 3), np.uint8)
    image[..., 0] = 200
    shown = cv2.imdecode(np.frombuffer(ds.Sample(image, image[..., 1], [])._repr_png_(), np.uint8), cv2.IMREAD_COLOR)
    assert shown[0, 0].tolist() == [0, 0, 200]


def test_the_page_holds_the_image_and_the_records() -> None:
    sample = ds.synthesize(np.full((40, 60), 90, np.uint8), ds.Line(), seed=0)
    page = sample._repr_html_()
    data = re.search(r"base64,([^\"]+)", page)
    assert data is not None
    assert base64.b64decode(data[1]) == sample._repr_png_()
    assert f"<td>{sample.defects[0]['area']}</td>" in page
    assert "No defect was placed" in ds.Sample(sample.image, sample.mask * 0, [])._repr_html_()


def test_the_prompt_shows_one_line() -> None:
    sample = ds.synthesize(np.full((40, 60), 90, np.uint8), ds.Line(), seed=0)
    assert re.fullmatch(r"Sample\(image 40 x 60 uint8, \d+ px of defects: line\)", repr(sample))


def test_an_image_of_a_later_transform_to_a_tensor_is_shown() -> None:
    torch = pytest.importorskip("torch")
    sample = ds.synthesize(np.full((40, 60, 3), 90, np.uint8), ds.Line(), seed=0)
    tensor = ds.Sample(torch.from_numpy(sample.image).movedim(-1, 0), torch.from_numpy(sample.mask), sample.defects)
    assert "px of defects: line" in repr(tensor)
    assert tensor._repr_png_() == sample._repr_png_()
