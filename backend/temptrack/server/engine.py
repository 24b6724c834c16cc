"""What answers, once it is loaded, and again when it is loaded anew."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, TypeVar

from temptrack import errors
from temptrack.library.types import LibraryInfo
from temptrack.server import metrics
from temptrack.server.calls import Call, working_for
from temptrack.server.turns import Turns
from temptrack.suggest.types import EngineInfo, Suggester

log = logging.getLogger(__name__)

ResultT = TypeVar("ResultT")


@dataclass(slots=True, eq=False)
class _Loaded:
    """A suggester, and how many calls are using it."""

    suggester: Suggester
    info: EngineInfo
    users: int = 0


class Engine:
    """The suggester, and the threads in which calls work with it. Asked before it is loaded, it says so."""

    def __init__(self, load: Callable[[], Suggester], *, at_once: int, queue_limit: int) -> None:
        """Prepare an engine without loading it.

        Args:
            load: makes the suggester, warmed up; runs in a thread.
            at_once: calls that work at the same time, 1 or more.
            queue_limit: most calls that wait for their turn.
        """
        self._load = load
        self._current: _Loaded | None = None
        self._turns = Turns(at_once=at_once, waiting_limit=queue_limit)
        self._workers = ThreadPoolExecutor(at_once, thread_name_prefix="call")
        self._loading = asyncio.Lock()

    async def load(self) -> EngineInfo:
        """Load and warm up; calls that come afterwards get the new suggester, those under way keep theirs."""
        async with self._loading:
            loaded = await asyncio.to_thread(self._make)
            old, self._current = self._current, loaded
            metrics.SERVING.clear()
            metrics.SERVING.labels(loaded.info.bundle_id, loaded.info.provider).set(1)
            if old is not None and not old.users:
                await asyncio.to_thread(old.suggester.close)
        return loaded.info

    @property
    def info(self) -> EngineInfo:
        """What is loaded. Raises Unavailable before it is."""
        return self._ready().info

    async def run(self, work: Callable[[Suggester], ResultT], call: Call) -> ResultT:
        """Wait for a turn and run work with the suggester in a thread, for a call.

        Raises:
            Unavailable: nothing is loaded yet.
            Overloaded: too many calls wait already.
            DeadlineExceeded: the time ran out before the work started.
        """
        self._ready()
        began_at = await self._turns.enter(call)
        loaded = self._ready()
        loaded.users += 1
        loop = asyncio.get_running_loop()
        future = self._workers.submit(copy_context().run, _for_call, call, work, loaded.suggester)

        # The turn ends with the work, not with the caller: one who leaves does not stop a run of a graph.
        def done(_future: "Future[Any]") -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._finish, loaded, began_at)

        future.add_done_callback(done)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            call.is_over = True
            raise

    def libraries(self) -> Sequence[LibraryInfo]:
        """List the libraries that can be searched. Raises Unavailable before the load."""
        return self._ready().suggester.libraries()

    def close(self) -> None:
        """Wait for what runs and let go of everything."""
        self._workers.shutdown(wait=True, cancel_futures=True)
        if self._current is not None:
            self._current.suggester.close()

    def _make(self) -> _Loaded:
        suggester = self._load()
        return _Loaded(suggester, suggester.info())

    def _ready(self) -> _Loaded:
        if self._current is None:
            raise errors.Unavailable(
                "The server is still loading its bundle.",
                reason="STARTING",
                hint="Try again in a few seconds.",
            )
        return self._current

    def _finish(self, loaded: _Loaded, began_at: float) -> None:
        self._turns.leave(began_at)
        loaded.users -= 1
        if not loaded.users and loaded is not self._current:
            log.info("Bundle %s is no longer in use.", loaded.info.bundle_id)
            loaded.suggester.close()


def _for_call(call: Call, work: Callable[[Suggester], ResultT], suggester: Suggester) -> ResultT:
    with working_for(call):
        call.check()
        return work(suggester)
