"""Bringing all files of a bundle here, one process at a time."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

from temptrack import home
from temptrack.errors import Cancelled, Unavailable
from temptrack.pull.catalogue import Entry
from temptrack.pull.sources import open_source
from temptrack.pull.transfer import fetch, is_here

ENTRY_NAME = "entry.json"
"""Beside the files: the entry of the catalogue that they are of, for the builder."""

_ROOM_TO_SPARE_BYTES = 64 << 20
_LOCK_POLL_S = 0.2

Tick = Callable[[int, int], None]
"""Told of progress in bytes as (done, total)."""


def downloads_folder(bundle_id: str) -> Path:
    """Return where the files of a bundle are kept; deleting it costs time and nothing else."""
    return home.home_folder() / "cache" / "downloads" / bundle_id


def pull(bundle_id: str, entry: Entry, place: str | None, *, stop: Event, tick: Tick) -> Path:
    """Bring the files of a bundle here; those that are here already are only checked.

    Args:
        bundle_id: the id of the entry.
        entry: what to bring.
        place: a folder or an address to take the files from instead of the entry's.
        stop: set to give up; what came is kept.
        tick: told of progress.

    Returns:
        The folder with the files, each below it as its path says. It can be pulled from.

    Raises:
        Unavailable: DISK_SPACE before anything is fetched; or as ``transfer.fetch`` says.
        Corrupt, NotFound, Forbidden, Cancelled: as ``transfer.fetch`` says.
    """
    source = open_source(place or entry.url)
    folder = downloads_folder(bundle_id)
    folder.mkdir(parents=True, exist_ok=True)
    missing = [piece for piece in entry.pieces if not is_here(piece, folder / piece.path)]
    missing_bytes = sum(piece.size_bytes for piece in missing)
    _require_room(folder, missing_bytes)
    here_bytes = entry.size_bytes - missing_bytes
    tick(here_bytes, entry.size_bytes)
    for piece in missing:
        path = folder / piece.path
        path.parent.mkdir(parents=True, exist_ok=True)

        def tell(of_piece_bytes: int, before_bytes: int = here_bytes) -> None:
            tick(before_bytes + of_piece_bytes, entry.size_bytes)

        fetch(piece, source, path, stop=stop, tick=tell)
        here_bytes += piece.size_bytes
    described = folder / f"{ENTRY_NAME}.part"
    described.write_text(entry.model_dump_json(indent=2) + "\n", encoding="utf-8")
    os.replace(described, folder / ENTRY_NAME)
    return folder


@contextmanager
def alone(bundle_id: str, *, stop: Event, on_wait: Callable[[], None]) -> Iterator[None]:
    """Wait until no other process pulls the same bundle; a process that was killed holds nothing up.

    Raises:
        Cancelled: stopped while waiting.
    """
    from filelock import FileLock, Timeout

    folder = downloads_folder(bundle_id)
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.with_name(f"{bundle_id}.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        on_wait()
        while not lock.is_locked:
            if stop.wait(_LOCK_POLL_S):
                raise Cancelled("Stopped while another pull of the same bundle was at work.") from None
            with suppress(Timeout):
                lock.acquire(timeout=0)
    try:
        yield
    finally:
        lock.release()


def _require_room(folder: Path, missing_bytes: int) -> None:
    """Refuse to begin what cannot end: files and a bundle of about the same size must fit."""
    needed = missing_bytes and 2 * missing_bytes + _ROOM_TO_SPARE_BYTES
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Unavailable(
            f"'{folder}' has {free / 1e6:,.0f} MB free; files and bundle take {needed / 1e6:,.0f} MB.",
            reason="DISK_SPACE",
            hint="Free some space, or move temptrack's state with TEMPTRACK_HOME.",
        )
