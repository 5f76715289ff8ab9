"""Ray clusters for the checks: two nodes on this machine, one of which is killed while a command runs."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

from ray.cluster_utils import Cluster

NODE = {"num_cpus": 1, "object_store_memory": 80_000_000, "include_dashboard": False}
TIMEOUT_S = 600


def run_and_lose_a_node(command: list[str], begun: Callable[[], bool]) -> None:
    """Run a command on a cluster of two nodes; once it has begun, kill one node and add another.

    Args:
        command: module and arguments, to which the address of the cluster is added.
        begun: whether the work has begun.
    """
    cluster = Cluster(initialize_head=True, head_node_args=NODE)
    try:
        second = cluster.add_node(**NODE)
        words = [sys.executable, "-m", *command, "--ray", cluster.address]
        with subprocess.Popen(words) as job:  # noqa: S603  our own module
            end = time.monotonic() + TIMEOUT_S
            while not begun() and job.poll() is None and time.monotonic() < end:
                time.sleep(0.01)
            assert job.poll() is None, "the command ended before a node could be killed"
            cluster.remove_node(second, allow_graceful=False)
            cluster.add_node(**NODE)
            assert job.wait(TIMEOUT_S) == 0
    finally:
        cluster.shutdown()


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of every file below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
