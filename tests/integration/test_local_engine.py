"""The local engine over libraries on disk."""

from fractions import Fraction

import pytest

from support.fake_bundle import FakeBundle
from support.stored_library import record_of, store_rows
from support.suggesters import LIBRARY, make_engine, make_picture, make_rows
from temptrack.errors import NotFound, NotReady
from temptrack.library.store import delete_library
from temptrack.suggest.engine import engine_for
from temptrack.suggest.types import Query

BUNDLE = FakeBundle()
ROWS = make_rows(BUNDLE)


def test_a_library_on_disk_answers_like_one_in_memory() -> None:
    store_rows(LIBRARY, reversed(ROWS), BUNDLE)
    query = Query(
        library=LIBRARY,
        prompt="morning piano, no drums",
        picture=make_picture(BUNDLE),
        scope_s=Fraction(60),
        limit=12,
    )
    stored, memory = engine_for(BUNDLE).suggest(query), make_engine(BUNDLE).suggest(query)
    assert stored.considered == memory.considered > 0
    assert [one.track.id for one in stored.suggestions] == [one.track.id for one in memory.suggestions]
    for one, other in zip(stored.suggestions, memory.suggestions, strict=True):
        # Vectors are stored in half precision.
        assert one.score == pytest.approx(other.score, abs=2e-3)
        assert one.excerpt.start_s == pytest.approx(other.excerpt.start_s, abs=0.01)
        assert one.fit.method is other.fit.method
    assert stored.query_digest == memory.query_digest


def test_the_same_question_is_answered_equally_by_a_fresh_engine() -> None:
    store_rows(LIBRARY, ROWS, BUNDLE)
    query = Query(library=LIBRARY, prompt="calm sea", picture=make_picture(BUNDLE), scope_s=Fraction(60))
    assert engine_for(BUNDLE).suggest(query) == engine_for(FakeBundle()).suggest(query)


def test_tracks_added_by_another_process_are_found_by_the_next_query() -> None:
    store = store_rows(LIBRARY, ROWS[:3], BUNDLE)
    engine = engine_for(BUNDLE)
    query = Query(library=LIBRARY, prompt="calm", limit=12)
    before = engine.suggest(query)
    store.insert([record_of(row) for row in ROWS[3:]])
    after = engine.suggest(query)
    assert (before.considered, after.considered) == (3, 12)
    assert after.library.version > before.library.version
    assert after.library.digest != before.library.digest


def test_a_library_that_is_gone_or_made_anew_is_noticed() -> None:
    store_rows(LIBRARY, ROWS, BUNDLE)
    engine = engine_for(BUNDLE)
    query = Query(library=LIBRARY, prompt="calm", scope_s=Fraction(20), limit=12)
    assert engine.suggest(query).considered == 12
    delete_library(LIBRARY)
    with pytest.raises(NotFound):
        engine.suggest(query)
    store_rows(LIBRARY, ROWS[:2], BUNDLE)
    assert engine.suggest(query).considered == 2


def test_an_empty_library_says_how_to_fill_it() -> None:
    store_rows(LIBRARY, [], BUNDLE)
    with pytest.raises(NotReady, match="temptrack library index tunes FOLDER"):
        engine_for(BUNDLE).suggest(Query(library=LIBRARY, prompt="calm"))


def test_libraries_are_listed() -> None:
    store_rows(LIBRARY, ROWS, BUNDLE)
    store_rows("another", ROWS[:1], BUNDLE)
    assert [(info.name, info.track_count) for info in engine_for(BUNDLE).libraries()] == [
        ("another", 1),
        (LIBRARY, 12),
    ]
