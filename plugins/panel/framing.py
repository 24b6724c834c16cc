# SPDX-License-Identifier: Apache-2.0
"""Messages on a pipe: a Content-Length header, an empty line, UTF-8 JSON, as language servers write them."""

from __future__ import annotations

import json
from typing import Any

MOST_BODY_BYTES = 64 * 2**20
_MOST_HEADER_BYTES = 4096
_MOST_LENGTH_DIGITS = 12
_HEADER_END = b"\r\n\r\n"


class FramingError(Exception):
    """The bytes are no messages; nothing that follows can be trusted."""


def encode(message: dict[str, Any]) -> bytes:
    """Return a message as it goes over the pipe."""
    # Plain ASCII: file names that are no valid text survive as escapes.
    body = json.dumps(message, separators=(",", ":")).encode("ascii")
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


class Decoder:
    """Puts messages together from whatever pieces the pipe gives."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """Take some bytes and return the messages they complete, in order.

        Raises:
            FramingError: when the bytes are something else, such as a stray print.
        """
        self._held += data
        messages: list[dict[str, Any]] = []
        while True:
            body = self._next_body()
            if body is None:
                return messages
            try:
                message = json.loads(body.decode("utf-8"))
            except (ValueError, RecursionError) as error:
                raise FramingError(f"a message is not JSON: {error}") from error
            if not isinstance(message, dict):
                raise FramingError(f"a message is not a JSON object: {str(message)[:60]}")
            messages.append(message)

    def _next_body(self) -> bytes | None:
        end = self._held.find(_HEADER_END)
        if end < 0:
            if len(self._held) > _MOST_HEADER_BYTES:
                raise FramingError(f"no header in {bytes(self._held[:60])!r}")
            return None
        length = _length_in(bytes(self._held[:end]))
        start = end + len(_HEADER_END)
        if len(self._held) < start + length:
            return None
        body = bytes(self._held[start : start + length])
        del self._held[: start + length]
        return body


def _length_in(header: bytes) -> int:
    for line in header.split(b"\r\n"):
        name, _, value = line.partition(b":")
        digits = value.strip()
        if name.strip().lower() == b"content-length" and digits.isdigit():
            # Python refuses to read numbers of thousands of digits.
            if len(digits) > _MOST_LENGTH_DIGITS or int(digits) > MOST_BODY_BYTES:
                raise FramingError(f"a message of {digits[:60]!r} bytes is too large")
            return int(digits)
    raise FramingError(f"a header without a length: {header[:60]!r}")
