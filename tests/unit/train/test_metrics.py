import numpy as np
import numpy.typing as npt
import pytest

from temptrack.errors import InvalidRequest, NotReady
from temptrack_train.evaluation.intervals import FIGURES, resample
from temptrack_train.evaluation.metrics import beyond_the_pair, chance, hubness, measure, ndcg, top_shares
from temptrack_train.evaluation.protocol import disjoint_pools, rank_in_pools
from temptrack_train.evaluation.ranks import rank_pairs, rank_truths, unit_rows

Array = npt.NDArray[np.float64]


def noisy_pairs(count: int, noise: float, seed: int = 0) -> tuple[Array, Array]:
    generator = np.random.default_rng(seed)
    music = unit_rows(generator.standard_normal((count, 16)))
    return music + noise * generator.standard_normal(music.shape), music


def test_the_chance_row_is_the_papers() -> None:
    tracks, clips = chance(2000), chance(500)
    assert (tracks.median_rank, clips.median_rank) == (1000.5, 250.5)
    assert tracks.recall == {1: 0.05, 5: 0.25, 10: 0.5}
    assert clips.recall == {1: 0.2, 5: 1.0, 10: 2.0}


def test_every_name_says_which_way_was_searched() -> None:
    ranks = rank_truths(np.eye(20), np.arange(20))
    assert measure(ranks).named("video_text_to_music") == {
        "video_text_to_music_median_rank": 1.0,
        "video_text_to_music_r1": 100.0,
        "video_text_to_music_r5": 100.0,
        "video_text_to_music_r10": 100.0,
    }


def test_a_model_that_says_the_same_to_everyone_scores_what_chance_scores() -> None:
    same = np.ones((40, 8))
    assert measure(rank_pairs(same, same)) == chance(40)


def test_a_model_that_knows_the_answer_finds_it_first() -> None:
    queries, music = noisy_pairs(50, 0.0)
    assert measure(rank_pairs(queries, music)).recall[1] == 100.0


def test_a_score_that_is_not_a_number_is_refused_instead_of_ranked_first() -> None:
    scores = np.eye(3)
    scores[1, 1] = np.nan
    with pytest.raises(InvalidRequest, match="1 of 9 scores") as refused:
        rank_truths(scores, np.arange(3))
    assert refused.value.reason == "SCORES_NOT_FINITE"


def test_queries_without_their_track_are_refused() -> None:
    with pytest.raises(InvalidRequest) as refused:
        rank_pairs(np.ones((3, 4)), np.ones((2, 4)))
    assert refused.value.reason == "PAIRS_COUNT"


def test_a_pool_larger_than_the_split_is_refused_with_the_number_that_fits() -> None:
    with pytest.raises(NotReady) as refused:
        disjoint_pools(99, 100, 0)
    assert refused.value.reason == "POOL_TOO_LARGE"
    assert "--pool-size 99" in refused.value.hint


def test_smaller_pools_are_easier_and_the_full_pool_is_the_hardest() -> None:
    queries, music = noisy_pairs(400, 0.6)
    small = rank_in_pools(queries, music, pool_size=50, seed=1)
    large = rank_in_pools(queries, music, pool_size=200, seed=1)
    assert small.mean().recall[10] > large.mean().recall[10] > measure(large.full).recall[10]
    assert [len(small.pools), len(large.pools)] == [8, 2]
    assert small.spread().recall[10] > 0


def test_what_does_not_fill_a_pool_counts_in_the_full_pool() -> None:
    queries, music = noisy_pairs(110, 0.3)
    ranks = rank_in_pools(queries, music, pool_size=50, seed=1)
    assert len(ranks.pools) == 2
    assert ranks.full.pool_size == len(ranks.full.above) == 110


def test_an_interval_holds_its_figure_and_a_better_system_lies_outside_it() -> None:
    good = [rank_in_pools(*noisy_pairs(400, 0.4, seed), pool_size=200, seed=3) for seed in (1, 2)]
    poor = [rank_in_pools(*noisy_pairs(400, 0.8, seed), pool_size=200, seed=3) for seed in (1, 2)]
    of_good, of_poor = resample(good).estimates(), resample(poor).estimates()
    for name in FIGURES:
        assert of_good[name].low <= of_good[name].value <= of_good[name].high
        assert not of_good[name].overlaps(of_poor[name])
    assert of_good["r10"].value == pytest.approx(np.mean([run.mean().recall[10] for run in good]))
    gain = resample(good).gains_over(resample(poor))["r10"]
    assert gain.low > 0
    assert gain.value == pytest.approx(of_good["r10"].value - of_poor["r10"].value)


def test_a_system_gains_nothing_on_itself() -> None:
    runs = [rank_in_pools(*noisy_pairs(100, 0.8), pool_size=50, seed=3)]
    gain = resample(runs).gains_over(resample(runs))
    assert {(one.value, one.low, one.high) for one in gain.values()} == {(0.0, 0.0, 0.0)}


def test_systems_of_different_pools_cannot_be_compared() -> None:
    pairs = noisy_pairs(100, 0.8)
    few, many = (resample([rank_in_pools(*pairs, pool_size=size, seed=3)]) for size in (50, 25))
    with pytest.raises(InvalidRequest) as refused:
        few.gains_over(many)
    assert refused.value.reason == "RUNS_NOT_PAIRED"


def test_a_fitting_wrong_track_counts_for_something_in_ndcg() -> None:
    relevance = np.array([[1.0, 0.8, 0.0, 0.0]])
    right, fitting, wrong = (
        ndcg(np.array([row]), relevance, depth=1)[0]
        for row in ([4.0, 3.0, 2.0, 1.0], [3.0, 4.0, 2.0, 1.0], [2.0, 3.0, 4.0, 1.0])
    )
    assert (right, fitting, wrong) == (1.0, pytest.approx(0.8), 0.0)


def test_a_track_that_answers_every_query_is_a_hub() -> None:
    generator = np.random.default_rng(0)
    scores = generator.standard_normal((60, 60))
    even = hubness(top_shares(scores, 5).sum(axis=0))
    scores[:, 0] += 10
    hubs = hubness(top_shares(scores, 5).sum(axis=0))
    assert hubs.skew > even.skew + 2
    assert hubness(np.full(10, 3.0)).skew == 0.0
    assert hubness(np.array([5.0, 0.0, 0.0, 0.0])).never_share == 0.75


def test_graded_relevance_is_left_out_where_nobody_knows_it() -> None:
    queries, music = noisy_pairs(30, 0.5)
    without, hubs = beyond_the_pair(queries, music, None)
    known, same_hubs = beyond_the_pair(queries, music, lambda rows: np.eye(30)[rows])
    assert without is None
    assert known is not None
    assert 0.2 < known <= 1.0
    assert hubs == same_hubs
