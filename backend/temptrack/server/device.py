"""One inference thread a device, which runs what several callers wait for together."""

import logging
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from temptrack import errors
from temptrack.server import metrics
from temptrack.server.calls import Call, current_call
from temptrack.server.fair_queue import FairQueue

log = logging.getLogger(__name__)

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True, eq=False)
class Kind(Generic[ItemT, ResultT]):
    """Work of one kind: what may run together.

    Attributes:
        name: as metrics show it.
        run: does the work of several items and returns a result for each, in order.
        limit: most rows that run together, 1 or more; an item that is larger runs by itself.
        rows: how many rows an item has.
    """

    name: str
    run: Callable[[Sequence[ItemT]], Sequence[ResultT]]
    limit: int = 1
    rows: Callable[[ItemT], int] = lambda _item: 1


@dataclass(slots=True, eq=False)
class _Job:
    item: Any
    rows: int
    call: Call
    future: "Future[Any]"


class Device:
    """A thread that works for a device, one batch at a time.

    A batch is what waits when the thread is free, never waited for: a lone caller loses no time, and the
    busier the device, the fuller its batches. Kinds take turns, and callers within a kind. Work whose caller
    went away, or whose time ran out, is dropped before it starts.
    """

    def __init__(self, name: str) -> None:
        """Start the thread.

        Args:
            name: of the device, such as "cpu" or "cuda:0".
        """
        self.name = name
        self._waiting: dict[Hashable, FairQueue[_Job]] = {}
        self._changed = threading.Condition()
        self._is_closed = False
        self._thread = threading.Thread(target=self._work, name=f"device {name}", daemon=True)
        self._thread.start()

    def run(self, kind: Kind[ItemT, ResultT], item: ItemT) -> ResultT:
        """Have an item worked on for the current call and wait for its result.

        Raises:
            Cancelled, DeadlineExceeded: nobody waited for it any more when its turn came.
            Unavailable: the device is closed.
        """
        job = _Job(item, kind.rows(item), current_call(), Future())
        with self._changed:
            if self._is_closed:
                raise errors.Unavailable("The server is stopping.", reason="STOPPING", hint="Try again.")
            self._waiting.setdefault(kind, FairQueue()).put(job.call.caller, job)
            self._changed.notify()
        result: ResultT = job.future.result()
        return result

    @property
    def load(self) -> int:
        """Pieces of work that wait."""
        with self._changed:
            return sum(len(line) for line in self._waiting.values())

    def close(self) -> None:
        """Finish what waits and end the thread."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._is_closed)
                if not self._waiting:
                    return
                kind, batch = self._next_batch()
            jobs = [job for job in batch if _is_wanted(job)]
            if jobs:
                self._run(kind, jobs)

    def _next_batch(self) -> tuple[Kind[Any, Any], list[_Job]]:
        kind: Any = next(iter(self._waiting))
        line = self._waiting.pop(kind)
        batch = [line.take()]
        rows = batch[0].rows
        while len(line) and rows < kind.limit:
            job = line.take()
            batch.append(job)
            rows += job.rows
        if len(line):
            # What is left goes behind the other kinds.
            self._waiting[kind] = line
        return kind, batch

    def _run(self, kind: Kind[Any, Any], jobs: Sequence[_Job]) -> None:
        began_at = time.perf_counter()
        try:
            results = kind.run([job.item for job in jobs])
        except Exception as error:  # whatever it is, it belongs to whoever waits for it
            if len(jobs) == 1:
                jobs[0].future.set_exception(error)
                return
            # One bad item must not spoil the others.
            for job in jobs:
                self._run(kind, [job])
            return
        metrics.DEVICE_BUSY_SECONDS.labels(self.name, kind.name).inc(time.perf_counter() - began_at)
        metrics.BATCH_ITEMS.labels(kind.name).observe(len(jobs))
        for job, result in zip(jobs, results, strict=True):
            job.future.set_result(result)


def _is_wanted(job: _Job) -> bool:
    try:
        job.call.check()
    except errors.TemptrackError as error:
        log.info("A call of %s gave up before it reached the device.", job.call.caller)
        metrics.DROPPED.labels("expired").inc()
        job.future.set_exception(error)
        return False
    return True
