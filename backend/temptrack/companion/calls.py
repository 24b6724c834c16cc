"""Requests under way: their progress, and stopping them."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from pydantic import BaseModel

from temptrack.companion.faults import error_object
from temptrack.companion.messages import Message, ProgressParams, ProgressValue
from temptrack.errors import Cancelled

Token = int | str
Outcome = dict[str, Any]
"""The ``result`` or the ``error`` of a response, under that key."""

Notify = Callable[[str, Message], None]
"""Sends a notification."""


class Call:
    """One request. It is answered once: by its work, or by whoever stops it before.

    Attributes:
        order: grows from request to request as they came; their work may begin in another order.
        future: the outcome.
    """

    def __init__(self, order: int, token: Token | None, notify: Notify) -> None:
        self.order = order
        self.future: Future[Outcome] = Future()
        self._token = token
        self._notify = notify
        self._lock = threading.Lock()
        self._cancelled = threading.Event()

    @property
    def is_cancelled(self) -> bool:
        """Whether nobody waits for the answer any more."""
        return self._cancelled.is_set()

    def stop_if_cancelled(self) -> None:
        """Raise Cancelled when nobody waits for the answer any more."""
        if self.is_cancelled:
            raise _cancelled()

    def progress(self, stage: str, text: str, done: int = 0, total: int | None = None) -> None:
        """Tell how far it is, if the request asked for that.

        Args:
            stage: stable word.
            text: the same for people.
            done: how much is done.
            total: of how much, or None when that is not known.
        """
        if self._token is not None and not self.is_cancelled:
            value = ProgressValue(stage=stage, text=text, done=done, total=total)
            self._notify("$/progress", ProgressParams(token=self._token, value=value))

    def cancel(self) -> bool:
        """Answer it as cancelled and have its work stop; False when it is answered already."""
        self._cancelled.set()
        return self._settle({"error": error_object(_cancelled()).model_dump()})

    def succeed(self, result: BaseModel) -> None:
        """Answer it, unless it is answered already."""
        self._settle({"result": result.model_dump(mode="json")})

    def fail(self, error: BaseException) -> None:
        """Answer it with an error, unless it is answered already."""
        self._settle({"error": error_object(error).model_dump()})

    def _settle(self, outcome: Outcome) -> bool:
        with self._lock:
            if self.future.done():
                return False
            self.future.set_result(outcome)
            return True


class Calls:
    """All requests under way, by id. Safe to share between threads."""

    def __init__(self) -> None:
        self._calls: dict[Token, Call] = {}
        self._lock = threading.Lock()

    def add(self, number: Token, call: Call) -> None:
        """Know a request until it is answered."""
        with self._lock:
            self._calls[number] = call
        call.future.add_done_callback(lambda _future: self._remove(number, call))

    def cancel(self, number: Token) -> bool:
        """Stop a request; False when there is none of that id, or it is answered."""
        with self._lock:
            call = self._calls.get(number)
        return call.cancel() if call is not None else False

    def cancel_all(self, *, but: Call | None = None) -> None:
        """Stop everything but one."""
        with self._lock:
            calls = [call for call in self._calls.values() if call is not but]
        for call in calls:
            call.cancel()

    def _remove(self, number: Token, call: Call) -> None:
        with self._lock:
            if self._calls.get(number) is call:
                del self._calls[number]


def _cancelled() -> Cancelled:
    return Cancelled("The request was cancelled.", hint="Ask again: what was finished is kept.")
