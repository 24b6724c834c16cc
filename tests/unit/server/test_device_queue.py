import asyncio
import threading
from collections.abc import Iterator
from functools import partial

import pytest

from temptrack import errors
from temptrack.server.device import Device

PATIENCE_S = 30.0


@pytest.fixture
def device() -> Iterator[Device]:
    device = Device(queue_limit=2)
    yield device
    device.close()


class Hold:
    """Work that tells when it started and goes on until it is let go."""

    def __init__(self) -> None:
        self.started = threading.Event()
        self.go_on = threading.Event()

    def __call__(self) -> str:
        self.started.set()
        assert self.go_on.wait(PATIENCE_S)
        return "done"


def test_work_runs_one_at_a_time_in_order_on_one_thread(device: Device) -> None:
    seen: list[tuple[int, str]] = []

    def note(number: int) -> None:
        seen.append((number, threading.current_thread().name))

    async def ask() -> None:
        calls = (device.run(partial(note, number), time_left_s=PATIENCE_S) for number in range(3))
        await asyncio.gather(*calls)

    asyncio.run(ask())
    assert [number for number, _ in seen] == [0, 1, 2]
    assert len({name for _, name in seen}) == 1


def test_a_cancelled_caller_leaves_the_queue_and_frees_its_place(device: Device) -> None:
    hold, ran = Hold(), []

    async def ask() -> None:
        holding = asyncio.create_task(device.run(hold, time_left_s=PATIENCE_S))
        await asyncio.to_thread(hold.started.wait, PATIENCE_S)
        waiting = [
            asyncio.create_task(device.run(lambda: ran.append(1), time_left_s=PATIENCE_S)) for _ in range(2)
        ]
        await asyncio.sleep(0)
        with pytest.raises(errors.Overloaded):
            await device.run(lambda: ran.append(2), time_left_s=PATIENCE_S)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        last = asyncio.create_task(device.run(lambda: ran.append(3), time_left_s=PATIENCE_S))
        await asyncio.sleep(0)
        hold.go_on.set()
        assert await holding == "done"
        await last

    asyncio.run(ask())
    assert ran == [3]


def test_work_whose_time_is_over_never_starts(device: Device) -> None:
    ran: list[int] = []

    async def ask() -> None:
        await device.run(lambda: ran.append(1), time_left_s=0.0)

    with pytest.raises(errors.DeadlineExceeded):
        asyncio.run(ask())
    assert ran == []


def test_an_error_reaches_its_caller_and_the_next_call_works(device: Device) -> None:
    def fail() -> None:
        raise errors.NotFound("Gone.")

    async def ask() -> int:
        with pytest.raises(errors.NotFound):
            await device.run(fail, time_left_s=PATIENCE_S)
        return await device.run(lambda: 7, time_left_s=PATIENCE_S)

    assert asyncio.run(ask()) == 7


def test_failures_give_their_places_back(device: Device) -> None:
    async def ask() -> None:
        for _ in range(10):
            with pytest.raises(ZeroDivisionError):
                await device.run(lambda: 1 // 0, time_left_s=PATIENCE_S)

    asyncio.run(ask())
