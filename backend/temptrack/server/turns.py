"""The line before the engine: bounded, fair between callers, left by those who stop waiting."""

import asyncio
import logging
import time
from typing import Final

from temptrack import errors
from temptrack.server import metrics
from temptrack.server.calls import Call
from temptrack.server.fair_queue import FairQueue
from temptrack.wire.status import RETRY_AFTER_KEY

log = logging.getLogger(__name__)

_SMOOTHING: Final = 0.1
_FIRST_GUESS_S: Final = 1.0
_SHORTEST_RETRY_S: Final = 0.1

_Place = asyncio.Future[None]


class Turns:
    """Lets so many calls work at once; belongs to one event loop.

    When the line is full, the call that came last of the caller with most calls in line is refused: whoever
    fills the line is the one who is sent away.
    """

    def __init__(self, *, at_once: int, waiting_limit: int) -> None:
        """Prepare a line.

        Args:
            at_once: calls that work at the same time, 1 or more.
            waiting_limit: most calls that wait for their turn, 0 or more.
        """
        self._free = self._at_once = at_once
        self._waiting_limit = waiting_limit
        self._line: FairQueue[_Place] = FairQueue()
        self._mean_turn_s = _FIRST_GUESS_S

    async def enter(self, call: Call) -> float:
        """Wait for a turn, to be given back with ``leave``. Returns when it began (``time.monotonic``).

        Raises:
            Overloaded: too many wait already; says when to come back.
            DeadlineExceeded: the caller's time ran out first.
        """
        if call.time_left_s <= 0:
            call.check()
        if self._free:
            self._free -= 1
        else:
            await self._wait(call)
        return time.monotonic()

    def leave(self, began_at: float) -> None:
        """Give a turn back to whoever is next."""
        self._mean_turn_s += _SMOOTHING * (time.monotonic() - began_at - self._mean_turn_s)
        self._hand_on()

    @property
    def retry_after_s(self) -> float:
        """Seconds until the line, as it is now, is likely to have moved on."""
        rounds = (len(self._line) + self._at_once) / self._at_once
        return max(_SHORTEST_RETRY_S, rounds * self._mean_turn_s)

    async def _wait(self, call: Call) -> None:
        self._make_room(call.caller)
        place: _Place = asyncio.get_running_loop().create_future()
        self._line.put(call.caller, place)
        metrics.WAITING.inc()
        log.debug("A call of %s is in the queue of the device.", call.caller)
        try:
            async with asyncio.timeout(call.time_left_s):
                await place
        except (TimeoutError, asyncio.CancelledError) as gone:
            self._give_up(call.caller, place)
            if isinstance(gone, TimeoutError):
                call.check()
                raise AssertionError("its time is over") from gone
            raise
        finally:
            metrics.WAITING.dec()

    def _make_room(self, caller: str) -> None:
        if len(self._line) < self._waiting_limit:
            return
        greedy = self._line.longest() if len(self._line) else caller
        if greedy == caller or self._line.count(greedy) <= self._line.count(caller) + 1:
            raise self._overloaded()
        self._line.take_last(greedy).set_exception(self._overloaded())

    def _overloaded(self) -> errors.Overloaded:
        metrics.DROPPED.labels("queue_full").inc()
        return errors.Overloaded(
            f"{len(self._line)} calls are waiting for the device already.",
            reason="QUEUE_FULL",
            hint="Try again in a moment, or add a server.",
            metadata={RETRY_AFTER_KEY: f"{self.retry_after_s:.3f}"},
        )

    def _give_up(self, caller: str, place: _Place) -> None:
        metrics.DROPPED.labels("gave_up").inc()
        log.info("A call of %s gave up before it reached the device.", caller)
        if place.done() and not place.cancelled():
            # The turn came in the moment in which they left; the line was left by it.
            if place.exception() is None:
                self._hand_on()
        else:
            self._line.remove(caller, place)

    def _hand_on(self) -> None:
        if len(self._line):
            self._line.take().set_result(None)
        else:
            self._free += 1
