"""How sure a figure is: bootstrap over the runs of several seeds and over the queries.

Two things vary between what was measured and what would be measured again: the training run and the queries.
Both are drawn anew for each resample (the same queries for every run, since every run was asked the same), so
an interval over three seeds is as wide as three seeds make it. The candidates of a pool are not resampled.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from temptrack.errors import InvalidRequest
from temptrack_train.evaluation.metrics import RECALL_DEPTHS
from temptrack_train.evaluation.protocol import PooledRanks

RESAMPLES = 1000
LEVEL_PERCENT = 95

MEDIAN_RANK = "median_rank"
FIGURES = (MEDIAN_RANK, *(f"r{depth}" for depth in RECALL_DEPTHS))
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


def estimate(runs: Sequence[PooledRanks], seed: int = 0) -> dict[str, Estimate]:
    """Return every figure with its interval.

    Args:
        runs: the same queries ranked by the runs of several seeds, at least one.
        seed: of the resampling.
    """
    values = _stack(runs)
    samples = _resample([values], seed, lambda figures: figures[0])
    return _summarise(_figures(values), samples)


def estimate_gain(
    runs: Sequence[PooledRanks], base: Sequence[PooledRanks], seed: int = 0
) -> dict[str, Estimate]:
    """Return by how much each figure exceeds that of another system on the same queries, with its interval.

    Runs of equal position share their seed and are resampled together, and so are queries: what varies alike
    in both systems drops out.

    Args:
        runs: of the system in question.
        base: of the system it is compared with, one for each run.
        seed: of the resampling.

    Raises:
        InvalidRequest: the systems differ in their number of runs, of pools or of queries.
    """
    ours, theirs = _stack(runs), _stack(base)
    if ours.shape != theirs.shape:
        raise InvalidRequest(
            f"Runs, pools and queries of two systems differ: {ours.shape[:3]} and {theirs.shape[:3]}.",
            reason="RUNS_NOT_PAIRED",
            hint="Compare systems that were evaluated with the same seeds, split and pools.",
        )
    samples = _resample([ours, theirs], seed, lambda figures: figures[0] - figures[1])
    return _summarise(_figures(ours) - _figures(theirs), samples)


def _stack(runs: Sequence[PooledRanks]) -> npt.NDArray[np.float64]:
    """Per query the rank and the chance to be found, [runs, pools, queries, figures]."""
    return np.array(
        [
            [
                np.stack([pool.middle, *(pool.found_within(depth) for depth in RECALL_DEPTHS)], axis=-1)
                for pool in run.pools
            ]
            for run in runs
        ]
    )


def _figures(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Median rank of each pool and recall in percent, averaged over pools and runs, [figures]."""
    ranks = np.median(values[..., 0], axis=-1).mean()
    recall = 100 * values[..., 1:].mean(axis=(0, 1, 2))
    return np.concatenate([[ranks], recall])


def _resample(
    systems: Sequence[npt.NDArray[np.float64]],
    seed: int,
    combine: Callable[[list[npt.NDArray[np.float64]]], npt.NDArray[np.float64]],
) -> npt.NDArray[np.float64]:
    runs, pools, queries, _ = systems[0].shape
    generator = np.random.default_rng(seed)
    rows = np.arange(pools)[:, None]
    samples = []
    for _ in range(RESAMPLES):
        chosen_runs = generator.integers(0, runs, runs)
        chosen = generator.integers(0, queries, (pools, queries))
        samples.append(combine([_figures(values[chosen_runs][:, rows, chosen]) for values in systems]))
    return np.array(samples)


def _summarise(figures: npt.NDArray[np.float64], samples: npt.NDArray[np.float64]) -> dict[str, Estimate]:
    tail = (100 - LEVEL_PERCENT) / 2
    low, high = np.percentile(samples, [tail, 100 - tail], axis=0)
    return {
        name: Estimate(float(figures[column]), float(low[column]), float(high[column]))
        for column, name in enumerate(FIGURES)
    }
