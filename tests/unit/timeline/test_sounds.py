from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import pytest

from support.strips import described, strip
from support.strips import lane as strip_lane
from support.timelines import clip, cue, gap, lane, movie, nested, save, sound_lane, timeline
from temptrack import home
from temptrack.companion.strips import timeline_of
from temptrack.timeline.place import place_cue
from temptrack.timeline.read import read_timeline
from temptrack.timeline.segments import MediaSpan, RecordRange
from temptrack.timeline.sounds import sounds_of
from temptrack.timeline.timeline_file import TimelineFile

WHOLE = RecordRange(0, 100_000, Fraction(24))


def rows(spans: Iterable[MediaSpan]) -> list[tuple[object, ...]]:
    return [
        (
            span.clip_name,
            span.record.start_frames,
            span.record.end_frames,
            span.source.start_s * 24,
            span.source.duration_s * 24,
        )
        for span in spans
    ]


def heard(file: TimelineFile, record: RecordRange = WHOLE) -> list[tuple[object, ...]]:
    return rows(sounds_of(file, record, exists=lambda _path: True))


def read(made: object, tmp_path: Path) -> TimelineFile:
    return read_timeline(save(made, tmp_path / "cut.otio"))


def test_every_enabled_sound_lane_is_heard_and_pictures_are_not(tmp_path: Path) -> None:
    made = timeline(
        lane(clip("film", 0, 240)),
        sound_lane(gap(24), clip("voice", 48, 96, media=movie("voice.wav"))),
        sound_lane(clip("film", 0, 240)),
        sound_lane(clip("off", 0, 240, media=movie("off.wav"))),
    )
    made.tracks[3].enabled = False
    made.tracks[2][0].name = "film sound"
    assert heard(read(made, tmp_path)) == [("film sound", 0, 240, 0, 240), ("voice", 24, 120, 48, 96)]


def test_only_the_part_asked_for_is_heard(tmp_path: Path) -> None:
    made = timeline(sound_lane(clip("a", 0, 240, media=movie("a.wav"), speed=2)))
    assert heard(read(made, tmp_path), RecordRange(48, 24, Fraction(24))) == [("a", 48, 72, 96, 48)]


def test_nested_timelines_are_heard_once(tmp_path: Path) -> None:
    inner = (lane(clip("film", 0, 100)), sound_lane(clip("voice", 10, 100, media=movie("v.wav"))))
    made = timeline(
        lane(nested(*inner, trim=(20, 50))),
        sound_lane(nested(*(each.deepcopy() for each in inner), trim=(20, 50))),
    )
    assert heard(read(made, tmp_path)) == [("voice", 0, 50, 30, 50)]


def test_missing_files_and_switched_off_clips_are_left_out(tmp_path: Path) -> None:
    made = timeline(
        sound_lane(clip("a", 0, 100, media=movie("a.wav")), clip("b", 0, 100, media=movie("b.wav")))
    )
    made.tracks[0][0].enabled = False
    file = read(made, tmp_path)
    assert [row[0] for row in heard(file)] == ["b"]
    assert sounds_of(file, WHOLE) == ()


def test_music_that_temptrack_placed_is_no_sound_to_listen_to(tmp_path: Path) -> None:
    made = timeline(lane(clip("film", 0, 480)), sound_lane(clip("voice", 0, 480, media=movie("v.wav"))))
    placed = place_cue(read(made, tmp_path), cue(24, 240))
    file = getattr(placed, "file", placed)
    assert [row[0] for row in heard(file)] == ["voice"]


@pytest.mark.parametrize(
    ("url", "is_ours"),
    [
        ("/films/Music/Ada - Night Bus [temptrack-0123456789ab].wav", True),
        ("/films/Music/Ada - Night Bus [temptrack-0123456789ab-2].WAV", True),
        ("file:///films/Ada%20-%20Night%20Bus%20%5Btemptrack-0123456789ab%5D.wav", True),
        ("/films/Night Bus [temptrack-0123456789ab] voice.wav", False),
        ("/films/temptrack.wav", False),
    ],
)
def test_music_is_known_by_its_file_where_the_host_drops_metadata(
    url: str, is_ours: bool, tmp_path: Path
) -> None:
    made = timeline(sound_lane(clip("sound", 0, 480, media=movie(url))))
    assert heard(read(made, tmp_path)) == ([] if is_ours else [("sound", 0, 480, 0, 480)])


@pytest.mark.parametrize("folder", [home.cue_cache_folder, home.track_cache_folder])
def test_music_out_of_our_own_folders_is_no_sound_to_listen_to(
    folder: Callable[[], Path], tmp_path: Path
) -> None:
    made = timeline(
        sound_lane(
            clip("music", 0, 480, media=movie(str(folder() / "song 12.wav"))),
            clip("voice", 0, 480, media=movie(str(folder().parent / "voice.wav"))),
        )
    )
    assert [row[0] for row in heard(read(made, tmp_path))] == ["voice"]


def test_strips_of_a_host_are_heard_where_they_lie(tmp_path: Path) -> None:
    meta = strip("meta", 100, 150, "meta", strips=[strip("inner", 90, 200, "sound", source_start_frames=5)])
    description = described(
        strip_lane(strip("film", 0, 100), meta),
        strip_lane(
            strip("one", 0, 60, "sound"),
            strip("over", 50, 90, "sound", source_start_frames="1/2"),
            strip("mute", 0, 9, "sound", enabled=False),
            kind="audio",
        ),
    )
    assert heard(timeline_of(description)) == [
        ("one", 0, 60, 0, 60),
        ("over", 50, 90, Fraction(1, 2), 40),
        ("inner", 100, 150, 15, 50),
    ]
