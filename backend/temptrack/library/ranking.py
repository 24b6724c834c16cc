"""Exact ranking under a mask, the same whatever the order, number or batch of the rows."""

import numpy as np
import numpy.typing as npt

from temptrack.library.filters import Mask
from temptrack.model.types import Matrix, Vector

Rows = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float64]

_GATHER_BELOW = 0.25
_BLOCK = 4096


def rank(
    matrix: Matrix,
    query: Vector,
    mask: Mask,
    limit: int,
    *,
    groups: Rows | None = None,
    favour: Scores | None = None,
) -> tuple[Rows, Scores]:
    """Return the best rows under a mask and their cosines, best first, ties by row.

    Args:
        matrix: [rows, embed_dim], each of length 1.
        query: [embed_dim], length 1.
        mask: [rows]; rows that are false do not take part.
        limit: most rows to return.
        groups: [rows], numbers from 0; of the rows of one number only the best is returned. None keeps all.
        favour: [rows], added to the cosines for the order; None adds nothing.
    """
    allowed = np.flatnonzero(mask)
    if not len(allowed):
        return allowed, np.empty(0)
    rough = _rough(matrix, query, allowed)
    if favour is not None:
        rough = rough + favour[allowed]
    rivals = rough if groups is None else _best_of_each(rough, groups[allowed])
    finalists = allowed[_may_be_among_best(rough, rivals, limit, len(query))]
    scores = exact_scores(matrix, query, finalists)
    totals = scores if favour is None else scores + favour[finalists]
    order = np.lexsort((finalists, -totals))
    if groups is not None:
        order = order[_first_of_each(groups[finalists[order]])]
    order = order[:limit]
    return finalists[order], scores[order]


def spread(matrix: Matrix, query: Vector, mask: Mask) -> float:
    """Return the standard deviation of the cosines of a query and the rows under a mask, to four digits.

    Rounded, because sums in another order must not make another ranking.
    """
    allowed = np.flatnonzero(mask)
    return round(float(_rough(matrix, query, allowed).std(dtype=np.float64)), 4) if len(allowed) else 0.0


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


def _rough(matrix: Matrix, query: Vector, allowed: Rows) -> npt.NDArray[np.floating]:
    # Copying few rows together is cheaper than multiplying all; copying most of them is not.
    few = len(allowed) < _GATHER_BELOW * len(matrix)
    cosines: npt.NDArray[np.floating] = matrix[allowed] @ query if few else (matrix @ query)[allowed]
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
    # BLAS adds up in an order of its own; no order errs by more than this on vectors of length 1, on
    # either side of the border.
    slack = 2 * dim * float(np.finfo(np.float32).eps)
    return np.asarray(rough >= last_in - slack)
