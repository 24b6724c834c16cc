"""nDCG@10 and precision@5 over judged tracks, what chance would give exactly, and intervals over prompts."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
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


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a mean, resampling the values."""
    samples = np.asarray(values, dtype=np.float64)
    generator = np.random.default_rng(_SEED)
    means = samples[generator.integers(0, len(samples), (RESAMPLES, len(samples)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def summary(values: Sequence[float]) -> dict[str, float | list[float]]:
    """Return mean and interval, rounded."""
    return {
        "mean": round(float(np.mean(values)), 4),
        "interval95": [round(edge, 4) for edge in interval(values)],
    }


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
