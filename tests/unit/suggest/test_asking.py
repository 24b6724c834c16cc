import threading
from dataclasses import replace
from fractions import Fraction
from functools import partial

import numpy as np
import pytest

from support.fake_bundle import FakeBundle
from support.suggesters import LIBRARY, make_picture, unit_rows
from temptrack.suggest.asking import AGAINST_WEIGHT, QueryEmbedder, RecentlyUsed, unit, weighted_rows
from temptrack.suggest.types import PromptReading, Query

BUNDLE = FakeBundle()
PICTURE = make_picture(BUNDLE)
CALM = BUNDLE.encode_text(["calm"])[0]
REFERENCE = unit_rows(1, BUNDLE.embed_dim, seed=9)[0]


def ask(
    query: Query, reading: PromptReading | None = None, *, reference: bool = False
) -> tuple[list[float], float]:
    asked = QueryEmbedder(BUNDLE).ask(
        query, reading or PromptReading(wanted=query.prompt), REFERENCE if reference else None
    )
    assert np.linalg.norm(asked.embedding) == pytest.approx(1.0, abs=1e-5)
    return [float(value) for value in asked.embedding], asked.text_weight


def near(vector: object) -> object:
    return pytest.approx([float(value) for value in np.asarray(vector)], abs=1e-5)


def test_words_alone_are_the_words_whatever_the_slider_says() -> None:
    assert ask(Query(library=LIBRARY, prompt="calm", text_weight=0.1)) == (near(CALM), 1.0)


def test_picture_alone_has_no_share_of_words() -> None:
    expected = BUNDLE.embed_query(weighted_rows(PICTURE), None, 0.0)
    assert ask(Query(library=LIBRARY, picture=PICTURE, text_weight=0.9)) == (near(expected), 0.0)


def test_a_reference_alone_is_the_query() -> None:
    assert ask(Query(library=LIBRARY, reference_track_id="x"), reference=True) == (near(REFERENCE), 0.0)


@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_words_and_reference_share_by_the_slider(weight: float) -> None:
    query = Query(library=LIBRARY, prompt="calm", reference_track_id="x", text_weight=weight)
    expected = unit(((1 - weight) * REFERENCE + weight * CALM).astype(np.float32))
    assert ask(query, reference=True) == (near(expected), weight)


def test_picture_and_reference_share_equally() -> None:
    picture = BUNDLE.embed_query(weighted_rows(PICTURE), None, 0.0)
    query = Query(library=LIBRARY, picture=PICTURE, reference_track_id="x")
    assert ask(query, reference=True)[0] == near(unit(picture + REFERENCE))


def test_with_all_three_words_of_full_weight_are_alone() -> None:
    query = Query(library=LIBRARY, prompt="calm", picture=PICTURE, reference_track_id="x", text_weight=1.0)
    assert ask(query, reference=True)[0] == near(CALM)


def test_unknown_unwanted_words_are_subtracted_by_the_share_of_words() -> None:
    reading = PromptReading(wanted="calm", excluded_words=("dubstep",), unknown_words=("dubstep",))
    against = BUNDLE.encode_text(["dubstep"])[0]
    query = Query(library=LIBRARY, prompt="calm, no dubstep")
    assert ask(query, reading)[0] == near(unit(CALM - np.float32(AGAINST_WEIGHT) * against))
    seen = replace(query, picture=PICTURE, text_weight=0.0)
    assert ask(seen, reading)[0] == near(BUNDLE.embed_query(weighted_rows(PICTURE), None, 0.0))


def test_only_unwanted_words_look_the_other_way() -> None:
    reading = PromptReading(wanted="", excluded_words=("drums",), excluded_tags=("drums",))
    expected = -BUNDLE.encode_text(["drums"])[0]
    assert ask(Query(library=LIBRARY, prompt="no drums"), reading) == (near(expected), 1.0)


def test_segments_are_repeated_in_proportion_to_their_length() -> None:
    first, second = make_picture(BUNDLE, count=2)
    lengths = (replace(first, duration_s=Fraction(10)), replace(second, duration_s=Fraction(2)))
    rows = weighted_rows(lengths)
    assert len(rows) == 12
    np.testing.assert_array_equal(rows[:10], np.repeat(first.features.values[None], 10, axis=0))
    np.testing.assert_array_equal(rows[10:], np.repeat(second.features.values[None], 2, axis=0))


def test_equal_segments_stay_one_row_each_and_tiny_ones_are_not_lost() -> None:
    first, second = make_picture(BUNDLE, count=2)
    equal = (replace(first, duration_s=Fraction(10)), replace(second, duration_s=Fraction(10)))
    assert len(weighted_rows(equal)) == 2
    tiny = (equal[0], replace(second, duration_s=Fraction(1, 24)))
    assert len(weighted_rows(tiny)) == 11


def test_hours_of_picture_stay_within_bounds() -> None:
    segment = make_picture(BUNDLE, count=1)[0]
    picture = [replace(segment, duration_s=Fraction(10 + index % 2)) for index in range(3000)]
    assert len(weighted_rows(picture)) <= 6000


def test_memory_is_bounded_and_forgets_the_longest_unused() -> None:
    memory: RecentlyUsed[str, int] = RecentlyUsed(2)
    made: list[str] = []

    def make(key: str) -> int:
        made.append(key)
        return len(made)

    for key in ("a", "b", "a", "c", "a", "b"):
        memory.get(key, partial(make, key))
    assert made == ["a", "b", "c", "b"]


def test_memory_can_be_shared_between_threads() -> None:
    memory: RecentlyUsed[int, int] = RecentlyUsed(8)
    wrong: list[int] = []

    def work() -> None:
        for key in list(range(16)) * 50:
            if memory.get(key, partial(pow, key, 2)) != key * key:
                wrong.append(key)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
