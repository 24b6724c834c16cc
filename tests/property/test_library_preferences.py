"""Preferences against checking each track by itself, and what an editor may rely on about them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.fake_bundle import FAKE_TAGS
from support.memory_library import OneTrack
from support.planted_tracks import planted, planted_library, unit_rows
from temptrack.library import schema
from temptrack.library.filters import FilterColumns
from temptrack.library.keys import KEYS
from temptrack.library.preferences import (
    DurationPreference,
    KeyPreference,
    Preference,
    TagPreference,
    TempoPreference,
    VocalsPreference,
    favour,
)
from temptrack.library.ranking import Scan
from temptrack.library.recordings import Recordings
from temptrack.library.types import LibraryReader, Track, TrackFilter

RECORDS = [planted(index) for index in range(60)]
TABLE = schema.to_table(RECORDS, schema.table_schema({}))
COLUMNS = FilterColumns(TABLE, Recordings(TABLE["content_digest"]))
TRACKS = [
    Track(
        id=record.id,
        path=record.file.path,
        title=record.words.title,
        duration_s=record.analysis.duration_s,
        tempo_bpm=record.analysis.tempo_bpm,
        key=record.analysis.key,
        vocals=record.analysis.vocals,
        tags=tuple(record.analysis.tags),
    )
    for record in RECORDS
]

tempos = st.none() | st.floats(20, 300)
weights = st.floats(-3, 3)
tags = st.lists(st.sampled_from([tag.name for tag in FAKE_TAGS]), min_size=1, max_size=3, unique=True)
preferences: st.SearchStrategy[Preference] = st.one_of(
    st.builds(TempoPreference, tempos, tempos, weights, st.booleans()),
    st.builds(DurationPreference, tempos, tempos, weights),
    st.builds(TagPreference, tags.map(tuple), weights),
    st.builds(VocalsPreference, st.booleans(), weights),
    st.builds(KeyPreference, st.frozensets(st.sampled_from(KEYS), min_size=1), weights),
)


@given(preferences)
def test_a_degree_lies_in_0_to_1_and_is_that_of_the_track_by_itself(preference: Preference) -> None:
    degrees = preference.degrees(COLUMNS)
    assert ((degrees >= 0) & (degrees <= 1)).all()
    alone = [preference.degrees(OneTrack(track))[0] for track in TRACKS]
    assert degrees.tolist() == pytest.approx(alone)


@given(st.lists(preferences, min_size=1, max_size=4), st.floats(0, 1), st.integers(1, 60), st.integers(0, 99))
def test_the_order_is_that_of_score_and_favour_together(
    wanted: list[Preference], spread: float, limit: int, seed: int
) -> None:
    matrix, query = unit_rows(seed, 60), unit_rows(seed + 1, 1)[0]
    liked = favour(COLUMNS, wanted, spread)
    mask = np.random.default_rng(seed).random(60) < 0.7
    rows, scores = Scan(matrix, query, mask).best(limit, favour=liked)
    plain = (matrix.astype(np.float64) * query.astype(np.float64)).sum(axis=1)
    best = sorted(np.flatnonzero(mask).tolist(), key=lambda row: (-(plain[row] + liked[row]), row))
    assert rows.tolist() == best[:limit]
    assert scores.tolist() == [plain[row] for row in best[:limit]]


@given(st.floats(40, 200), st.floats(40, 200), st.floats(40, 200))
def test_the_nearer_tempo_is_never_liked_less(asked: float, one: float, other: float) -> None:
    preference = TempoPreference(asked, asked, 1.0)
    near, far = sorted((one, other), key=lambda bpm: abs(np.log2(bpm / asked)))
    degrees = [
        preference.degrees(OneTrack(TRACKS[0].model_copy(update={"tempo_bpm": bpm})))[0]
        for bpm in (near, far)
    ]
    assert degrees[0] >= degrees[1]


def degree(preference: Preference, **facts: object) -> float:
    return float(preference.degrees(OneTrack(TRACKS[0].model_copy(update=facts)))[0])


def test_half_and_double_the_tempo_count_only_where_asked() -> None:
    plain, both = (TempoPreference(83, 97, 1.0, octaves=octaves) for octaves in (False, True))
    assert degree(plain, tempo_bpm=90.0) == degree(both, tempo_bpm=90.0) == 1.0
    for bpm in (45.0, 180.0):
        assert degree(plain, tempo_bpm=bpm) < 0.01
        assert degree(both, tempo_bpm=bpm) == pytest.approx(0.8)
    assert degree(both, tempo_bpm=128.0) < 0.1


def test_what_is_unknown_lies_between_what_meets_and_what_misses() -> None:
    assert degree(TempoPreference(90, 90, 1.0), tempo_bpm=None) == 0.25
    assert degree(VocalsPreference(vocals=False, weight=1.0), vocals=None) == 0.5
    assert degree(KeyPreference(frozenset({"A minor"}), 1.0), key=None) == 0.25
    assert degree(TagPreference(("piano",), 1.0), tags=()) == 0.0


@pytest.fixture
def reader() -> LibraryReader:
    return planted_library(RECORDS).reader()


@pytest.mark.parametrize("blind", [False, True])
def test_a_library_names_what_it_favoured_and_scores_stay_cosines(reader: LibraryReader, blind: bool) -> None:
    query, everything = unit_rows(7, 1)[0], TrackFilter()
    before = reader.search(query, where=everything, limit=60, blind=blind)
    sung = VocalsPreference(vocals=True, weight=4.0)
    after = reader.search(query, where=everything, limit=60, blind=blind, preferences=[sung])
    assert {(hit.track_id, hit.score) for hit in before} == {(hit.track_id, hit.score) for hit in after}
    assert all(hit.favour == 0 for hit in before)
    totals = [hit.score + hit.favour for hit in after]
    assert totals == sorted(totals, reverse=True)
    assert {reader.track(hit.track_id).vocals for hit in after[:5]} == {True}
    assert reader.search(query, where=everything, limit=9, blind=blind, preferences=[sung]) == after[:9]
