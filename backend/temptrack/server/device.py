"""One inference thread a device, behind a bounded queue."""

import logging
import threading
import time
from asyncio import wrap_future
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from temptrack import errors

log = logging.getLogger(__name__)

ResultT = TypeVar("ResultT")


class Device:
    """Runs work one piece at a time, in the order in which it came.

    Work whose caller went away, or whose time ran out, is dropped before it starts. Batching over callers
    belongs here: what waits in the queue is what a batch would be made of.
    """

    def __init__(self, *, queue_limit: int) -> None:
        self._queue_limit = queue_limit
        # One slot more than the queue holds: that of the work that runs.
        self._slots = threading.BoundedSemaphore(queue_limit + 1)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="device")

    async def run(self, work: Callable[[], ResultT], *, time_left_s: float) -> ResultT:
        """Wait for the device and run work on it; cancelling the caller takes waiting work out of the queue.

        Args:
            work: what to run.
            time_left_s: seconds from now after which nobody waits for the result.

        Raises:
            Overloaded: the queue is full.
            DeadlineExceeded: the time ran out before the work started.
        """
        if not self._slots.acquire(blocking=False):
            raise errors.Overloaded(
                f"{self._queue_limit} calls are waiting for the device already.",
                reason="QUEUE_FULL",
                hint="Try again in a moment, or add a server.",
            )
        expires_at = time.monotonic() + time_left_s
        future = self._thread.submit(_in_time, work, expires_at)
        future.add_done_callback(self._leave)
        log.debug("A call is in the queue of the device.")
        return await wrap_future(future)

    def close(self) -> None:
        """Drop what waits and wait for what runs."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _leave(self, future: "Future[ResultT]") -> None:
        self._slots.release()
        if future.cancelled():
            log.info("A call gave up before it reached the device.")


def _in_time(work: Callable[[], ResultT], expires_at: float) -> ResultT:
    if time.monotonic() >= expires_at:
        raise errors.DeadlineExceeded(
            "The time for this call ran out while it waited for the device.",
            hint="Allow more time, or add a server.",
        )
    return work()
