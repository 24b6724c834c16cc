"""How many calls a second each caller may make."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from temptrack import errors
from temptrack.server import metrics
from temptrack.wire.status import RETRY_AFTER_KEY

_MOST_CALLERS: Final = 10_000


class Rates:
    """A bucket of calls for each caller: it holds ``burst`` calls and fills at ``per_s``."""

    def __init__(
        self, per_s: float | None, *, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Prepare full buckets.

        Args:
            per_s: calls a second, or None for no limit.
            burst: calls at once before the rate holds, 1 or more.
            clock: seconds that only grow.
        """
        self._per_s = per_s
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str) -> None:
        """Count a call.

        Raises:
            Overloaded: the caller's bucket is empty; says when it holds a call again.
        """
        if self._per_s is None:
            return
        now = self._clock()
        calls, seen_at = self._buckets.get(caller, (float(self._burst), now))
        calls = min(self._burst, calls + (now - seen_at) * self._per_s)
        is_allowed = calls >= 1
        self._buckets[caller] = (calls - 1 if is_allowed else calls, now)
        self._buckets.move_to_end(caller)
        if len(self._buckets) > _MOST_CALLERS:
            # Whoever called longest ago has a full bucket by now, or soon.
            self._buckets.popitem(last=False)
        if not is_allowed:
            metrics.DROPPED.labels("rate").inc()
            raise errors.Overloaded(
                f"{caller!r} makes more than {self._per_s:g} calls a second.",
                reason="RATE",
                hint="Make fewer calls at once, or ask whoever runs the server for a higher rate.",
                metadata={RETRY_AFTER_KEY: f"{(1 - calls) / self._per_s:.3f}"},
            )
