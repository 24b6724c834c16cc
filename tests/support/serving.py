"""A real server on a port of its own, in a thread of this process, and a suggester that can be held up."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from temptrack.client.remote import RemoteSuggester
from temptrack.library.report import IndexReport, Progress
from temptrack.library.store import LibraryStore
from temptrack.library.types import LibraryInfo, Track, TrackTag
from temptrack.media.types import Frames
from temptrack.model.types import SegmentFeatures
from temptrack.server.app import Server
from temptrack.server.indexing import IndexFolders
from temptrack.server.options import ServerOptions
from temptrack.server.workings import Workings
from temptrack.suggest.types import (
    EngineInfo,
    Excerpt,
    Fit,
    FitMethod,
    PromptReading,
    Query,
    Reason,
    ReasonKind,
    Suggester,
    Suggestion,
    Suggestions,
)

ENCODER_ID = "double-frames-0"
SIZE_PX = 16
PATIENCE_S = 30.0
"""How long a test waits for something that must happen; only a failing test waits that long."""

TRACK = Track(
    id="t1",
    path="/music/a.flac",
    title="Été",
    licence="CC-BY-4.0",
    duration_s=12.5,
    loudness_lufs=-14.5,
    vocals=False,
    tags=(TrackTag(name="piano", group="instrument", score=0.75),),
)
LIBRARY = LibraryInfo(
    name="stock",
    uri="/libraries/stock",
    version=3,
    digest="d" * 64,
    bundle_id="double-0",
    bundle_digest="b" * 64,
    track_count=1,
    duration_s=12.5,
)


class DoubleSuggester:
    """Answers at once, unless told to wait or to fail. Remembers what reached it."""

    def __init__(self) -> None:
        self.queries: list[Query] = []
        self.encoded: list[tuple[Frames, tuple[int, ...]]] = []
        self.failure: Exception | None = None
        self.started = threading.Event()
        self.gate = threading.Event()
        self.gate.set()
        self.closed = False

    def info(self) -> EngineInfo:
        return EngineInfo(
            bundle_id="double-0",
            bundle_digest="b" * 64,
            frame_encoder_id=ENCODER_ID,
            frame_size_px=SIZE_PX,
            frame_interpolation="bilinear",
            provider="cpu",
        )

    def encode_segment(self, frames: Frames, repeats: Sequence[int]) -> SegmentFeatures:
        self.encoded.append((frames, tuple(repeats)))
        self._pass()
        mean = np.average(frames.mean(axis=(1, 2)), axis=0, weights=np.asarray(repeats))
        return SegmentFeatures(values=mean.astype(np.float32), encoder_id=ENCODER_ID)

    def suggest(self, query: Query) -> Suggestions:
        self.queries.append(query)
        self._pass()
        return answer_to(query)

    def libraries(self) -> Sequence[LibraryInfo]:
        return (LIBRARY,)

    def close(self) -> None:
        self.closed = True

    def _pass(self) -> None:
        self.started.set()
        if not self.gate.wait(PATIENCE_S):
            raise AssertionError("nobody opened the gate")
        if self.failure is not None:
            raise self.failure


def answer_to(query: Query) -> Suggestions:
    """Return an answer with every field in use."""
    suggestion = Suggestion(
        rank=1,
        track=TRACK,
        score=0.25,
        excerpt=Excerpt(start_s=1.5, duration_s=10.0, snapped_to="bar"),
        fit=Fit(method=FitMethod.SHORT, scope_s=20.0, shortfall_s=10.0, text="shorter by 10 s"),
        reasons=(
            Reason(kind=ReasonKind.FILE_WORDS, text="title says 'calm'", score=0.5),
            Reason(kind=ReasonKind.SEGMENT, text="segment 1", score=0.25, segment_index=0),
        ),
    )
    return Suggestions(
        query_digest="q" * 64,
        library=LIBRARY,
        bundle_id="double-0",
        bundle_digest="b" * 64,
        text_weight=query.text_weight,
        prompt=PromptReading(wanted=query.prompt, excluded_words=("drums",)),
        considered=1,
        suggestions=(suggestion,),
    )


def no_index(
    _store: LibraryStore,
    _folders: Sequence[Path],
    _roots: Sequence[Path],
    _progress: Progress,
    _cancelled: Callable[[], bool],
) -> IndexReport:
    raise AssertionError("nothing was to be indexed")


@contextmanager
def serving(
    suggester: Suggester, *, index_folders: IndexFolders = no_index, options: ServerOptions | None = None
) -> Iterator[str]:
    """Serve a suggester over real sockets while the block runs. Yields the address."""
    options = options or ServerOptions(listen="127.0.0.1:0", drain_s=0)
    workings = Workings(load=lambda _shelf: suggester, index_folders=index_folders)
    with running(options, workings) as address:
        yield address


@contextmanager
def through_a_server(suggester: Suggester) -> Iterator[Suggester]:
    """Ask a suggester over real sockets."""
    with serving(suggester) as address, RemoteSuggester(address, deadline_s=PATIENCE_S) as remote:
        yield remote


@contextmanager
def running(options: ServerOptions, workings: Workings, *, loaded: bool = True) -> Iterator[str]:
    """Run a server while the block runs, loaded or still loading. Yields the address."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="server loop")
    thread.start()

    async def start() -> tuple[Server, str, "asyncio.Future[EngineInfo]"]:
        server = Server(options, workings)
        address = await server.start()
        loading = asyncio.ensure_future(server.load())
        if loaded:
            await loading
        return server, str(address), loading

    async def stop(server: Server, loading: "asyncio.Future[EngineInfo]") -> None:
        await loading
        await server.stop()
        await _end_as_a_process_does(loop)

    try:
        server, address, loading = asyncio.run_coroutine_threadsafe(start(), loop).result(PATIENCE_S)
        try:
            yield address
        finally:
            asyncio.run_coroutine_threadsafe(stop(server, loading), loop).result(PATIENCE_S)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_S)
        loop.close()


async def _end_as_a_process_does(loop: asyncio.AbstractEventLoop) -> None:
    """Leave nothing pending; a server's process has this from ``asyncio.run``."""
    left = asyncio.all_tasks(loop) - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    await loop.shutdown_asyncgens()
    await loop.shutdown_default_executor()


@contextmanager
def holding_the_device(double: DoubleSuggester, address: str) -> Iterator[None]:
    """Keep the device busy with one call, until the block ends."""
    frames = np.zeros((1, SIZE_PX, SIZE_PX, 3), dtype=np.uint8)
    double.gate.clear()
    double.started.clear()
    with RemoteSuggester(address, deadline_s=PATIENCE_S) as remote:
        holder = threading.Thread(target=remote.encode_segment, args=(frames, (1,)))
        holder.start()
        try:
            assert double.started.wait(PATIENCE_S)
            yield
        finally:
            double.gate.set()
            holder.join(PATIENCE_S)
