"""Ray: the evaluator on a cluster of two nodes, one of which is killed in between."""

import os
from pathlib import Path

from eval.__main__ import main as evaluate
from eval.benchmark.results import RESULTS, read_results
from eval.sample_set.__main__ import main as write_sample_set
from examples.check_integrations.clusters import run_and_lose_a_node

PACKAGE = "ray"


def check_benchmark(folder: Path) -> str:
    """Evaluate with two nodes and kill one: the numbers of one machine."""
    assert write_sample_set([str(folder / "data"), "--families", "flange", "--size", "64", "--train", "6"]) == 0
    words = ["benchmark", "--data", str(folder / "data"), "--heads", "softmax", "--scorings", "fused"]
    words += ["--size", "64", "--seeds", "0", "1", "--epochs", "1", "--weights", "none"]
    alone, output = folder / "alone", folder / "cluster"
    jobs = str(len(os.sched_getaffinity(0)))  # one processor for each cell, as the nodes have
    assert evaluate([*words, "--out", str(alone), "--jobs", jobs]) == 0
    command = ["eval", *words, "--out", str(output), "--jobs", jobs]
    run_and_lose_a_node(command, lambda: any(output.rglob(RESULTS)))
    files = sorted(path.relative_to(alone).parent for path in alone.rglob(RESULTS))
    assert files == sorted(path.relative_to(output).parent for path in output.rglob(RESULTS))
    for cell in files:
        one, other = read_results(alone / cell), read_results(output / cell)
        assert one.metrics == other.metrics, f"{cell}: {one.metrics} on one machine, {other.metrics} on the cluster"
    return f"{len(files)} cells"
