from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from opentimelineio import schema

from support.timelines import clip, gap, lane, movie, save, sound_lane, spans_of, time_range, timeline
from temptrack.errors import TemptrackError
from temptrack.timeline.read import TimelineFile, read_timeline
from temptrack.timeline.scope import ScopeRequest, select_scope
from temptrack.timeline.segments import ProblemKind, Scope


@pytest.fixture
def file(tmp_path: Path) -> TimelineFile:
    made = timeline(
        lane(clip("a", 0, 240), clip("b", 0, 240), clip("c", 0, 240)),
        sound_lane(clip("music", 0, 2000)),
        start=86400,
    )
    made.tracks.markers.append(schema.Marker(name="Chase", marked_range=time_range(120, 96)))
    made.tracks.markers.append(schema.Marker(name="absolute", marked_range=time_range(86400 + 24, 48)))
    made.tracks.markers.append(schema.Marker(name="point", marked_range=time_range(10, 0)))
    made.tracks[0][1].markers.append(schema.Marker(name="on clip", marked_range=time_range(24, 48)))
    return read_timeline(save(made, tmp_path / "cut.otio"))


def select(file: TimelineFile, request: ScopeRequest | None = None, **options: Any) -> Scope:
    return select_scope(file, request, exists=lambda path: True, **options)


def reason_of(file: TimelineFile, request: ScopeRequest) -> tuple[str, str]:
    with pytest.raises(TemptrackError) as caught:
        select(file, request)
    return caught.value.reason, str(caught.value)


def test_the_whole_timeline_ends_with_its_picture_not_its_sound(file: TimelineFile) -> None:
    scope = select(file)
    assert (scope.label, scope.record.start_frames, scope.record.end_frames) == ("whole timeline", 0, 720)
    assert [segment.record.duration_frames for segment in scope.segments] == [240, 240, 240]
    assert file.duration_frames == 2000


@pytest.mark.parametrize(
    ("start", "end", "frames", "label"),
    [
        ("01:00:05:00", "01:00:15:12", (120, 372), "01:00:05:00 to 01:00:15:12"),
        ("120", "372", (120, 372), "01:00:05:00 to 01:00:15:12"),
        ("5s", "15.5s", (120, 372), "01:00:05:00 to 01:00:15:12"),
        (120, None, (120, 720), "01:00:05:00 to 01:00:30:00"),
        (None, 24, (0, 24), "01:00:00:00 to 01:00:01:00"),
        (700, 99_999, (700, 2000), "01:00:29:04 to 02:09:26:15"),
    ],
)
def test_ranges_by_timecode_frames_and_seconds(
    file: TimelineFile, start: str | int | None, end: str | int | None, frames: tuple[int, int], label: str
) -> None:
    scope = select(file, ScopeRequest.between(start, end))
    assert ((scope.record.start_frames, scope.record.end_frames), scope.label) == (frames, label)


def test_a_range_cuts_its_clips_and_their_source(file: TimelineFile) -> None:
    scope = select(file, ScopeRequest.between("228", "252"))
    assert spans_of(scope) == [("a", 228, 240, 9.5, 10.0), ("b", 240, 252, 0.0, 0.5)]


@pytest.mark.parametrize(
    ("name", "frames"), [("chase", (120, 216)), ("absolute", (24, 72)), ("on clip", (264, 312))]
)
def test_markers_on_the_timeline_and_on_clips(file: TimelineFile, name: str, frames: tuple[int, int]) -> None:
    scope = select(file, ScopeRequest.at_marker(name))
    assert (scope.record.start_frames, scope.record.end_frames) == frames
    assert scope.label == f"marker '{name}'"


def test_named_clips_show_only_themselves(file: TimelineFile) -> None:
    scope = select(file, ScopeRequest.of_clips(["a", "c"]))
    assert (scope.record.start_frames, scope.record.end_frames) == (0, 720)
    assert {row[0] for row in spans_of(scope)} == {"a", "c"}
    assert scope.segments[1].spans == ()


