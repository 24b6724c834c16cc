from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from opentimelineio import schema
from opentimelineio.opentime import RationalTime, TimeRange

from support.timelines import (
    clip,
    dissolve,
    gap,
    lane,
    movie,
    nested,
    save,
    sound_lane,
    spans_of,
    time_range,
    timeline,
)
from temptrack.timeline.read import read_timeline
from temptrack.timeline.scope import select_scope
from temptrack.timeline.segments import MediaKind, ProblemKind, Scope

Row = tuple[str, int, int, float, float]


def seen(tmp_path: Path, made: Any) -> Scope:
    file = read_timeline(save(made, tmp_path / "cut.otio"))
    return select_scope(file, exists=lambda path: True, require_picture=False)


def rows(tmp_path: Path, *lanes: Any, **options: Any) -> list[Row]:
    return spans_of(seen(tmp_path, timeline(*lanes, **options)))


def test_clips_follow_each_other_and_gaps_are_holes(tmp_path: Path) -> None:
    assert rows(tmp_path, lane(clip("a", 24, 48), gap(12), clip("b", 0, 24))) == [
        ("a", 0, 48, 1.0, 3.0),
        ("b", 60, 84, 0.0, 1.0),
    ]


def test_upper_lanes_cover_lower_ones(tmp_path: Path) -> None:
    lower = lane(clip("low", 0, 100))
    upper = lane(gap(24), clip("up", 48, 24))
    assert rows(tmp_path, lower, upper) == [
        ("low", 0, 24, 0.0, 1.0),
        ("up", 24, 48, 2.0, 3.0),
        ("low", 48, 100, 2.0, round(100 / 24, 6)),
    ]


def test_disabled_clips_and_lanes_are_not_seen_but_keep_their_place(tmp_path: Path) -> None:
    off = clip("off", 0, 24)
    off.enabled = False
    hidden = lane(clip("hidden", 0, 100))
    hidden.enabled = False
    assert rows(tmp_path, lane(off, clip("b", 0, 24)), hidden, sound_lane(clip("sound", 0, 24))) == [
        ("b", 24, 48, 0.0, 1.0)
    ]


@pytest.mark.parametrize(
    ("speed", "first_s", "last_s"),
    [(2.0, 1.0, 3.0), (0.5, 1.0, 1.5), (-1.0, 2.0, 1.0), (-2.0, 3.0, 1.0), (0, 1.0, 1.0)],
    ids=["double", "half", "reverse", "double-reverse", "freeze"],
)
def test_speed_changes_what_is_consumed_not_how_long_it_lasts(
    tmp_path: Path, speed: float, first_s: float, last_s: float
) -> None:
    assert rows(tmp_path, lane(clip("a", 24, 24, speed=speed), clip("b", 0, 24))) == [
        ("a", 0, 24, first_s, last_s),
        ("b", 24, 48, 0.0, 1.0),
    ]


def test_speed_effects_that_are_switched_off_do_nothing(tmp_path: Path) -> None:
    fast = clip("a", 24, 24, speed=2.0)
    fast.effects[0].enabled = False
    assert rows(tmp_path, lane(fast)) == [("a", 0, 24, 1.0, 2.0)]


def test_ramps_are_read_at_normal_speed_and_said_so(tmp_path: Path) -> None:
    ramped = clip("a", 24, 24)
    ramped.effects.append(schema.TimeEffect())
    scope = seen(tmp_path, timeline(lane(ramped)))
    assert spans_of(scope) == [("a", 0, 24, 1.0, 2.0)]
    assert [(problem.kind, problem.message) for problem in scope.problems] == [
        (ProblemKind.ASSUMED, "'a' has a speed ramp that the file does not describe; read at normal speed.")
    ]


def test_the_picture_changes_at_the_cut_of_a_dissolve(tmp_path: Path) -> None:
    assert rows(tmp_path, lane(clip("a", 24, 24), dissolve(6, 6), clip("b", 24, 24))) == [
        ("a", 0, 24, 1.0, 2.0),
        ("b", 24, 48, 1.0, 2.0),
    ]


def test_a_fade_shows_the_handle_of_the_clip_over_the_gap(tmp_path: Path) -> None:
    track = lane(gap(24), dissolve(12, 0), clip("a", 24, 24), dissolve(0, 6), gap(24))
    assert rows(tmp_path, track) == [("a", 12, 54, 0.5, 2.25)]


