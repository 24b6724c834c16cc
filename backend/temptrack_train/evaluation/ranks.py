"""Where the true item of each query stands, with ties counted as what they are.

Equal scores have no order, so a rank is a range of places, each as likely as the other. Recall is the chance
that the truth lies in the first k, and the rank itself is the middle of its range: a model that answers every
query with the same embedding scores what chance scores, however the rows happen to be sorted.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from temptrack.errors import InvalidRequest

Scores = npt.NDArray[np.floating]
"""Similarity of queries and candidates, [queries, candidates]."""

Embeddings = npt.NDArray[np.floating]
"""Rows of one space, [count, embed_dim]."""

QUERIES_AT_ONCE = 512
"""Bounds the memory of a full pool: 512 by a million candidates are two gigabytes of float32."""


@dataclass(frozen=True, slots=True)
class TruthRanks:
    """The places of the true items of some queries.

    Attributes:
        above: [queries], candidates that score strictly higher than the truth.
        tied: [queries], candidates that score the same, the truth among them: at least 1.
        pool_size: how many candidates there are.
    """

    above: npt.NDArray[np.int64]
    tied: npt.NDArray[np.int64]
    pool_size: int

    @property
    def middle(self) -> npt.NDArray[np.float64]:
        """Rank of each truth, from 1: the middle of the places it may take."""
        return self.above + (self.tied + 1) / 2

    def found_within(self, depth: int) -> npt.NDArray[np.float64]:
        """Return the chance of each truth to lie in the first ``depth`` places, 0 to 1."""
        return np.clip((depth - self.above) / self.tied, 0.0, 1.0)


def check_scores(scores: Scores) -> None:
    """Refuse scores that have no order.

    Raises:
        InvalidRequest: a score is NaN or infinite; NaN compares as "not higher" and would rank first.
    """
    if not np.isfinite(scores).all():
        raise InvalidRequest(
            f"{int((~np.isfinite(scores)).sum())} of {scores.size} scores are not finite numbers.",
            reason="SCORES_NOT_FINITE",
            hint="The model diverged or its features are damaged: look at the loss of its run.",
        )


def rank_truths(scores: Scores, truths: npt.NDArray[np.integer]) -> TruthRanks:
    """Rank the true item of each query.

    Args:
        scores: [queries, candidates], higher is better.
        truths: [queries], the true item's column.

    Raises:
        InvalidRequest: a score is not finite.
    """
    check_scores(scores)
    of_truth = np.take_along_axis(scores, truths[:, None], axis=1)
    return TruthRanks(
        above=(scores > of_truth).sum(axis=1),
        tied=(scores == of_truth).sum(axis=1),
        pool_size=scores.shape[1],
    )


def score_in_parts(queries: Embeddings, candidates: Embeddings) -> Iterator[tuple[slice, Scores]]:
    """Yield cosine scores of some queries at a time against every candidate, with the rows they belong to."""
    columns = unit_rows(candidates).T
    rows = unit_rows(queries)
    for start in range(0, len(rows), QUERIES_AT_ONCE):
        part = slice(start, min(start + QUERIES_AT_ONCE, len(rows)))
        yield part, rows[part] @ columns


def rank_pairs(queries: Embeddings, candidates: Embeddings) -> TruthRanks:
    """Rank candidate i for query i among all candidates by cosine.

    Args:
        queries: [count, embed_dim].
        candidates: [count, embed_dim]; row i is the truth of query i.

    Raises:
        InvalidRequest: the counts differ, or an embedding is not finite.
    """
    if len(queries) != len(candidates):
        raise InvalidRequest(
            f"{len(queries)} queries came with {len(candidates)} tracks.",
            reason="PAIRS_COUNT",
            hint="Give as many tracks as queries, in the same order.",
        )
    above, tied = [], []
    for part, scores in score_in_parts(queries, candidates):
        ranks = rank_truths(scores, np.arange(part.start, part.stop))
        above.append(ranks.above)
        tied.append(ranks.tied)
    return TruthRanks(np.concatenate(above), np.concatenate(tied), len(candidates))


def unit_rows(rows: Embeddings) -> npt.NDArray[np.float64]:
    """Scale rows to length 1 in double precision, so that equal directions stay ties."""
    values: npt.NDArray[np.float64] = np.asarray(rows, np.float64)
    lengths = np.linalg.norm(values, axis=-1, keepdims=True)
    return np.asarray(values / np.maximum(lengths, 1e-12), np.float64)
