"""Spreads the units of a batch over a Ray cluster: the same units, answered into the same shared folder."""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from temptrack.batch.answering import Answerer, Spread, Tried, Work
from temptrack.batch.units import Unit
from temptrack.errors import TemptrackError, Unavailable
from temptrack.library.ray_cluster import join_cluster, share_of_a_worker, worker_count
from temptrack.seat.failures import explain

_LOOK_EVERY_S = 1.0
_LIVES = 3
"""How many workers may be lost over a unit before it counts as the cause."""


class _Worker:
    """Answers units on a node of the cluster; one process, one loaded model."""

    def __init__(self, work: Work) -> None:
        self._opened = ExitStack()
        self._answerer = Answerer(work, self._opened)

    def answer(self, unit: Unit) -> TemptrackError | None:
        """Answer a unit and return why it cannot be answered, or None."""
        try:
            self._answerer.answer(unit, lambda: False)
        except Exception as error:
            # It travels better as one of ours: classes of other packages may not be known where it arrives.
            return explain(error)
        return None


def on_ray(address: str, *, gpu: bool = False) -> Spread:
    """Return what answers units on a Ray cluster, with a worker for each processor, or each GPU.

    Every worker has one unit at a time, so that no node queues what another could do. The unit of a worker
    that is lost, with its node or alone, goes to another; what it had answered is in the folder. The folder
    of the batch, the timelines and their media must be seen by all nodes under the same paths.

    Args:
        address: as for ``join_cluster``.
        gpu: whether a worker takes a GPU rather than a processor.

    Raises:
        NotSupported: RAY_MISSING.
        Unavailable: there is no such cluster (RAY_UNREACHABLE).
    """

    def spread(units: Sequence[Unit], answerer: Answerer, cancelled: Callable[[], bool]) -> Tried:
        if not units:
            return
        ray, ours = join_cluster(address)
        workers: list[Any] = []
        try:
            count = min(len(units), worker_count(ray, gpu=gpu))
            kind = ray.remote(**share_of_a_worker(gpu=gpu))(_Worker)
            work = ray.put(replace(answerer.work, folder=answerer.work.folder.absolute()))
            workers += [kind.remote(work) for _ in range(count)]
            yield from _tried(ray, units, workers, cancelled)
        finally:
            for worker in workers:
                ray.kill(worker)
            if ours:
                ray.shutdown()

    return spread


def _tried(ray: Any, units: Sequence[Unit], workers: Sequence[Any], cancelled: Callable[[], bool]) -> Tried:
    waiting, idle = deque(units), list(workers)
    running: dict[Any, tuple[Any, Unit]] = {}
    lost: Counter[str] = Counter()
    while not cancelled():
        while idle and waiting:
            worker, unit = idle.pop(), waiting.popleft()
            running[worker.answer.remote(unit)] = (worker, unit)
        if not running:
            # Without workers nothing is left that could answer.
            yield from ((unit, _no_worker()) for unit in waiting)
            return
        done, _ = ray.wait(list(running), num_returns=1, timeout=_LOOK_EVERY_S)
        for answer in done:
            worker, unit = running.pop(answer)
            try:
                error = ray.get(answer)
            except ray.exceptions.RayError as failure:
                lost[unit.id] += 1
                if lost[unit.id] < _LIVES:
                    waiting.append(unit)
                else:
                    yield unit, _lost(failure)
                continue
            idle.append(worker)
            yield unit, error


def _lost(failure: Exception) -> TemptrackError:
    return Unavailable(
        f"{_LIVES} workers were lost over it, the last with: {str(failure).strip().splitlines()[-1][:200]}",
        reason="WORKERS_LOST",
        hint="Run it again with --resume; if it stays so, look for what ends the workers, such as memory.",
    )


def _no_worker() -> TemptrackError:
    return Unavailable(
        "No worker of the cluster is left.",
        reason="WORKERS_LOST",
        hint="Run it again with --resume when the cluster is whole.",
    )