def test_two_fades_that_meet_over_a_short_gap_never_overlap(tmp_path: Path) -> None:
    track = lane(clip("a", 24, 24), dissolve(0, 12), gap(6), dissolve(12, 0), clip("b", 24, 24))
    assert [row[:3] for row in rows(tmp_path, track)] == [("a", 0, 30), ("b", 30, 54)]


def test_nested_timelines_keep_their_trim(tmp_path: Path) -> None:
    inner = nested(lane(clip("a", 0, 48), clip("b", 0, 48)), trim=(24, 48))
    assert rows(tmp_path, lane(clip("x", 0, 12), inner)) == [
        ("x", 0, 12, 0.0, 0.5),
        ("a", 12, 36, 1.0, 2.0),
        ("b", 36, 60, 0.0, 1.0),
    ]


def test_nested_timelines_at_another_rate_and_speed(tmp_path: Path) -> None:
    inner = nested(lane(clip("a", 0, 60, 30), clip("b", 30, 60, 30)), trim=(0, 48), rate=24)
    inner.effects.append(schema.LinearTimeWarp(time_scalar=2.0))
    assert rows(tmp_path, lane(inner, clip("z", 0, 24))) == [
        ("a", 0, 24, 0.0, 2.0),
        ("b", 24, 48, 1.0, 3.0),
        ("z", 48, 72, 0.0, 1.0),
    ]


def test_a_nested_timeline_played_backwards(tmp_path: Path) -> None:
    inner = nested(lane(clip("a", 0, 24), clip("b", 0, 24, speed=-1.0)))
    inner.effects.append(schema.LinearTimeWarp(time_scalar=-1.0))
    assert rows(tmp_path, lane(inner)) == [("b", 0, 24, 0.0, 1.0), ("a", 24, 48, 1.0, 0.0)]


def test_a_frozen_nested_timeline_shows_its_first_frame(tmp_path: Path) -> None:
    inner = nested(lane(clip("a", 0, 24), clip("b", 0, 24)), trim=(30, 10))
    inner.effects.append(schema.FreezeFrame())
    assert rows(tmp_path, lane(inner)) == [("b", 0, 10, 0.25, 0.25)]


def test_tracks_and_clips_directly_inside_stacks_are_seen(tmp_path: Path) -> None:
    inner = lane(nested(clip("a", 0, 24)), clip("b", 0, 24))
    assert [row[0] for row in rows(tmp_path, lane(inner, nested(clip("c", 0, 5))))] == ["a", "b", "c"]


def test_sound_lanes_of_nested_timelines_are_not_seen(tmp_path: Path) -> None:
    inner = nested(lane(clip("a", 0, 24)), sound_lane(clip("s", 0, 24)))
    assert [row[0] for row in rows(tmp_path, lane(inner))] == ["a"]


def test_titles_and_generators_let_the_picture_through_and_are_listed(tmp_path: Path) -> None:
    title = clip("title", 0, 24, media=schema.GeneratorReference(generator_kind="SMPTEBars"))
    lost = clip("lost", 0, 24, media=schema.MissingReference())
    scope = seen(tmp_path, timeline(lane(clip("a", 0, 48)), lane(title, lost)))
    assert spans_of(scope) == [("a", 0, 48, 0.0, 2.0)]
    assert [(problem.kind, problem.message) for problem in scope.problems] == [
        (ProblemKind.NO_MEDIA, "'title' is generated (SMPTEBars) and has no media file."),
        (ProblemKind.NO_MEDIA, "'lost' names no media file."),
    ]


def test_sound_on_a_picture_lane_and_empty_nests_are_listed(tmp_path: Path) -> None:
    scope = seen(
        tmp_path, timeline(lane(clip("s", 0, 24, media=movie("s.wav")), nested(trim=(0, 10), name="n")))
    )
    assert [problem.message for problem in scope.problems] == [
        "'s' is sound on a picture lane.",
        "'n' is a nested timeline without content.",
    ]


def test_source_timecode_becomes_time_in_the_file(tmp_path: Path) -> None:
    absolute = clip("a", 86424, 24, media=movie("a.mov", start=86400))
    assert rows(tmp_path, lane(absolute), start=86400) == [("a", 0, 24, 1.0, 2.0)]


