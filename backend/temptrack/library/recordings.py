"""Which tracks of a library are the same recording, kept at several places."""

from typing import Any

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]


class Recordings:
    """The recordings of a library by number, one number for all rows whose stored sound is the same.

    Attributes:
        of_row: [rows], the recording of each row.
        any_shared: whether any recording has more than one row.
    """

    def __init__(self, content_digests: Any) -> None:
        """Number the recordings.

        Args:
            content_digests: an Arrow column of the digests of the rows' sound, without gaps.
        """
        words = content_digests.combine_chunks().dictionary_encode()
        self.of_row: Rows = words.indices.to_numpy().astype(np.int64)
        self.any_shared = len(words.dictionary) < len(self.of_row)
        self._by_recording = np.argsort(self.of_row, kind="stable")
        self._ends = np.cumsum(np.bincount(self.of_row, minlength=len(words.dictionary)))

    def rows_like(self, row: int) -> Rows:
        """Return all rows of the recording that a row holds, itself included, in order."""
        recording = self.of_row[row]
        start = self._ends[recording - 1] if recording else 0
        return self._by_recording[start : self._ends[recording]]

    def copies(self, row: int, mask: npt.NDArray[np.bool_]) -> Rows:
        """Return the other rows of the same recording that are true in a mask, in order."""
        rows = self.rows_like(row)
        copies: Rows = rows[mask[rows] & (rows != row)]
        return copies
