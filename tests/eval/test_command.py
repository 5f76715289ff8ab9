"""The command line: output, files and exit codes of right and of wrong calls."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")
pytest.importorskip("filelock")

from defectsynth import Line
from dml_heads import HEADS
from eval.__main__ import main
from eval.benchmark import generators
from eval.benchmark.prediction import draw_heat_map
from eval.benchmark.results import read_results
from eval.benchmark.runner import Cell
from eval.benchmark.settings import BenchmarkOptions, make_cells, make_settings
from eval.cli import choices
from eval.cli.benchmark import Pace
from eval.data.examples import split_indices
from eval.data.twins import twin_split
from eval.models.registry import BACKBONES
from eval.sample_set import DEMO_FAMILIES, FAMILIES
from eval.training.recipe import TrainingRecipe
from tests.eval.conftest import NEEDS_LITE0, SIDE, write_spots

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    for name in ("plate", "sheets"):
        write_spots(root / name, brightness=250)
    return root


def words(command: str, data: Path, out: Path, *more: str) -> list[str]:
    small = ["--weights", "none", "--size", str(SIDE), "--epochs", "1"]
    return [command, "--data", str(data), "--out", str(out), *small, *more]


def test_run_and_predict_agree(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = words("run", data, tmp_path / "out", "--category", "plate", "--head", "softmax", "--scoring", "patch")
    assert main(run) == 0
    printed, _, table = capsys.readouterr().out.partition("\n\n")
    lines = printed.splitlines()
    assert table.startswith("image AUROC, self_supervised with generic_object, scored by patch\n")
    assert [line.partition(":")[0] for line in lines] == [
        "[1/2] plate/none-patch-efficientnet_lite0-none-64",
        "[2/2] plate/self_supervised-softmax-generic_object-patch-efficientnet_lite0-none-64-epochs1-seed0",
    ]
    assert "AUPRO" in lines[1]
    assert re.search(
        r"AUROC [01]\.\d{3} \[[01]\.\d{3}, [01]\.\d{3}\], pixels .* decided TPR .* TNR .* \(best", lines[1]
    )
    assert "(untrained " in lines[1]
    for folder in (tmp_path / "out" / "plate").iterdir():
        results = read_results(folder)
        paths = [data / image.path for image in results.images]
        model = folder / "model.pt" if (folder / "model.pt").exists() else folder
        predictions = tmp_path / "predicted" / folder.name
        assert main(["predict", str(model), *map(str, paths), "--out", str(predictions)]) == 0
        summary = json.loads((predictions / "predictions.json").read_text())
        assert summary["threshold"] == results.metrics.decision.threshold
        scores = [image["score"] for image in summary["images"]]
        np.testing.assert_allclose(scores, [image.score for image in results.images], atol=1e-5)
        assert [image["defective"] for image in summary["images"]] == [score > summary["threshold"] for score in scores]
        heat_maps = {image["heat_map"] for image in summary["images"]}
        assert len(heat_maps) == len(paths)
        for heat_map in heat_maps:
            assert cv2.imread(str(predictions / heat_map)).shape == (SIDE, SIDE, 3)
        probabilities = np.array([image["probability"] for image in summary["images"]])
        assert ((probabilities >= 0) & (probabilities <= 1)).all()
        np.testing.assert_array_equal(np.sort(probabilities), probabilities[np.argsort(scores)])
        decisions = [line.split()[1] for line in capsys.readouterr().out.splitlines()]
        assert decisions == ["defective," if image["defective"] else "good," for image in summary["images"]]


def test_benchmark_goes_on_after_a_failure_and_repeats_nothing(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data" / "plate" / "train" / "good").mkdir(parents=True)
    (tmp_path / "data" / "sheets").symlink_to(data / "sheets")
    benchmark = words("benchmark", tmp_path / "data", tmp_path / "out", "--experiments", "none")
    assert main(benchmark) == 1
    printed = capsys.readouterr()
    first, second, *_ = printed.out.splitlines()
    assert first.startswith("[1/2] plate/none-image-efficientnet_lite0-none-64: FAILED: ValueError")
    assert second.startswith("[2/2] sheets/none-image-efficientnet_lite0-none-64: AUROC ")
    assert "1 of 2 cells failed; the same command tries them again" in printed.err
    assert main(benchmark) == 1
    assert capsys.readouterr().out.splitlines()[1].endswith(", was there")
    assert main(["compare", str(tmp_path / "out"), str(tmp_path / "out")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split()[0] == "sheets/none-image-efficientnet_lite0-none-64"
    assert lines[1].split()[-1] == lines[2].split()[-1] == "+0.000"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--category", "plate"], "heads must name at least one of softmax, .* for self_supervised, got none"),
        (["--category", "cup", "--experiment", "none"], r"category must be in .* \(plate, sheets\), got 'cup'"),
        (["--category", "plate", "--head", "softmax", "--generator", "x"], "generator must be one of .*, got 'x'"),
        (["--category", "plate", "--head", "softmax", "--seed", "-3"], "seed must be at least 0, got -3"),
        (["--category", "plate", "--experiment", "none", "--jobs", "0"], "--jobs must be at least 1, got 0"),
        (["--category", "plate", "--experiment", "none", "--weights", "x"], "weights must be default, none or .* 'x'"),
    ],
)
def test_wrong_calls_name_argument_rule_and_value(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], message: str
) -> None:
    assert main(words("run", data, tmp_path / "out", *more)) == 2
    error = capsys.readouterr().err
    assert error.startswith("eval: ")
    assert re.search(message, error)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"experiment": "both"}, "experiment must be one of none, self_supervised, binary, multi_class, got 'both'"),
        ({"scoring": "pixel"}, "scoring must be one of image, pooled, patch, fused, .*, got 'pixel'"),
        ({"experiment": "binary", "scoring": "fused"}, "scoring must be image or patch for .* binary, got 'fused'"),
        ({"backbone": "vgg"}, "backbone must be one of efficientnet_lite0, .*, got 'vgg'"),
        ({"head": None}, "head must be one of softmax, .* for the experiment self_supervised, got None"),
        ({"size": 31}, "size must be at least 32, got 31"),
        ({"size": 50}, "size must be a multiple of 32, got 50"),
        ({"epochs": 0}, "epochs must be at least 1, got 0"),
        ({"seed": -1}, "seed must be at least 0, got -1"),
        ({"weights": "missing.pt"}, "weights must be default, none or an existing file, got 'missing.pt'"),
        ({"generator": "dragon"}, "generator must be one of generic_object, .* or a .yaml or .json file, got 'dragon'"),
        ({"generator": "missing.yaml"}, r"generator must be a file that A.save wrote, got 'missing.yaml'"),
        ({"experiment": "multi_class"}, "classes must name at least two categories for multi_class, got plate"),
    ],
)
def test_bad_settings_are_refused(data: Path, options: dict[str, Any], message: str) -> None:
    given = {"data": data, "category": "plate", "experiment": "self_supervised", "head": "softmax", **options}
    with pytest.raises(ValueError, match=message):
        make_settings(**given)


def test_predict_and_compare_refuse_what_is_not_there(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", str(tmp_path), "a.png", "--out", str(tmp_path / "out")]) == 2
    assert "MODEL must be the folder of a finished run" in capsys.readouterr().err
    assert main(["compare", str(tmp_path), str(tmp_path)]) == 2
    assert "folder must hold results of runs" in capsys.readouterr().err
    run = words("run", data, tmp_path / "out", "--category", "plate", "--experiment", "none")
    assert main(run) == 0
    (folder,) = (tmp_path / "out" / "plate").iterdir()
    broken, good = tmp_path / "broken.png", data / "plate" / "test" / "good" / "0.png"
    assert main(["predict", str(folder), str(broken), "--out", str(tmp_path / "predicted")]) == 2
    broken.write_bytes(good.read_bytes()[:300])
    capsys.readouterr()
    assert main(["predict", str(folder), str(broken), str(good), "--out", str(tmp_path / "predicted")]) == 1
    printed = capsys.readouterr()
    assert "broken.png cannot be read" in printed.err
    assert printed.out.startswith(f"{good}: ")


def test_heat_equal_to_the_threshold_is_green() -> None:
    heat = np.array([[0.0, 1.0, 2.0, 9.0]], np.float32)
    blue, green, red, more = draw_heat_map(np.zeros((1, 4, 3), np.uint8), heat)[0]
    assert blue.argmax() == 0
    assert green.argmax() == 1
    assert red.argmax() == 2
    assert more.tolist() == red.tolist()


def test_the_time_left_goes_by_cells_of_the_same_experiment(data: Path, tmp_path: Path) -> None:
    cells = make_cells(
        BenchmarkOptions(
            data=data, categories=["plate", "sheets"], experiments=["binary"], heads=["softmax", "arcface"]
        )
    )
    pace = Pace(cells, jobs=2)
    left = []
    for number, settings in enumerate(cells):
        error = "ValueError: broken" if number == 4 else None
        seconds, repeated = (2.0 if settings.experiment == "none" else 60.0), number == 2
        pace.count(
            Cell(settings=settings, folder=tmp_path, results=None, error=error, repeated=repeated, seconds=seconds)
        )
        left.append(pace.left)
    assert left == [0.0, (3 * 60 + 2) / 2, (2 * 60 + 2) / 2, 60, 60, 0.0]


def test_report_prints_the_path_of_the_page(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("jinja2")
    report = pytest.importorskip("eval.cli.report")
    calls: list[tuple[Path, Path, Path | None]] = []

    def write_report(
        results: Path, page: Path, *, data: Path | None, progress: Callable[[str, int, int], None]
    ) -> Path:
        progress("draw", 1, 1)
        calls.append((results, page, data))
        return page

    monkeypatch.setattr(report, "write_report", write_report)
    assert main(["report", str(tmp_path)]) == 2
    assert "folder must hold results of runs" in capsys.readouterr().err
    (tmp_path / "results.json").touch()
    assert main(["report", str(tmp_path)]) == 0
    assert main(["report", str(tmp_path), "--page", "here.html", "--data", str(data)]) == 0
    page = tmp_path / "report.html"
    assert calls == [(tmp_path, page, None), (tmp_path, Path("here.html"), data)]
    assert capsys.readouterr().out == f"{page}\nhere.html\n"
    assert main(["report", str(tmp_path), "--data", str(tmp_path / "moved")]) == 2
    assert "data must be an existing folder, got" in capsys.readouterr().err


def full_disk(*_arguments: Any, **_options: Any) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("command", ["run", pytest.param("audit", marks=NEEDS_LITE0), "predict"])
def test_a_full_disk_is_no_wrong_call_and_names_the_file(
    command: str, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    run = words("run", data, out, "--category", "plate", "--experiment", "none", "--scoring", "patch")
    model, image = out / "plate" / "none-patch-efficientnet_lite0-none-64", data / "plate" / "test" / "good" / "0.png"
    calls = {
        "run": run,
        "audit": ["audit", "--data", str(data), "--categories", "plate", "--twins", "4", "--out", str(out)],
        "predict": ["predict", str(model), str(image), "--out", str(tmp_path / "predicted")],
    }
    if command == "predict":
        assert main(run) == 0
        capsys.readouterr()
    monkeypatch.setattr(os, "fsync", full_disk)
    assert main(calls[command]) == 1
    printed = capsys.readouterr()
    file = {"run": "bank_rows.npy", "audit": "plate-generic_object.png", "predict": "0_heat.png"}[command]
    assert re.search(rf"OSError: \[Errno 28\] No space left on device: '.*{file}'", printed.out + printed.err)
    assert not list(tmp_path.rglob("*.part"))


def test_the_names_on_the_command_line_are_those_of_the_registries() -> None:
    assert tuple(HEADS) == choices.HEADS
    assert tuple(BACKBONES) == choices.BACKBONES
    assert tuple(FAMILIES) == choices.FAMILIES
    assert choices.DEMO_FAMILIES == DEMO_FAMILIES
    assert generators.KNOWN == choices.GENERATORS
    assert generators.EACH == choices.LEAVE_ONE_OUT
    assert asdict(TrainingRecipe()) == choices.RECIPE


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys\nfrom eval.__main__ import main\ntry:\n    main(['run', '--help'])\nexcept SystemExit:\n"
        "    print(*sorted({'torch', 'sklearn', 'numpy', 'cv2', 'albumentations', 'defectsynth'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "--category" in found.stdout
    assert found.stdout.splitlines()[-1] == ""


def test_a_missing_package_is_named() -> None:
    script = "import sys; sys.modules['sklearn'] = None; from eval.__main__ import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", script, "compare", "a", "b"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 2
    assert re.fullmatch(r"eval: compare needs sklearn.*: pip install -r eval/requirements.txt\n", found.stderr)


def test_the_module_runs_from_a_checkout() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", "-m", "eval", "run", "--help"]
    found = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "")
    assert "--category" in found.stdout


def test_the_normals_held_out_are_those_that_training_did_not_see() -> None:
    images = [np.full((SIDE, SIDE, 3), number, np.uint8) for number in range(12)]
    split = twin_split(images, Line(), held_out=0.2, seed=5)
    assert split.validation is not None
    seen = sorted({int(split.validation[2 * number].image[0, 0, 0]) for number in range(len(split.validation) // 2)})
    held = split_indices(12, held_out=0.2, rng=np.random.default_rng(5), name="images")[1]
    assert seen == held.tolist()
