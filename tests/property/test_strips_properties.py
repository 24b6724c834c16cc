"""Strips against the plainest possible reading of their description: frame by frame, lane by lane."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from support.strips import Json, described, lane, selected, strip
from temptrack.companion.strip_timeline import Strip, StripKind, StripTimeline
from temptrack.companion.strips import timeline_of
from temptrack.media.moments import source_time
from temptrack.timeline.segments import ProblemKind

LENGTH = 300
RATES = [(24, 1), (25, 1), (30_000, 1001), (60, 1)]
Shown = tuple[str, Fraction] | None

rates = st.sampled_from(RATES)
speeds = st.sampled_from(["1", "2", "1/2", "-1", "-3/2", "0", "1000/1001", "5/4"])
kinds = st.sampled_from(["movie", "movie", "movie", "scene", "effect", "sound"])


@st.composite
def strips(draw: st.DrawFn, depth: int = 2) -> Json:
    start = draw(st.integers(-40, LENGTH))
    end = start + draw(st.integers(0, 150))
    enabled = draw(st.sampled_from([True, True, True, False]))
    if depth and draw(st.integers(0, 3)) == 0:
        inside = draw(st.lists(strips(depth - 1), max_size=4))
        return strip("", start, end, "meta", strips=inside, enabled=enabled)
    kind = draw(kinds)
    more: dict[str, Any] = {}
    if kind == "movie":
        numerator, denominator = draw(rates)
        more = {
            "media_rate": {"numerator": numerator, "denominator": denominator},
            "speed": draw(speeds),
            "source_start_frames": draw(st.integers(-50, 500)),
        }
        if draw(st.booleans()):
            frames = sorted(draw(st.sets(st.integers(-40, LENGTH), min_size=1, max_size=4)))
            more["retiming"] = [
                {"timeline_frame": frame, "source_frame": draw(st.integers(0, 400))} for frame in frames
            ]
    return strip("", start, end, kind, enabled=enabled, **more)


@st.composite
def timelines(draw: st.DrawFn) -> StripTimeline:
    made = draw(st.lists(st.lists(strips(), max_size=5), max_size=4))
    _name([one for each in made for one in each], count())
    lanes = [lane(*each, enabled=draw(st.sampled_from([True, True, False]))) for each in made]
    return described(*lanes, rate=draw(rates), start=draw(st.integers(-20, 40)), end=LENGTH)


def _name(made: list[Json], numbers: Iterator[int]) -> None:
    """Give every strip a name of its own, so that what is seen can be told apart."""
    for one in made:
        number = next(numbers)
        one |= {"id": f"s{number}", "name": f"s{number}"}
        if one["kind"] == "movie":
            one["path"] = f"/media/{number}.mov"
        _name(one.get("strips", []), numbers)


def expected_at(description: StripTimeline, frame: int) -> Shown:
    for each in reversed(description.lanes):
        shown = _on_lane(each.strips, frame, description.rate.exact) if each.enabled else None
        if shown is not None:
            return shown
    return None


def _on_lane(inside: Sequence[Strip], frame: int, rate: Fraction) -> Shown:
    covering = [(one.start_frames, number, one) for number, one in enumerate(inside) if _covers(one, frame)]
    return _shown(max(covering)[2], frame, rate) if covering else None


def _covers(one: Strip, frame: int) -> bool:
    pictures = (StripKind.MOVIE, StripKind.SCENE, StripKind.META)
    return one.enabled and one.kind in pictures and one.start_frames <= frame < one.end_frames


def _shown(one: Strip, frame: int, rate: Fraction) -> Shown:
    if one.kind is StripKind.META:
        for child in reversed(one.strips):
            shown = _shown(child, frame, rate) if _covers(child, frame) else None
            if shown is not None:
                return shown
        return None
    if one.kind is StripKind.SCENE:
        return one.name, Fraction(-1)
    return one.name, max(Fraction(0), _source_frame(one, frame, rate))


def _source_frame(one: Strip, frame: int, rate: Fraction) -> Fraction:
    assert one.media_rate is not None
    step = one.speed * one.media_rate.exact / rate
    keys = one.retiming
    if not keys:
        return one.source_start_frames + (frame - one.start_frames) * step
    key = keys[0]
    if len(keys) > 1:
        number = max([index for index, each in enumerate(keys[:-1]) if each.timeline_frame <= frame] or [0])
        key, following = keys[number], keys[number + 1]
        step = (following.source_frame - key.source_frame) / (following.timeline_frame - key.timeline_frame)
    return key.source_frame + (frame - key.timeline_frame) * step


@settings(max_examples=150)
@given(description=timelines())
def test_every_frame_shows_the_strip_and_the_media_frame_it_should(description: StripTimeline) -> None:
    file = timeline_of(description)
    if file.duration_frames == 0:
        return
    everything = {"kind": "range", "start_frames": file.start_frames, "end_frames": LENGTH + 200}
    scope = selected(description, everything)
    rates_of = {path: rate for path, rate in _media_rates(description)}
    seen: dict[int, Shown] = {}
    for segment in scope.segments:
        for span in segment.spans:
            for frame in range(span.record.start_frames, span.record.end_frames):
                source_s = source_time(span, frame / span.record.rate)
                shown = source_s * rates_of[span.clip_name]
                seen[frame + file.start_frames] = (span.clip_name, shown)
    for problem in scope.problems:
        assert problem.kind in (ProblemKind.NOT_RENDERED, ProblemKind.NO_MEDIA)
        if problem.kind is ProblemKind.NOT_RENDERED and problem.record is not None:
            for frame in range(problem.record.start_frames, problem.record.end_frames):
                assert frame + file.start_frames not in seen
                seen[frame + file.start_frames] = (problem.clip_name, Fraction(-1))
    end = scope.record.end_frames + file.start_frames
    for frame in range(scope.record.start_frames + file.start_frames, end):
        found, wanted = seen.get(frame), expected_at(description, frame)
        assert (found is None) == (wanted is None), frame
        if found is not None and wanted is not None:
            # OpenTimelineIO keeps times as floats: fractions of a million parts and more come back rounded.
            assert found[0] == wanted[0], frame
            assert abs(found[1] - wanted[1]) < Fraction(1, 10**8), frame
    assert not [frame for frame in seen if frame >= end]


def _media_rates(description: StripTimeline) -> list[tuple[str, Fraction]]:
    waiting = [one for each in description.lanes for one in each.strips]
    found = []
    while waiting:
        one = waiting.pop()
        if one.media_rate is not None:
            found.append((one.name, one.media_rate.exact))
        waiting.extend(one.strips)
    return found


@given(names=st.lists(st.sampled_from([f"a{number:02}.png" for number in range(12)] + ["b.png", "a7.png"])))
def test_an_image_sequence_shows_its_files_in_the_order_listed(names: list[str]) -> None:
    sequence = strip("seq", 0, max(1, len(names)), "image_sequence", directory="/i", files=names)
    shown: list[Path] = []
    for segment in selected(described(lane(sequence))).segments:
        for span in segment.spans:
            for frame in range(span.record.start_frames, span.record.end_frames):
                path = span.media.path
                if span.media.sequence_pattern:
                    number = span.media.sequence_start + int(source_time(span, frame / span.record.rate) * 24)
                    path = Path(span.media.sequence_pattern % number)
                shown.append(path)
    assert [path.name for path in shown] == names