def test_a_clip_counted_from_the_first_frame_of_media_with_timecode(tmp_path: Path) -> None:
    relative = clip("a", 24, 24, media=movie("a.mov", start=86400))
    assert rows(tmp_path, lane(relative)) == [("a", 0, 24, 1.0, 2.0)]


def test_a_clip_without_a_range_shows_all_its_media(tmp_path: Path) -> None:
    whole = schema.Clip(name="a", media_reference=movie("a.mov", start=100, duration=48))
    assert rows(tmp_path, lane(whole)) == [("a", 0, 48, 0.0, 2.0)]


def test_a_clip_that_states_no_length_at_all_takes_no_time(tmp_path: Path) -> None:
    unknown = schema.Clip(name="?", media_reference=movie("a.mov", start=None))
    assert rows(tmp_path, lane(unknown, clip("b", 0, 24))) == [("b", 0, 24, 0.0, 1.0)]


def test_clips_of_other_rates_meet_at_frames_of_the_timeline(tmp_path: Path) -> None:
    mixed = lane(clip("a", 0, 24), clip("b", 0, 50, 25), clip("c", 0, 31, 30), clip("d", 0, 24))
    assert [row[:3] for row in rows(tmp_path, mixed, start=0)] == [
        ("a", 0, 24),
        ("b", 24, 72),
        ("c", 72, 97),
        ("d", 97, 121),
    ]


def test_ntsc_rates_do_not_drift(tmp_path: Path) -> None:
    hour = 30 * 3600
    scope = seen(tmp_path, timeline(lane(clip("a", 0, hour, 29.97)), start=0, rate=29.97))
    assert scope.record.rate == Fraction(30000, 1001)
    last = scope.segments[-1].spans[-1].source
    assert last.start_s + last.duration_s == hour / Fraction(30000, 1001)


def test_a_trimmed_root_stack_starts_the_timeline_at_its_trim(tmp_path: Path) -> None:
    made = timeline(lane(clip("a", 0, 100)))
    made.tracks.source_range = time_range(24, 48)
    scope = seen(tmp_path, made)
    assert spans_of(scope) == [("a", 0, 48, 1.0, 3.0)]


def test_stills_stand_still(tmp_path: Path) -> None:
    still = clip("card", 0, 24, media=movie("card.PNG", duration=1))
    span = seen(tmp_path, timeline(lane(still))).segments[0].spans[0]
    assert (span.media.kind, span.source.start_s, span.source.duration_s) == (
        MediaKind.STILL,
        Fraction(0),
        Fraction(0),
    )


def test_an_image_sequence_brings_its_pattern_start_and_rate(tmp_path: Path) -> None:
    reference = schema.ImageSequenceReference(
        target_url_base="renders",
        name_prefix="sh%10.",
        name_suffix=".exr",
        start_frame=1001,
        rate=25,
        frame_zero_padding=4,
        available_range=time_range(1001, 50, 25),
    )
    span = seen(tmp_path, timeline(lane(clip("s", 1026, 25, 25, media=reference)))).segments[0].spans[0]
    assert span.media.kind is MediaKind.SEQUENCE
    assert span.media.sequence_pattern % 7 == str(tmp_path / "renders" / "sh%10.0007.exr")
    assert (span.media.sequence_start, span.media.rate) == (1001, Fraction(25))
    assert span.media.path == tmp_path / "renders" / "sh%10.1001.exr"
    assert (span.source.start_s, span.source.duration_s) == (Fraction(1), Fraction(1))


def test_a_sequence_with_left_out_images_is_listed(tmp_path: Path) -> None:
    reference = schema.ImageSequenceReference(
        "x", "a.", ".exr", 1, 2, 24, 4, available_range=time_range(0, 50)
    )
    scope = seen(tmp_path, timeline(lane(clip("s", 0, 25, media=reference))))
    assert [problem.kind for problem in scope.problems] == [ProblemKind.UNSUPPORTED]
    assert "every 2th image" in scope.problems[0].message


def test_numbers_that_are_no_times_are_named(tmp_path: Path) -> None:
    broken = clip("a", 0, 24)
    broken.source_range = TimeRange(RationalTime(0, 24), RationalTime(float("inf"), 24))
    with pytest.raises(Exception, match="no moment") as caught:
        seen(tmp_path, timeline(lane(broken), start=0))
    assert getattr(caught.value, "reason", "") == "BAD_TIME"
