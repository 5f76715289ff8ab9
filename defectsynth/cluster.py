"""Connection to a Ray cluster; needs the extra `ray`. Nothing imports it but the commands with the option --ray."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # no network calls but those to the cluster

try:
    import ray
except ModuleNotFoundError as error:
    raise ModuleNotFoundError("--ray needs ray: pip install 'defectsynth[ray]'", name=error.name) from error

LOCAL = "local"
RETRIES = 20  # of a task whose process or node died
POLL = 1.0  # seconds after which new nodes are noticed


@contextmanager
def connected(address: str, *, processors: int | None = None) -> Iterator[None]:
    """Connect to a cluster until the end of the block; a connection that is there already is used and kept.

    Args:
        address: of the cluster, or "local" for one on this machine that ends with the block.
        processors: of a local cluster; None takes all.

    Raises:
        ConnectionError: if there is no cluster.
    """
    if ray.is_initialized():
        yield
        return
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address == LOCAL:
        options |= {"num_cpus": processors, "include_dashboard": False}
    else:
        options["address"] = address
    try:
        ray.init(**options)
    except (OSError, RuntimeError, ValueError) as error:
        raise ConnectionError(f"--ray {address}: no cluster: {error}") from error
    try:
        yield
    finally:
        ray.shutdown()


def processor_count() -> int:
    """Return the number of processors of the cluster at this time."""
    return int(ray.cluster_resources().get("CPU", 0))
