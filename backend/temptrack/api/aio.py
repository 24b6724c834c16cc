"""The same API for programs that run an event loop: every call works in a thread and can be cancelled."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

from temptrack.api.library import Library, open_library
from temptrack.api.server import Server, connect
from temptrack.api.suggested import Suggested
from temptrack.library.report import IndexReport, Progress
from temptrack.library.types import LibraryInfo, Track, TrackFilter
from temptrack.media.types import Sampling
from temptrack.seat.cuts import Cut
from temptrack.seat.reports import InsertedCue, SuggestReport
from temptrack.suggest.cue_report import CueReport
from temptrack.suggest.types import DEFAULT_LIMIT, DEFAULT_TEXT_WEIGHT, EngineInfo, Suggestion
from temptrack.timeline.scope_request import ScopeRequest

_Of = TypeVar("_Of", Library, Server)
_Answer = TypeVar("_Answer")


class _Held(Generic[_Of]):
    """Closes what it holds when the ``async with`` block ends."""

    def __init__(self, held: _Of) -> None:
        self._held: _Of = held

    async def close(self) -> None:
        """Let go of models, files and connections."""
        await asyncio.to_thread(self._held.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class AsyncSuggested:
    """What a library suggests; iterating gives the suggestions, best first."""

    def __init__(self, suggested: Suggested) -> None:
        self._suggested = suggested

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """Ranked tracks with excerpt, fit and reasons, best first."""
        return self._suggested.suggestions

    @property
    def warnings(self) -> tuple[str, ...]:
        """Picture that could not be used, one sentence each."""
        return self._suggested.warnings

    def __iter__(self) -> Iterator[Suggestion]:
        return iter(self.suggestions)

    def __len__(self) -> int:
        return len(self.suggestions)

    def report(self) -> SuggestReport:
        """Return the answer as the JSON of ``temptrack suggest`` has it."""
        return self._suggested.report()

    async def insert(self, rank: int, output: Path | str, *, overwrite: bool = False) -> InsertedCue:
        """Place a suggestion in a copy of the timeline; see ``Suggested.insert``."""
        return await asyncio.to_thread(self._suggested.insert, rank, output, overwrite=overwrite)

    async def review(
        self, page: Path | str, *, placed_rank: int | None = None, overwrite: bool = False
    ) -> None:
        """Write a page to look at and listen to; see ``Suggested.review``."""
        await asyncio.to_thread(self._suggested.review, page, placed_rank=placed_rank, overwrite=overwrite)


class AsyncLibrary(_Held[Library]):
    """A library that answers requests; made by ``open_library_async`` and ``AsyncServer.library``."""

    @property
    def name(self) -> str:
        """Its name."""
        return self._held.name

    async def suggest(
        self,
        timeline: Path | str | Cut | None = None,
        *,
        prompt: str = "",
        part: ScopeRequest | None = None,
        media: Sequence[Path | str] = (),
        where: TrackFilter | None = None,
        text_weight: float = DEFAULT_TEXT_WEIGHT,
        like: str = "",
        limit: int = DEFAULT_LIMIT,
        blind: bool = False,
        sampling: Sampling | str = Sampling.STANDARD,
        progress: Callable[[int, int], None] | None = None,
    ) -> AsyncSuggested:
        """Rank the tracks of the library; see ``Library.suggest``.

        Cancelling the task stops before the next segment of picture; what was seen by then is kept.
        ``progress`` is called in the working thread.
        """
        ask = partial(
            self._held.suggest,
            timeline,
            prompt=prompt,
            part=part,
            media=media,
            where=where,
            text_weight=text_weight,
            like=like,
            limit=limit,
            blind=blind,
            sampling=sampling,
            progress=progress,
        )
        return AsyncSuggested(await _stoppable(lambda cancelled: ask(cancelled=cancelled)))

    async def report_cue(self, report: CueReport) -> bool:
        """Tell the server what was done with a track; see ``Library.report_cue``."""
        return await asyncio.to_thread(self._held.report_cue, report)

    async def info(self) -> LibraryInfo:
        """Return name, version, digest, bundle and size of the library as it is now."""
        return await asyncio.to_thread(self._held.info)

    async def engine(self) -> EngineInfo:
        """Say which bundle answers, on which device."""
        return await asyncio.to_thread(self._held.engine)

    async def tracks(self) -> Sequence[Track]:
        """Return all tracks in order of path."""
        return await asyncio.to_thread(self._held.tracks)

    async def index(
        self,
        folders: Sequence[Path | str],
        *,
        workers: int | None = None,
        prune: bool = False,
        progress: Progress | None = None,
    ) -> IndexReport:
        """Bring folders of music into the library; see ``Library.index``. Cancelling keeps what is done."""
        index = partial(self._held.index, folders, workers=workers, prune=prune, progress=progress)
        return await _stoppable(lambda cancelled: index(cancelled=cancelled))

    async def remove(self, tracks: Sequence[str]) -> int:
        """Take tracks out, named by id, path or title, and return how many; their files stay."""
        return await asyncio.to_thread(self._held.remove, tracks)


class AsyncServer(_Held[Server]):
    """A server and its libraries; made by ``connect_async``."""

    @property
    def address(self) -> str:
        """HOST:PORT of the server."""
        return self._held.address

    def library(self, name: str) -> AsyncLibrary:
        """Return a library of the server; it is asked for with the first request."""
        return AsyncLibrary(self._held.library(name))

    async def libraries(self) -> list[LibraryInfo]:
        """Return the libraries of the server in order of name."""
        return await asyncio.to_thread(self._held.libraries)

    async def create_library(self, name: str) -> AsyncLibrary:
        """Make an empty library on the server."""
        return AsyncLibrary(await asyncio.to_thread(self._held.create_library, name))

    async def delete_library(self, name: str) -> None:
        """Remove a library of the server; the music stays where it is."""
        await asyncio.to_thread(self._held.delete_library, name)

    async def engine(self) -> EngineInfo:
        """Say which bundle the server runs, on which device."""
        return await asyncio.to_thread(self._held.engine)


def open_library_async(name: str, *, bundle: str | None = None, device: str = "auto") -> AsyncLibrary:
    """Open a library of this machine, to use with ``async with``; see ``open_library``."""
    return AsyncLibrary(open_library(name, bundle=bundle, device=device))


def connect_async(
    address: str,
    *,
    token: str | None = None,
    ca: Path | str | None = None,
    certificate: Path | str | None = None,
    key: Path | str | None = None,
) -> AsyncServer:
    """Prepare to ask a server, to use with ``async with``; see ``connect``."""
    return AsyncServer(connect(address, token=token, ca=ca, certificate=certificate, key=key))


async def _stoppable(work: Callable[[Callable[[], bool]], _Answer]) -> _Answer:
    """Run work in a thread; it is told to stop when the task is cancelled."""
    stop = threading.Event()
    try:
        return await asyncio.to_thread(work, stop.is_set)
    except asyncio.CancelledError:
        stop.set()
        raise
