from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from support.films import make_film, make_sequence, read_number
from support.strips import described, files_seen, lane, seen, selected, strip
from temptrack.companion.faults import bad_params
from temptrack.companion.strip_timeline import MAX_DEPTH
from temptrack.companion.strips import timeline_of
from temptrack.errors import NotFound
from temptrack.media.frames import sample_frames
from temptrack.media.types import FrameSpec, Sampling
from temptrack.timeline.segments import ProblemKind, Scope

PAL = {"numerator": 25, "denominator": 1}


def numbers_seen(scope: Scope) -> list[int]:
    """The frame numbers painted into the media, as sampled."""
    sampled = sample_frames(scope.segments, sampling=Sampling.PAPER, spec=FrameSpec(64))
    return [read_number(frame) for each in sampled for frame in each.frames]


def test_a_movie_shows_the_media_frames_the_host_says() -> None:
    description = described(lane(strip("a", 10, 110, source_start_frames=48)))
    assert seen(description) == [("a", 10, 110, 48, 147)]


def test_media_of_another_rate_played_frame_for_frame() -> None:
    clip = strip("a", 1, 151, media_rate=PAL, speed="30000/25025", source_start_frames=7)
    description = described(lane(clip), rate=(30000, 1001), start=1, end=251)
    assert seen(description) == [("a", 1, 151, 7, 156)]


def test_media_of_another_rate_played_at_its_own_speed() -> None:
    description = described(lane(strip("a", 0, 48, media_rate=PAL)), rate=(24, 1))
    assert seen(description) == [("a", 0, 48, 0, Fraction(25, 24) * 47)]


@pytest.mark.parametrize("speed", ["2", "1/2", "5/3"])
def test_faster_and_slower(speed: str) -> None:
    description = described(lane(strip("a", 0, 100, speed=speed, source_start_frames=10)))
    assert seen(description) == [("a", 0, 100, 10, 10 + 99 * Fraction(speed))]


@pytest.mark.parametrize("speed", ["-1", "-2", "-1/2"])
def test_backwards_from_the_frame_shown_first(speed: str) -> None:
    description = described(lane(strip("a", 0, 100, speed=speed, source_start_frames=400)))
    assert seen(description) == [("a", 0, 100, 400, 400 + 99 * Fraction(speed))]


def test_a_freeze_shows_one_frame_all_along() -> None:
    description = described(lane(strip("a", 0, 100, speed="0/1", source_start_frames=33)))
    assert seen(description) == [("a", 0, 100, 33, 33)]


def test_retiming_keys_cut_a_strip_into_steady_speeds() -> None:
    keys = [(0, 0), (50, 50), (100, 150), (124, 150), (150, 124)]
    retiming = [{"timeline_frame": at, "source_frame": frame} for at, frame in keys]
    description = described(lane(strip("a", 0, 160, retiming=retiming)))
    assert seen(description) == [
        ("a", 0, 50, 0, 49),
        ("a", 50, 100, 50, 148),
        ("a", 100, 124, 150, 150),
        ("a", 124, 160, 150, 115),
    ]


def test_a_strip_longer_than_its_media_holds_the_first_frame() -> None:
    assert seen(described(lane(strip("a", 0, 100, source_start_frames=-20)))) == [
        ("a", 0, 20, 0, 0),
        ("a", 20, 100, 0, 79),
    ]
    assert seen(described(lane(strip("a", 0, 100, source_start_frames=20, speed="-1")))) == [
        ("a", 0, 21, 20, 0),
        ("a", 21, 100, 0, 0),
    ]


def test_the_uppermost_picture_wins_and_what_is_switched_off_is_not_there() -> None:
    description = described(
        lane(strip("below", 0, 100)),
        lane(strip("above", 20, 40), strip("muted", 60, 80, enabled=False)),
        lane(strip("hidden lane", 0, 100), enabled=False),
    )
    assert [row[:3] for row in seen(description)] == [("below", 0, 20), ("above", 20, 40), ("below", 40, 100)]


