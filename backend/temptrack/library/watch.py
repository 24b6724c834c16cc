"""Keeps a library up to date while folders change."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

from temptrack.errors import NotSupported
from temptrack.library.ingest import index_folders
from temptrack.library.jobs import OpenBundle
from temptrack.library.report import IndexReport, Progress
from temptrack.library.scan import AUDIO_ENDINGS
from temptrack.library.store import LibraryStore

log = logging.getLogger(__name__)

_SETTLE_MS = 3000
"""Files are still being copied while changes follow each other faster than this."""


def watch_folders(
    store: LibraryStore,
    folders: Sequence[str | Path],
    open_bundle: OpenBundle,
    *,
    stop: Event,
    workers: int | None = None,
    progress: Progress | None = None,
    prune: bool = False,
    settle_ms: int = _SETTLE_MS,
) -> Iterator[IndexReport]:
    """Index now and after every change until stopped, yielding the report of each run.

    Args:
        store: the library.
        folders: folders to keep in it.
        open_bundle: as for ``index_folders``.
        stop: set it to end watching, also in the middle of a run.
        workers: as for ``index_folders``.
        progress: as for ``index_folders``.
        prune: remove tracks whose file is gone.
        settle_ms: quiet time after a change before indexing begins.

    Raises:
        NotSupported: WATCH_MISSING, when the package for watching is not installed.
        TemptrackError: what ``index_folders`` raises.
    """
    try:
        from watchfiles import Change, watch
    except ImportError as error:
        raise NotSupported(
            "Watching folders needs the package 'watchfiles'.",
            reason="WATCH_MISSING",
            hint="pip install 'temptrack[cpu]'",
        ) from error

    def is_music(_change: Change, path: str) -> bool:
        return Path(path).suffix.lower() in AUDIO_ENDINGS or not Path(path).suffix

    def index() -> IndexReport:
        return index_folders(
            store,
            folders,
            open_bundle,
            workers=workers,
            progress=progress,
            cancelled=stop.is_set,
            prune=prune,
        )

    # Changes are collected from before the first run on, so that none falls between the two.
    changes = watch(
        *folders, watch_filter=is_music, debounce=settle_ms, step=min(settle_ms, 200), stop_event=stop,
        rust_timeout=500, yield_on_timeout=True,
    )  # fmt: skip
    next(changes)
    yield index()
    for changed in changes:
        if stop.is_set():
            return
        if changed:
            log.info("%d changes under the watched folders", len(changed))
            yield index()
