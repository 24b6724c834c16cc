"""Music that a plugin places lies exactly as `temptrack suggest --insert` lays it."""

import json
from fractions import Fraction
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from panel.filling import Place, Taste, filling_of
from support.answers import LIBRARY, track_of
from temptrack.errors import InvalidRequest
from temptrack.suggest.cue import cue_for
from temptrack.suggest.types import Excerpt, Fit, FitMethod, Suggestion
from temptrack.timeline.segments import RecordRange, Scope

NTSC = [Fraction(number * 1000, 1001) for number in (24, 30, 60)]
RATES = [*(Fraction(number) for number in (24, 25, 30, 50, 60)), *NTSC]
milliseconds = st.integers(0, 400_000).map(lambda number: number / 1000)


def suggestion_with(
    duration_s: float, start_s: float, loop: tuple[float, float] | None, method: FitMethod, **track: Any
) -> Suggestion:
    loop_start_s, loop_end_s = loop or (None, None)
    return Suggestion(
        rank=1,
        track=track_of().model_copy(update={"duration_s": duration_s, **track}),
        score=0.5,
        excerpt=Excerpt(start_s=start_s, duration_s=1, snapped_to="none"),
        fit=Fit(
            method=method,
            scope_s=None,
            shortfall_s=0,
            loop_start_s=loop_start_s,
            loop_end_s=loop_end_s,
            text="fits",
        ),
        reasons=(),
    )


@st.composite
def suggestions(draw: st.DrawFn) -> Suggestion:
    start_s = draw(milliseconds)
    loop_start_s = draw(milliseconds | st.just(start_s))
    loop_s = draw(st.integers(1, 60_000)) / 1000
    return suggestion_with(
        draw(milliseconds),
        start_s,
        draw(st.sampled_from([None, (loop_start_s, loop_start_s + loop_s)])),
        draw(st.sampled_from(list(FitMethod))),
        loudness_lufs=draw(st.none() | st.floats(-70, 12)),
        artist=draw(st.sampled_from(["", "Ada"])),
    )


# Seldom drawn: a last frame that rounding would cost, a loop of many passes, a track too
# loud to be measured right, no frame at all.
@example(suggestion_with(60.0, 30.0004, None, FitMethod.TRIM), 86_400, 720, Fraction(24))
@example(suggestion_with(60.0, 8.0, (10.0, 15.013), FitMethod.LOOP), -5, 5_000, NTSC[0])
@example(suggestion_with(60.0, 8.0, None, FitMethod.TRIM, loudness_lufs=9.5), 0, 100, Fraction(25))
@example(suggestion_with(0.0, 0.0, None, FitMethod.SHORT), 0, 100, Fraction(25))
@given(suggestions(), st.integers(-1000, 10_000_000), st.integers(1, 20_000), st.sampled_from(RATES))
def test_the_same_suggestion_lies_the_same_way(
    suggestion: Suggestion, start: int, frames: int, rate: Fraction
) -> None:
    spoken = json.loads(suggestion.model_dump_json())
    filling = filling_of(spoken, Place(start, start + frames, rate), Taste())
    try:
        cue = cue_for(suggestion, Scope("all", RecordRange(start, frames, rate), ()), LIBRARY)
    except InvalidRequest:
        assert filling.stretches == ()
        return
    assert [(each.source_start_s, each.start_frames, each.end_frames) for each in filling.stretches] == [
        (part.source_start_s, part.record.start_frames, part.record.end_frames) for part in cue.parts
    ]
    assert (filling.fade_in_frames, filling.fade_out_frames) == (cue.fade_in_frames, cue.fade_out_frames)
    assert filling.gain_db == cue.gain_db
    assert filling.name == cue.name


def test_what_the_user_set_is_kept_to() -> None:
    spoken = json.loads(
        suggestion_with(60.0, 8.0, None, FitMethod.TRIM, loudness_lufs=-14.0).model_dump_json()
    )
    place = Place(0, 500, Fraction(25))
    louder = filling_of(spoken, place, Taste(target_lufs=-16.0, fade_in_frames=3, fade_out_s=2.5))
    assert (louder.fade_in_frames, louder.fade_out_frames, louder.gain_db) == (3, 62, -2.0)
    assert filling_of(spoken, place, Taste(target_lufs=None)).gain_db == 0.0
