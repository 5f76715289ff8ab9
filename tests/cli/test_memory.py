"""Memory of a job: decoded sources are kept up to a limit, and an image that needs too much fails by name."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from defectsynth.cli import main, tasks
from defectsynth.core.cache import clear_caches
from tests.images import make_part, write_image


def test_decoded_sources_are_kept_up_to_a_limit_in_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clear_caches()
    monkeypatch.setattr(tasks.SOURCES, "limit", 400_000)
    for number in range(6):
        write_image(tmp_path / f"in/{number}.png", make_part(number, size=(200, 300)))
        write_image(tmp_path / f"roi/{number}.png", np.full((200, 300), 255, np.uint8))
    words = ["--defect", "line", "--quiet", "--workers", "1", "--roi-dir", str(tmp_path / "roi")]
    assert main(["generate", str(tmp_path / "in"), str(tmp_path / "out"), *words]) == 0
    assert 240_000 <= tasks.SOURCES.nbytes <= 400_000, "an image and its region take 240,000 bytes"
    clear_caches()
    assert tasks.SOURCES.nbytes == 0


@pytest.mark.parametrize("error", ["memory", "OpenCV"])
def test_an_image_that_does_not_fit_into_memory_fails_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: str
) -> None:
    for name, size in (("a", (64, 72)), ("large", (100, 110))):
        write_image(tmp_path / f"in/{name}.png", make_part(size=size))
    draw = tasks.draw_image

    def fail(image: np.ndarray, *args: object, **options: object) -> object:
        if image.shape[0] == 100:
            np.zeros(1 << 60, np.uint8) if error == "memory" else cv2.resize(image, (0, 0))
        return draw(image, *args, **options)

    monkeypatch.setattr(tasks, "draw_image", fail)
    words = ["--defect", "line", "--quiet", "--workers", "1", "--count", "4", "--test-good", "0"]
    assert main(["generate", str(tmp_path / "in"), str(tmp_path / "out"), *words]) == 1
    errors = capsys.readouterr().err
    reason = "not enough memory" if error == "memory" else "OpenCV"
    assert f"  large.png: image 000001: {reason}" in errors
    assert f"  large.png: image 000003: {reason}" in errors
    assert len((tmp_path / "out/manifest.jsonl").read_text().splitlines()) == 2