def test_in_and_out_points_are_read_where_a_format_carries_them(tmp_path: Path) -> None:
    made = timeline(lane(clip("a", 0, 240)))
    made.metadata["fcp_xml"] = {"in": "24", "out": "72"}
    scope = select(read_timeline(save(made, tmp_path / "cut.otio")), ScopeRequest.in_out())
    assert (scope.record.start_frames, scope.record.end_frames, scope.label) == (24, 72, "in to out")


def test_segments_of_ntsc_timelines_stay_ten_seconds_apart(tmp_path: Path) -> None:
    made = timeline(lane(clip("a", 0, 24_000, 23.976)))
    segments = select(read_timeline(save(made, tmp_path / "cut.otio"))).segments
    assert len(segments) == 101
    for segment in segments:
        assert abs(segment.record.start_s - 10 * segment.index) <= Fraction(1001, 48000)


@pytest.mark.parametrize(
    ("scope_request", "reason", "message"),
    [
        (ScopeRequest.between(10, 10), "EMPTY_SCOPE", "ends at 01:00:00:10, not after its start"),
        (ScopeRequest.between(20, 10), "EMPTY_SCOPE", "Give an end after the start."),
        (
            ScopeRequest.between(5000, 6000),
            "SCOPE_OUTSIDE",
            "lies outside the timeline, which runs from 01:00:00:00",
        ),
        (
            ScopeRequest.between("00:00:05:00", None),
            "SCOPE_OUTSIDE",
            "'00:00:05:00' is before the timeline's start",
        ),
        (ScopeRequest.between("now", None), "BAD_POSITION", "'now' is not a place on a timeline."),
        (ScopeRequest.between("-5", None), "BAD_POSITION", "'-5' is not a place on a timeline."),
        (ScopeRequest.between("9" * 40, None), "BAD_POSITION", "is not a place on a timeline."),
        (ScopeRequest.between("01:00:00:30", None), "BAD_TIMECODE", "has frame 30"),
        (
            ScopeRequest.at_marker("love"),
            "MARKER_NOT_FOUND",
            "Markers: 'Chase', 'absolute', 'on clip', 'point'.",
        ),
        (ScopeRequest.at_marker("point"), "POINT_MARKER", "'point' at 01:00:00:10 has no length"),
        (ScopeRequest.of_clips(["z"]), "CLIP_NOT_FOUND", "Clips seen: 'a', 'b', 'c'."),
        (ScopeRequest.of_clips([]), "CLIP_NOT_FOUND", "No clip was named."),
        (ScopeRequest.in_out(), "NO_IN_OUT", "holds no in and out points"),
    ],
)
def test_scopes_that_cannot_be_are_refused_with_the_value(
    file: TimelineFile, scope_request: ScopeRequest, reason: str, message: str
) -> None:
    found, text = reason_of(file, scope_request)
    assert found == reason
    assert message in text


def test_missing_media_are_listed_and_skipped(tmp_path: Path) -> None:
    (tmp_path / "b.mov").touch()
    scope = select_scope(
        read_timeline(save(timeline(lane(clip("a", 0, 24), clip("b", 0, 24))), tmp_path / "c.otio"))
    )
    assert spans_of(scope) == [("b", 24, 48, 0.0, 1.0)]
    problem = scope.problems[0]
    assert problem.kind is ProblemKind.MISSING_MEDIA
    assert problem.message == f"'a': there is no file {tmp_path / 'a.mov'}."
    assert problem.record is not None
    assert (problem.record.start_frames, problem.record.end_frames) == (0, 24)


def test_problems_outside_the_scope_are_not_listed(tmp_path: Path) -> None:
    (tmp_path / "b.mov").touch()
    made = timeline(
        lane(clip("t", 0, 24, media=schema.MissingReference()), clip("a", 0, 24), clip("b", 0, 24))
    )
    file = read_timeline(save(made, tmp_path / "c.otio"))
    assert select_scope(file, ScopeRequest.between(48, 72)).problems == ()


