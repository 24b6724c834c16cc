"""The paper's protocol: pools of a fixed size, seeded and disjoint, beside the full pool.

The paper ranks within N = 2000 whole tracks or N = 500 clips and does not say how its pools were drawn. Here
they are disjoint parts of a seeded shuffle, so that no query counts twice; what is left over after the last
full pool counts in the full pool only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from temptrack.errors import NotReady
from temptrack_train.evaluation.metrics import RECALL_DEPTHS, RetrievalMetrics, measure
from temptrack_train.evaluation.ranks import Embeddings, TruthRanks, rank_pairs

TRACK_POOL = 2000
CLIP_POOL = 500


@dataclass(frozen=True, slots=True)
class PooledRanks:
    """Ranks of the same queries within pools and within everything.

    Attributes:
        pools: one entry a pool, all of the same size.
        full: every query against every candidate.
    """

    pools: Sequence[TruthRanks]
    full: TruthRanks

    def mean(self) -> RetrievalMetrics:
        """Return the mean of each figure over the pools."""
        each = [measure(pool) for pool in self.pools]
        return RetrievalMetrics(
            median_rank=float(np.mean([one.median_rank for one in each])),
            recall={depth: float(np.mean([one.recall[depth] for one in each])) for depth in RECALL_DEPTHS},
            pool_size=each[0].pool_size,
        )

    def spread(self) -> RetrievalMetrics:
        """Return the standard deviation of each figure over the pools; 0 with one pool."""
        each = [measure(pool) for pool in self.pools]
        ddof = 1 if len(each) > 1 else 0
        return RetrievalMetrics(
            median_rank=float(np.std([one.median_rank for one in each], ddof=ddof)),
            recall={
                depth: float(np.std([one.recall[depth] for one in each], ddof=ddof))
                for depth in RECALL_DEPTHS
            },
            pool_size=each[0].pool_size,
        )


def disjoint_pools(count: int, pool_size: int, seed: int) -> list[npt.NDArray[np.int64]]:
    """Split items into as many disjoint pools as fit.

    Args:
        count: how many items there are.
        pool_size: items of one pool.
        seed: of the shuffle; systems that are compared must share it.

    Returns:
        The members of each pool, ascending.

    Raises:
        NotReady: there are fewer items than one pool takes.
    """
    if count < pool_size:
        raise NotReady(
            f"A pool of {pool_size} was asked for, but the split holds {count} items.",
            reason="POOL_TOO_LARGE",
            hint=f"Give --pool-size {count} or less, or a larger test split.",
        )
    order = np.random.default_rng(seed).permutation(count)
    return [np.sort(order[start : start + pool_size]) for start in range(0, count - pool_size + 1, pool_size)]


def rank_in_pools(queries: Embeddings, candidates: Embeddings, *, pool_size: int, seed: int) -> PooledRanks:
    """Rank true pairs within seeded disjoint pools and within the full pool.

    Args:
        queries: [count, embed_dim].
        candidates: [count, embed_dim]; row i is the truth of query i.
        pool_size: candidates of one pool.
        seed: of the pools.

    Raises:
        NotReady: fewer items than one pool takes.
        InvalidRequest: an embedding is not finite, or the counts differ.
    """
    pools = disjoint_pools(len(queries), pool_size, seed)
    return PooledRanks(
        pools=[rank_pairs(queries[pool], candidates[pool]) for pool in pools],
        full=rank_pairs(queries, candidates),
    )
