"""nDCG@10 and precision@5 over judged tracks, what chance would give exactly, and intervals of means."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from benchmarks.quality.labels import Judgement

NDCG_DEPTH = 10
PRECISION_DEPTH = 5
RESAMPLES = 10_000
_SEED = 20_240_501


@dataclass(frozen=True, slots=True)
class Score:
    """How well one ranking answers one prompt.

    Attributes:
        ndcg: normalised discounted cumulative gain of the first ten, 0 to 1.
        precision: share of the first five that belong, 0 to 1.
    """

    ndcg: float
    precision: float


def score_ranking(groups: Iterable[Sequence[str]], judged: Mapping[str, Judgement]) -> Score:
    """Score a ranking over the judged tracks; others are passed over as if they were not there.

    Args:
        groups: keys of tracks, best first; keys in one group are tied, and score what they would on average
            over all orders.
        judged: judgement by key; tracks that are in no group come last, tied.
    """
    gains: list[float] = []
    left = {key for key, judgement in judged.items() if judgement is not Judgement.MAYBE}
    positives = sum(judged[key] is Judgement.YES for key in left)
    for group in groups:
        counted = [key for key in group if key in left]
        left.difference_update(counted)
        gains += _tied(counted, judged)
        if len(gains) >= NDCG_DEPTH:
            break
    gains += _tied(sorted(left), judged)
    return _score(gains, positives)


def chance(judged: Mapping[str, Judgement]) -> Score:
    """Return the exact expectation over all orders of the judged tracks."""
    return score_ranking([], judged)


def interval(values: Sequence[float], clusters: Sequence[str] | None = None) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a mean.

    Args:
        values: what the mean is of.
        clusters: of each value; whole clusters are resampled, because prompts of one category stand or fall
            together. Without them every value stands for itself.
    """
    low, high = np.percentile(_resampled_means([values], clusters)[:, 0], [2.5, 97.5])
    return float(low), float(high)


def summary(values: Sequence[float], clusters: Sequence[str] | None = None) -> dict[str, float | list[float]]:
    """Return mean and interval, rounded."""
    return {
        "mean": round(float(np.mean(values)), 4),
        "interval95": [round(edge, 4) for edge in interval(values, clusters)],
    }


def ratio_summary(
    ones: Sequence[float], others: Sequence[float], clusters: Sequence[str]
) -> dict[str, float | list[float]]:
    """Return the ratio of two means over the same prompts and its 95 % bootstrap interval, rounded."""
    means = _resampled_means([ones, others], clusters)
    low, high = np.percentile(means[:, 0] / means[:, 1], [2.5, 97.5])
    return {
        "mean": round(float(np.mean(ones) / np.mean(others)), 4),
        "interval95": [round(float(low), 4), round(float(high), 4)],
    }


def _resampled_means(
    columns: Sequence[Sequence[float]], clusters: Sequence[str] | None
) -> npt.NDArray[np.float64]:
    """Return [resamples, columns]; all columns are resampled alike."""
    values = np.asarray(columns, dtype=np.float64).T
    _, members = np.unique(np.arange(len(values)) if clusters is None else clusters, return_inverse=True)
    counts = np.bincount(members).astype(np.float64)
    sums = np.stack([np.bincount(members, weights=column) for column in values.T], axis=1)
    drawn = np.random.default_rng(_SEED).integers(0, len(counts), (RESAMPLES, len(counts)))
    means: npt.NDArray[np.float64] = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1, keepdims=True)
    return means


def _tied(keys: Sequence[str], judged: Mapping[str, Judgement]) -> list[float]:
    if not keys:
        return []
    share = sum(judged[key] is Judgement.YES for key in keys) / len(keys)
    return [share] * len(keys)


def _score(gains: Sequence[float], positives: int) -> Score:
    ideal = sum(_discount(place) for place in range(min(positives, NDCG_DEPTH)))
    found = sum(gain * _discount(place) for place, gain in enumerate(gains[:NDCG_DEPTH]))
    return Score(
        ndcg=found / ideal if ideal else 0.0, precision=sum(gains[:PRECISION_DEPTH]) / PRECISION_DEPTH
    )


def _discount(place: int) -> float:
    return 1 / math.log2(place + 2)
