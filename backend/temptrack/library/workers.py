"""Does jobs in this process or in processes of their own, one at a time each.

A process that dies (a decoder crash, out of memory) takes only its own file with it, which is why this is
not an executor of the standard library: there, one death fails every job.
"""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Protocol

from temptrack.errors import TemptrackError
from temptrack.library.jobs import Done, Job, OpenBundle, Workshop
from temptrack.library.report import FailedFile
from temptrack.model.types import Bundle

_SPAWN = multiprocessing.get_context("spawn")
# Threads of linear algebra inside each of several processes only wait for each other.
_ONE_THREAD = {
    name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
}
_LONGEST_GOODBYE_S = 5.0


class Crew(Protocol):
    """Whoever does the jobs."""

    @property
    def free(self) -> int:
        """How many more jobs can be started now."""

    def start(self, job: Job) -> None:
        """Begin a job; only while ``free`` is positive."""

    def next_done(self, timeout_s: float) -> Done | None:
        """Return a finished job, waiting at most this long for one."""

    def close(self) -> None:
        """Let go of everything at once, finished or not."""


class HereCrew:
    """Does each job in the calling process, when its outcome is asked for."""

    def __init__(self, bundle: Bundle) -> None:
        self._workshop = Workshop(lambda: bundle)
        self._waiting: deque[Job] = deque()

    @property
    def free(self) -> int:
        """One job at a time."""
        return 1 - len(self._waiting)

    def start(self, job: Job) -> None:
        """Remember the job."""
        self._waiting.append(job)

    def next_done(self, timeout_s: float) -> Done | None:
        """Do the job that waits."""
        return self._workshop.do(self._waiting.popleft()) if self._waiting else None

    def close(self) -> None:
        """Nothing is held."""


class ProcessCrew:
    """Does jobs in worker processes, each with a bundle of its own."""

    def __init__(self, open_bundle: OpenBundle, workers: int) -> None:
        self._open_bundle = open_bundle
        self._workers = workers
        self._idle: list[_Worker] = []
        self._busy: dict[_Worker, Job] = {}

    @property
    def free(self) -> int:
        """One job a worker."""
        return self._workers - len(self._busy)

    def start(self, job: Job) -> None:
        """Hand the job to an idle worker, or to a new one."""
        worker = self._idle.pop() if self._idle else _Worker(self._open_bundle)
        self._busy[worker] = job
        worker.send(job)

    def next_done(self, timeout_s: float) -> Done | None:
        """Return what the first worker to finish, or to die, made of its job.

        Raises:
            TemptrackError: what opening the bundle raised in a worker.
        """
        owners = {worker.connection: worker for worker in self._busy}
        for connection in wait(list(owners), timeout_s):
            worker = owners[connection]  # type: ignore[index]
            job = self._busy.pop(worker)
            try:
                answer = worker.connection.recv()
            except (EOFError, OSError):
                return Done(job, _died(job, worker.stop()), {})
            self._idle.append(worker)
            if isinstance(answer, TemptrackError):
                raise answer
            assert isinstance(answer, Done)
            return answer
        return None

    def close(self) -> None:
        """End all workers, whatever they are doing."""
        for worker in [*self._idle, *self._busy]:
            worker.stop()
        self._idle.clear()
        self._busy.clear()


class _Worker:
    """One process and the pipe to it."""

    def __init__(self, open_bundle: OpenBundle) -> None:
        self.connection, theirs = _SPAWN.Pipe()
        self._process: SpawnProcess = _SPAWN.Process(target=_work, args=(theirs, open_bundle), daemon=True)
        with _environment(_ONE_THREAD):
            self._process.start()
        # Only the worker holds this end now, so its death is seen as the end of the stream.
        theirs.close()

    def send(self, job: Job) -> None:
        try:
            self.connection.send(job)
        except OSError:
            # It died while idle; receiving will say so.
            return

    def stop(self) -> int | None:
        """End the process and return its exit code: negative for a signal."""
        self.connection.close()
        self._process.join(0.2)
        if self._process.is_alive():
            self._process.kill()
        self._process.join(_LONGEST_GOODBYE_S)
        code = self._process.exitcode
        self._process.close()
        return code


def _work(connection: Connection, open_bundle: OpenBundle) -> None:
    # Ctrl-C reaches every process of a terminal; the one that asked decides when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    workshop = Workshop(open_bundle)
    while True:
        try:
            job = connection.recv()
        except (EOFError, OSError):
            return
        answer: Done | TemptrackError
        try:
            answer = workshop.do(job)
        except TemptrackError as error:
            answer = error
        try:
            connection.send(answer)
        except OSError:
            return


def _died(job: Job, code: int | None) -> FailedFile:
    how = f"signal {signal.Signals(-code).name}" if code and code < 0 else f"exit code {code}"
    return FailedFile(
        path=job.file.path,
        reason="WORKER_DIED",
        message=f"The process that read it ended by {how}. The file may be damaged, or memory ran out.",
    )


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update({name: value for name, value in values.items() if before[name] is None})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
