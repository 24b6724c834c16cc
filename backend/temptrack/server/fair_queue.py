"""A line in which callers take turns, so that nobody waits behind all the calls of somebody else."""

from collections import OrderedDict, deque
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")


class FairQueue(Generic[ItemT]):
    """Items by caller: one of each caller in turn, those of one caller in order. Not safe between threads."""

    def __init__(self) -> None:
        self._lines: OrderedDict[str, deque[ItemT]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def put(self, caller: str, item: ItemT) -> None:
        """Add an item at the end of its caller's line."""
        self._lines.setdefault(caller, deque()).append(item)
        self._count += 1

    def take(self) -> ItemT:
        """Take the next item; its caller goes to the end of the round. Raises IndexError where none is."""
        if not self._lines:
            raise IndexError("the queue is empty")
        caller, line = next(iter(self._lines.items()))
        item = line.popleft()
        self._count -= 1
        self._lines.move_to_end(caller)
        self._forget_if_empty(caller)
        return item

    def remove(self, caller: str, item: ItemT) -> None:
        """Take out an item wherever it stands. Raises ValueError where it is not."""
        if caller not in self._lines:
            raise ValueError(f"{caller!r} waits for nothing")
        self._lines[caller].remove(item)
        self._count -= 1
        self._forget_if_empty(caller)

    def take_last(self, caller: str) -> ItemT:
        """Take what a caller added last. Raises KeyError where there is nothing of theirs."""
        item = self._lines[caller].pop()
        self._count -= 1
        self._forget_if_empty(caller)
        return item

    def count(self, caller: str) -> int:
        """Return how many items of a caller are in line."""
        return len(self._lines.get(caller, ()))

    def longest(self) -> str:
        """Return the caller with most items. Raises ValueError where there is none."""
        return max(self._lines, key=self.count)

    def _forget_if_empty(self, caller: str) -> None:
        if not self._lines[caller]:
            del self._lines[caller]
