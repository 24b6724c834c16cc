"""The tracks of a library as a list whose items are made when they are looked at."""

from collections.abc import Iterator, Sequence
from typing import Any, overload

import pyarrow as pa

from temptrack.library import schema
from temptrack.library.types import Track

_BLOCK = 1024


class TrackList(Sequence[Track]):
    """Tracks in some order: of a million, a page costs no more than of a hundred."""

    def __init__(self, table: pa.Table, order: Any) -> None:
        """Take rows.

        Args:
            table: columns of ``schema.TRACK_COLUMNS``.
            order: row numbers, in the order of the list.
        """
        self._table = table
        self._order = order

    def __len__(self) -> int:
        """How many there are."""
        return len(self._order)

    @overload
    def __getitem__(self, index: int) -> Track: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Track]: ...
    def __getitem__(self, index: int | slice) -> Track | Sequence[Track]:
        """Make one track, or the tracks of a slice."""
        if isinstance(index, slice):
            return self._taken(self._order[index])
        # Taking one row that way costs thirty times a slice.
        return _made(self._table.slice(int(self._order[index]), 1))[0]

    def __iter__(self) -> Iterator[Track]:
        """Make them block by block."""
        for start in range(0, len(self), _BLOCK):
            yield from self._taken(self._order[start : start + _BLOCK])

    def _taken(self, rows: Any) -> list[Track]:
        return _made(self._table.take(pa.array(rows, pa.int64())))


def _made(table: pa.Table) -> list[Track]:
    return [Track(**{**row, "tags": schema.tags_of(row["tags"])}) for row in table.to_pylist()]
