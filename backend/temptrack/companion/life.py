"""How long a companion lives: with its host, and only one of them."""

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import psutil
from filelock import FileLock, Timeout

from temptrack import home
from temptrack.errors import AlreadyExists, Forbidden, InvalidRequest

WATCH_S = 1.0
"""How often a companion looks whether its host is still there."""


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take this process's input and output for messages alone; whatever prints goes to the log instead.

    Returns:
        What to read messages from, and what to write them to.
    """
    messages_in = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    messages_out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, sys.stdin.fileno())
    os.close(nowhere)
    # Native libraries print too, past sys.stdout.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sys.stdout = sys.stderr
    return messages_in, messages_out


class OnlyOne:
    """Holds the right to serve a host; the system takes it back when this process ends, however it ends."""

    def __init__(self, process_id: int) -> None:
        """Take it.

        Args:
            process_id: of the host.

        Raises:
            AlreadyExists: another companion serves it (ALREADY_RUNNING).
            Forbidden: temptrack's folder cannot be written to (HOME_NOT_WRITABLE).
        """
        folder = home.home_folder() / "companions"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _remove_stale(folder)
            self._lock = FileLock(folder / f"{process_id}.lock")
            self._lock.acquire(blocking=False)
        except Timeout as error:
            raise AlreadyExists(
                f"Another companion serves the process {process_id} already.",
                reason="ALREADY_RUNNING",
                hint="Close the other panel, or restart the editor.",
                metadata={"process_id": str(process_id)},
            ) from error
        except OSError as error:
            raise Forbidden(
                f"{folder} cannot be written to: {error.strerror or error}.",
                reason="HOME_NOT_WRITABLE",
                hint=f"Change its permissions, or set {home.ENVIRONMENT_VARIABLE} to a folder of yours.",
                metadata={"path": str(folder)},
            ) from error

    def give_back(self) -> None:
        """Let another companion serve the host."""
        # Removed while held: a file that another companion holds by now must not go.
        with suppress(OSError):
            Path(self._lock.lock_file).unlink()
        self._lock.release()


def watch_host(process_id: int, gone: Callable[[], None]) -> None:
    """Call ``gone`` from a thread of its own when the host ends, if its pipes do not tell before.

    Args:
        process_id: of the host.
        gone: called once.

    Raises:
        InvalidRequest: there is no such process (BAD_PARAMS).
    """
    try:
        host = psutil.Process(process_id)
    except psutil.Error as error:
        raise InvalidRequest(
            f"There is no process {process_id}.",
            reason="BAD_PARAMS",
            hint="Say the process id of the editor itself.",
            metadata={"process_id": str(process_id)},
        ) from error

    def watch() -> None:
        while _is_alive(host):
            threading.Event().wait(WATCH_S)
        gone()

    threading.Thread(target=watch, name="watch-host", daemon=True).start()


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _remove_stale(folder: Path) -> None:
    for path in folder.glob("*.lock"):
        if path.stem.isdecimal() and not psutil.pid_exists(int(path.stem)):
            with suppress(OSError):
                path.unlink()
