"""Exact ranking under a mask, the same whatever the order, number or batch of the rows."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from temptrack.library.filters import Mask
from temptrack.model.types import Matrix, Vector

Rows = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float64]

Product = Callable[[Vector], Vector]
"""Multiplies all rows of a matrix with a vector, [columns] -> [rows], in float32, adding in any order."""

_GATHER_BELOW = 0.25
_BLOCK = 4096


class Scan:
    """The rows under a mask as one query sees them: all of them roughly, the best of them exactly."""

    def __init__(self, matrix: Matrix, query: Vector, mask: Mask, product: Product | None = None) -> None:
        """Look at all rows once.

        Args:
            matrix: [rows, embed_dim], each of length 1.
            query: [embed_dim], length 1.
            mask: [rows]; rows that are false do not take part.
            product: multiplies the same matrix elsewhere; None multiplies it here.
        """
        self._matrix = matrix
        self._query = query
        self._allowed = np.flatnonzero(mask)
        self._rough = _rough(matrix, query, self._allowed, product)

    def spread(self) -> float:
        """Return the standard deviation of the cosines, to four digits.

        Rounded, because sums in another order must not make another ranking.
        """
        return round(float(self._rough.std(dtype=np.float64)), 4) if len(self._allowed) else 0.0

    def best(
        self, limit: int, *, groups: Rows | None = None, favour: Scores | None = None
    ) -> tuple[Rows, Scores]:
        """Return the best rows and their cosines, best first, ties by row.

        Args:
            limit: most rows to return.
            groups: [rows], numbers from 0; of the rows of one number only the best is returned. None keeps
                all.
            favour: [rows], added to the cosines for the order; None adds nothing.
        """
        allowed = self._allowed
        if not len(allowed):
            return allowed, np.empty(0)
        rough = self._rough if favour is None else self._rough + favour[allowed]
        rivals = rough if groups is None else _best_of_each(rough, groups[allowed])
        finalists = allowed[_may_be_among_best(rough, rivals, limit, len(self._query))]
        scores = exact_scores(self._matrix, self._query, finalists)
        totals = scores if favour is None else scores + favour[finalists]
        order = np.lexsort((finalists, -totals))
        if groups is not None:
            order = order[_first_of_each(groups[finalists[order]])]
        order = order[:limit]
        return finalists[order], scores[order]


def exact_scores(matrix: Matrix, query: Vector, rows: Rows) -> Scores:
    """Return the cosine of the query and some rows, each computed alike wherever the row stands."""
    wide = query.astype(np.float64)
    scores = np.empty(len(rows))
    for start in range(0, len(rows), _BLOCK):
        some = rows[start : start + _BLOCK]
        scores[start : start + _BLOCK] = (matrix[some].astype(np.float64) * wide).sum(axis=1)
    return scores


def normalised(values: npt.NDArray[np.floating]) -> Matrix:
    """Return rows scaled to length 1; rows of zeros stay zeros."""
    wide = values.astype(np.float64)
    lengths = np.sqrt((wide * wide).sum(axis=1, keepdims=True))
    return (wide / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def _rough(matrix: Matrix, query: Vector, allowed: Rows, product: Product | None) -> Vector:
    if product is not None:
        return product(query)[allowed]
    # Copying few rows together is cheaper than multiplying all; copying most of them is not.
    few = len(allowed) < _GATHER_BELOW * len(matrix)
    cosines: Vector = matrix[allowed] @ query if few else (matrix @ query)[allowed]
    return cosines


def _best_of_each(rough: npt.NDArray[np.floating], groups: Rows) -> npt.NDArray[np.floating]:
    best = np.full(groups.max() + 1, -np.inf, dtype=rough.dtype)
    np.maximum.at(best, groups, rough)
    present: npt.NDArray[np.floating] = best[best > -np.inf]
    return present


def _first_of_each(groups: Rows) -> Rows:
    return np.sort(np.unique(groups, return_index=True)[1])


def _may_be_among_best(
    rough: npt.NDArray[np.floating], rivals: npt.NDArray[np.floating], limit: int, dim: int
) -> npt.NDArray[np.bool_]:
    if len(rivals) <= limit:
        return np.ones(len(rough), dtype=np.bool_)
    last_in = np.partition(rivals, len(rivals) - limit)[len(rivals) - limit]
    # BLAS and devices add up in orders of their own; no order errs by more than this on vectors of length 1,
    # on either side of the border.
    slack = 2 * dim * float(np.finfo(np.float32).eps)
    return np.asarray(rough >= last_in - slack)
