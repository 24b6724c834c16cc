"""The vectors of a library's tracks: as they are stored, and as they are ranked by."""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from temptrack.library import schema
from temptrack.library.filters import Mask
from temptrack.library.ranking import Product, Rows, Scan, normalised
from temptrack.model.types import Matrix, Vector

Hold = Callable[[Matrix], Product | None]
"""Puts a matrix where it is multiplied faster, or returns None where it finds no room for it now."""

_BLOCK = 8192


class Vectors:
    """The vectors of all tracks, in the order of their rows. Safe to share between threads.

    Attributes:
        has_words: [rows], which tracks have words of their own.
        dim: length of a vector; 0 where there are no tracks.
    """

    def __init__(
        self, table: Any, row_ids: npt.NDArray[np.uint64], *, words_weight: float, hold: Hold
    ) -> None:
        """Read them.

        Args:
            table: of the library, at the version that is wanted.
            row_ids: [rows], as the table numbers its rows, in the order that is wanted here.
            words_weight: how much a track's own words count beside its sound (1) where it has words.
            hold: where matrices may go to be multiplied.
        """
        count = len(row_ids)
        self._words_weight = words_weight
        self._hold = hold
        self._sound = self._words = np.empty((0, 0), dtype=np.float16)
        self.has_words: Mask = np.zeros(count, dtype=np.bool_)
        order = np.argsort(row_ids)
        ordered = row_ids[order]
        query = table.search().with_row_id(True).select(["embedding", "words_embedding"]).limit(None)
        # By batches to their places: a sorted copy of everything would take the memory twice.
        for batch in query.to_batches(_BLOCK):
            rows = order[np.searchsorted(ordered, batch["_rowid"].to_numpy())]
            sound = schema.float16_rows(batch["embedding"])
            if not self.dim:
                self._sound = np.empty((count, sound.shape[1]), dtype=np.float16)
                self._words = np.zeros(self._sound.shape, dtype=np.float16)
            self._sound[rows] = sound
            worded = rows[batch["words_embedding"].is_valid().to_numpy(False)]
            if len(worded):
                self._words[worded] = schema.float16_rows(batch["words_embedding"])
                self.has_words[worded] = True
        self._fused = _Ranked(self._blocks(self._both), hold)
        self._blind: _Ranked | None = None
        self._lock = threading.Lock()

    @property
    def dim(self) -> int:
        """Length of a vector; 0 where there are no tracks."""
        return int(self._sound.shape[1])

    def scan(self, query: Vector, mask: Mask, *, blind: bool) -> Scan:
        """Look at the rows under a mask with a query.

        Args:
            query: [dim], length 1.
            mask: [rows].
            blind: by sound alone, leaving out the tracks' own words.
        """
        ranked = self._by_sound() if blind else self._fused
        return ranked.scan(query, mask)

    def sound(self, rows: Rows | slice) -> Matrix:
        """Return the sound of some rows, [rows, dim], each of length 1."""
        return normalised(self._sound[rows])

    def words(self, rows: Rows) -> Matrix:
        """Return the words of some rows that have any, [rows, dim], each of length 1."""
        return normalised(self._words[rows])

    def _by_sound(self) -> "_Ranked":
        with self._lock:
            if self._blind is None:
                self._blind = _Ranked(self._blocks(self.sound), self._hold)
            return self._blind

    def _both(self, block: slice) -> Matrix:
        both = self.sound(block)
        worded = np.flatnonzero(self.has_words[block])
        if len(worded):
            both[worded] += np.float32(self._words_weight) * self.words(worded + block.start)
        return normalised(both)

    def _blocks(self, make: Callable[[slice], Matrix]) -> Matrix:
        whole = np.empty(self._sound.shape, dtype=np.float32)
        for start in range(0, len(whole), _BLOCK):
            block = slice(start, start + _BLOCK)
            whole[block] = make(block)
        return whole


class _Ranked:
    """A matrix that tracks are ranked by, and its copy where it is multiplied faster, if there is one."""

    def __init__(self, matrix: Matrix, hold: Hold) -> None:
        self._matrix = matrix
        self._hold = hold
        self._product: Product | None = None
        self._lock = threading.Lock()

    def scan(self, query: Vector, mask: Mask) -> Scan:
        with self._lock:
            # Asked for again each time: room is made where another version of the library is let go of.
            if self._product is None:
                self._product = self._hold(self._matrix)
        return Scan(self._matrix, query, mask, self._product)


def nowhere(_matrix: Matrix) -> None:
    """Leave a matrix to the processor."""
