"""Embeddings of many images."""

import re
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchvision")

from eval.data.images import load_image, load_images  # noqa: E402 - after the check that it is there
from eval.models.embedding import bfloat16_pays, embed_images  # noqa: E402
from eval.models.registry import make_backbone  # noqa: E402
from tests.eval.test_backbones import noise, small_backbone  # noqa: E402


def test_embeddings_do_not_depend_on_the_batch_and_report_progress() -> None:
    backbone = small_backbone()
    images = noise(5)
    calls: list[tuple[int, int]] = []
    embedded = embed_images(backbone, images, batch=2, progress=lambda done, total: calls.append((done, total)))
    assert embedded.dtype == np.float32
    assert calls == [(2, 5), (4, 5), (5, 5)]
    np.testing.assert_allclose(embedded, embed_images(backbone, images, batch=5), atol=1e-5)
    expected = backbone.embed(torch.from_numpy(images[2:3])).detach()[0]
    np.testing.assert_allclose(embed_images(backbone, images)[2], expected, atol=1e-5)


def test_embedding_changes_neither_mode_nor_statistics() -> None:
    backbone = small_backbone().train()
    before = {name: tensor.clone() for name, tensor in backbone.state_dict().items()}
    embed_images(backbone, noise(2))
    assert backbone.training
    assert all(torch.equal(before[name], tensor) for name, tensor in backbone.state_dict().items())


def test_bfloat16_is_close_to_float32() -> None:
    assert isinstance(bfloat16_pays(torch.device("cpu")), bool)
    torch.manual_seed(0)
    backbone, images = make_backbone(weights="none"), noise(2)
    exact, rough = (embed_images(backbone, images, autocast=autocast) for autocast in (False, True))
    assert rough.dtype == np.float32
    assert np.abs(exact - rough).max() <= 0.1 * np.abs(exact).max()


def test_images_of_any_kind_become_rgb(tmp_path: Path) -> None:
    gray = noise(1)[0, :, :, 0]
    cv2.imwrite(str(tmp_path / "gray.png"), gray)
    read = load_images([tmp_path / "gray.png", gray, gray[:, :, None]], size=32)
    assert read.shape == (3, 32, 32, 3)
    assert (read[0] == read[1]).all()
    assert (read[1] == read[2]).all()
    assert load_image(noise(1, side=40)[0], size=50).shape == (50, 50, 3)


BAD_CALLS: dict[str, tuple[Callable[[], object], type[Exception], str]] = {
    "no images": (lambda: embed_images(small_backbone(), []), ValueError, "images must hold at least one image"),
    "batch=0": (lambda: embed_images(small_backbone(), noise(1), batch=0), ValueError, "batch must be at least 1"),
    "path without size": (lambda: load_image("a.png"), ValueError, "size must be given in pixels"),
    "float image": (lambda: load_image(np.zeros((4, 4))), TypeError, "images must be uint8 arrays or paths, got float"),
    "(4, 4, 2)": (lambda: load_image(np.zeros((4, 4, 2), np.uint8)), ValueError, "images must have shape"),
    "two shapes": (
        lambda: load_images([np.zeros((4, 4, 3), np.uint8), np.zeros((5, 5, 3), np.uint8)]),
        ValueError,
        "images must have one shape, or size must be given, got (4, 4, 3) and (5, 5, 3)",
    ),
}


@pytest.mark.parametrize("call", BAD_CALLS)
def test_bad_arguments_are_named(call: str) -> None:
    run, error, message = BAD_CALLS[call]
    with pytest.raises(error, match=re.escape(message)):
        run()
