"""The gallery shows every transform, preset and mode, with the same bytes every time."""

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
    """Return the names that the page must show."""
    transforms = {kind.__name__ for kind in public_transforms()}
    generic = {name for name in PRESETS if name.startswith("generic")}
    return transforms | set(REFERENCES) | generic | {name for types in CATEGORIES.values() for name in types}


def images_of(page: Path) -> list[Path]:
    """Return the images that a page shows."""
    return [page.parent / name for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", page.read_text())]


@pytest.fixture(scope="module")
def galleries(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Write the gallery twice, small."""
    folders = [tmp_path_factory.mktemp("gallery") for _ in range(2)]
    for folder in folders:
        write_gallery(folder, size=96, side=40)
    return folders


def test_the_gallery_has_the_same_bytes_every_time(galleries: list[Path]) -> None:
    first, second = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in galleries)
    assert first == second


def test_the_gallery_shows_every_name_and_the_masks(galleries: list[Path]) -> None:
    page = galleries[0] / "README.md"
    assert names() <= set(re.findall(r"^- `(\w+)`: \S", page.read_text(), re.MULTILINE))
    images = images_of(page)
    assert len(images) == 7 + len(CATEGORIES)
    assert set(images) | {page} == set(galleries[0].iterdir())
    red = [(cv2.imread(str(image)).astype(int) @ [-1, -1, 1] > 40).sum() for image in images]
    assert sum(count > 20 for count in red) >= len(red) - 1, "masks are outlined; thin cracks cover few pixels only"


def test_the_page_in_the_repository_shows_every_name() -> None:
    page = HERE / "README.md"
    missing = names() - set(re.findall(r"`(\w+)`", page.read_text()))
    assert not missing, f"{sorted(missing)} are not in {page}; {AGAIN}"
    images = images_of(page)
    assert {path.name for path in images} == {path.name for path in HERE.glob("*.jpg")}, AGAIN
    assert sum(path.stat().st_size for path in HERE.iterdir() if path.is_file()) < 2_500_000


def test_sheets_show_synthetic_and_real_defects(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    screw = np.full((96, 96), 200, np.uint8)
    screw[40:60, 10:86] = 90 + 10 * (np.arange(76) // 4 % 3)
    broken, mask = screw.copy(), np.zeros_like(screw)
    broken[55:60, 40:50], mask[55:60, 40:50] = 200, 255
    kinds = {"train/good": screw, "test/thread_side": broken, "ground_truth/thread_side": mask}
    for folder, image in kinds.items():
        (tmp_path / "data" / "screw" / folder).mkdir(parents=True)
        for number in range(12 if folder.startswith("train") else 3):
            name = f"{number:03}_mask.png" if folder.startswith("ground") else f"{number:03}.png"
            assert cv2.imwrite(str(tmp_path / "data" / "screw" / folder / name), image)
    main([str(tmp_path / "out"), "--data", str(tmp_path / "data")])
    sheets = {path.name: cv2.imread(str(path)) for path in (tmp_path / "out").iterdir()}
    assert set(sheets) == {f"screw-{name}.png" for name in CATEGORIES["screw"]}
    height, width = sheets["screw-thread_side.png"].shape[:2]
    assert width == 8 * (170 + 3), "eight synthetic defects in a row"
    assert height - sheets["screw-scratch_head.png"].shape[0] == 2 * (170 + 3), "two rows of real defects"
    for words, message in (
        ([str(HERE), "--data", str(tmp_path / "data")], "OUT must lie outside the repository for --data"),
        ([str(tmp_path / "out"), "--data", str(tmp_path)], "data must hold a folder of .*screw"),
    ):
        with pytest.raises(SystemExit):
            main(words)
        assert re.search(message, capsys.readouterr().err)


def test_a_window_is_square_and_holds_the_mask() -> None:
    mask = np.zeros((50, 80), np.uint8)
    assert mask[window(mask)].shape == (50, 80)
    for x, y, w, h in ((0, 0, 3, 3), (70, 45, 10, 5), (20, 10, 40, 30), (40, 25, 1, 1)):
        mask[:] = 0
        mask[y : y + h, x : x + w] = 255
        rows, columns = window(mask)
        assert rows.stop - rows.start == columns.stop - columns.start >= 20
        assert np.count_nonzero(mask[rows, columns]) == w * h
