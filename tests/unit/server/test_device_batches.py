import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future

import pytest

from temptrack import errors
from temptrack.server.calls import Call, working_for
from temptrack.server.device import Device, Kind

PATIENCE_S = 30.0


class Work:
    """Doubles numbers, once it is let go; remembers what ran together."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.started = threading.Event()
        self.go_on = threading.Event()

    def __call__(self, items: Sequence[int]) -> list[int]:
        self.started.set()
        assert self.go_on.wait(PATIENCE_S)
        self.batches.append(list(items))
        return [2 * item if item >= 0 else 1 // 0 for item in items]


class Held:
    """A device that is busy with a first item, and callers who wait behind it."""

    def __init__(self, device: Device, limit: int, rows: Callable[[int], int] = lambda _item: 1) -> None:
        self.device, self.work = device, Work()
        self.kind: Kind[int, int] = Kind("numbers", self.work, limit, rows)
        self.first = in_thread(lambda: device.run(self.kind, 1))
        assert self.work.started.wait(PATIENCE_S)

    def ask(self, item: int, call: Call | None = None) -> "Future[int]":
        """Return once the item is in line."""

        def run() -> int:
            with working_for(call or Call()):
                return self.device.run(self.kind, item)

        in_line = self.device.load + 1
        future = in_thread(run)
        wait_for(lambda: self.device.load == in_line)
        return future


def in_thread(work: Callable[[], int]) -> "Future[int]":
    future: Future[int] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except Exception as error:
            future.set_exception(error)

    # A test that fails leaves waiting threads behind; they must not keep the process alive.
    threading.Thread(target=run, daemon=True).start()
    return future


def wait_for(condition: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up_at


@pytest.fixture
def device() -> Iterator[Device]:
    device = Device("cpu")
    yield device
    device.close()


def test_what_waits_runs_together_up_to_the_limit_and_each_gets_its_own(device: Device) -> None:
    held = Held(device, limit=4)
    waiting = [held.ask(item) for item in range(2, 8)]
    held.work.go_on.set()
    assert [future.result(PATIENCE_S) for future in waiting] == [4, 6, 8, 10, 12, 14]
    assert held.work.batches == [[1], [2, 3, 4, 5], [6, 7]]


def test_rows_count_and_an_item_larger_than_a_batch_still_runs(device: Device) -> None:
    held = Held(device, limit=10, rows=lambda item: item)
    waiting = [held.ask(item) for item in (4, 6, 50, 3)]
    held.work.go_on.set()
    for future in waiting:
        future.result(PATIENCE_S)
    assert held.work.batches == [[1], [4, 6], [50], [3]]


def test_callers_take_turns(device: Device) -> None:
    held = Held(device, limit=1)
    waiting = [held.ask(item, Call("greedy")) for item in (10, 11, 12)]
    waiting.append(held.ask(20, Call("modest")))
    held.work.go_on.set()
    for future in waiting:
        future.result(PATIENCE_S)
    assert held.work.batches == [[1], [10], [20], [11], [12]]


def test_work_nobody_waits_for_any_more_never_runs(device: Device) -> None:
    held = Held(device, limit=8)
    gone = Call("ann", is_over=False)
    cancelled = held.ask(2, gone)
    expired = held.ask(3, Call("bob", expires_at=0.0))
    wanted = held.ask(4)
    gone.is_over = True
    held.work.go_on.set()
    assert wanted.result(PATIENCE_S) == 8
    with pytest.raises(errors.Cancelled):
        cancelled.result(PATIENCE_S)
    with pytest.raises(errors.DeadlineExceeded):
        expired.result(PATIENCE_S)
    assert held.work.batches == [[1], [4]]


def test_one_bad_item_spoils_no_other(device: Device) -> None:
    held = Held(device, limit=8)
    waiting = [held.ask(item) for item in (2, -1, 3)]
    held.work.go_on.set()
    assert (waiting[0].result(PATIENCE_S), waiting[2].result(PATIENCE_S)) == (4, 6)
    with pytest.raises(ZeroDivisionError):
        waiting[1].result(PATIENCE_S)


def test_kinds_take_turns_and_never_mix(device: Device) -> None:
    held = Held(device, limit=2)
    other = Work()
    other.go_on.set()
    other.batches = held.work.batches
    others: Kind[int, int] = Kind("others", other, 8)
    waiting = [held.ask(item) for item in (2, 3, 4)]
    late = in_thread(lambda: device.run(others, 100))
    wait_for(lambda: device.load == 4)
    held.work.go_on.set()
    assert late.result(PATIENCE_S) == 200
    assert waiting[2].result(PATIENCE_S) == 8
    assert held.work.batches == [[1], [2, 3], [100], [4]]


def test_a_closed_device_finishes_what_waits_and_takes_nothing_new() -> None:
    device = Device("cpu")
    held = Held(device, limit=1)
    waiting = held.ask(2)
    held.work.go_on.set()
    device.close()
    assert waiting.result(PATIENCE_S) == 4
    with pytest.raises(errors.Unavailable):
        device.run(held.kind, 3)
