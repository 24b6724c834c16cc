"""Who is calling and how long they wait, known to everything that works for a call."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from temptrack import errors

NOBODY: Final = "nobody"
"""Caller of work that the server does for itself."""

NOBODY_WAITS: Final = "NOBODY_WAITS"
"""Reason of errors that no caller hears, because they left or their time ran out."""

_FOREVER: Final = float("inf")


@dataclass(slots=True)
class Call:
    """A call under way.

    Attributes:
        caller: who asks; calls of one caller wait behind each other.
        expires_at: reading of ``time.monotonic`` after which nobody waits for the answer.
        is_over: the caller went away.
    """

    caller: str = NOBODY
    expires_at: float = _FOREVER
    is_over: bool = field(default=False)

    @property
    def time_left_s(self) -> float:
        """Seconds until nobody waits any more; may be negative, or infinite."""
        return self.expires_at - time.monotonic()

    def check(self) -> None:
        """Make sure that somebody still waits.

        Raises:
            Cancelled: the caller went away.
            DeadlineExceeded: their time ran out.
        """
        if self.is_over:
            raise errors.Cancelled("The caller went away before the work began.", reason=NOBODY_WAITS)
        if self.time_left_s <= 0:
            raise errors.DeadlineExceeded(
                "The time for this call ran out while it waited for the device.",
                reason=NOBODY_WAITS,
                hint="Allow more time, or add a server.",
            )


_CURRENT: ContextVar[Call | None] = ContextVar("call", default=None)


def current_call() -> Call:
    """Return the call that this thread or task works for; outside of calls, one that nobody made."""
    return _CURRENT.get() or Call()


@contextmanager
def working_for(call: Call) -> Iterator[None]:
    """Work for a call while the block runs."""
    token = _CURRENT.set(call)
    try:
        yield
    finally:
        _CURRENT.reset(token)
