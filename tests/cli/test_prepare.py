"""`defectsynth prepare` fills a store from which `generate` draws the same images."""

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from defectsynth.cli import main
from defectsynth.core.measurements import current_store
from tests.images import make_part, write_image
from tests.processes import stopped_midway


def test_generate_draws_the_same_with_a_prepared_store(
    good: Path, generate: Any, tree: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, words = tmp_path / "store", ("--preset", "screw", "--count", "8")
    _, without = generate(good, *words, name="without")
    (good / "broken.png").write_bytes(b"nothing")
    cv2.imwrite(str(good / "wide.tif"), np.zeros((40, 40), np.int32))
    assert main(["prepare", str(good), "--preset", "screw", "--store", str(store), "--workers", "2", "--quiet"]) == 1
    printed = capsys.readouterr()
    assert "measurements on 5 images in" in printed.out
    assert "2 failed:" in printed.err
    assert "broken.png" in printed.err
    assert "wide.tif: image must be uint8, uint16 or float32, got int32" in printed.err
    (good / "broken.png").unlink()
    (good / "wide.tif").unlink()
    found = tree(store)
    assert found
    for workers in (1, 2):
        _, output = generate(good, *words, "--store", str(store), name=f"with {workers}", workers=workers)
        assert tree(output) == tree(without)
    assert tree(store) == found, "nothing was left to measure"
    assert current_store() is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["prepare", "{good}", "--store", "{new}"], "prepare must have --defect or --preset"),
        (["prepare", "{good}", "--defect", "line", "--store", "{good}/s"], "--store must not lie inside INPUT"),
        (["prepare", "{good}", "--defect", "line"], "--store"),
        (["prepare", "{good}", "--defect", "line", "--store", ""], "argument --store: must be a path, got ''"),
        (["generate", "{good}", "", "--defect", "line"], "argument OUTPUT: must be a path, got ''"),
        (
            ["generate", "{good}", "{new}", "--defect", "line", "--store", "{good}/a.png"],
            "--store must be a folder, got",
        ),
        (
            ["prepare", "{good}", "--defect", "line", "--store", "{new}", "--store-limit", "0"],
            "--store-limit must be at least 1",
        ),
        (
            ["generate", "{good}", "{new}", "--defect", "line", "--store", "{new}s", "--ray", "local"],
            "--store must not be given together with --ray",
        ),
    ],
)
def test_a_wrong_call_is_named(
    words: list[str], message: str, good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([word.format(good=good, new=tmp_path / "new") for word in words]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals of POSIX")
@pytest.mark.parametrize("measured", [0, 6], ids=["at the start", "midway"])
def test_an_interrupted_call_says_so_and_goes_on(measured: int, start: Any, tmp_path: Path) -> None:
    folder, store = tmp_path / "good", tmp_path / "store"
    for number in range(60):
        write_image(folder / f"{number}.png", make_part(number))
    words = ["prepare", str(folder), "--preset", "generic_object", "--store", str(store), "--quiet"]
    ended = stopped_midway(
        lambda: start(*words, "--workers", "2"),
        when=lambda: store.exists() and len(list(store.rglob("*.measurement"))) >= measured,
        stop=lambda job: os.killpg(job.pid, signal.SIGINT),
        clean=lambda: shutil.rmtree(store),
    )
    assert ended.code in (130, -signal.SIGINT)  # Python ends itself if Ctrl-C fell into an `exec`
    assert not ended.printed
    assert ended.errors.strip() == "interrupted; run the same command again to finish"
    assert main([*words, "--workers", "1"]) == 0