def test_in_one_lane_the_later_start_wins_and_the_editor_is_told() -> None:
    description = described(lane(strip("long", 0, 100), strip("short", 20, 40), strip("end", 90, 120)))
    assert seen(description) == [
        ("long", 0, 20, 0, 19),
        ("short", 20, 40, 0, 19),
        ("long", 40, 90, 40, 89),
        ("end", 90, 120, 0, 29),
    ]
    (note,) = timeline_of(description).notes
    assert note.startswith("In lane 'lane' strips overlap and hide parts of 'long':")


def test_a_lane_full_of_overlaps_is_told_in_one_sentence() -> None:
    lanes = [lane(*(strip(f"s{number}", 10 * number, 10 * number + 15) for number in range(9)), name="3")]
    (note,) = timeline_of(described(*lanes)).notes
    assert "In lane '3' strips overlap and hide parts of 's0', 's1', 's2' and 5 more:" in note


def test_effects_and_adjustments_have_no_picture_of_their_own() -> None:
    description = described(
        lane(strip("a", 0, 50)), lane(strip("wipe", 0, 50, "effect"), strip("grade", 0, 50, "adjustment"))
    )
    assert [row[:3] for row in seen(description)] == [("a", 0, 50)]
    assert not selected(description).problems


@pytest.mark.parametrize("kind", ["scene", "generator"])
def test_what_only_the_host_can_render_hides_what_is_below(kind: str) -> None:
    description = described(lane(strip("a", 0, 100)), lane(strip("made", 20, 40, kind)))
    assert [row[:3] for row in seen(description)] == [("a", 0, 20), ("a", 40, 100)]
    (problem,) = selected(description).problems
    assert (problem.kind, problem.clip_name) == (ProblemKind.NOT_RENDERED, "made")
    assert problem.record is not None
    assert (problem.record.start_frames, problem.record.end_frames) == (20, 40)


def test_a_missing_file_is_named() -> None:
    scope = selected(described(lane(strip("a", 0, 100))), exists=lambda _path: False)
    (problem,) = scope.problems
    assert problem.kind is ProblemKind.MISSING_MEDIA
    assert "/media/a.mov" in problem.message


def test_a_meta_strip_shows_its_children_where_they_lie_and_only_inside_its_handles() -> None:
    inner = strip("inner", 60, 80, "meta", strips=[strip("deep", 0, 200, source_start_frames=1000)])
    meta = strip("meta", 10, 90, "meta", strips=[strip("a", 0, 40), strip("b", 30, 200), inner])
    assert seen(described(lane(meta))) == [
        ("a", 10, 30, 10, 29),
        ("b", 30, 60, 0, 29),
        ("deep", 60, 80, 1060, 1079),
        ("b", 80, 90, 50, 59),
    ]


def test_in_a_meta_strip_the_upper_child_hides_the_lower_one_whichever_starts_first() -> None:
    meta = strip("meta", 0, 100, "meta", strips=[strip("lower", 40, 80), strip("upper", 0, 60)])
    assert [row[:3] for row in seen(described(lane(meta)))] == [("upper", 0, 60), ("lower", 60, 80)]


def test_timelines_start_anywhere_even_below_zero() -> None:
    description = described(lane(strip("a", -30, 50), strip("b", 50, 100)), start=-10, end=80)
    assert seen(description) == [("a", -10, 50, 20, 79), ("b", 50, 80, 0, 29)]
    late = described(lane(strip("a", 90_000, 90_100)), start=90_000, end=90_200)
    assert seen(late) == [("a", 90_000, 90_100, 0, 99)]


def test_the_whole_ends_with_the_picture_or_where_the_host_says() -> None:
    short = described(lane(strip("a", 0, 100)), lane(strip("hum", 0, 500, "sound"), kind="audio"), end=250)
    assert selected(short).record.duration_frames == 100
    assert selected(described(lane(strip("a", 0, 400)), end=250)).record.duration_frames == 250


def test_a_range_counts_in_the_frames_of_the_host() -> None:
    description = described(lane(strip("a", 1000, 1200)), start=1000, end=1200)
    scope = {"kind": "range", "start_frames": 1050, "end_frames": 1060}
    assert seen(description, scope) == [("a", 1050, 1060, 50, 59)]


