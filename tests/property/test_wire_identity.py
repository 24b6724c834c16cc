"""domain -> message -> bytes -> message -> domain is the identity, and no request can break the reader."""

from contextlib import suppress
from fractions import Fraction

import numpy as np
import pytest
from google.protobuf.message import DecodeError
from hypothesis import given, settings
from hypothesis import strategies as st

from temptrack import errors
from temptrack.library.report import FailedFile, IndexReport
from temptrack.library.types import LibraryInfo, Track, TrackFilter, TrackTag
from temptrack.model.types import SegmentFeatures
from temptrack.suggest.types import (
    EngineInfo,
    Excerpt,
    Fit,
    FitMethod,
    PartEffect,
    PartKind,
    PictureSegment,
    PromptPart,
    PromptReading,
    Query,
    Reason,
    ReasonKind,
    Suggestion,
    Suggestions,
    Support,
)
from temptrack.wire import convert
from temptrack.wire.mirror import from_message, to_message
from temptrack_api.v1 import library_pb2, suggestion_pb2, timeline_pb2

TEXT = st.text(max_size=20)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
NUMBER = st.floats(allow_nan=False)
AT_LEAST_0 = st.floats(min_value=0, allow_nan=False, allow_infinity=False)
COUNT = st.integers(0, 2**63 - 1)
SECONDS = st.builds(Fraction, st.integers(-(2**62), 2**62), st.integers(1, 2**62))


def maybe(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | strategy


TRACKS = st.builds(
    Track,
    id=TEXT,
    path=TEXT,
    title=TEXT,
    artist=TEXT,
    album=TEXT,
    genre=TEXT,
    comment=TEXT,
    composer=TEXT,
    publisher=TEXT,
    licence=TEXT,
    duration_s=NUMBER,
    loudness_lufs=maybe(NUMBER),
    tempo_bpm=maybe(NUMBER),
    key=maybe(TEXT),
    vocals=maybe(st.booleans()),
    tags=st.lists(st.builds(TrackTag, name=TEXT, group=TEXT, score=NUMBER), max_size=3).map(tuple),
)
FILTERS = st.builds(
    TrackFilter,
    tempo_min_bpm=maybe(AT_LEAST_0),
    tempo_max_bpm=maybe(AT_LEAST_0),
    duration_min_s=maybe(AT_LEAST_0),
    duration_max_s=maybe(AT_LEAST_0),
    key=maybe(TEXT),
    vocals=maybe(st.booleans()),
    tags_all=TEXTS,
    tags_none=TEXTS,
    licences=TEXTS,
    licences_not=TEXTS,
    folder=maybe(TEXT),
    exclude_ids=TEXTS,
)
LIBRARIES = st.builds(
    LibraryInfo,
    name=TEXT,
    uri=TEXT,
    version=COUNT,
    digest=TEXT,
    bundle_id=TEXT,
    bundle_digest=TEXT,
    track_count=COUNT,
    duration_s=NUMBER,
)
REPORTS = st.builds(
    IndexReport,
    library=TEXT,
    found=COUNT,
    added=COUNT,
    updated=COUNT,
    moved=COUNT,
    unchanged=COUNT,
    shared=COUNT,
    removed=COUNT,
    missing=TEXTS,
    failed=st.lists(st.builds(FailedFile, path=TEXT, reason=TEXT, message=TEXT), max_size=3).map(tuple),
    cancelled=st.booleans(),
    audio_s=NUMBER,
    seconds=st.dictionaries(TEXT, NUMBER, max_size=3),
)
SUGGESTIONS = st.builds(
    Suggestions,
    query_digest=TEXT,
    library=LIBRARIES,
    bundle_id=TEXT,
    bundle_digest=TEXT,
    text_weight=NUMBER,
    prompt=st.builds(
        PromptReading,
        wanted=TEXT,
        excluded_words=TEXTS,
        excluded_tags=TEXTS,
        unknown_words=TEXTS,
        instrumental_only=st.booleans(),
        parts=st.lists(
            st.builds(
                PromptPart,
                kind=st.sampled_from(PartKind),
                words=TEXT,
                text=TEXT,
                effect=st.sampled_from(PartEffect),
            ),
            max_size=3,
        ).map(tuple),
    ),
    considered=COUNT,
    support=maybe(
        st.builds(Support, score=NUMBER, below=NUMBER, fits=st.booleans(), lacking=TEXTS, text=TEXT)
    ),
    suggestions=st.lists(
        st.builds(
            Suggestion,
            rank=st.integers(1, 2**31 - 1),
            track=TRACKS,
            score=NUMBER,
            favour=NUMBER,
            excerpt=st.builds(
                Excerpt,
                start_s=NUMBER,
                duration_s=NUMBER,
                snapped_to=st.sampled_from(["bar", "beat", "start", "none"]),
            ),
            fit=st.builds(
                Fit,
                method=st.sampled_from(FitMethod),
                scope_s=maybe(NUMBER),
                shortfall_s=NUMBER,
                loop_start_s=maybe(NUMBER),
                loop_end_s=maybe(NUMBER),
                text=TEXT,
            ),
            reasons=st.lists(
                st.builds(
                    Reason,
                    kind=st.sampled_from(ReasonKind),
                    text=TEXT,
                    score=NUMBER,
                    segment_index=maybe(st.integers(0, 2**31 - 1)),
                ),
                max_size=3,
            ).map(tuple),
            also_at=TEXTS,
        ),
        max_size=2,
    ).map(tuple),
)
FEATURES = st.builds(
    SegmentFeatures,
    values=st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=8).map(
        lambda values: np.array(values, dtype=np.float32)
    ),
    encoder_id=TEXT,
)
QUERIES = st.builds(
    Query,
    library=TEXT,
    prompt=TEXT,
    picture=st.lists(
        st.builds(PictureSegment, features=FEATURES, start_s=SECONDS, duration_s=SECONDS), max_size=3
    ).map(tuple),
    scope_s=maybe(SECONDS),
    text_weight=NUMBER,
    where=FILTERS,
    reference_track_id=maybe(TEXT),
    limit=st.integers(-(2**31), 2**31 - 1),
    blind=st.booleans(),
)


