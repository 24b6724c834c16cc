from dataclasses import replace

import pytest

from support.fake_bundle import FAKE_TAGS, FakeBundle
from support.memory_library import MemoryLibrary
from support.suggesters import LIBRARY, make_engine, make_rows
from temptrack.errors import InvalidRequest
from temptrack.library.preferences import VocalsPreference
from temptrack.library.types import TrackFilter
from temptrack.suggest.conditions import Conditions, check_no_contradiction, settle
from temptrack.suggest.prompt import read_prompt
from temptrack.suggest.types import PartEffect, PromptReading, Query, Suggestions
from temptrack.suggest.vocabulary import TagVocabulary

BUNDLE = FakeBundle()
ROWS = make_rows(BUNDLE)
VOCABULARY = TagVocabulary(FAKE_TAGS)


def settled(prompt: str, where: TrackFilter | None = None, rows: int = len(ROWS)) -> Conditions:
    query = Query(library=LIBRARY, prompt=prompt, where=where or TrackFilter())
    count = MemoryLibrary(LIBRARY, ROWS[:rows], BUNDLE).count
    return settle(query, read_prompt(prompt, VOCABULARY), count)


def suggested(prompt: str, **fields: object) -> Suggestions:
    query = replace(Query(library=LIBRARY, prompt=prompt, limit=100), **fields)  # type: ignore[arg-type]
    return make_engine(BUNDLE, ROWS).suggest(query)


def effects(reading: PromptReading) -> dict[str, PartEffect]:
    return {part.text: part.effect for part in reading.parts}


def test_demands_are_added_to_the_filter_set_by_hand() -> None:
    hand = TrackFilter(tags_none=("drums",), exclude_ids=("t1",), tempo_min_bpm=95)
    query = Query(library=LIBRARY, where=hand, reference_track_id="t2")
    prompt = read_prompt("no drums, not sad, between 90 and 150 bpm, no vocals", VOCABULARY)
    where = settle(query, prompt, lambda _: 7).where
    assert where.tags_none == ("drums", "sad")
    assert where.vocals is False
    assert (where.tempo_min_bpm, where.tempo_max_bpm) == (95, 150)
    assert where.exclude_ids == ("t1", "t2")


@pytest.mark.parametrize("case_of_tag", ["drums", "Drums"])
def test_a_filter_that_demands_what_the_prompt_excludes_is_refused(case_of_tag: str) -> None:
    query = Query(library=LIBRARY, where=TrackFilter(tags_all=(case_of_tag,)))
    with pytest.raises(InvalidRequest, match="drums"):
        check_no_contradiction(query, PromptReading(wanted="", excluded_tags=("drums",)))


def test_a_demand_that_no_track_meets_becomes_a_wish_and_says_so() -> None:
    conditions = settled("calm, between 250 and 260 bpm, no vocals")
    assert effects(conditions.reading) == {
        "instrumental only": PartEffect.FILTER,
        "only 250 to 260 bpm: nothing left, only preferred": PartEffect.RELAXED,
    }
    assert conditions.where == TrackFilter(vocals=False)
    assert conditions.considered > 0
    assert len(conditions.preferences) == 1


def test_what_was_relaxed_is_no_longer_said_to_be_excluded() -> None:
    sung = [row for row in ROWS if row.track.vocals]
    count = MemoryLibrary(LIBRARY, sung, BUNDLE).count
    prompt = read_prompt("calm, no vocals, no drums", VOCABULARY)
    conditions = settle(Query(library=LIBRARY), prompt, count)
    assert not conditions.reading.instrumental_only
    assert conditions.reading.excluded_tags == ("drums",)
    assert conditions.preferences == (VocalsPreference(vocals=False, weight=3.0),)


def test_a_range_beside_the_one_set_by_hand_is_relaxed_and_the_hand_wins() -> None:
    conditions = settled("calm, faster than 160 bpm", TrackFilter(tempo_max_bpm=120))
    assert conditions.where == TrackFilter(tempo_max_bpm=120)
    assert set(effects(conditions.reading).values()) == {PartEffect.RELAXED}


def test_a_filter_set_by_hand_is_never_relaxed() -> None:
    conditions = settled("calm, no vocals", TrackFilter(folder="/nowhere"))
    assert conditions.considered == 0
    assert conditions.where.folder == "/nowhere"


def test_no_prompt_empties_a_list_that_is_not_empty_without_it() -> None:
    for prompt in ("between 299 and 300 bpm", "calm, at least 9 minutes, no vocals", "under 2 seconds, rock"):
        answer = suggested(prompt)
        assert answer.suggestions, prompt
        assert PartEffect.RELAXED in effects(answer.prompt).values(), prompt


def _ranks(answer: Suggestions, ids: set[str]) -> int:
    return sum(suggestion.rank for suggestion in answer.suggestions if suggestion.track.id in ids)


def test_a_wish_moves_tracks_and_says_by_how_much() -> None:
    plain, wished = suggested("calm"), suggested("calm, around 150 bpm")
    assert plain.considered == wished.considered == len(wished.suggestions)
    assert all(suggestion.favour == 0 for suggestion in plain.suggestions)
    totals = [suggestion.score + suggestion.favour for suggestion in wished.suggestions]
    assert totals == sorted(totals, reverse=True)
    near = {row.track.id for row in ROWS if row.track.tempo_bpm in {140.0, 160.0}}
    assert len(near) == 2
    assert _ranks(wished, near) < _ranks(plain, near)
    scores = {suggestion.track.id: suggestion.score for suggestion in plain.suggestions}
    assert {suggestion.track.id: suggestion.score for suggestion in wished.suggestions} == pytest.approx(
        scores
    )


def test_words_in_quotes_are_searched_and_not_obeyed() -> None:
    answer = suggested('calm, "no drums"')
    assert answer.considered == answer.library.track_count
    assert answer.prompt.wanted == "calm, no drums"
    assert answer.prompt.excluded_tags == ()
