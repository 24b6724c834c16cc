"""The extension places a suggestion exactly as `temptrack suggest --insert` does; needs no Blender."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosts.blender.bpy_process import extension_module
from temptrack.errors import InvalidRequest
from temptrack.library.types import LibraryInfo, Track
from temptrack.suggest.cue import cue_for
from temptrack.suggest.types import Excerpt, Fit, FitMethod, Suggestion
from temptrack.timeline.segments import RecordRange, Scope

RATES = [Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(60000, 1001)]
LIBRARY = LibraryInfo(
    name="stock",
    uri="/stock",
    version=1,
    digest="d",
    bundle_id="b",
    bundle_digest="e",
    track_count=1,
    duration_s=1,
)


cue: Any = extension_module("cue")

millis = st.integers(0, 400_000).map(lambda number: number / 1000)


@st.composite
def suggestions(draw: st.DrawFn) -> Suggestion:
    duration_s = draw(st.integers(1, 400_000)) / 1000
    start_s = draw(millis)
    loop_start_s, loop_s = draw(millis), draw(st.integers(1, 60_000)) / 1000
    return Suggestion(
        rank=1,
        track=Track(
            id="t",
            path="/t.flac",
            title="T",
            duration_s=duration_s,
            loudness_lufs=draw(st.none() | st.floats(-70, 0)),
        ),
        score=0.5,
        excerpt=Excerpt(start_s=start_s, duration_s=duration_s, snapped_to="none"),
        fit=Fit(
            method=draw(st.sampled_from(list(FitMethod))),
            scope_s=None,
            shortfall_s=0.0,
            loop_start_s=loop_start_s,
            loop_end_s=loop_start_s + loop_s,
            text="",
        ),
        reasons=(),
    )


@given(suggestions(), st.integers(-1000, 90_000), st.integers(1, 20_000), st.sampled_from(RATES))
def test_the_same_suggestion_lies_the_same_way(
    suggestion: Suggestion, start: int, frames: int, rate: Fraction
) -> None:
    record = RecordRange(start, frames, rate)
    made = cue.cue_for(
        suggestion.model_dump(mode="json"),
        LIBRARY.model_dump(mode="json"),
        cue.Place(start, frames, rate),
        cue.Taste(),
    )
    try:
        expected = cue_for(suggestion, Scope("whole", record, ()), LIBRARY)
    except InvalidRequest:
        assert made.parts == ()
        return
    assert [(part.source_start_s, part.start_frame, part.frames) for part in made.parts] == [
        (part.source_start_s, part.record.start_frames, part.record.duration_frames)
        for part in expected.parts
    ]
    assert (made.fade_in_frames, made.fade_out_frames) == (expected.fade_in_frames, expected.fade_out_frames)
    assert made.gain_db == expected.gain_db
    assert made.provenance.items() <= expected.provenance.items()


@pytest.mark.parametrize(("lies", "fills"), [((1, 51), (1, 100)), ((1, 101), (1, 100)), ((20, 60), (20, 40))])
def test_music_that_replaces_a_short_track_may_fill_its_gap(
    lies: tuple[int, int], fills: tuple[int, int]
) -> None:
    place = cue.Place(1, 100, Fraction(25)).over(*lies)
    assert (place.start_frame, place.frames) == fills
