"""The figures of retrieval: median rank, recall, graded relevance, hubs. Direction is part of every name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.stats import skew

from temptrack_train.evaluation.ranks import Embeddings, Scores, TruthRanks, score_in_parts

Direction = Literal["video_to_music", "text_to_music", "video_text_to_music", "music_to_video"]

RECALL_DEPTHS = (1, 5, 10)
NDCG_DEPTH = 10
HUB_DEPTH = 10

Relevance = Callable[[npt.NDArray[np.int64]], npt.NDArray[np.floating]]
"""Rows of queries to their relevance against every candidate, [rows, candidates], 0 to 1."""


@dataclass(frozen=True, slots=True)
class RetrievalMetrics:
    """What the paper reports of one pool.

    Attributes:
        median_rank: from 1 (best) to the size of the pool.
        recall: share of queries in percent whose truth lies in the first k, by k.
        pool_size: how many candidates each query had.
    """

    median_rank: float
    recall: Mapping[int, float]
    pool_size: int

    def named(self, direction: Direction) -> dict[str, float]:
        """Return the figures by names such as "video_to_music_r10"."""
        return {
            f"{direction}_median_rank": self.median_rank,
            **{f"{direction}_r{depth}": value for depth, value in self.recall.items()},
        }


def measure(ranks: TruthRanks) -> RetrievalMetrics:
    """Return median rank and recall of one pool (ViML section 5: MR, R@1, R@5, R@10)."""
    return RetrievalMetrics(
        median_rank=float(np.median(ranks.middle)),
        recall={depth: 100 * float(ranks.found_within(depth).mean()) for depth in RECALL_DEPTHS},
        pool_size=ranks.pool_size,
    )


def chance(pool_size: int) -> RetrievalMetrics:
    """Return what guessing scores, exactly: a truth is as likely in any place."""
    return RetrievalMetrics(
        median_rank=(pool_size + 1) / 2,
        recall={depth: 100 * min(depth, pool_size) / pool_size for depth in RECALL_DEPTHS},
        pool_size=pool_size,
    )


def ndcg(
    scores: Scores, relevance: npt.NDArray[np.floating], depth: int = NDCG_DEPTH
) -> npt.NDArray[np.float64]:
    """Return the normalised discounted cumulative gain of each query that something is relevant to, 0 to 1.

    Many tracks fit a film; this counts a fitting wrong one for something, where recall counts it for nothing.

    Args:
        scores: [queries, candidates]. Tied candidates each take the mean gain of the places they share.
        relevance: [queries, candidates], 0 to 1, used as gain.
        depth: how many places count.
    """
    depth = min(depth, scores.shape[1])
    discounts = 1 / np.log2(np.arange(2, depth + 2))
    values = []
    for row, gains in zip(scores, relevance, strict=True):
        ideal = np.sort(gains)[::-1][:depth] @ discounts
        if ideal > 0:
            values.append(_expected_gains(row, gains, depth) @ discounts / ideal)
    return np.array(values, np.float64)


def _expected_gains(
    row: npt.NDArray[np.floating], gains: npt.NDArray[np.floating], depth: int
) -> npt.NDArray[np.float64]:
    # Everything that may take one of the first places: all that score no less than the last of them.
    chosen = np.flatnonzero(row >= np.partition(row, -depth)[-depth])
    _, group, count = np.unique(-row[chosen], return_inverse=True, return_counts=True)
    mean = np.bincount(group, weights=gains[chosen]) / count
    expected: npt.NDArray[np.float64] = np.repeat(mean, count)[:depth]
    return expected


def top_shares(scores: Scores, depth: int) -> npt.NDArray[np.float64]:
    """Return each candidate's chance to be in the first ``depth`` of each query, [queries, candidates]."""
    depth = min(depth, scores.shape[1])
    edge = np.partition(scores, -depth, axis=1)[:, -depth][:, None]
    above, tied = scores > edge, scores == edge
    left = depth - above.sum(axis=1, keepdims=True)
    return np.asarray(above + tied * (left / tied.sum(axis=1, keepdims=True)), np.float64)


@dataclass(frozen=True, slots=True)
class Hubness:
    """How unevenly answers are spread over the library (Radovanovic et al., JMLR 2010).

    Attributes:
        skew: third standardised moment of how often a track is among the first ten; 0 is even.
        never_share: share of tracks that no query finds, 0 to 1.
    """

    skew: float
    never_share: float


def hubness(found: npt.NDArray[np.floating]) -> Hubness:
    """Return hubness from how many queries found each track, [candidates]."""
    even = bool(np.ptp(found) < 1e-9)
    return Hubness(skew=0.0 if even else float(skew(found)), never_share=float(np.mean(found < 1e-9)))


def beyond_the_pair(
    queries: Embeddings, candidates: Embeddings, relevance: Relevance | None
) -> tuple[float | None, Hubness]:
    """Return nDCG (where relevance is known) and hubness over a full pool, without holding all scores.

    Args:
        queries: [queries, embed_dim].
        candidates: [candidates, embed_dim].
        relevance: how well each candidate fits some queries, or None where nobody knows.
    """
    found = np.zeros(len(candidates))
    gained: list[float] = []
    for part, scores in score_in_parts(queries, candidates):
        found += top_shares(scores, HUB_DEPTH).sum(axis=0)
        if relevance is not None:
            gained.extend(ndcg(scores, relevance(np.arange(part.start, part.stop))))
    return float(np.mean(gained)) if gained else None, hubness(found)
