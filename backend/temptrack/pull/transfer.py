"""One file from a source to this machine: goes on where it stopped, and every byte is checked.

What came so far lies in a ``.part`` file beside the place of the file, and takes its name when its SHA-256 is
the promised one. So killing the process at any moment loses at most the bytes on the wire.
"""

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import IO, TYPE_CHECKING, Any

from temptrack.errors import Cancelled, Corrupt, Unavailable
from temptrack.pull.catalogue import Piece
from temptrack.pull.sources import CHUNK_BYTES, Interrupted, Source

if TYPE_CHECKING:
    from tenacity import RetryCallState

TRIES_WITHOUT_A_BYTE = 5
LONGEST_WAIT_S = 20.0
LONGEST_WAIT_ASKED_FOR_S = 120.0
"""A server that asks for more is not waited for: the error says what it asks."""

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

Tick = Callable[[int], None]
"""Told how many bytes of the file are here."""


def is_here(piece: Piece, path: Path) -> bool:
    """Return whether a file is the promised one, byte for byte."""
    if not path.is_file() or path.stat().st_size != piece.size_bytes:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == piece.sha256


def fetch(piece: Piece, source: Source, path: Path, *, stop: Event, tick: Tick) -> None:
    """Bring a file here, trying again as long as tries bring bytes.

    Args:
        piece: what it must be.
        source: where it comes from.
        path: where it goes; the folder must exist.
        stop: set to give up; what came is kept.
        tick: told of progress.

    Raises:
        Corrupt: DOWNLOAD_SIZE, DOWNLOAD_DIGEST: the source has another file; nothing of it is kept.
        Cancelled: stopped.
        Unavailable: DISK_FULL, or the source failed for good; what came is kept.
        NotFound, Forbidden: the source does not give it.
    """
    from tenacity import Retrying, retry_if_exception_type

    partial = path.with_name(f"{path.name}.part")
    patience = _Patience(partial)
    retrying = Retrying(
        retry=retry_if_exception_type(Interrupted),
        stop=patience.is_over,
        wait=patience.wait_s,
        sleep=lambda seconds: _wait(stop, seconds),
        reraise=True,
    )
    try:
        retrying(_go_on, piece, source, partial, stop, tick)
    except Interrupted as interrupted:
        if isinstance(interrupted.failure, Corrupt):
            partial.unlink(missing_ok=True)
        raise interrupted.failure from interrupted
    except Corrupt:
        partial.unlink(missing_ok=True)
        raise
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise Unavailable(
            f"The disk is full: '{path.name}' does not fit into '{path.parent}'.",
            reason="DISK_FULL",
            hint="Free some space, or move temptrack's state with TEMPTRACK_HOME; the same command goes on.",
        ) from error
    os.replace(partial, path)


class _Patience:
    """Ends after some tries in a row that brought no byte, and when a second whole file was a wrong one."""

    def __init__(self, partial: Path) -> None:
        self._partial, self._size_bytes, self._idle, self._wrong = partial, -1, 0, 0

    def is_over(self, state: "RetryCallState") -> bool:
        """Return whether to give up."""
        size_bytes = _size(self._partial)
        self._idle = 0 if size_bytes > self._size_bytes else self._idle + 1
        self._size_bytes = size_bytes
        error = _interruption(state)
        self._wrong += isinstance(error.failure, Corrupt)
        asked_s = error.wait_s or 0.0
        return self._wrong > 1 or self._idle >= TRIES_WITHOUT_A_BYTE or asked_s > LONGEST_WAIT_ASKED_FOR_S

    def wait_s(self, state: "RetryCallState") -> float:
        """Return the next wait: what the server asks for, else 0.5 s doubled with each try in vain."""
        asked_s = _interruption(state).wait_s
        return min(0.5 * 2**self._idle, LONGEST_WAIT_S) if asked_s is None else asked_s


def _interruption(state: "RetryCallState") -> Interrupted:
    error = state.outcome.exception() if state.outcome is not None else None
    assert isinstance(error, Interrupted)
    return error


def _wait(stop: Event, seconds: float) -> None:
    if stop.wait(seconds):
        raise _stopped()


def _stopped() -> Cancelled:
    return Cancelled("Stopped.", hint="What came so far is kept; the same command goes on.")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _go_on(piece: Piece, source: Source, partial: Path, stop: Event, tick: Tick) -> None:
    """Append what is missing; the whole is checked with what was there before."""
    # Unbuffered: what was written survives a kill of this process.
    with partial.open("ab+", buffering=0) as file:
        had_bytes = _size(partial)
        if had_bytes > piece.size_bytes:
            file.truncate(had_bytes := 0)
        digest = _digest_of(file)
        if had_bytes < piece.size_bytes:
            with source.open(piece.path, had_bytes) as stream:
                if stream.size_bytes not in {None, piece.size_bytes}:
                    raise _wrong_size(piece, f"is {stream.size_bytes:,} bytes long at its source")
                if stream.start_byte != had_bytes:
                    file.truncate(had_bytes := 0)
                    digest = hashlib.sha256()
                here_bytes = had_bytes
                for chunk in stream.chunks:
                    if stop.is_set():
                        raise _stopped()
                    here_bytes += len(chunk)
                    if here_bytes > piece.size_bytes:
                        raise _wrong_size(piece, "goes on at its source")
                    _write(file, chunk)
                    digest.update(chunk)
                    tick(here_bytes)
            if here_bytes < piece.size_bytes:
                raise Interrupted(_broken_off(piece, here_bytes))
        if digest.hexdigest() != piece.sha256:
            wrong = _wrong_digest(piece, digest.hexdigest())
            if not had_bytes:
                raise wrong
            # What lay here may be what is wrong: once more from the first byte.
            file.truncate(0)
            raise Interrupted(wrong, wait_s=0.0)


def _digest_of(file: IO[bytes]) -> Any:
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK_BYTES):
        digest.update(chunk)
    return digest


def _write(file: IO[bytes], chunk: bytes) -> None:
    # An unbuffered file may take less than it is given, as a disk does that is about to be full.
    left = memoryview(chunk)
    while left:
        left = left[file.write(left) :]


def _wrong_size(piece: Piece, why: str) -> Corrupt:
    return Corrupt(
        f"'{piece.path}' should be {piece.size_bytes:,} bytes long, but {why}.",
        reason="DOWNLOAD_SIZE",
        hint="It is another file, or the page of a proxy that asks for a login. Nothing of it was kept.",
    )


def _wrong_digest(piece: Piece, found: str) -> Corrupt:
    return Corrupt(
        f"'{piece.path}' is another file than promised (SHA-256 {found[:12]}…, not {piece.sha256[:12]}…).",
        reason="DOWNLOAD_DIGEST",
        hint="Nothing of it was kept. Pull from another place with --from.",
    )


def _broken_off(piece: Piece, here_bytes: int) -> Unavailable:
    return Unavailable(
        f"The connection broke off after {here_bytes:,} of {piece.size_bytes:,} bytes of '{piece.path}'.",
        reason="SOURCE_UNREACHABLE",
        hint="Check the network; the same command goes on.",
    )
