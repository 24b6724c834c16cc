"""Messages off a pipe: a Content-Length header, an empty line, UTF-8 JSON, as language servers write them.

What is read is whatever a plugin wrote, or anything that was printed into its pipe: nothing in it may end the
companion in an exception, have one message taken twice, or reserve memory for bytes that never come.
"""

import json
from collections.abc import Callable
from typing import Any, BinaryIO, Final

from temptrack.errors import InvalidRequest

MOST_BODY_BYTES: Final = 64 * 2**20
"""Largest message; a description of ten thousand strips takes some 5 MB."""

_MOST_HEADER_BYTES: Final = 4096
_LENGTH_DIGITS: Final = 12


class MessageReader:
    """Reads messages until the pipe ends, or until they cannot be told apart any more."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe

    def close(self) -> None:
        """Read no further message."""
        self._pipe.close()

    def listen(self, take: Callable[[Any], None], refuse: Callable[[], None]) -> None:
        """Read messages in order until the pipe ends or is closed.

        Args:
            take: called with every message.
            refuse: called for each whose body is no JSON; those after it are read.

        Raises:
            InvalidRequest: what came is no message; where the next would begin is not known (BAD_FRAMING).
        """
        while not self._pipe.closed:
            length = self._length()
            body = b"" if length is None else self._pipe.read(length)
            if length is None or len(body) < length:
                return
            try:
                message = json.loads(body.decode("utf-8"))
            except (ValueError, RecursionError):
                refuse()
            else:
                take(message)

    def _length(self) -> int | None:
        """Return how long the next body is, or None at the end of the pipe."""
        length, left = None, _MOST_HEADER_BYTES
        while line := self._pipe.readline(left):
            left -= len(line)
            name, _, value = line.partition(b":")
            if not line.strip() and length is not None:
                return length
            if not line.endswith(b"\n") and left:
                return None
            if name.strip().lower() == b"content-length":
                length = _checked_length(value.strip())
            if not line.strip() or not left:
                raise _no_message(f"a header without a length: {line[:60]!r}")
        return None


def _checked_length(digits: bytes) -> int:
    if not digits.isdigit() or len(digits) > _LENGTH_DIGITS or int(digits) > MOST_BODY_BYTES:
        raise _no_message(f"a length of {digits[:60]!r} bytes")
    return int(digits)


def _no_message(what: str) -> InvalidRequest:
    return InvalidRequest(
        f"What came over the pipe is no message: {what}.",
        reason="BAD_FRAMING",
        hint="Start the companion again, and print nothing into its pipe.",
    )
