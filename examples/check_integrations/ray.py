"""Ray: a data set drawn on a cluster of two nodes, one of which is killed in between."""

from pathlib import Path

from defectsynth.cli import main
from defectsynth.cli.job import JOURNAL
from examples.check_integrations import exports, parts
from examples.check_integrations.clusters import digests, run_and_lose_a_node

PACKAGE = "ray"
COUNT = 80
LAYOUTS = {"webdataset": ("--shard-size", "8"), "yolo": ()}


def check_generate(folder: Path) -> str:
    """Draw with two nodes, kill one and add another: the bytes of one process, in shards and in files."""
    parts.write(folder / "parts", exports.INPUTS)
    found = []
    for layout, options in LAYOUTS.items():
        alone, output = folder / f"{layout} alone", folder / f"{layout} cluster"
        words = ["--preset", "screw", "--count", str(COUNT), "--layout", layout, *options, "--quiet"]
        assert main(["generate", str(folder / "parts"), str(alone), *words, "--workers", "1"]) == 0
        journal = output / JOURNAL
        command = ["defectsynth.cli", "generate", str(folder / "parts"), str(output), *words]
        run_and_lose_a_node(command, lambda path=journal: _lines(path) >= exports.INPUTS + 2)
        assert digests(output) == digests(alone), f"{layout}: the cluster wrote other files"
        found.append(f"{len(digests(output))} files in {layout}")
    return ", ".join(found)


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0
