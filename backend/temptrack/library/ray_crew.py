"""Does jobs on a Ray cluster: the same jobs, one at a time each, by a worker for each processor or GPU.

The one process that writes to the library stays here. A job whose worker was lost, with its node or alone,
goes to another worker; one that loses several is left out as what the loss came from. A worker that was lost
is replaced as soon as the cluster has room.
"""

import time
from collections import Counter, deque
from typing import Any

from temptrack.errors import TemptrackError, Unavailable
from temptrack.library.jobs import Done, Job, OpenBundle, Workshop
from temptrack.library.ray_cluster import join_cluster, share_of_a_worker, worker_count
from temptrack.library.report import FailedFile

_LIVES = 3
"""How many workers may be lost over a job before it counts as the cause."""

_LONGEST_WITHOUT_WORKERS_S = 120.0


class _Worker:
    """One process on a node of the cluster, with a bundle of its own."""

    def __init__(self, open_bundle: OpenBundle) -> None:
        self._workshop = Workshop(open_bundle)

    def ready(self) -> bool:
        """Answer as soon as this worker has its place on a node."""
        return True

    def do(self, job: Job) -> Done | TemptrackError:
        """Do one job, or return why the bundle cannot be opened."""
        try:
            return self._workshop.do(job)
        except TemptrackError as error:
            return error


class RayCrew:
    """A ``Crew`` on a cluster whose nodes see the files, and the bundle, under the same paths as this one."""

    def __init__(self, open_bundle: OpenBundle, address: str, *, gpu: bool = False) -> None:
        """Join the cluster.

        Args:
            open_bundle: opens the bundle in each worker; picklable.
            address: as for ``join_cluster``.
            gpu: whether a worker takes a GPU rather than a processor.

        Raises:
            NotSupported: RAY_MISSING.
            Unavailable: RAY_UNREACHABLE.
        """
        self._ray, self._is_ours = join_cluster(address)
        self._kind = self._ray.remote(**share_of_a_worker(gpu=gpu))(_Worker)
        self._open_bundle = self._ray.put(open_bundle)
        self._coming: dict[Any, Any] = {}
        self._idle: list[Any] = []
        self._busy: dict[Any, tuple[Any, Job]] = {}
        self._waiting: deque[Job] = deque()
        self._lost: Counter[Job] = Counter()
        self._last_worker = time.monotonic()
        self._unasked = worker_count(self._ray, gpu=gpu)

    @property
    def free(self) -> int:
        """One job a worker, and one for the first worker to come."""
        if not self._busy and not self._waiting:
            return max(1, len(self._idle))
        return max(0, len(self._idle) - len(self._waiting))

    def start(self, job: Job) -> None:
        """Hand the job to an idle worker, or to the next that is."""
        # A run that finds nothing to do starts nobody.
        for _ in range(self._unasked):
            self._ask_for_worker()
        self._unasked = 0
        self._waiting.append(job)
        self._hand_out()

    def next_done(self, timeout_s: float) -> Done | None:
        """Return what the first worker to finish made of its job.

        Raises:
            TemptrackError: what opening the bundle raised in a worker.
            Unavailable: WORKERS_LOST, when no worker is left and none comes.
        """
        self._require_workers()
        answers, _ = self._ray.wait([*self._busy, *self._coming], num_returns=1, timeout=timeout_s)
        for answer in answers:
            if answer in self._coming:
                self._arrived(answer)
            else:
                done = self._received(answer)
                self._hand_out()
                return done
        return None

    def close(self) -> None:
        """End all workers, whatever they are doing."""
        for worker in [*self._idle, *self._coming.values(), *(worker for worker, _ in self._busy.values())]:
            self._ray.kill(worker)
        for known in (self._idle, self._coming, self._busy, self._waiting):
            known.clear()
        if self._is_ours:
            self._ray.shutdown()

    def _ask_for_worker(self) -> None:
        worker = self._kind.remote(self._open_bundle)
        self._coming[worker.ready.remote()] = worker

    def _arrived(self, answer: Any) -> None:
        worker = self._coming.pop(answer)
        try:
            self._ray.get(answer)
        except self._ray.exceptions.RayError:
            self._ask_for_worker()
            return
        self._idle.append(worker)
        self._hand_out()

    def _received(self, answer: Any) -> Done | None:
        worker, job = self._busy.pop(answer)
        try:
            done = self._ray.get(answer)
        except self._ray.exceptions.RayError as failure:
            self._ask_for_worker()
            self._lost[job] += 1
            if self._lost[job] < _LIVES:
                self._waiting.appendleft(job)
                return None
            return Done(job, _died(job, failure), {})
        self._idle.append(worker)
        if isinstance(done, TemptrackError):
            raise done
        assert isinstance(done, Done)
        return done

    def _hand_out(self) -> None:
        while self._idle and self._waiting:
            worker, job = self._idle.pop(), self._waiting.popleft()
            self._busy[worker.do.remote(job)] = (worker, job)

    def _require_workers(self) -> None:
        if self._idle or self._busy:
            self._last_worker = time.monotonic()
        elif time.monotonic() - self._last_worker > _LONGEST_WITHOUT_WORKERS_S:
            raise Unavailable(
                f"The cluster has given no worker for {_LONGEST_WITHOUT_WORKERS_S:.0f} s.",
                reason="WORKERS_LOST",
                hint="Run it again when the cluster has room; what was indexed so far is kept.",
            )


def _died(job: Job, failure: Exception) -> FailedFile:
    last = str(failure).strip().splitlines()[-1][:200]
    return FailedFile(
        path=job.file.path,
        reason="WORKER_DIED",
        message=f"{_LIVES} workers ended over it, the last with: {last} The file may be damaged, or memory "
        "ran out.",
    )
