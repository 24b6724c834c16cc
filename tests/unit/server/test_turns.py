import asyncio
import time

import pytest

from temptrack import errors
from temptrack.server.calls import Call
from temptrack.server.turns import Turns

PATIENCE_S = 30.0


def call(caller: str = "ann", *, for_s: float = PATIENCE_S) -> Call:
    return Call(caller, time.monotonic() + for_s)


async def in_line(turns: Turns, caller: str, *, for_s: float = PATIENCE_S) -> "asyncio.Task[float]":
    task = asyncio.create_task(turns.enter(call(caller, for_s=for_s)))
    await asyncio.sleep(0)
    return task


def test_so_many_work_at_once_and_the_next_waits() -> None:
    async def ask() -> None:
        turns = Turns(at_once=2, waiting_limit=5)
        first, _ = await turns.enter(call()), await turns.enter(call())
        third = await in_line(turns, "ann")
        assert not third.done()
        turns.leave(first)
        await third

    asyncio.run(ask())


def test_a_full_line_refuses_and_says_when_to_come_back() -> None:
    async def ask() -> errors.Overloaded:
        turns = Turns(at_once=1, waiting_limit=1)
        began_at = await turns.enter(call())
        waiting = await in_line(turns, "ann")
        with pytest.raises(errors.Overloaded) as caught:
            await turns.enter(call("bob"))
        turns.leave(began_at)
        await waiting
        return caught.value

    refused = asyncio.run(ask())
    assert refused.reason == "QUEUE_FULL"
    assert float(refused.metadata["retry_after_s"]) > 0


def test_who_fills_the_line_is_sent_away_for_who_does_not() -> None:
    async def ask() -> None:
        turns = Turns(at_once=1, waiting_limit=3)
        began_at = await turns.enter(call())
        greedy = [await in_line(turns, "greedy") for _ in range(3)]
        modest = await in_line(turns, "modest")
        with pytest.raises(errors.Overloaded):
            await greedy[2]
        turns.leave(began_at)
        turns.leave(await greedy[0])
        # The second turn is not that of the caller who had the first.
        await modest
        assert not greedy[1].done()
        turns.leave(time.monotonic())
        await greedy[1]

    asyncio.run(ask())


def test_those_who_give_up_leave_room_and_take_no_turn() -> None:
    async def ask() -> None:
        turns = Turns(at_once=1, waiting_limit=2)
        began_at = await turns.enter(call())
        leaving = [await in_line(turns, "ann"), await in_line(turns, "bob")]
        for task in leaving:
            task.cancel()
        await asyncio.gather(*leaving, return_exceptions=True)
        last = await in_line(turns, "cleo")
        turns.leave(began_at)
        await last

    asyncio.run(ask())


def test_a_turn_that_comes_as_its_caller_leaves_goes_to_the_next() -> None:
    async def ask() -> None:
        turns = Turns(at_once=1, waiting_limit=2)
        began_at = await turns.enter(call())
        leaving, next_one = await in_line(turns, "ann"), await in_line(turns, "bob")
        turns.leave(began_at)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        await next_one

    asyncio.run(ask())


def test_time_that_runs_out_in_line_is_told() -> None:
    async def ask() -> None:
        turns = Turns(at_once=1, waiting_limit=2)
        began_at = await turns.enter(call())
        with pytest.raises(errors.DeadlineExceeded):
            await turns.enter(call("bob", for_s=0.01))
        with pytest.raises(errors.DeadlineExceeded):
            await turns.enter(call("bob", for_s=0.0))
        turns.leave(began_at)
        await turns.enter(call("cleo"))

    asyncio.run(ask())
