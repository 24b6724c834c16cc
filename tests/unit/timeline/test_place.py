import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from opentimelineio import schema

from support.timelines import clip, cue, dissolve, gap, lane, movie, save, sound_lane, time_range, timeline
from temptrack.errors import TemptrackError
from temptrack.timeline.cue import Cue, CuePart
from temptrack.timeline.place import list_cues, place_cue
from temptrack.timeline.read import TimelineFile, read_timeline
from temptrack.timeline.segments import RecordRange


def read(tmp_path: Path, made: Any) -> TimelineFile:
    return read_timeline(save(made, tmp_path / "cut.otio"))


def picture(frames: int = 240) -> Any:
    return lane(clip("a", 0, frames), name="V1")


def json_of(file: TimelineFile) -> Any:
    return json.loads(otio.adapters.write_to_string(file.document, "otio_json"))


def shape(track: Any) -> list[tuple[str, float]]:
    rows = []
    for item in track:
        is_transition = isinstance(item, schema.Transition)
        length = item.in_offset + item.out_offset if is_transition else item.duration()
        rows.append((type(item).__name__, length.value))
    return rows


def test_a_cue_gets_its_own_lane_and_everything_else_stays(tmp_path: Path) -> None:
    file = read(tmp_path, timeline(picture(), sound_lane(clip("s", 0, 240)), start=86400))
    before = json_of(file)
    placed = place_cue(file, cue(48, 96, fades=(12, 24)))
    assert json_of(file) == before
    track = placed.timeline.tracks[-1]
    assert (track.name, track.kind) == ("Temptrack", "Audio")
    assert shape(track) == [("Gap", 48), ("Transition", 12), ("Clip", 96), ("Transition", 24)]
    after = json_of(placed)
    del after["tracks"]["children"][-1]
    assert after == before


def test_what_is_written_says_where_the_music_comes_from(tmp_path: Path) -> None:
    file = read(tmp_path, timeline(picture(), start=86400))
    music = cue(48, 96, fades=(12, 24), source_s=Fraction(25, 2), gain_db=-6.5)
    placed = place_cue(file, music).timeline.tracks[-1][2]
    assert placed.name == "Artist - Song"
    assert placed.source_range == time_range(300, 96)
    assert placed.media_reference.target_url == "/music/song.flac"
    assert placed.media_reference.available_range == time_range(0, 2_400_000)
    written = json.loads(otio.core.serialize_json_to_string(placed.metadata))["temptrack"]
    assert {key: written[key] for key in music.provenance} == music.provenance
    assert written["placement"] | {"cue_id": ""} == {
        "cue_id": "",
        "part": 0,
        "parts": 1,
        "gain_db": -6.5,
        "fade_in_frames": 12,
        "fade_out_frames": 24,
        "source_start_s": 12.5,
    }


def test_fades_lie_inside_the_music(tmp_path: Path) -> None:
    track = place_cue(read(tmp_path, timeline(picture())), cue(48, 96, fades=(12, 24))).timeline.tracks[-1]
    offsets = [
        (item.in_offset.value, item.out_offset.value) for item in track if isinstance(item, schema.Transition)
    ]
    assert offsets == [(0, 12), (24, 0)]


def test_a_looped_cue_is_several_clips_end_to_end(tmp_path: Path) -> None:
    parts = tuple(CuePart(Fraction(5), RecordRange(24 * start, 24, Fraction(24))) for start in (1, 2, 3))
    file = place_cue(read(tmp_path, timeline(picture())), replace(cue(24, 24, fades=(6, 6)), parts=parts))
    assert [kind for kind, _ in shape(file.timeline.tracks[-1])] == [
        "Gap", "Transition", "Clip", "Clip", "Clip", "Transition",
    ]  # fmt: skip
    (placed,) = list_cues(file)
    assert (placed.parts, placed.record.start_frames, placed.record.end_frames) == (3, 24, 96)


def test_the_named_lane_is_used_where_it_is_free(tmp_path: Path) -> None:
    file = read(
        tmp_path, timeline(picture(), sound_lane(clip("s", 0, 24), gap(100), clip("t", 0, 24), name="Music"))
    )
    placed = place_cue(file, cue(48, 48, fades=(6, 6)), lane_name="Music")
    assert len(placed.timeline.tracks) == 2
    inserted = [("Transition", 6), ("Clip", 48), ("Transition", 6)]
    assert shape(placed.timeline.tracks[1]) == [
        ("Clip", 24),
        ("Gap", 24),
        *inserted,
        ("Gap", 28),
        ("Clip", 24),
    ]


