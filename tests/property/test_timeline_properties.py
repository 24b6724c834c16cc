import json
import tempfile
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from opentimelineio import schema

from support.timelines import clip, cue, dissolve, gap, lane, nested, save, sound_lane, time_range, timeline
from temptrack.errors import TemptrackError
from temptrack.timeline.lanes import Lane
from temptrack.timeline.marks import markers_of
from temptrack.timeline.place import list_cues, place_cue
from temptrack.timeline.read import TimelineFile, read_timeline
from temptrack.timeline.scope import ScopeRequest, select_scope

rates = st.sampled_from([23.976, 24.0, 25.0, 29.97, 30.0, 59.94])
lengths = st.integers(1, 400)
speeds = st.sampled_from([None, None, None, 2.0, 0.5, -1.0, -1.5, 0.0, 0.333])


@st.composite
def clips(draw: st.DrawFn) -> Any:
    made = clip("c", draw(st.integers(0, 500)), draw(lengths), draw(rates), speed=draw(speeds))
    made.enabled = draw(st.sampled_from([True, True, True, False]))
    if draw(st.integers(0, 5)) == 0:
        made.media_reference = schema.MissingReference()
    return made


gaps = st.builds(gap, lengths, rates)
leaves = st.one_of(clips(), clips(), gaps)


@st.composite
def lanes_of(draw: st.DrawFn, items: st.SearchStrategy[Any]) -> Any:
    children: list[Any] = []
    for item in draw(st.lists(items, max_size=5)):
        if draw(st.integers(0, 4)) == 0 and not (children and isinstance(children[-1], schema.Transition)):
            children.append(dissolve(draw(st.integers(0, 12)), draw(st.integers(0, 12))))
        children.append(item)
    return lane(*children, kind=draw(st.sampled_from(["Video", "Video", "Audio"])))


@st.composite
def nests(draw: st.DrawFn, items: st.SearchStrategy[Any]) -> Any:
    trim = draw(st.one_of(st.none(), st.tuples(st.integers(-50, 200), lengths)))
    made = nested(*draw(st.lists(lanes_of(items), max_size=3)), trim=trim, rate=draw(rates))
    speed = draw(speeds)
    if speed is not None:
        made.effects.append(schema.LinearTimeWarp(time_scalar=speed))
    return made


timelines = st.lists(lanes_of(st.recursive(leaves, nests, max_leaves=8)), min_size=1, max_size=4)


def read(made: Any) -> TimelineFile:
    with tempfile.TemporaryDirectory() as folder:
        return read_timeline(save(made, Path(folder) / "cut.otio"))


def fresh(lanes: list[Any], **options: Any) -> TimelineFile:
    return read(timeline(*(each.deepcopy() for each in lanes), **options))


@given(timelines, rates)
@settings(max_examples=60)
def test_any_timeline_is_tiled_by_segments_and_shows_one_picture_at_a_time(
    lanes: list[Any], rate: float
) -> None:
    file = fresh(lanes, start=0, rate=rate)
    if max(file.duration_frames, file.picture_end_frames) == 0:
        with pytest.raises(TemptrackError, match="is empty"):
            select_scope(file, exists=lambda path: True, require_picture=False)
        return
    scope = select_scope(file, exists=lambda path: True, require_picture=False)
    reached = scope.record.start_frames
    shown = scope.record.start_frames
    for segment in scope.segments:
        assert segment.record.start_frames == reached
        assert segment.record.duration_frames >= 1
        assert abs(segment.record.duration_s - 10) * file.rate <= 1 or segment is scope.segments[-1]
        reached = segment.record.end_frames
        for span in segment.spans:
            assert shown <= span.record.start_frames < span.record.end_frames <= reached
            assert span.record.start_frames >= segment.record.start_frames
            assert span.source.start_s >= 0
            assert span.source.duration_s >= 0
            shown = span.record.end_frames
    assert reached == scope.record.end_frames
    markers_of(file)