def test_selected_items_are_found_by_id_and_alone() -> None:
    meta = strip("meta", 200, 300, "meta", strips=[strip("child", 0, 400)])
    description = described(
        lane(strip("a", 0, 100), strip("b", 100, 200), meta),
        lane(strip("hum", 0, 500, "sound"), kind="audio"),
    )
    items = {"kind": "items", "ids": ["a", "meta", "hum"]}
    assert [row[:3] for row in seen(description, items)] == [
        ("a", 0, 100),
        ("child", 200, 240),
        ("child", 240, 300),
    ]
    with pytest.raises(NotFound) as caught:
        selected(description, {"kind": "items", "ids": ["hum"]})
    assert caught.value.reason == "ITEMS_NOT_SEEN"


def test_two_strips_of_one_name_are_told_apart_by_id() -> None:
    first, second = strip("shot", 0, 100, id="1"), strip("shot", 100, 200, id="2")
    rows = seen(described(lane(first, second)), {"kind": "items", "ids": ["2"]})
    assert [row[1:3] for row in rows] == [(100, 200)]


def test_a_numbered_sequence_is_one_medium() -> None:
    files = [f"shot.{number:04}.exr" for number in range(1001, 1101)]
    sequence = strip("seq", 0, 50, "image_sequence", directory="/a b", files=files, source_start_frames=30)
    description = described(lane(sequence))
    assert seen(description) == [("seq", 0, 50, 1031, 1080)]
    assert files_seen(description) == [Path("/a b/shot.1001.exr")]


def test_a_sequence_with_jumps_and_other_names_shows_the_files_it_lists() -> None:
    files = ["a9.png", "a10.png", "a12.png", "title.png"]
    description = described(lane(strip("seq", 0, 6, "image_sequence", directory="/i", files=files)))
    shown = [
        (span.media.path.name, span.record.duration_frames)
        for span in selected(description).segments[0].spans
    ]
    assert shown == [("a9.png", 2), ("a12.png", 1), ("title.png", 1), ("title.png", 2)]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"start_frames": 1.5}, "start_frames"),
        ({"speed": "1/0"}, "speed"),
        ({"speed": 1.5}, "speed"),
        ({"kind": "video"}, "kind"),
        ({"path": "a.mov"}, "path"),
        ({"wrong": 1}, "wrong"),
        ({"id": ""}, "id"),
        ({"retiming": [{"timeline_frame": 2, "source_frame": 1}] * 2}, "lanes.0.strips.0"),
    ],
)
def test_a_wrong_description_is_refused_naming_the_place(change: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationError) as caught:
        described(lane(strip("a", 0, 10, **change)))
    assert where in bad_params("suggest", caught.value).message


def test_endless_nesting_is_refused() -> None:
    meta = strip("core", 0, 10)
    for level in range(MAX_DEPTH + 1):
        meta = strip(f"m{level}", 0, 10, "meta", strips=[meta])
    with pytest.raises(ValidationError, match="nested"):
        described(lane(meta))
    for level in range(3000):
        meta = strip(f"n{level}", 0, 10, "meta", strips=[meta])
    with pytest.raises(ValidationError):
        described(lane(meta))


def test_an_empty_timeline_is_a_timeline() -> None:
    file = timeline_of(described())
    assert (file.duration_frames, file.name) == (0, "cut")


def test_real_media_show_the_painted_frames(tmp_path: Path) -> None:
    film = make_film(tmp_path / "f.mp4", rate=25, timecode="01:00:00:00")
    pattern = Path(make_sequence(tmp_path / "seq", frames=24))
    files = sorted(path.name for path in pattern.parent.iterdir())
    forwards = strip("film", 101, 113, path=str(film), media_rate=PAL, source_start_frames=20)
    backwards = strip(
        "film", 113, 125, path=str(film), media_rate=PAL, source_start_frames=40, speed="-24/25"
    )
    images = strip(
        "images",
        125,
        137,
        "image_sequence",
        directory=str(pattern.parent),
        files=files,
        source_start_frames=3,
    )
    description = described(lane(forwards | {"speed": "24/25"}, backwards, images), start=101, end=137)
    scope = selected(description, exists=Path.is_file)
    assert not scope.problems
    assert numbers_seen(scope) == [22, 26, 30, 38, 34, 30, 1006, 1010, 1014]