@pytest.mark.parametrize(
    ("start", "duration", "fades"),
    [(0, 24, (0, 0)), (100, 48, (0, 0)), (24, 24, (6, 0)), (100, 24, (0, 6))],
    ids=["on a clip", "into a clip", "fade-in beside a clip", "fade-out beside a clip"],
)
def test_an_occupied_lane_is_left_alone(
    tmp_path: Path, start: int, duration: int, fades: tuple[int, int]
) -> None:
    busy = sound_lane(clip("s", 0, 24), gap(100), clip("t", 0, 240), name="Music")
    file = read(tmp_path, timeline(picture(400), busy))
    before = json_of(file)
    placed = place_cue(file, cue(start, duration, fades=fades), lane_name="Music")
    assert [track.name for track in placed.timeline.tracks] == ["V1", "Music", "Music 2"]
    after = json_of(placed)
    del after["tracks"]["children"][-1]
    assert after == before


def test_a_cue_without_fades_may_touch_its_neighbours(tmp_path: Path) -> None:
    file = read(
        tmp_path, timeline(picture(), sound_lane(clip("s", 0, 24), gap(24), clip("t", 0, 24), name="Music"))
    )
    assert shape(place_cue(file, cue(24, 24), lane_name="Music").timeline.tracks[1]) == [("Clip", 24)] * 3


def test_the_reach_of_a_neighbours_fade_is_not_free(tmp_path: Path) -> None:
    busy = sound_lane(
        clip("s", 0, 24), dissolve(0, 12), gap(100), dissolve(12, 0), clip("t", 0, 24), name="Music"
    )
    file = read(tmp_path, timeline(picture(), busy))
    lanes = [
        len(place_cue(file, cue(*at), lane_name="Music").timeline.tracks)
        for at in ((30, 10), (37, 10), (100, 12))
    ]
    assert lanes == [3, 2, 3]


def off(track: Any) -> None:
    track.enabled = False


def trimmed(track: Any) -> None:
    track.source_range = time_range(0, 10)


def locked(track: Any) -> None:
    track.metadata["Resolve_OTIO"] = {"Locked": True}


def retimed(track: Any) -> None:
    track.effects.append(schema.LinearTimeWarp(time_scalar=2.0))


@pytest.mark.parametrize("close", [off, trimmed, locked, retimed])
def test_closed_lanes_are_not_used(tmp_path: Path, close: Callable[[Any], None]) -> None:
    track = sound_lane(gap(500), name="Music")
    close(track)
    placed = place_cue(read(tmp_path, timeline(picture(), track)), cue(0, 24), lane_name="Music")
    assert [each.name for each in placed.timeline.tracks] == ["V1", "Music", "Music 2"]


def test_a_picture_lane_of_that_name_is_not_used(tmp_path: Path) -> None:
    placed = place_cue(read(tmp_path, timeline(lane(clip("a", 0, 24), name="Temptrack"))), cue(0, 24))
    assert [track.name for track in placed.timeline.tracks] == ["Temptrack", "Temptrack 2"]


def test_cues_stack_up_on_numbered_lanes_and_share_free_ones(tmp_path: Path) -> None:
    file = read(tmp_path, timeline(picture()))
    for start in (0, 12, 100):
        file = place_cue(file, cue(start, 48))
    assert [(placed.lane, placed.record.start_frames) for placed in list_cues(file)] == [
        ("Temptrack", 0),
        ("Temptrack 2", 12),
        ("Temptrack", 100),
    ]


def test_cues_are_listed_with_what_was_written(tmp_path: Path) -> None:
    music = cue(48, 96, fades=(12, 24))
    (placed,) = list_cues(place_cue(read(tmp_path, timeline(picture(), sound_lane(clip("s", 0, 24)))), music))
    assert (placed.name, placed.path, placed.record) == (music.name, music.path, music.parts[0].record)
    assert placed.provenance == music.provenance


def test_the_same_cue_twice_is_two_cues(tmp_path: Path) -> None:
    file = read(tmp_path, timeline(picture()))
    twice = place_cue(place_cue(file, cue(0, 24)), cue(0, 24))
    assert len({placed.id for placed in list_cues(twice)}) == 2
    again = place_cue(place_cue(file, cue(0, 24)), cue(0, 24))
    assert list_cues(again) == list_cues(twice)


def test_ntsc_timelines_keep_their_spelling_of_the_rate(tmp_path: Path) -> None:
    rate = Fraction(30000, 1001)
    file = read(tmp_path, timeline(lane(clip("a", 0, 2000, 29.97)), start=107892, rate=29.97))
    placed = place_cue(file, cue(1500, 300, rate))
    assert [item.duration() for item in placed.timeline.tracks[-1]] == [
        otio.opentime.RationalTime(1500, 29.97),
        otio.opentime.RationalTime(300, 29.97),
    ]
    assert list_cues(placed)[0].record == RecordRange(1500, 300, rate)


