import asyncio
import threading

import pytest

from support.serving import DoubleSuggester
from temptrack import errors
from temptrack.server.calls import Call
from temptrack.server.engine import Engine
from temptrack.suggest.types import EngineInfo, Suggester

PATIENCE_S = 30.0


class Named(DoubleSuggester):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def info(self) -> EngineInfo:
        return super().info().model_copy(update={"bundle_id": self.name})


def name_of(suggester: Suggester) -> str:
    return suggester.info().bundle_id


def test_calls_under_way_keep_their_bundle_and_later_ones_get_the_new() -> None:
    loaded = [Named("old"), Named("new")]
    making = iter(loaded)
    started, go_on = threading.Event(), threading.Event()

    def slow(suggester: Suggester) -> str:
        started.set()
        assert go_on.wait(PATIENCE_S)
        return name_of(suggester)

    async def ask() -> None:
        engine = Engine(lambda: next(making), at_once=2, queue_limit=2)
        await engine.load()
        under_way = asyncio.create_task(engine.run(slow, Call()))
        await asyncio.to_thread(started.wait, PATIENCE_S)
        assert (await engine.load()).bundle_id == "new"
        assert await engine.run(name_of, Call()) == "new"
        assert not loaded[0].closed
        go_on.set()
        assert await under_way == "old"
        # The turn of the last call of the old bundle ends with the next round of the loop.
        await engine.run(name_of, Call())
        assert loaded[0].closed
        assert not loaded[1].closed
        await asyncio.to_thread(engine.close)

    asyncio.run(ask())
    assert loaded[1].closed


def test_a_bundle_that_cannot_be_loaded_changes_nothing() -> None:
    making = iter([Named("old")])

    def load() -> Suggester:
        found = next(making, None)
        if found is None:
            raise errors.Corrupt("A file differs.")
        return found

    async def ask() -> None:
        engine = Engine(load, at_once=1, queue_limit=2)
        await engine.load()
        with pytest.raises(errors.Corrupt):
            await engine.load()
        assert await engine.run(name_of, Call()) == "old"
        await asyncio.to_thread(engine.close)

    asyncio.run(ask())