def test_when_no_media_is_left_the_first_missing_file_is_named(tmp_path: Path) -> None:
    file = read_timeline(save(timeline(lane(clip("a", 0, 24), clip("b", 0, 24))), tmp_path / "cut.otio"))
    with pytest.raises(TemptrackError) as caught:
        select_scope(file)
    assert caught.value.reason == "NO_PICTURE"
    assert str(caught.value) == (
        "None of the 2 shots in the whole timeline has its media here. "
        f"'a': there is no file {tmp_path / 'a.mov'}. Mount the media, "
        "or name the folder they are in (--media), or ask with words (--prompt)."
    )
    assert len(select_scope(file, require_picture=False).problems) == 2


@pytest.mark.parametrize(
    ("lanes", "message"),
    [
        ((), "The timeline 'cut' is empty."),
        ((lane(),), "The timeline 'cut' is empty."),
        ((sound_lane(clip("s", 0, 24)),), "The timeline 'cut' has no picture on any enabled lane."),
        ((lane(gap(24)),), "The timeline 'cut' has no picture on any enabled lane."),
        (
            (lane(clip("t", 0, 24, media=schema.MissingReference())),),
            "There is no usable picture in the whole timeline of 'cut'. 't' names no media file.",
        ),
    ],
)
def test_timelines_without_picture_say_why(tmp_path: Path, lanes: tuple[Any, ...], message: str) -> None:
    file = read_timeline(save(timeline(*(each.deepcopy() for each in lanes)), tmp_path / "cut.otio"))
    with pytest.raises(TemptrackError) as caught:
        select_scope(file)
    assert (caught.value.reason, caught.value.message) == ("NO_PICTURE", message)


def test_absurdly_long_timelines_are_refused(tmp_path: Path) -> None:
    file = read_timeline(save(timeline(lane(clip("a", 0, 1e12))), tmp_path / "cut.otio"))
    with pytest.raises(TemptrackError) as caught:
        select(file)
    assert caught.value.reason == "SCOPE_TOO_LONG"


def test_an_offline_original_is_replaced_by_its_proxy(tmp_path: Path) -> None:
    (tmp_path / "proxy.mov").touch()
    shot = clip("a", 86424, 24, media=movie("original.mov", start=86400))
    shot.set_media_references(
        {"original": movie("original.mov", start=86400), "proxy": movie("proxy.mov", start=86400)}, "original"
    )
    scope = select_scope(read_timeline(save(timeline(lane(shot)), tmp_path / "cut.otio")))
    assert scope.segments[0].spans[0].media.path == tmp_path / "proxy.mov"
    assert scope.problems == ()


def test_unstated_file_starts_are_asked_for_or_taken_from_the_hour(tmp_path: Path) -> None:
    shot = clip("a", 86400 + 48, 24, media=movie("a.mov", start=None))
    file = read_timeline(save(timeline(lane(shot)), tmp_path / "cut.otio"))
    asked = select(file, media_start_s=lambda path: Fraction(3601))
    assert spans_of(asked) == [("a", 0, 24, 1.0, 2.0)]
    assert asked.problems == ()
    guessed = select(file)
    assert spans_of(guessed) == [("a", 0, 24, 2.0, 3.0)]
    assert [problem.kind for problem in guessed.problems] == [ProblemKind.ASSUMED]


def test_media_that_may_not_be_looked_at_count_as_missing(tmp_path: Path) -> None:
    file = read_timeline(save(timeline(lane(clip("a", 0, 24), clip("b", 0, 24))), tmp_path / "c.otio"))

    def refuse(path: Path) -> bool:
        raise PermissionError(path)

    scope = select_scope(file, exists=refuse, require_picture=False)
    assert {problem.kind for problem in scope.problems} == {ProblemKind.MISSING_MEDIA}
