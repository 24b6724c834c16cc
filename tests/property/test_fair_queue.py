"""The line between callers: nothing is lost, and nobody waits behind all the calls of somebody else."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from temptrack.server.fair_queue import FairQueue

CALLERS = st.sampled_from(["ann", "bob", "cleo"])
ITEMS = st.lists(CALLERS, max_size=40).map(lambda callers: list(enumerate(callers)))


def filled(items: list[tuple[int, str]]) -> FairQueue[int]:
    queue: FairQueue[int] = FairQueue()
    for number, caller in items:
        queue.put(caller, number)
    return queue


@given(ITEMS)
def test_all_come_out_once_and_those_of_one_caller_in_order(items: list[tuple[int, str]]) -> None:
    queue = filled(items)
    out = [queue.take() for _ in items]
    owner = dict(items)
    for caller in set(owner.values()):
        assert [number for number in out if owner[number] == caller] == [n for n, c in items if c == caller]
    assert len(queue) == 0


@given(ITEMS)
def test_no_caller_is_ever_two_ahead_of_one_who_still_waits(items: list[tuple[int, str]]) -> None:
    queue, owner, served = filled(items), dict(items), Counter[str]()
    while len(queue):
        served[owner[queue.take()]] += 1
        waiting = [caller for caller in set(owner.values()) if queue.count(caller)]
        for caller in waiting:
            assert max(served.values()) - served[caller] <= 1


@given(ITEMS, st.data())
def test_those_who_leave_are_gone_and_the_others_are_not(
    items: list[tuple[int, str]], data: st.DataObject
) -> None:
    queue = filled(items)
    leaving = data.draw(st.lists(st.sampled_from(items), unique=True) if items else st.just([]))
    for number, caller in leaving:
        queue.remove(caller, number)
    left = {number for number, _ in items} - {number for number, _ in leaving}
    assert len(queue) == len(left)
    assert {queue.take() for _ in range(len(queue))} == left


@given(ITEMS.filter(bool))
def test_the_last_of_the_longest_line_is_who_came_last_of_whoever_waits_most(
    items: list[tuple[int, str]],
) -> None:
    queue, counts = filled(items), Counter(caller for _, caller in items)
    greedy = queue.longest()
    assert counts[greedy] == max(counts.values())
    assert queue.take_last(greedy) == max(number for number, caller in items if caller == greedy)
    assert len(queue) == len(items) - 1
