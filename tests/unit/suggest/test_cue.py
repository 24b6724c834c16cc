from fractions import Fraction
from typing import Any

import pytest

from temptrack.errors import InvalidRequest
from temptrack.library.types import LibraryInfo, Track
from temptrack.suggest.cue import MAX_BOOST_DB, MAX_CUT_DB, cue_for, gain_for
from temptrack.suggest.types import Excerpt, Fit, FitMethod, Suggestion
from temptrack.timeline.segments import RecordRange, Scope

NTSC = Fraction(24000, 1001)
INFO = LibraryInfo(
    name="tunes",
    uri="memory://tunes",
    version=1,
    digest="d" * 64,
    bundle_id="fake-0",
    bundle_digest="b" * 64,
    track_count=1,
    duration_s=60.0,
)


def make_scope(start: int, duration: int, rate: Fraction = NTSC) -> Scope:
    return Scope(label="test", record=RecordRange(start, duration, rate), segments=())


def make_suggestion(duration_s: float, start_s: float, fit: dict[str, Any], **track: Any) -> Suggestion:
    facts = {"id": "t1", "path": "/m/a.ogg", "title": "Tune", "duration_s": duration_s, "licence": "CC0-1.0"}
    return Suggestion(
        rank=1,
        track=Track.model_validate(facts | track),
        score=0.25,
        excerpt=Excerpt(start_s=start_s, duration_s=min(duration_s, 30.0), snapped_to="bar"),
        fit=Fit.model_validate({"scope_s": 30.0, "shortfall_s": 0.0, "text": "words"} | fit),
        reasons=(),
    )


TRIM = {"method": FitMethod.TRIM}
SHORT = {"method": FitMethod.SHORT}
LOOP = {"method": FitMethod.LOOP, "loop_start_s": 8.0, "loop_end_s": 24.0}


def test_a_trimmed_cue_fills_the_scope_to_the_frame() -> None:
    cue = cue_for(make_suggestion(60.0, 12.345, TRIM), make_scope(100, 719), INFO)
    (part,) = cue.parts
    assert part.record == RecordRange(100, 719, NTSC)
    assert part.source_start_s == Fraction(12345, 1000)
    assert (cue.fade_in_frames, cue.fade_out_frames) == (12, 24)


def test_a_start_rounded_to_the_millisecond_does_not_cost_a_frame() -> None:
    scope = make_scope(0, 719)
    start_s = float(60 - scope.record.duration_s) + 0.0004
    cue = cue_for(make_suggestion(60.0, start_s, TRIM), scope, INFO)
    assert cue.parts[0].record.duration_frames == 719
    assert cue.parts[0].source_start_s + cue.parts[0].record.duration_s <= 60


def test_a_longer_scope_than_asked_for_never_reads_past_the_end() -> None:
    cue = cue_for(make_suggestion(60.0, 50.0, TRIM), make_scope(0, 2400, Fraction(24)), INFO)
    assert cue.parts[0].record.duration_frames == 240
    assert cue.fade_out_frames == 0


def test_a_short_track_ends_with_its_own_ending() -> None:
    cue = cue_for(make_suggestion(20.03, 0.0, SHORT), make_scope(48, 720, Fraction(24)), INFO)
    assert cue.parts[0].record == RecordRange(48, 480, Fraction(24))
    assert (cue.fade_in_frames, cue.fade_out_frames) == (0, 0)


def test_a_loop_is_a_first_pass_and_repeats_that_touch() -> None:
    cue = cue_for(make_suggestion(30.0, 0.0, LOOP), make_scope(10, 1200, Fraction(24)), INFO)
    assert [float(part.source_start_s) for part in cue.parts] == [0.0, 8.0, 8.0]
    assert [(part.record.start_frames, part.record.duration_frames) for part in cue.parts] == [
        (10, 576),
        (586, 384),
        (970, 240),
    ]


def test_fades_take_at_most_half_of_a_very_short_cue() -> None:
    cue = cue_for(make_suggestion(60.0, 12.0, TRIM), make_scope(0, 10), INFO)
    assert (cue.fade_in_frames, cue.fade_out_frames) == (5, 5)


def test_where_it_came_from_travels_along() -> None:
    cue = cue_for(make_suggestion(60.0, 12.0, TRIM, artist="Ann"), make_scope(0, 240), INFO)
    assert cue.name == "Ann - Tune"
    assert cue.provenance["library"] == "tunes"
    assert cue.provenance["track_id"] == "t1"
    assert cue.provenance["bundle"] == "fake-0"
    assert cue.provenance["score"] == 0.25
    assert cue.provenance["licence"] == "CC0-1.0"


@pytest.mark.parametrize(
    ("loudness_lufs", "gain_db"),
    [
        (-9.0, -11.0),
        (-20.0, 0.0),
        (-23.04, 3.0),
        (-70.0, MAX_BOOST_DB),
        (20.0, -MAX_CUT_DB),
        (None, 0.0),
        (float("-inf"), 0.0),
        (float("nan"), 0.0),
    ],
)
def test_levels_are_matched_within_limits(loudness_lufs: float | None, gain_db: float) -> None:
    track = make_suggestion(60.0, 0.0, TRIM, loudness_lufs=loudness_lufs).track
    assert gain_for(track) == gain_db
    assert gain_for(track, None) == 0.0


@pytest.mark.parametrize(("duration_s", "frames"), [(60.0, 0), (0.01, 240), (0.0, 240)])
def test_a_cue_without_a_frame_is_refused(duration_s: float, frames: int) -> None:
    with pytest.raises(InvalidRequest) as caught:
        cue_for(make_suggestion(duration_s, 0.0, TRIM), make_scope(0, frames), INFO)
    assert caught.value.reason == "CUE_EMPTY"