def test_a_trimmed_timeline_gets_its_cue_where_the_viewer_counts_it(tmp_path: Path) -> None:
    made = timeline(picture())
    made.tracks.source_range = time_range(48, 96)
    placed = place_cue(read(tmp_path, made), cue(24, 24))
    assert shape(placed.timeline.tracks[-1]) == [("Gap", 72), ("Clip", 24)]
    assert list_cues(placed)[0].record.start_frames == 24


def test_other_timelines_of_the_file_are_kept(tmp_path: Path) -> None:
    timelines = [timeline(picture(), name=name) for name in ("one", "two")]
    path = save(schema.SerializableCollection("bin", timelines), tmp_path / "bin.otio")
    placed = place_cue(read_timeline(path, name="two"), cue(0, 24))
    assert [len(each.tracks) for each in placed.document] == [1, 2]


def test_resolve_reads_level_and_channels_in_its_own_words(tmp_path: Path) -> None:
    made = timeline(picture())
    made.metadata["Resolve_OTIO"] = {"Resolve OTIO Meta Version": "1.0"}
    track = place_cue(read(tmp_path, made), cue(0, 24, gain_db=-9.5)).timeline.tracks[-1]
    assert track.metadata["Resolve_OTIO"]["Audio Type"] == "Stereo"
    volume = track[0].effects[0].metadata["Resolve_OTIO"]
    assert (volume["Effect Name"], volume["Type"]) == ("Fairlight Clip Volume and Fades", 62)
    assert volume["Parameters"][0]["Parameter Value"] == -9.5
    plain = place_cue(read(tmp_path, timeline(picture())), cue(0, 24, gain_db=-9.5)).timeline.tracks[-1]
    assert len(plain[0].effects) == 0


def parts(*spans: tuple[int, int]) -> tuple[CuePart, ...]:
    return tuple(
        CuePart(Fraction(0), RecordRange(start, duration, Fraction(24))) for start, duration in spans
    )


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (replace(cue(0, 24), parts=()), "has no sound in it"),
        (cue(0, 24, Fraction(25)), "counts 25 frames per second, the timeline 24"),
        (cue(-1, 24), "has a part of 24 frames at frame -1"),
        (cue(0, 0), "has a part of 0 frames at frame 0"),
        (replace(cue(0, 24), parts=parts((0, 24), (25, 24))), "has a hole or an overlap at frame 25"),
        (replace(cue(0, 24), track_duration_s=Fraction(5)), "reads outside its file, which is 5.00 s long"),
        (cue(0, 24, source_s=Fraction(-1)), "reads outside its file"),
        (cue(0, 24, fades=(25, 0)), "fades over 25 and 0 frames, longer than it sounds"),
        (cue(0, 24, fades=(13, 13)), "fades over 13 and 13 frames, longer than it sounds"),
        (cue(0, 24, fades=(-1, 0)), "fades over -1 and 0 frames"),
        (cue(0, 24, gain_db=float("nan")), "has a level of nan dB"),
        (cue(0, 24, gain_db=60), "has a level of 60 dB, outside -100 to 30"),
    ],
)
def test_cues_that_cannot_be_are_refused(tmp_path: Path, bad: Cue, message: str) -> None:
    with pytest.raises(TemptrackError) as caught:
        place_cue(read(tmp_path, timeline(picture())), bad)
    assert caught.value.reason == "BAD_CUE"
    assert str(caught.value).startswith(f"The cue 'Artist - Song' {message}")


def test_unknown_fields_and_schemas_survive(tmp_path: Path) -> None:
    made = timeline(lane(clip("a", 0, 24, media=movie("ä %20.mov"))))
    made.metadata["big"] = {"pi": 3.141592653589793, "n": 2**40, "none": None, "list": [True, "ü\U0001f3b5"]}
    text = otio.adapters.write_to_string(made, "otio_json")
    tree = json.loads(text)
    tree["someone's field"] = {"OTIO_SCHEMA": "TheirSchema.3", "value": [1, 2.5]}
    path = tmp_path / "cut.otio"
    path.write_text(json.dumps(tree), encoding="utf-8")
    file = read_timeline(path)
    assert json_of(file) == tree
    placed = json_of(place_cue(file, cue(0, 24)))
    assert placed["tracks"]["children"].pop()["name"] == "Temptrack"
    assert placed == tree
