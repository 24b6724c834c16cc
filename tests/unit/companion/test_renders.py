from pathlib import Path

import pytest

from support.films import make_film, make_still, numbered, read_number
from support.strips import described, lane, selected, strip
from support.timelines import clip, gap, save, timeline
from support.timelines import lane as otio_lane
from temptrack.companion.renders import WantedRenders, wanted_renders, with_renders
from temptrack.media.frames import sample_frames
from temptrack.media.moments import sampled_frames
from temptrack.media.types import FrameSpec, Sampling
from temptrack.timeline.read import read_timeline
from temptrack.timeline.scope import select_scope
from temptrack.timeline.segments import MediaKind


def test_a_scene_is_rendered_where_frames_would_be_looked_at() -> None:
    scope = selected(described(lane(strip("world", 0, 480, "scene"))))
    (wanted,) = wanted_renders(scope)
    assert wanted.item == "world"
    assert list(wanted.frames) == [
        frame for each in scope.segments for frame in sampled_frames(each, Sampling.STANDARD)
    ]
    assert len(wanted.frames) == 20


def test_only_what_is_seen_is_rendered() -> None:
    description = described(lane(strip("world", 0, 240, "scene")), lane(strip("film", 0, 120)))
    (wanted,) = wanted_renders(selected(description))
    assert wanted.frames == (132, 156, 180, 204, 228)


def test_a_hole_between_the_frames_looked_at_needs_no_render() -> None:
    description = described(lane(strip("film", 0, 240)), lane(strip("flash", 13, 20, "generator")))
    assert wanted_renders(selected(description)) == ()


def test_selected_items_ask_for_no_other_renders() -> None:
    description = described(lane(strip("one", 0, 240, "scene"), strip("two", 240, 480, "scene")))
    scope = selected(description, {"kind": "items", "ids": ["two"]})
    assert [each.item for each in wanted_renders(scope)] == ["two"]


def test_media_that_are_missing_are_not_rendered() -> None:
    scope = selected(described(lane(strip("lost", 0, 240))), exists=lambda _path: False)
    assert wanted_renders(scope) == ()


def test_a_clip_without_a_file_on_a_read_timeline_is_rendered_where_nothing_else_shows(
    tmp_path: Path,
) -> None:
    made = timeline(otio_lane(clip("film", 0, 120), gap(120)), otio_lane(clip("fusion", 0, 240)))
    made.tracks[1][0].media_reference = None
    file = read_timeline(save(made, tmp_path / "cut.otio"))
    scope = select_scope(file, exists=lambda _path: True)
    assert wanted_renders(scope) == (WantedRenders("fusion", (132, 156, 180, 204, 228)),)


def test_renders_are_media_like_any_other(tmp_path: Path) -> None:
    film = make_film(tmp_path / "f.mp4", rate=24)
    description = described(
        lane(strip("film", 0, 48, path=str(film)), strip("world", 48, 288, "scene")), end=288
    )
    bare = selected(description, exists=Path.is_file)
    (wanted,) = wanted_renders(bare)
    renders = {
        frame: make_still(tmp_path / f"{frame}.png", numbered(), number=frame) for frame in wanted.frames
    }
    scope = with_renders(bare, renders)
    assert not scope.problems
    sampled = list(sample_frames(scope.segments, sampling=Sampling.STANDARD, spec=FrameSpec(64)))
    shown = [read_number(frame) for each in sampled for frame in each.frames]
    expected = [frame for each in scope.segments for frame in sampled_frames(each, Sampling.STANDARD)]
    assert shown == sorted(set(expected))
    assert not any(each.warnings for each in sampled)


def test_each_frame_of_a_hole_is_covered_by_the_nearest_render() -> None:
    scope = with_renders(
        selected(described(lane(strip("world", 0, 240, "scene")))), {10: Path("/a.png"), 31: Path("/b.png")}
    )
    rows = [
        (span.media.path.name, span.media.kind, span.record.start_frames, span.record.end_frames)
        for span in scope.segments[0].spans
    ]
    assert rows == [("a.png", MediaKind.STILL, 0, 21), ("b.png", MediaKind.STILL, 21, 240)]


@pytest.mark.parametrize("renders", [{}, {5000: Path("/a.png")}])
def test_without_usable_renders_the_problem_stays(renders: dict[int, Path]) -> None:
    scope = selected(described(lane(strip("world", 0, 240, "scene"))))
    assert with_renders(scope, renders).problems == scope.problems
