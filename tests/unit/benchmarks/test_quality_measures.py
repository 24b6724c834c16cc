import itertools
import statistics
from collections import Counter

import pytest
from benchmarks.page import README
from benchmarks.quality.keyword_search import KeywordSearch
from benchmarks.quality.labels import Judgement, Labels, MusicFile, read_questions
from benchmarks.quality.measures import chance, interval, score_ranking
from benchmarks.quality.page import with_tables

from fetch_debian_music import PACKAGES

YES, NO, MAYBE = Judgement.YES, Judgement.NO, Judgement.MAYBE


def test_a_perfect_ranking_scores_one_and_its_reverse_is_worse() -> None:
    judged = {"a": YES, "b": YES, "c": NO, "d": NO}
    best = score_ranking([("a",), ("b",), ("c",), ("d",)], judged)
    worst = score_ranking([("d",), ("c",), ("b",), ("a",)], judged)
    assert best.ndcg == pytest.approx(1.0)
    assert best.precision == pytest.approx(2 / 5)
    assert worst.ndcg < best.ndcg


def test_ndcg_of_one_late_hit_is_its_discount() -> None:
    judged = {"a": NO, "b": YES, "c": NO}
    # 1 / log2(2 + 1): found at the second place, where the ideal has it at the first.
    assert score_ranking([("a",), ("b",), ("c",)], judged).ndcg == pytest.approx(0.63093, abs=1e-5)


def test_tracks_nobody_judged_are_passed_over() -> None:
    judged = {"a": YES, "b": NO, "x": MAYBE}
    with_others = score_ranking([("x",), ("unknown",), ("a",), ("b",)], judged)
    assert with_others == score_ranking([("a",), ("b",)], judged)


def test_chance_is_the_mean_over_all_orders() -> None:
    judged = {"a": YES, "b": YES, "c": NO, "d": NO, "e": NO, "f": NO}
    orders = [score_ranking([(key,) for key in order], judged) for order in itertools.permutations(judged)]
    assert chance(judged).ndcg == pytest.approx(statistics.fmean(score.ndcg for score in orders))
    assert chance(judged).precision == pytest.approx(statistics.fmean(score.precision for score in orders))


def test_ties_score_the_mean_over_their_orders() -> None:
    judged = {"a": YES, "b": NO, "c": NO}
    orders = [score_ranking([("c",), *((key,) for key in order)], judged).ndcg for order in ("ab", "ba")]
    assert score_ranking([("c",), ("a", "b")], judged).ndcg == pytest.approx(statistics.fmean(orders))


def test_the_interval_of_a_mean_holds_it_and_narrows_with_more_values() -> None:
    few, many = [0.0, 1.0] * 5, [0.0, 1.0] * 50
    (low, high), (lower, higher) = interval(many), interval(few)
    assert lower < low < 0.5 < high < higher
    assert interval(few) == interval(few)


def test_keyword_search_ranks_rare_words_above_common_ones_and_leaves_out_the_rest() -> None:
    search = KeywordSearch(
        {"a": "music dark caves", "b": "music forest", "c": "music meadow", "d": "silence"}
    )
    assert search.rank("music for a dark cave") == [["a"], ["b", "c"]]


def test_labels_and_prompts_speak_of_the_same_categories() -> None:
    labels = Labels()
    assert {question.category for question in read_questions()} == set(labels.kinds)
    assert {"mood", "genre", "instrument", "use"} == set(labels.kinds.values())
    counts = Counter(question.category for question in read_questions())
    assert len(counts) >= 25
    assert set(counts.values()) == {4}
    assert labels.packages == {package.name for package in PACKAGES}


def test_a_track_keeps_what_its_group_says_where_it_says_nothing_itself() -> None:
    track = MusicFile("wesnoth-1.16-music", "usr/share/music/sad.ogg", False)
    other = MusicFile("wesnoth-1.16-music", "usr/share/music/knolls.ogg", False)
    judged = Labels().judge([track, other])
    assert {judged["orchestral"][one.key] for one in (track, other)} == {YES}
    assert [judged["sad"][one.key] for one in (track, other)] == [YES, MAYBE]
    assert [judged["metal"][one.key] for one in (track, other)] == [NO, NO]


def test_what_is_calm_is_not_energetic_where_nothing_else_says_so() -> None:
    calm = MusicFile("naev-data", "usr/share/naev/dat/snd/music/peace1.ogg", False)
    unknown = MusicFile("naev-data", "usr/share/naev/dat/snd/music/dvaered1.ogg", False)
    judged = Labels().judge([calm, unknown])
    assert [judged["calm"][track.key] for track in (calm, unknown)] == [YES, MAYBE]
    assert [judged["epic"][track.key] for track in (calm, unknown)] == [NO, MAYBE]


def test_the_page_says_what_the_results_say() -> None:
    page = README.read_text(encoding="utf-8")
    assert page == with_tables(page)
