"""Metrics against a reference that is too slow and too plain to be wrong: it tries every order of ties."""

import itertools
import math
import statistics

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as of_numpy

from temptrack_train.evaluation.metrics import measure, ndcg, top_shares
from temptrack_train.evaluation.protocol import disjoint_pools
from temptrack_train.evaluation.ranks import rank_truths

Array = npt.NDArray[np.float64]

# Few distinct values, so that most examples have ties.
scores = of_numpy.arrays(np.float64, (3, 5), elements=st.integers(0, 3).map(float))
relevance = of_numpy.arrays(np.float64, (3, 5), elements=st.integers(0, 4).map(lambda value: value / 4))
truths = of_numpy.arrays(np.int64, 3, elements=st.integers(0, 4))


def orders(row: Array) -> list[tuple[int, ...]]:
    """Return every order of the candidates in which no higher score comes after a lower one."""
    return [
        order
        for order in itertools.permutations(range(len(row)))
        if all(row[one] >= row[other] for one, other in itertools.pairwise(order))
    ]


@given(scores=scores, truths=truths, depth=st.integers(1, 6))
def test_rank_and_recall_are_the_mean_over_every_order_of_ties(
    scores: Array, truths: npt.NDArray[np.int64], depth: int
) -> None:
    ranks = rank_truths(scores, truths)
    for query, (row, truth) in enumerate(zip(scores, truths, strict=True)):
        places = [order.index(truth) + 1 for order in orders(row)]
        assert ranks.middle[query] == pytest.approx(statistics.fmean(places))
        found = statistics.fmean(place <= depth for place in places)
        assert ranks.found_within(depth)[query] == pytest.approx(found)


@given(scores=scores, relevance=relevance, depth=st.integers(1, 6))
def test_ndcg_is_the_mean_over_every_order_of_ties(scores: Array, relevance: Array, depth: int) -> None:
    def gain(order: tuple[int, ...], gains: Array) -> float:
        return math.fsum(gains[item] / math.log2(place + 2) for place, item in enumerate(order[:depth]))

    expected = []
    for row, gains in zip(scores, relevance, strict=True):
        ideal = max(gain(order, gains) for order in itertools.permutations(range(5)))
        if ideal > 0:
            expected.append(statistics.fmean(gain(order, gains) for order in orders(row)) / ideal)
    assert list(ndcg(scores, relevance, depth)) == pytest.approx(expected)


@given(scores=scores, depth=st.integers(1, 5))
def test_the_first_places_are_shared_among_ties(scores: Array, depth: int) -> None:
    shares = top_shares(scores, depth)
    assert shares.sum(axis=1) == pytest.approx(depth)
    for row, found in zip(scores, shares, strict=True):
        every = orders(row)
        for item in range(5):
            assert found[item] == pytest.approx(statistics.fmean(item in order[:depth] for order in every))


@given(scores=scores, truths=truths, order=st.permutations(range(5)))
def test_the_order_of_candidates_changes_nothing(
    scores: Array, truths: npt.NDArray[np.int64], order: list[int]
) -> None:
    places = np.argsort(order)
    assert measure(rank_truths(scores[:, order], places[truths])) == measure(rank_truths(scores, truths))


@given(scores=scores, truths=truths, shift=st.integers(1, 5))
def test_raising_the_truth_never_hurts(scores: Array, truths: npt.NDArray[np.int64], shift: int) -> None:
    raised = scores.copy()
    raised[np.arange(3), truths] += shift
    before, after = measure(rank_truths(scores, truths)), measure(rank_truths(raised, truths))
    assert after.median_rank <= before.median_rank
    assert all(after.recall[depth] >= before.recall[depth] for depth in before.recall)


@given(count=st.integers(1, 200), size=st.integers(1, 50), seed=st.integers(0, 9))
def test_pools_are_disjoint_and_leave_less_than_a_pool(count: int, size: int, seed: int) -> None:
    assume(count >= size)
    pools = disjoint_pools(count, size, seed)
    members = [int(item) for pool in pools for item in pool]
    assert len(members) == len(set(members)) == size * (count // size)
    assert set(members) <= set(range(count))
    assert all(
        (one == other).all() for one, other in zip(pools, disjoint_pools(count, size, seed), strict=True)
    )
