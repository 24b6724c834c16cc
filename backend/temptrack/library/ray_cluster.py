"""Joining a Ray cluster, and what a worker takes of it."""

import importlib
from typing import Any

from temptrack.errors import NotSupported, Unavailable

LOCAL = "local"
"""Stands for a cluster of this machine alone, made for one run."""


def join_cluster(address: str) -> tuple[Any, bool]:
    """Join a cluster, unless this process is part of one, and return Ray and whether to leave it afterwards.

    Args:
        address: of the cluster's head, such as "10.0.0.1:6379", "auto" for the one this machine is part of,
            or "local".

    Raises:
        NotSupported: RAY_MISSING.
        Unavailable: there is no such cluster (RAY_UNREACHABLE).
    """
    try:
        ray: Any = importlib.import_module("ray")
    except ImportError as error:
        raise NotSupported(
            "Working on a cluster needs the package 'ray'.",
            reason="RAY_MISSING",
            hint="pip install 'temptrack[batch]'",
        ) from error
    if ray.is_initialized():
        return ray, False
    try:
        ray.init(address=address, log_to_driver=False, include_dashboard=False if address == LOCAL else None)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise Unavailable(
            f"No Ray cluster answers at '{address}'.",
            reason="RAY_UNREACHABLE",
            hint="Start one with `ray start --head`, or say --ray local.",
            metadata={"address": address, "details": str(error)[:200]},
        ) from error
    return ray, True


def share_of_a_worker(*, gpu: bool) -> dict[str, float]:
    """Return the resources of one worker: a GPU, or a processor."""
    return {"num_cpus": 0, "num_gpus": 1} if gpu else {"num_cpus": 1}


def worker_count(ray: Any, *, gpu: bool) -> int:
    """Return how many workers the cluster has room for now; at least 1."""
    return max(1, int(ray.cluster_resources().get("GPU" if gpu else "CPU", 1)))
