from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.timelines import clip, gap, lane, time_range, timeline
from temptrack.batch.plan import PlanRow
from temptrack.batch.reading import in_shard
from temptrack.batch.scenes import (
    Scene,
    joined_rows,
    picture_of,
    scenes_of_gaps,
    scenes_of_markers,
    scenes_of_shots,
)
from temptrack.batch.units import output_names
from temptrack.errors import NotReady
from temptrack.model.types import SegmentFeatures
from temptrack.seat.cuts import Cut
from temptrack.suggest.types import PictureSegment
from temptrack.timeline.read import open_timeline
from temptrack.timeline.scope import ScopeRequest, select_scope


def cut_of(
    *items: Any, markers: tuple[tuple[str, int, int], ...] = (), part: ScopeRequest | None = None
) -> Cut:
    made = timeline(lane(*items))
    for name, start, length in markers:
        made.tracks.markers.append(otio.schema.Marker(name=name, marked_range=time_range(start, length)))
    file = open_timeline(made, name="cut.otio")
    return Cut(file, select_scope(file, part, exists=lambda _path: True))


def spans(scenes: list[Scene]) -> list[tuple[int, int]]:
    return [(scene.start_frames, scene.end_frames) for scene in scenes]


def seen(*directions: int) -> list[PictureSegment]:
    """Segments of ten seconds whose features point along axes."""
    rows = np.eye(4, dtype=np.float32)
    return [
        PictureSegment(SegmentFeatures(rows[axis], "e"), Fraction(10 * index), Fraction(10))
        for index, axis in enumerate(directions)
    ]


def test_markers_with_a_length_are_scenes_and_points_are_not() -> None:
    cut = cut_of(clip("a", 0, 480), markers=(("b", 240, 120), ("a", 24, 48), ("point", 100, 0)))
    scenes = scenes_of_markers(cut)
    assert [scene.label for scene in scenes] == ["marker 'a'", "marker 'b'"]
    assert spans(scenes) == [(24, 72), (240, 360)]


def test_points_alone_run_to_the_next_one() -> None:
    cut = cut_of(clip("a", 0, 480), markers=(("one", 0, 0), ("two", 240, 1)))
    assert spans(scenes_of_markers(cut)) == [(0, 240), (240, 480)]


def test_a_marker_reaches_no_further_than_the_part() -> None:
    part = ScopeRequest.between(100, 300)
    cut = cut_of(clip("a", 0, 480), markers=(("long", 0, 400), ("away", 400, 40)), part=part)
    assert spans(scenes_of_markers(cut)) == [(100, 300)]


def test_no_marker_is_said_with_another_way() -> None:
    with pytest.raises(NotReady, match="no marker in the whole timeline"):
        scenes_of_markers(cut_of(clip("a", 0, 48)))


def test_black_parts_scenes_and_a_flash_does_not() -> None:
    cut = cut_of(clip("a", 0, 48), gap(11), clip("b", 0, 48), gap(12), clip("c", 0, 48), clip("d", 0, 24))
    assert spans(scenes_of_gaps(cut)) == [(0, 107), (119, 191)]


def test_borders_lie_where_the_picture_changes_at_the_nearest_cut() -> None:
    cut = cut_of(clip("a", 0, 700), clip("b", 0, 500))
    scenes = scenes_of_shots(cut, seen(0, 0, 0, 1, 1), 25)
    assert spans(scenes) == [(0, 700), (700, 1200)]


def test_a_border_far_from_any_cut_stays_where_the_picture_changes() -> None:
    cut = cut_of(clip("a", 0, 1200))
    assert spans(scenes_of_shots(cut, seen(0, 0, 1, 1, 1), 25)) == [(0, 480), (480, 1200)]


def test_a_part_that_is_short_or_unseen_is_one_scene() -> None:
    cut = cut_of(clip("a", 0, 1200))
    assert spans(scenes_of_shots(cut, seen(0, 1, 2, 3, 0), 60)) == [(0, 1200)]
    assert spans(scenes_of_shots(cut, [], 10)) == [(0, 1200)]


def test_a_scene_is_seen_as_far_as_segments_reach_into_it() -> None:
    found = picture_of(Scene("s", 228, 600), seen(0, 1, 2), Fraction(24))
    assert [(float(each.start_s), float(each.duration_s)) for each in found] == [
        (9.5, 0.5),
        (10, 10),
        (20, 5),
    ]
    assert picture_of(Scene("s", 232, 600), seen(0, 1, 2), Fraction(24))[0].start_s == 10


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_as_many_groups_are_left_as_were_wanted(count: int, groups: int, seed: int) -> None:
    rows = np.random.default_rng(seed).standard_normal((count, 5)).astype(np.float32)
    firsts = joined_rows(rows, groups)
    assert len(firsts) == min(count, groups)
    assert firsts[0] == 0
    assert firsts == sorted(set(firsts))


@given(st.lists(st.integers(0, 1000), unique=True, max_size=40), st.integers(1, 7))
def test_every_row_belongs_to_one_shard(numbers: list[int], count: int) -> None:
    for number in numbers:
        row = PlanRow(timeline=Path(f"/cuts/{number}.otio"), library="stock")
        homes = [shard for shard in range(1, count + 1) if in_shard(row, (shard, count))]
        assert len(homes) == 1
        report_only = row.model_copy(update={"episode": "7", "production": "p"})
        assert in_shard(report_only, (homes[0], count))


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["/s/a.otio", "/s/b.edl"], ["a.otio", "b.otio"]),
        (["/s/ep1/cut.otio", "/s/ep2/CUT.otio"], ["ep1-cut.otio", "ep2-CUT.otio"]),
        (["/s/1/x/cut.otio", "/s/2/x/cut.otio"], ["1-x-cut.otio", "2-x-cut.otio"]),
        (["/s/b.otio", "/s/b.edl", "/s/c.otio"], ["b-otio.otio", "b-edl.otio", "c.otio"]),
        (
            ["/s/x-cut.otio", "/s/x/cut.otio", "/s/y/cut.otio"],
            ["x-cut.otio", "y-cut.otio", "s-x-cut.otio"],
        ),
        (["/s/A.otio", "/s/a.otio"], ["s-A-otio-1.otio", "s-a-otio-2.otio"]),
    ],
)
def test_copies_are_named_apart_whatever_the_case(paths: list[str], names: list[str]) -> None:
    assert sorted(output_names([Path(path) for path in paths]).values()) == sorted(names)


@given(st.lists(st.lists(st.sampled_from("aAb1"), min_size=1, max_size=4), min_size=1, max_size=8))
def test_no_two_copies_share_a_name(parts: list[list[str]]) -> None:
    paths = [Path("/", *part).with_suffix(".otio") for part in parts]
    names = [name.casefold() for name in output_names(paths).values()]
    assert len(names) == len(set(names)) == len(set(paths))
