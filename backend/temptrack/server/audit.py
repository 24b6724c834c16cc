"""Who inserted, fetched and changed what: one JSON object a line, rotated by size."""

import json
import logging
import logging.handlers
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from temptrack import errors

_MIB: Final = 1024 * 1024


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
        self._path = path
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

    def write(self, event: str, caller: str, **facts: Any) -> bool:
        """Add a line, and say whether there is a log to hold it.

        Args:
            event: what happened, such as "cue-inserted".
            caller: who did it.
            facts: further values that JSON can hold.

        Raises:
            Unavailable: the line could not be written, such as on a full disk.
        """
        if self._handler is None:
            return False
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"at": at, "event": event, "caller": caller, **facts}, ensure_ascii=False)
        # A lone surrogate of a file name cannot be written as UTF-8.
        readable = line.encode("utf-8", "replace").decode()
        try:
            self._handler.handle(logging.makeLogRecord({"msg": readable}))
        except OSError as error:
            raise errors.Unavailable(
                "The server could not write its audit log.",
                reason="AUDIT_NOT_WRITTEN",
                hint="Tell whoever runs the server: its disk may be full.",
            ) from error
        return True

    def close(self) -> None:
        """Close the file."""
        if self._handler is not None:
            self._handler.close()


class _Handler(logging.handlers.RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (the name is logging's)
        """Raise what went wrong; logging itself would only print it."""
        raise  # noqa: PLE0704 (called while an exception is handled)
