"""How sure a figure is: bootstrap over the runs of several seeds and over the queries.

Two things vary between what was measured and what would be measured again: the training run and the queries.
Both are drawn anew for each resample (the same queries for every run, since every run was asked the same), so
an interval over three seeds is as wide as three seeds make it. The candidates of a pool are not resampled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from temptrack.errors import InvalidRequest
from temptrack_train.evaluation.metrics import RECALL_DEPTHS
from temptrack_train.evaluation.protocol import PooledRanks

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.float64]
"""How often each query counts; float64, since products of whole numbers are slow."""

RESAMPLES = 1000
LEVEL_PERCENT = 95

FIGURES = ("median_rank", *(f"r{depth}" for depth in RECALL_DEPTHS))
"""Names of the figures; a direction goes before them wherever they are stored."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval.

    Attributes:
        value: the mean over runs and pools.
        low: lower end of the 95 % interval.
        high: upper end of it.
    """

    value: float
    low: float
    high: float

    def overlaps(self, other: "Estimate") -> bool:
        """Tell whether two intervals share a point."""
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True, slots=True)
class Resamples:
    """The figures of a system as measured, and of every resample. All systems share their resamples.

    Attributes:
        shape: number of queries of each pool of each run.
        measured: [figures].
        samples: [resamples, figures].
    """

    shape: Sequence[Sequence[int]]
    measured: Array
    samples: Array

    def estimates(self) -> dict[str, Estimate]:
        """Return every figure with its interval."""
        return _summarise(self.measured, self.samples)

    def gains_over(self, base: "Resamples") -> dict[str, Estimate]:
        """Return by how much each figure exceeds that of another system on the same queries.

        Runs of equal position share their seed and are resampled together, and so are queries: what varies
        alike in both systems drops out.

        Raises:
            InvalidRequest: the systems differ in their number of runs, of pools or of queries.
        """
        if self.shape != base.shape:
            raise InvalidRequest(
                f"Runs, pools and queries of two systems differ: {self.shape} and {base.shape}.",
                reason="RUNS_NOT_PAIRED",
                hint="Compare systems that were evaluated with the same seeds, split and pools.",
            )
        return _summarise(self.measured - base.measured, self.samples - base.samples)


def resample(runs: Sequence[PooledRanks], seed: int = 0) -> Resamples:
    """Return the figures of a system, and what they might have been.

    Args:
        runs: the same queries ranked by the runs of several seeds, at least one.
        seed: of the resampling; systems that are compared must share it.
    """
    pools = runs[0].pools
    once = [np.ones((1, len(pool.above))) for pool in pools]
    draws = [_draws(len(pool.above), seed, number) for number, pool in enumerate(pools)]
    measured = np.stack([_figures(run, once) for run in runs], axis=1)
    of_runs = np.stack([_figures(run, draws) for run in runs], axis=1)
    chosen = np.random.default_rng([seed, len(runs)]).integers(0, len(runs), (RESAMPLES, len(runs)))
    samples = np.take_along_axis(of_runs, chosen[:, :, None], axis=1)
    return Resamples(
        shape=[[len(pool.above) for pool in run.pools] for run in runs],
        measured=measured[0].mean(axis=0),
        samples=samples.mean(axis=1),
    )


@lru_cache(maxsize=16)
def _draws(queries: int, seed: int, number: int) -> Counts:
    """Return how often each query is drawn in each resample of a pool, [resamples, queries]."""
    generator = np.random.default_rng([seed, queries, number])
    drawn = generator.multinomial(queries, np.full(queries, 1 / queries), size=RESAMPLES)
    return drawn.astype(np.float64)


def _figures(run: PooledRanks, draws: Sequence[Counts]) -> Array:
    """Return the mean over pools of each figure in each resample, [resamples, figures]."""
    each = [
        np.column_stack(
            [
                _medians(pool.middle, counts),
                *(100 * counts @ pool.found_within(depth) / len(pool.above) for depth in RECALL_DEPTHS),
            ]
        )
        for pool, counts in zip(run.pools, draws, strict=True)
    ]
    mean: Array = np.mean(each, axis=0)
    return mean


def _medians(values: Array, counts: Counts) -> Array:
    """Return the median of values that count as often as drawn, [resamples]."""
    order = np.argsort(values)
    below = np.cumsum(counts[:, order], axis=1)
    drawn = len(values)
    low, high = ((below <= place).sum(axis=1) for place in ((drawn - 1) // 2, drawn // 2))
    ordered = values[order]
    middle: Array = (ordered[low] + ordered[high]) / 2
    return middle


def _summarise(figures: Array, samples: Array) -> dict[str, Estimate]:
    tail = (100 - LEVEL_PERCENT) / 2
    low, high = np.percentile(samples, [tail, 100 - tail], axis=0)
    return {
        name: Estimate(float(figures[column]), float(low[column]), float(high[column]))
        for column, name in enumerate(FIGURES)
    }