@given(SUGGESTIONS)
@settings(max_examples=50)
def test_answers_come_back_equal(answer: Suggestions) -> None:
    sent = convert.suggestions_to_message(answer).SerializeToString()
    assert convert.suggestions_from_message(suggestion_pb2.SuggestResponse.FromString(sent)) == answer


@given(TRACKS)
def test_tracks_come_back_equal(track: Track) -> None:
    sent = to_message(track, library_pb2.Track).SerializeToString()
    assert from_message(library_pb2.Track.FromString(sent), Track) == track


@given(REPORTS)
@settings(max_examples=50)
def test_reports_come_back_equal(report: IndexReport) -> None:
    sent = to_message(report, library_pb2.IndexReport).SerializeToString()
    assert from_message(library_pb2.IndexReport.FromString(sent), IndexReport) == report


@given(QUERIES)
@settings(max_examples=50)
def test_queries_come_back_equal(query: Query) -> None:
    sent = convert.query_to_message(query).SerializeToString()
    back = convert.query_from_message(suggestion_pb2.SuggestRequest.FromString(sent))
    assert _comparable(back) == _comparable(query)


@given(SECONDS)
def test_seconds_come_back_equal(seconds: Fraction) -> None:
    sent = convert.seconds_to_message(seconds).SerializeToString()
    assert convert.seconds_from_message(timeline_pb2.RationalTime.FromString(sent)) == seconds


@given(
    st.sampled_from([Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001), Fraction(25)]),
    st.integers(0, 10**9),
)
def test_frames_at_a_rate_are_seconds_without_rounding(rate: Fraction, frames: int) -> None:
    message = timeline_pb2.RationalTime(
        value=frames, rate_numerator=rate.numerator, rate_denominator=rate.denominator
    )
    assert convert.seconds_from_message(message) == frames / rate


@given(
    st.builds(
        EngineInfo,
        bundle_id=TEXT,
        bundle_digest=TEXT,
        frame_encoder_id=TEXT,
        frame_size_px=st.integers(1, 2**31 - 1),
        frame_interpolation=TEXT,
        provider=TEXT,
    )
)
def test_engines_come_back_equal(info: EngineInfo) -> None:
    assert convert.engine_from_message(convert.engine_to_message(info)) == info


@given(st.binary(max_size=64))
def test_whatever_bytes_are_a_request_they_are_read_or_refused(data: bytes) -> None:
    with suppress(DecodeError, errors.InvalidRequest):
        convert.query_from_message(suggestion_pb2.SuggestRequest.FromString(data))


@pytest.mark.parametrize("seconds", [Fraction(2**63), Fraction(1, 2**63)])
def test_seconds_beyond_64_bits_are_refused(seconds: Fraction) -> None:
    with pytest.raises(errors.InvalidRequest):
        convert.seconds_to_message(seconds)


@pytest.mark.parametrize(("numerator", "denominator"), [(0, 1), (1, 0), (-24, 1), (24, -1)])
def test_a_rate_that_is_none_is_refused(numerator: int, denominator: int) -> None:
    message = timeline_pb2.RationalTime(value=1, rate_numerator=numerator, rate_denominator=denominator)
    with pytest.raises(errors.InvalidRequest) as caught:
        convert.seconds_from_message(message)
    assert f"{numerator}/{denominator}" in caught.value.message


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (b"", "FEATURES_BYTES"),
        (b"\0\0\0", "FEATURES_BYTES"),
        (np.array([np.nan], "<f4").tobytes(), "FEATURES_NOT_FINITE"),
        (np.array([1, np.inf], "<f4").tobytes(), "FEATURES_NOT_FINITE"),
    ],
)
def test_features_that_are_none_are_refused(values: bytes, reason: str) -> None:
    with pytest.raises(errors.InvalidRequest) as caught:
        convert.features_from_message(suggestion_pb2.SegmentFeatures(values=values, encoder_id="x"))
    assert caught.value.reason == reason


def _comparable(query: Query) -> tuple[object, ...]:
    picture = [
        (one.features.values.tobytes(), one.features.encoder_id, one.start_s, one.duration_s)
        for one in query.picture
    ]
    rest = (query.library, query.prompt, query.scope_s, query.text_weight, query.where)
    return (picture, *rest, query.reference_track_id, query.limit, query.blind)
