"""Throughput of `defectsynth generate` with a local pool and on a local Ray cluster, and a comparison of their bytes.

    python -m examples.benchmark_ray [--count N] [--size PX] [--workers N ...] [--repeat N]

Draws the same data set with both and prints images a second and the share of the pool's throughput that the cluster
reaches. The cluster is started before the clock, as a cluster that one shares runs already.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from defectsynth.cli import main as generate
from examples.check_integrations import parts
from examples.check_integrations.clusters import Cluster, digests

INPUTS = 40
WORDS = ("--preset", "screw", "--layout", "webdataset", "--quiet")


def main() -> int:
    """Measure and print a line for each number of workers; return 1 if the bytes differ."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.benchmark_ray", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--count", type=int, default=20_000, metavar="N", help="output images (default: 20000)")
    parser.add_argument("--size", type=int, default=256, metavar="PX", help="side of the inputs (default: 256)")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], metavar="N", help="default: 1 2")
    parser.add_argument("--shard-size", type=int, default=100, metavar="N", help="images in a shard (default: 100)")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="runs of each, in turn (default: 1)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark_ray_") as name:
        folder = Path(name)
        parts.write(folder / "parts", INPUTS, size=arguments.size)
        return measure(folder, arguments)


def measure(folder: Path, arguments: argparse.Namespace) -> int:
    """Draw with pool and cluster in turn and print the medians."""
    sets: list[dict[str, str]] = []
    words = [*WORDS, "--count", str(arguments.count), "--shard-size", str(arguments.shard_size)]
    for workers in arguments.workers:
        seconds: dict[str, list[float]] = {"pool": [], "cluster": []}
        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": workers, "include_dashboard": False})
        try:
            for _ in range(arguments.repeat):
                for kind, own in (("pool", ["--workers", str(workers)]), ("cluster", ["--ray", cluster.address])):
                    output = folder / "set"
                    began = time.perf_counter()
                    if generate(["generate", str(folder / "parts"), str(output), *words, *own]) != 0:
                        return 1
                    seconds[kind].append(time.perf_counter() - began)
                    sets.append(digests(output))
                    shutil.rmtree(output)
        finally:
            cluster.shutdown()
        pool, ray = (arguments.count / statistics.median(times) for times in seconds.values())
        print(
            f"{workers} workers: pool {pool:.0f}, cluster {ray:.0f} images/s, {ray / pool:.2f} of the pool", flush=True
        )
    same = all(each == sets[0] for each in sets)
    print(f"{len(sets)} sets of {arguments.count} images: {'the same bytes' if same else 'DIFFERENT BYTES'}")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
