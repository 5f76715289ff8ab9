"""The cells show what generate would draw."""

import base64
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from defectsynth.cli.errors import UsageError
from defectsynth.cli.sampling import draw_image
from defectsynth.io.image_files import UnreadableError
from defectsynth.studio.design import Design
from defectsynth.studio.drawing import CELL, draw_cells, real_cells
from defectsynth.studio.images import ImageFolder


@pytest.fixture
def folder(tmp_path: Path) -> ImageFolder:
    """Return a folder of three images, one of them broken, and one mask."""
    for number in range(2):
        image = np.full((120, 160, 3), 60 + 20 * number, np.uint8)
        image[30:90, 40:120] = 180
        cv2.imwrite(str(tmp_path / f"{number}.png"), image)
    (tmp_path / "2.png").write_bytes(b"no image")
    masks = tmp_path.parent / f"{tmp_path.name}_masks"
    masks.mkdir()
    mask = np.zeros((120, 160), np.uint8)
    mask[50:60, 60:70] = 255
    cv2.imwrite(str(masks / "0.png"), mask)
    return ImageFolder(tmp_path, masks)


def decoded(source: str) -> np.ndarray:
    """Return the RGB image of a data URL."""
    data = np.frombuffer(base64.b64decode(source.partition(",")[2]), np.uint8)
    return cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1]


def test_a_cell_shows_the_draw_of_generate(folder: ImageFolder) -> None:
    design = Design.named("color_spot")
    cells = draw_cells(folder, ("0.png", "1.png"), design, seed=5)
    for number, cell in enumerate(cells):
        state = draw_image(folder.image(f"{number}.png"), design.transform, seed=5, number=number, roi=None)[1]
        assert state is not None
        assert np.abs(decoded(cell.source).astype(int) - state.image).mean() < 2.0
        assert f"{cv2.countNonZero(state.mask)} px" in cell.caption


def test_views_differ_and_the_same_seed_repeats(folder: ImageFolder) -> None:
    design = Design.named("scratch")
    sheets = {
        view: draw_cells(folder, ("0.png",), design, seed=1, view=view)[0].source
        for view in ("defect", "outline", "detail", "original")
    }
    assert len(set(sheets.values())) == 4
    assert sheets["defect"] == draw_cells(folder, ("0.png",), design, seed=1)[0].source
    assert sheets["defect"] != draw_cells(folder, ("0.png",), design, seed=2)[0].source
    assert sheets["defect"] != draw_cells(folder, ("0.png",), design, seed=1, severity=0.2)[0].source
    assert max(decoded(sheets["outline"]).shape[:2]) == CELL


def test_an_unreadable_image_is_named_and_the_others_are_drawn(folder: ImageFolder) -> None:
    cells = draw_cells(folder, ("2.png", "0.png"), Design.named("stain"), seed=0)
    assert cells[0].source == ""
    assert cells[0].caption.startswith("2.png: ")
    assert cells[1].source


def test_only_one_defect_of_a_mixture_is_drawn(folder: ImageFolder) -> None:
    design = Design.named("generic_object")
    member = next(each for each in design.members() if "Scratch" in each.label)
    for seed in range(4):
        (cell,) = draw_cells(folder, ("0.png",), design, seed=seed, only=member.path)
        assert "scratch" in cell.caption


def test_real_defects_are_shown_around_their_mask(folder: ImageFolder) -> None:
    whole, detail = (real_cells(folder, ("0.png",), view)[0].source for view in ("defect", "detail"))
    assert whole != detail
    assert real_cells(folder, ("1.png",), "detail")[0].source == real_cells(folder, ("1.png",), "defect")[0].source


@pytest.mark.parametrize("name", ["../secret.png", "/etc/hostname", "3.png"])
def test_no_file_outside_of_the_folder_is_opened(folder: ImageFolder, name: str) -> None:
    with pytest.raises(UnreadableError, match="must be an image of"):
        folder.image(name)


def test_a_folder_without_images_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="FOLDER must hold images"):
        ImageFolder(tmp_path)


def test_the_severity_of_all_works_in_the_installed_command(folder: ImageFolder) -> None:
    program = f"""
import sys
sys.argv = ["defectsynth", "studio"]
from pathlib import Path
from defectsynth.cli import main
from defectsynth.studio.design import Design
from defectsynth.studio.drawing import draw_cells
from defectsynth.studio.images import ImageFolder
cells = draw_cells(ImageFolder(Path({str(folder.folder)!r})), ["0.png"], Design.named("scratch"), seed=0, severity=0.5)
print(cells[0].caption)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "scratch" in done.stdout
