"""Index runs on behalf of callers: in a thread, with news for the caller, stopped when the caller goes."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path

from temptrack.library.report import IndexReport, Progress
from temptrack.library.store import LibraryStore
from temptrack.server.shelf import Shelf
from temptrack.suggest.types import EngineInfo
from temptrack.wire.mirror import readable, to_message
from temptrack_api.v1 import library_pb2

IndexFolders = Callable[
    [LibraryStore, Sequence[Path], Sequence[Path], Progress, Callable[[], bool]], IndexReport
]
"""Indexes folders into a library, following no link out of the roots, which come after them; tells progress
and asks whether to stop."""


class Indexing:
    """Runs at most one index run a library."""

    def __init__(self, shelf: Shelf, index_folders: IndexFolders) -> None:
        self._shelf = shelf
        self._index_folders = index_folders
        self._runs: set[threading.Event] = set()

    async def run(
        self, library: str, folders: Sequence[str], engine: EngineInfo
    ) -> AsyncIterator[library_pb2.IndexLibraryResponse]:
        """Index folders and yield news, the report last. Cancelling the caller stops the run.

        Raises:
            InvalidRequest, Forbidden, NotFound: a folder or the library may not or cannot be used.
            NotReady: the library is of another bundle, or being indexed already.
        """
        paths = await asyncio.to_thread(self._shelf.allowed, folders)
        store = await asyncio.to_thread(self._shelf.store, library)
        await asyncio.to_thread(store.require_bundle, engine.bundle_id, engine.bundle_digest)
        newest = _Newest(asyncio.get_running_loop())
        stop = threading.Event()
        self._runs.add(stop)
        work = asyncio.ensure_future(
            asyncio.to_thread(partial(self._work, store, paths, newest.tell, stop.is_set))
        )
        work.add_done_callback(lambda _work: newest.wake())
        try:
            while not work.done():
                progress = await newest.take()
                if progress is not None:
                    yield library_pb2.IndexLibraryResponse(progress=progress)
            report = await work
            yield library_pb2.IndexLibraryResponse(report=to_message(report, library_pb2.IndexReport))
        finally:
            stop.set()
            self._runs.discard(stop)

    def stop(self) -> None:
        """Ask all runs to stop; what was indexed until then stays."""
        for run in list(self._runs):
            run.set()

    def _work(
        self,
        store: LibraryStore,
        folders: Sequence[Path],
        progress: Progress,
        cancelled: Callable[[], bool],
    ) -> IndexReport:
        with self._shelf.changing(store.name):
            return self._index_folders(store, folders, self._shelf.allow_roots, progress, cancelled)


class _Newest:
    """Hands progress from a thread to a task; a slow reader misses what is out of date."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._changed = asyncio.Event()
        self._progress: library_pb2.IndexProgress | None = None

    def tell(self, done: int, total: int, path: str, tracks_per_s: float) -> None:
        """Put progress; called from any thread."""
        progress = library_pb2.IndexProgress(
            done=done, total=total, path=readable(path), tracks_per_s=tracks_per_s
        )
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._put, progress)

    def wake(self) -> None:
        """Let the reader go on without news."""
        self._changed.set()

    async def take(self) -> library_pb2.IndexProgress | None:
        """Wait for news and return the newest, or None when woken without any."""
        await self._changed.wait()
        self._changed.clear()
        progress, self._progress = self._progress, None
        return progress

    def _put(self, progress: library_pb2.IndexProgress) -> None:
        self._progress = progress
        self._changed.set()
