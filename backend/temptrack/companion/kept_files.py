"""A folder of files that can be made again, of bounded size: the longest unused go first."""

import errno
import hashlib
import logging
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from temptrack.errors import Forbidden, NotReady, TemptrackError, Unavailable

FREE_RESERVE_BYTES = 256 * 2**20
"""Room that is left free on the disk for everything else."""

_LOG = logging.getLogger(__name__)
_PARTIAL = ".part"
_STALE_PARTIAL_S = 24 * 3600
_UNSAFE = re.compile(r"[^\w\-. ()&',+]+")
_NAME_BYTES = 120


class KeptFiles:
    """Files by key in one folder; safe with several processes on it.

    A file made again for the same key and words lies where it lay before, so that a timeline which uses one
    that went finds it again.
    """

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        """Use a folder, which is made when first needed.

        Args:
            folder: where the files lie; nothing else should.
            limit_bytes: most bytes kept.
        """
        self._folder = folder
        self.limit_bytes = limit_bytes

    def find(self, key: str) -> Path | None:
        """Return the file that was made for a key and remember that it was used, or None."""
        made = (path for path in self._folder.glob(f"* {_digest(key)}*") if path.suffix != _PARTIAL)
        path = next(made, None)
        try:
            if path is not None:
                os.utime(path)
        except OSError as error:
            _LOG.debug("The last use of '%s' cannot be written down: %s.", path, error)
        return path if path is not None and path.is_file() else None

    def place(self, key: str, words: str, suffix: str, size_bytes: int) -> Path:
        """Return where a new file goes, once there is room for it.

        Args:
            key: everything the content depends on.
            words: what people recognise it by, such as "Artist - Title"; it becomes part of the name.
            suffix: the ending of the name, with its dot.
            size_bytes: how large the file will be.

        Raises:
            NotReady: the file alone is over the limit (FILE_OVER_LIMIT), or the disk is full (DISK_FULL).
            Forbidden: the folder may not be written (HOME_NOT_WRITABLE).
            Unavailable: the disk failed (DISK_FAILED).
        """
        path = self._folder / f"{_readable(words)} {_digest(key)}{suffix}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._make_room(path, size_bytes)
        except OSError as error:
            raise _disk_error(path, error) from error
        return path

    @contextmanager
    def writing(self, path: Path) -> Iterator[BinaryIO]:
        """Give an open file to fill; it takes its name when the block is left without an exception.

        Raises:
            NotReady, Forbidden, Unavailable: as ``place``.
        """
        with _writing(path) as file:
            yield file

    def _make_room(self, new: Path, size_bytes: int) -> None:
        if size_bytes > self.limit_bytes:
            raise NotReady(
                f"'{new.name}' has {size_bytes // 2**20} MB; {self._folder} keeps up to "
                f"{self.limit_bytes // 2**20} MB.",
                reason="FILE_OVER_LIMIT",
                hint="Choose a shorter excerpt or another track.",
            )
        kept = self._kept()
        used = sum(size for _, size, _ in kept)
        for _, size, path in kept:
            if used + size_bytes <= self.limit_bytes:
                break
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                # On some systems a file that is being played cannot be removed; the next one can.
                _LOG.warning("'%s' is in use and stays: %s.", path, error)
                continue
            used -= size
        free = shutil.disk_usage(self._folder).free
        if size_bytes + FREE_RESERVE_BYTES > free:
            raise _disk_full(new, f"{size_bytes} bytes are needed and {free} are free")

    def _kept(self) -> list[tuple[int, int, Path]]:
        """Return (last use in nanoseconds, bytes, path) of each file; remove what killed writers left."""
        kept = []
        for path in self._folder.iterdir():
            try:
                status = path.stat()
                if path.suffix != _PARTIAL and path.is_file():
                    kept.append((status.st_mtime_ns, status.st_size, path))
                elif time.time() - status.st_mtime > _STALE_PARTIAL_S:
                    path.unlink()
            except FileNotFoundError:
                continue  # another process was faster
        return sorted(kept)


def lasting_copy(kept: Path, folder: Path) -> Path:
    """Copy a kept file to where nothing removes it, unless that was done before.

    Raises:
        NotReady, Forbidden, Unavailable: as ``KeptFiles.place``.
    """
    path = folder / kept.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.is_file() and path.stat().st_size == kept.stat().st_size:
            return path
        with kept.open("rb") as source, _writing(path) as file:
            shutil.copyfileobj(source, file)
    except OSError as error:
        raise _disk_error(path, error) from error
    return path


@contextmanager
def _writing(path: Path) -> Iterator[BinaryIO]:
    partial: Path | None = None
    try:
        handle, written = tempfile.mkstemp(suffix=_PARTIAL, dir=path.parent)
        partial = Path(written)
        with os.fdopen(handle, "wb") as file:
            yield file
        partial.chmod(0o644)
        partial.replace(path)
    except OSError as error:
        raise _disk_error(path, error) from error
    finally:
        if partial is not None:
            partial.unlink(missing_ok=True)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _readable(words: str) -> str:
    safe = " ".join(_UNSAFE.sub(" ", words).split())
    # File systems count bytes, and two of three scripts need several a letter.
    short = safe.strip(" .").encode("utf-8", "ignore")[:_NAME_BYTES].decode("utf-8", "ignore")
    return short.strip(" .") or "music"


def _disk_full(path: Path, why: str) -> NotReady:
    return NotReady(
        f"There is no room left to write '{path}': {why}.",
        reason="DISK_FULL",
        hint="Free some space on that disk, then try again.",
        metadata={"path": str(path)},
    )


def _disk_error(path: Path, error: OSError) -> TemptrackError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return _disk_full(path, error.strerror or "the disk is full")
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return Forbidden(
            f"'{path}' may not be written.",
            reason="HOME_NOT_WRITABLE",
            hint="Change the permissions of its folder, or choose another (TEMPTRACK_HOME).",
            metadata={"path": str(path)},
        )
    return Unavailable(
        f"Writing '{path}' failed: {error.strerror or error}.",
        reason="DISK_FAILED",
        hint="Check the disk, then try again.",
        metadata={"path": str(path)},
    )
