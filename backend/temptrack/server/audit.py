"""Who inserted, fetched and changed what: one JSON object a line, rotated by size."""

import errno
import json
import logging
import logging.handlers
import threading
from collections import OrderedDict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from temptrack import errors

log = logging.getLogger(__name__)

_MIB: Final = 1024 * 1024
_REMEMBERED: Final = 10_000
"""Lines known again when they are to be written once; a caller tries again within seconds."""


class AuditLog:
    """An append-only file, or nothing where none was asked for. Safe between threads."""

    def __init__(self, path: Path | None, *, max_mb: int, keep: int) -> None:
        """Open the file.

        Args:
            path: where the lines go, or None.
            max_mb: size at which the file is rotated, MiB.
            keep: rotated files to keep.

        Raises:
            Forbidden: the file cannot be written.
        """
        self._handler: _Handler | None = None
        self._written: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()
        if path is None:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._handler = _Handler(path, maxBytes=max_mb * _MIB, backupCount=keep, encoding="utf-8")
        except OSError as error:
            raise errors.Forbidden(
                f"The audit log {path} cannot be written: {error.strerror}.",
                reason="AUDIT_NOT_WRITABLE",
                hint="Choose another file with --audit-log, or change the permissions.",
                metadata={"path": str(path)},
            ) from error

    def write(self, event: str, caller: str, *, once: str = "", **facts: Any) -> bool:
        """Add a line whole or not at all, and say whether there is a log that holds it.

        Args:
            event: what happened, such as "cue-inserted".
            caller: who did it.
            once: id of what a caller may send again; a line with it is not written a second time.
            facts: further values that JSON can hold.

        Raises:
            Unavailable: the line could not be written, such as on a full disk.
        """
        if self._handler is None:
            return False
        with self._lock:
            if not once or once not in self._written:
                self._add(self._handler, event, caller, facts)
            if once:
                self._written[once] = None
            if len(self._written) > _REMEMBERED:
                self._written.popitem(last=False)
        return True

    def close(self) -> None:
        """Close the file."""
        if self._handler is not None:
            self._handler.close()

    @staticmethod
    def _add(handler: "_Handler", event: str, caller: str, facts: dict[str, Any]) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"at": at, "event": event, "caller": caller, **facts}, ensure_ascii=False)
        # A lone surrogate of a file name cannot be written as UTF-8.
        readable = line.encode("utf-8", "replace").decode()
        try:
            handler.handle(logging.makeLogRecord({"msg": readable}))
        except OSError as error:
            log.warning("The audit log cannot be written: %s", error.strerror)
            raise errors.Unavailable(
                "The server could not write its audit log.",
                reason="AUDIT_NOT_WRITTEN",
                hint="Tell whoever runs the server: its disk may be full.",
            ) from error


class _Handler(logging.handlers.RotatingFileHandler):
    """Keeps nothing back: what did not fit on the disk must not turn up after its caller tried again."""

    def _open(self) -> Any:
        return open(self.baseFilename, "ab", buffering=0)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, or raise and leave the file as it was."""
        if self.shouldRollover(record):
            self.doRollover()
        file: Any = self.stream
        size_bytes = file.seek(0, 2)
        line = f"{self.format(record)}{self.terminator}".encode()
        if file.write(line) < len(line):
            file.truncate(size_bytes)
            raise OSError(errno.ENOSPC, "No space left on device")
