# SPDX-License-Identifier: Apache-2.0
"""Reads and writes a child's pipes without ever waiting for it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

_CHUNK_BYTES = 65536
_MOST_BYTES_A_READ = 4 * 2**20


class ChildPipes:
    """The three pipes of a child that was started with ``subprocess.PIPE`` three times and ``bufsize=0``."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._unsent = bytearray()
        if sys.platform != "win32":
            for pipe in (process.stdin, process.stdout, process.stderr):
                os.set_blocking(_number_of(pipe), False)

    def send(self, data: bytes) -> None:
        """Queue bytes for the child and write what fits now.

        Raises:
            OSError: when the child no longer reads.
        """
        self._unsent += data
        self.flush()

    def flush(self) -> None:
        """Write queued bytes as far as the pipe takes them; raises OSError when the child no longer reads."""
        while self._unsent:
            # On Windows this may wait until the companion, which reads all the time, has made room.
            try:
                written = os.write(_number_of(self._process.stdin), self._unsent[:_CHUNK_BYTES])
            except BlockingIOError:
                return
            del self._unsent[:written]

    def read_stdout(self) -> bytes | None:
        """Return what the child wrote since; empty when nothing, None after its end."""
        return _read(self._process.stdout)

    def read_stderr(self) -> bytes | None:
        """Return what the child logged since; empty when nothing, None after its end."""
        return _read(self._process.stderr)

    def close_stdin(self) -> None:
        """Tell the child that nothing more will come."""
        _close(self._process.stdin)

    def close(self) -> None:
        """Close all three pipes."""
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            _close(pipe)


def _read(pipe: Any) -> bytes | None:
    if pipe is None or pipe.closed:
        return None
    held = bytearray()
    while len(held) < _MOST_BYTES_A_READ:
        size = _CHUNK_BYTES if sys.platform != "win32" else min(_CHUNK_BYTES, _waiting_bytes(pipe))
        if size == 0:
            break
        try:
            data = os.read(pipe.fileno(), size) if size > 0 else b""
        except BlockingIOError:
            break
        if not data:
            return bytes(held) or None
        held += data
    return bytes(held)


def _waiting_bytes(pipe: Any) -> int:
    """Return how many bytes a Windows pipe holds, or -1 after its end."""
    import ctypes
    import msvcrt

    handle = msvcrt.get_osfhandle(pipe.fileno())  # type: ignore[attr-defined,unused-ignore]
    waiting = ctypes.c_ulong(0)
    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
    if not kernel.PeekNamedPipe(ctypes.c_void_p(handle), None, 0, None, ctypes.byref(waiting), None):
        return -1
    return int(waiting.value)


def _number_of(pipe: Any) -> int:
    if pipe is None or pipe.closed:
        raise BrokenPipeError("the pipe is closed")
    number: int = pipe.fileno()
    return number


def _close(pipe: Any) -> None:
    if pipe is not None and not pipe.closed:
        try:
            pipe.close()
        except OSError:
            # The child is gone and took its end with it: that is as closed as a pipe gets.
            return