@given(timelines, st.integers(0, 600), st.integers(1, 600))
@example(lanes=[lane(gap(1, 23.976), clip("c", 0, 241, 23.976))], start=0, duration=241)
@settings(max_examples=40)
def test_a_part_shows_what_the_whole_shows_there(lanes: list[Any], start: int, duration: int) -> None:
    file = fresh(lanes, start=0)
    end = min(start + duration, file.picture_end_frames)
    assume(start < end)
    whole, part = (
        select_scope(file, request, exists=lambda path: True, require_picture=False)
        for request in (None, ScopeRequest.between(start, end))
    )
    assert seconds_shown(part) == seconds_shown(whole, part.record.start_frames, part.record.end_frames)


def seconds_shown(scope: Any, start: int = 0, end: int = 10**9) -> dict[int, tuple[str, Fraction]]:
    """Return for every record frame the clip seen and where in its file, unless it lies outside the file."""
    seen: dict[int, tuple[str, Fraction]] = {}
    for span in (span for segment in scope.segments for span in segment.spans):
        step = span.source.duration_s / span.record.duration_frames
        for offset in range(span.record.duration_frames):
            frame = span.record.start_frames + offset
            behind = span.record.duration_frames - offset if span.source.reversed else offset
            at_s = span.source.start_s + step * behind
            if start <= frame < end and span.source.start_s > 0:
                seen[frame] = (span.clip_name, at_s)
    return seen


@given(
    st.lists(st.one_of(clips(), gaps), max_size=6),
    st.lists(
        st.tuples(st.integers(0, 600), st.integers(2, 200), st.integers(0, 30), st.integers(0, 30)),
        max_size=6,
    ),
    st.sampled_from([24.0, 29.97]),
)
@settings(max_examples=50)
def test_placed_cues_never_overlap_anything_and_move_nothing(
    items: list[Any], wanted: list[tuple[int, int, int, int]], rate: float
) -> None:
    sound = sound_lane(*(item.deepcopy() for item in items), name="Music")
    file = read(timeline(lane(clip("a", 0, 1000, rate)), sound, start=0, rate=rate))
    before = busy_on(file)
    placed = file
    for start, duration, fade_in, fade_out in wanted:
        fades = (min(fade_in, duration // 2), min(fade_out, duration // 2))
        placed = place_cue(placed, cue(start, duration, file.rate, fades=fades), lane_name="Music")
    after = busy_on(placed)
    assert after["Music"][: len(before["Music"])] == before["Music"] or set(before["Music"]) <= set(
        after["Music"]
    )
    for spans in after.values():
        ordered = sorted(spans)
        assert all(one[1] <= other[0] for one, other in pairwise(ordered))
    found = sorted((each.record.start_frames, each.record.duration_frames) for each in list_cues(placed))
    assert found == sorted((start, duration) for start, duration, _, _ in wanted)
    assert_others_untouched(file, placed)


def busy_on(file: TimelineFile) -> dict[str, list[tuple[Fraction, Fraction]]]:
    stack = file.timeline.tracks
    return {
        track.name: [
            (start_s, end_s)
            for item, start_s, end_s in Lane(track).items()
            if not isinstance(item, schema.Gap | schema.Transition)
        ]
        for track in stack
    }


def assert_others_untouched(file: TimelineFile, other: TimelineFile) -> None:
    one, two = (
        json.loads(otio.adapters.write_to_string(each.document, "otio_json")) for each in (file, other)
    )
    for tree in (one, two):
        tree["tracks"]["children"] = [
            track for track in tree["tracks"]["children"] if not track["name"].startswith("Music")
        ]
    assert one == two


@given(timelines, st.integers(0, 500), st.integers(2, 100))
@settings(max_examples=60)
def test_a_cue_on_any_timeline_is_one_more_lane_and_nothing_else(
    lanes: list[Any], start: int, duration: int
) -> None:
    file = fresh(lanes, start=0)
    file.timeline.tracks.source_range = time_range(start % 7, 700)
    before = json.loads(otio.adapters.write_to_string(file.document, "otio_json"))
    placed = place_cue(file, cue(start, duration, fades=(1, 1)))
    after = json.loads(otio.adapters.write_to_string(placed.document, "otio_json"))
    assert after["tracks"]["children"].pop()["name"] == "Temptrack"
    assert after == before
    (found,) = list_cues(placed)
    assert (found.record.start_frames, found.record.duration_frames) == (start, duration)
