"""The gallery: everything there is stands on its page, the same bytes every time, and no real picture in it."""

import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from defectsynth.presets import CATEGORIES, PRESETS
from defectsynth.reference import REFERENCES
from defectsynth.registry import public_transforms
from examples.gallery.__main__ import HERE, main
from examples.gallery.cells import window
from examples.gallery.page import write_gallery

AGAIN = "write it again: python -m examples.gallery"


def names() -> set[str]:
    """Everything that has to be shown."""
    transforms = {kind.__name__ for kind in public_transforms()}
    generic = {name for name in PRESETS if name.startswith("generic")}
    return transforms | set(REFERENCES) | generic | {name for types in CATEGORIES.values() for name in types}


def pictures_of(page: Path) -> list[Path]:
    return [page.parent / name for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", page.read_text())]


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folders = [tmp_path_factory.mktemp("gallery") for _ in range(2)]
    for folder in folders:
        write_gallery(folder, size=96, side=40)
    return folders


def test_the_same_bytes_every_time(twice: list[Path]) -> None:
    first, second = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in twice)
    assert first == second


def test_everything_is_drawn(twice: list[Path]) -> None:
    page = twice[0] / "README.md"
    assert names() <= set(re.findall(r"^- `(\w+)`: \S", page.read_text(), re.MULTILINE))
    pictures = pictures_of(page)
    assert len(pictures) == 7 + len(CATEGORIES)
    assert set(pictures) | {page} == set(twice[0].iterdir())
    red = [(cv2.imread(str(picture)).astype(int) @ [-1, -1, 1] > 40).sum() for picture in pictures]
    assert sum(count > 20 for count in red) >= len(red) - 1, "masks are shown; thin cracks hardly fill a few pixels"


def test_the_page_in_the_repository_shows_everything() -> None:
    page = HERE / "README.md"
    missing = names() - set(re.findall(r"`(\w+)`", page.read_text()))
    assert not missing, f"{sorted(missing)} are not in {page}; {AGAIN}"
    pictures = pictures_of(page)
    assert {path.name for path in pictures} == {path.name for path in HERE.glob("*.jpg")}, AGAIN
    assert sum(path.stat().st_size for path in HERE.iterdir() if path.is_file()) < 2_000_000


def test_beside_real_defects(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    screw = np.full((96, 96), 200, np.uint8)
    screw[40:60, 10:86] = 90 + 10 * (np.arange(76) // 4 % 3)
    broken, mask = screw.copy(), np.zeros_like(screw)
    broken[55:60, 40:50], mask[55:60, 40:50] = 200, 255
    kinds = {"train/good": screw, "test/thread_side": broken, "ground_truth/thread_side": mask}
    for folder, picture in kinds.items():
        (tmp_path / "data" / "screw" / folder).mkdir(parents=True)
        for number in range(12 if folder.startswith("train") else 3):
            name = f"{number:03}_mask.png" if folder.startswith("ground") else f"{number:03}.png"
            assert cv2.imwrite(str(tmp_path / "data" / "screw" / folder / name), picture)
    main([str(tmp_path / "out"), "--data", str(tmp_path / "data")])
    sheets = {path.name: cv2.imread(str(path)) for path in (tmp_path / "out").iterdir()}
    assert set(sheets) == {f"screw-{name}.png" for name in CATEGORIES["screw"]}
    height, width = sheets["screw-thread_side.png"].shape[:2]
    assert width == 8 * (170 + 3), "eight synthetic ones"
    assert height - sheets["screw-scratch_head.png"].shape[0] == 2 * (170 + 3), "two rows of real ones where there are"
    for words, told in (
        ([str(HERE), "--data", str(tmp_path / "data")], "OUT must lie outside the repository for --data"),
        ([str(tmp_path / "out"), "--data", str(tmp_path)], "data must hold a folder of .*screw"),
    ):
        with pytest.raises(SystemExit):
            main(words)
        assert re.search(told, capsys.readouterr().err)


def test_a_window_holds_the_mask() -> None:
    mask = np.zeros((50, 80), np.uint8)
    assert mask[window(mask)].shape == (50, 80)
    for x, y, w, h in ((0, 0, 3, 3), (70, 45, 10, 5), (20, 10, 40, 30), (40, 25, 1, 1)):
        mask[:] = 0
        mask[y : y + h, x : x + w] = 255
        rows, columns = window(mask)
        assert rows.stop - rows.start == columns.stop - columns.start >= 20
        assert np.count_nonzero(mask[rows, columns]) == w * h
