import os
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from opentimelineio import schema

from support.timelines import clip, lane, movie, save, spans_of, timeline
from temptrack.errors import TemptrackError
from temptrack.timeline import foreign, read
from temptrack.timeline.read import read_timeline
from temptrack.timeline.scope import select_scope

EDL = """TITLE: small
FCM: {fcm}
001  A V C 01:00:00:00 01:00:01:00 10:00:00:00 10:00:01:00
002  B V C 01:00:02:00 01:00:02:{last} 10:00:01:00 10:00:01:{last}
"""

OTIO_CLIP = """{"OTIO_SCHEMA": "Timeline.1", "metadata": {},
"tracks": {"OTIO_SCHEMA": "Stack.1", "children": [
{"OTIO_SCHEMA": "Track.1", "kind": "Video", "children": [%s]}]}}"""


def whole(path: Path) -> list[Any]:
    return spans_of(select_scope(read_timeline(path), exists=lambda media: True))


def test_the_file_tells_name_rate_and_start(tmp_path: Path) -> None:
    path = save(timeline(lane(clip("a", 0, 24)), start=86400), tmp_path / "cut.otio")
    file = read_timeline(str(path))
    facts = (file.name, file.rate, file.timecode(0), file.duration_frames)
    assert facts == ("cut", Fraction(24), "01:00:00:00", 24)


def test_a_timeline_without_a_name_has_the_name_of_its_file(tmp_path: Path) -> None:
    assert read_timeline(save(timeline(lane(clip("a", 0, 24)), name=""), tmp_path / "été.otio")).name == "été"


def test_the_rate_is_that_of_most_of_the_picture_when_no_start_states_it(tmp_path: Path) -> None:
    made = timeline(lane(clip("a", 0, 30, 30), clip("b", 0, 100, 23.976)))
    made.global_start_time = otio.opentime.RationalTime()
    assert read_timeline(save(made, tmp_path / "cut.otio")).rate == Fraction(24000, 1001)


def test_one_clip_of_json_becomes_a_timeline(tmp_path: Path) -> None:
    file = read_timeline(save(clip("a", 24, 24), tmp_path / "clip.json"))
    assert file.notes == ("The file holds no timeline, only the clip 'a'.",)
    assert spans_of(select_scope(file, exists=lambda path: True)) == [("a", 0, 24, 1.0, 2.0)]


def test_loose_clips_are_laid_end_to_end(tmp_path: Path) -> None:
    file = read_timeline(
        save(
            schema.SerializableCollection("bin", [clip("a", 0, 24), clip("b", 0, 24)]), tmp_path / "bin.otio"
        )
    )
    assert file.notes == ("The file holds no timeline, 2 loose clips, laid end to end.",)
    assert file.duration_frames == 48


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    timelines = [timeline(lane(clip(name, 0, 24)), name=name) for name in ("one", "two")]
    return save(schema.SerializableCollection("bin", timelines), tmp_path / "bin.otio")


def test_the_first_of_several_timelines_is_read_and_said_so(collection: Path) -> None:
    file = read_timeline(collection)
    assert file.name == "one"
    assert file.notes == ("The file holds 2 timelines; 'one' was read. Name one to read it: 'two'.",)


def test_a_timeline_is_picked_by_name(collection: Path) -> None:
    assert read_timeline(collection, name="two").timeline.name == "two"
    with pytest.raises(TemptrackError, match="It holds: 'one', 'two'") as caught:
        read_timeline(collection, name="three")
    assert caught.value.reason == "TIMELINE_NAME_NOT_FOUND"


def bundle(tmp_path: Path, suffix: str) -> Path:
    (tmp_path / "a b.mov").write_bytes(b"picture")
    made = timeline(lane(clip("a", 0, 24, media=movie((tmp_path / "a b.mov").as_uri()))))
    path = tmp_path / "out" / f"cut{suffix}"
    path.parent.mkdir()
    otio.adapters.write_to_file(made, str(path))
    (tmp_path / "a b.mov").unlink()
    return path


@pytest.mark.parametrize("suffix", [".otioz", ".otiod"])
def test_bundles_bring_their_media(tmp_path: Path, suffix: str) -> None:
    path = bundle(tmp_path, suffix)
    first, second = (select_scope(read_timeline(path)).segments[0].spans[0].media.path for _ in range(2))
    assert first == second
    assert first.read_bytes() == b"picture"


def test_a_bundle_with_damaged_media_says_so(tmp_path: Path) -> None:
    path = bundle(tmp_path, ".otioz")
    damaged = path.read_bytes().replace(b"picture", b"pixture")
    path.write_bytes(damaged)
    with pytest.raises(TemptrackError, match="cannot be unpacked") as caught:
        select_scope(read_timeline(path))
    assert caught.value.reason == "BAD_BUNDLE"


def test_paths_cannot_climb_out_of_a_bundle(tmp_path: Path) -> None:
    path = tmp_path / "evil.otioz"
    text = otio.adapters.write_to_string(timeline(lane(clip("a", 0, 24, media=movie("../../evil.mov")))))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.otio", text)
        archive.writestr("../../evil.mov", b"x")
    media = select_scope(read_timeline(path)).segments[0].spans[0].media.path
    assert media.name == "evil.mov"
    assert "temptrack-home" in str(media)
    assert ".." not in media.parts


def test_full_disks_are_noticed_before_unpacking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = bundle(tmp_path, ".otioz")
    usage = type("Usage", (), {"free": 100})
    monkeypatch.setattr("shutil.disk_usage", lambda folder: usage)
    with pytest.raises(TemptrackError, match="needs 7 bytes unpacked") as caught:
        select_scope(read_timeline(path))
    assert caught.value.reason == "DISK_FULL"


@pytest.mark.parametrize(
    ("fcm", "last", "rate", "start"),
    [
        ("NON-DROP FRAME", "12", Fraction(24), "10:00:00:00"),
        ("NON-DROP FRAME", "24", Fraction(25), "10:00:00:00"),
        ("NON-DROP FRAME", "29", Fraction(30), "10:00:00:00"),
        ("NON-DROP FRAME", "49", Fraction(50), "10:00:00:00"),
        ("DROP FRAME", "12", Fraction(30000, 1001), "10:00:00;00"),
    ],
)
def test_an_edl_is_read_at_the_rate_its_timecodes_allow(
    tmp_path: Path, fcm: str, last: str, rate: Fraction, start: str
) -> None:
    path = tmp_path / "cut.edl"
    path.write_text(EDL.format(fcm=fcm, last=last))
    file = read_timeline(path)
    assert (file.rate, file.timecode(0)) == (rate, start)
    assert file.notes[0].startswith("An EDL does not state its rate;")
    assert file.duration_frames == round(rate) + int(last)


def test_the_caller_may_state_the_rate_of_an_edl(tmp_path: Path) -> None:
    path = tmp_path / "cut.edl"
    path.write_text(EDL.format(fcm="NON-DROP FRAME", last="12"))
    file = read_timeline(path, rate=Fraction(25))
    assert (file.rate, file.notes) == (Fraction(25), ())


def test_later_lanes_of_an_edl_keep_their_record_time(tmp_path: Path) -> None:
    path = tmp_path / "cut.edl"
    path.write_text(
        "TITLE: t\n001  A V C 00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00\n"
        "002  B A C 00:00:00:00 00:00:01:00 01:00:01:00 01:00:02:00\n"
    )
    file = read_timeline(path)
    lanes = {track.kind: track for track in file.timeline.tracks}
    assert [type(item).__name__ for item in lanes["Audio"]] == ["Gap", "Clip"]
    assert lanes["Audio"][0].duration().value == 24


def test_an_edl_whose_lengths_disagree_is_read_and_said_so(tmp_path: Path) -> None:
    path = tmp_path / "cut.edl"
    path.write_text("TITLE: t\n001  A V C 00:00:00:00 00:00:02:00 01:00:00:00 01:00:01:00\n")
    assert "Record and source lengths of the EDL disagree" in read_timeline(path).notes[1]


@pytest.mark.parametrize("suffix", [".xml", ".fcpxml", ".edl"])
def test_other_formats_are_read_by_their_adapters(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"cut{suffix}"
    made = timeline(
        lane(clip("a.mov", 0, 48, media=movie("file:///m/a.mov", duration=100)), name="V"), start=0
    )
    otio.adapters.write_to_file(made, str(path))
    assert [row[1:] for row in whole(path)] == [(0, 48, 0.0, 2.0)]


def test_clips_and_lanes_switched_off_in_fcp_xml_are_not_seen(tmp_path: Path) -> None:
    made = timeline(lane(clip("on", 0, 24), clip("off", 0, 24)), lane(clip("lane", 0, 24)))
    made.tracks[0][1].metadata["fcp_xml"] = {"enabled": "FALSE"}
    made.tracks[1].metadata["fcp_xml"] = {"enabled": "FALSE"}
    assert [row[0] for row in whole(save(made, tmp_path / "cut.otio"))] == ["on"]


def bad(name: str, content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def bad_zip(**members: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        with zipfile.ZipFile(folder / "cut.otioz", "w") as archive:
            for name, text in members.items():
                archive.writestr(name, text)
        return folder / "cut.otioz"

    return make


def made_folder(name: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).mkdir()
        return folder / name

    return make


GOOD = otio.adapters.write_to_string(timeline(lane(clip("a", 0, 24)))).encode()
MARKER = otio.adapters.write_to_string(schema.Marker("m")).encode()
DEEP = b'{"OTIO_SCHEMA": "Timeline.1", "metadata": {"a": ' + b"[" * 300 + b"]" * 300 + b"}}"

BAD_FILES = [
    (
        lambda folder: folder / "no.otio",
        "TIMELINE_NOT_FOUND",
        "There is no timeline at {path}. Check the path.",
    ),
    (lambda folder: folder / ("x" * 5000), "BAD_PATH", "is not a usable path"),
    (lambda folder: folder / "a\0b.otio", "BAD_PATH", "is not a usable path"),
    (made_folder("cut.otio"), "NOT_A_FILE", "{path} is a folder, not a timeline file."),
    (lambda folder: Path("/dev/zero"), "NOT_A_FILE", "/dev/zero is a device or pipe, not a timeline file."),
    (bad("cut.otio", b""), "EMPTY_FILE", "{path} is empty. Export the timeline again."),
    (bad("cut.otio", b" \n\0"), "EMPTY_FILE", "{path} is empty."),
    (bad("cut.otio", GOOD[: len(GOOD) // 2]), "BAD_JSON", "{path} is cut off at line"),
    (bad("cut.otio", b"not json"), "BAD_JSON", "{path} is not JSON at line 1, column 1: Expecting value."),
    (bad("cut.otio", b"9" * 5000), "BAD_JSON", "{path} is not JSON: Exceeds the limit"),
    (bad("cut.otio", b"\x89PNG\r\n\x1a\n"), "WRONG_FORMAT", "{path} is not text: byte 0 is no UTF-8."),
    (bad("cut.otio", b"PK\x03\x04zip"), "WRONG_FORMAT", "rename it to end in .otioz."),
    (bad("cut.otio", b"[" * 1_000_000), "TOO_DEEP", "{path} is nested more than 200 levels deep."),
    (bad("cut.otio", DEEP), "TOO_DEEP", "{path} is nested more than 200 levels deep. Flatten nested"),
    (bad("cut.otio", b"{}"), "NOT_A_TIMELINE", "{path} is JSON, but not an OpenTimelineIO timeline."),
    (bad("cut.json", b"[1, 2]"), "NOT_A_TIMELINE", "{path} is JSON, but not an OpenTimelineIO timeline."),
    (bad("cut.otio", b'{"OTIO_SCHEMA": "Timeline.1"}'), "BAD_TIMELINE", "breaks OpenTimelineIO's rules"),
    (
        bad("cut.otio", b'{"OTIO_SCHEMA": "Timeline.1", "tracks": null}'),
        "BAD_TIMELINE",
        "has no lanes at all",
    ),
    (
        bad("cut.otio", (OTIO_CLIP % '{"OTIO_SCHEMA": "Clip.1", "media_reference": []}').encode()),
        "BAD_TIMELINE",
        "the media_reference of a clip is no object",
    ),
    *(
        (
            bad(
                "cut.otio",
                (OTIO_CLIP % f'{{"OTIO_SCHEMA": "Clip.{version}", "media_references": {{}}}}').encode(),
            ),
            "BAD_TIMELINE",
            "a clip of the first version has several media_references",
        )
        for version in ("1", "0", "01", "-1")
    ),
    (bad("cut.otio", (OTIO_CLIP % "null").encode()), "BAD_TIMELINE", "breaks OpenTimelineIO's rules"),
    (
        bad("cut.otio", MARKER),
        "NOT_A_TIMELINE",
        "{path} holds a Marker and no timeline or clip.",
    ),
    (
        bad("cut.otio", GOOD.replace(b"Clip.2", b"Clip.7")),
        "NEWER_OTIO",
        "{path} was written by a newer OpenTimelineIO than "
        + otio.__version__
        + ": it holds Clip.7, and Clip.2 is the newest known here.",
    ),
    (bad("cut.otioz", b"PK\x03\x04 not really"), "BAD_BUNDLE", "{path} is no intact zip archive"),
    (bad_zip(other="x"), "BAD_BUNDLE", "{path} is a zip archive without content.otio"),
    (bad_zip(**{"content.otio": ""}), "EMPTY_FILE", "{path} is empty."),
    (made_folder("cut.otiod"), "BAD_BUNDLE", "{path} holds no content.otio, so it is no timeline bundle."),
    (made_folder("cut.fcpxmld"), "BAD_BUNDLE", "{path} holds no readable Info.fcpxml"),
    (bad("cut.edl", b"hello"), "BAD_TIMELINE", "{path} holds no edit with timecodes."),
    (bad("cut.edl", b"\0\1\2"), "WRONG_FORMAT", "{path} holds binary data, which no EDL does."),
    (
        bad("cut.edl", b"001 A V C 00:00:00:00"),
        "BAD_TIMELINE",
        "{path} cannot be read by the 'cmx_3600' adapter: incorrect number of fields",
    ),
    (
        bad("cut.xml", b"<html></html>"),
        "UNKNOWN_FORMAT",
        "{path} is neither Final Cut Pro 7 XML (xmeml) nor FCPXML.",
    ),
    (bad("cut.xml", b"<xmeml><sequence>"), "BAD_TIMELINE", "{path} cannot be read by the 'fcp_xml' adapter"),
    (bad("cut.fcpxml", GOOD), "WRONG_FORMAT", "{path} holds no XML. It may be an .otio file: rename it."),
    (
        bad("cut.aaf", b"PK\x03\x04"),
        "WRONG_FORMAT",
        "does not start as an AAF file does. It may be an .otioz file",
    ),
    (
        bad("cut.aaf", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 cut off"),
        "BAD_TIMELINE",
        "{path} cannot be read by the 'AAF' adapter",
    ),
    (
        bad("cut.mp4", b"ftyp"),
        "UNKNOWN_FORMAT",
        "{path} is in no timeline format known here ('.mp4'). Use .otio,",
    ),
    (bad("cut", b"x"), "UNKNOWN_FORMAT", "{path} is in no timeline format known here (it has no suffix)."),
    (bad("cut.prproj", b"x"), "UNKNOWN_FORMAT", "In Premiere, export the sequence as Final Cut Pro XML."),
]


@pytest.mark.parametrize(("make", "reason", "message"), BAD_FILES)
def test_bad_files_get_their_own_message(
    tmp_path: Path, make: Callable[[Path], Path], reason: str, message: str
) -> None:
    path = make(tmp_path)
    with pytest.raises(TemptrackError) as caught:
        read_timeline(path)
    assert caught.value.reason == reason
    assert message.replace("{path}", str(path)) in str(caught.value)


def test_files_that_may_not_be_read_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(timeline(lane(clip("a", 0, 24))), tmp_path / "cut.otio")

    def refuse(self: Path, *args: object, **options: object) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(TemptrackError, match="may not be read by this user") as caught:
        read_timeline(path)
    assert caught.value.reason == "UNREADABLE"


def test_huge_files_are_not_even_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "film.otio"
    path.touch()
    os.truncate(path, read.MAX_FILE_BYTES + 2**20)
    with pytest.raises(TemptrackError, match="has 257 MB; up to 256 MB are read") as caught:
        read_timeline(path)
    assert caught.value.reason == "TOO_LARGE"


@pytest.mark.parametrize("name", ["cut.edl", "cut.fcpxml", "cut.aaf", "cut.xml"])
def test_a_missing_adapter_names_the_line_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(b"<xmeml>")
    monkeypatch.setattr(otio.adapters, "available_adapter_names", lambda: ["otio_json", "otioz", "otiod"])
    with pytest.raises(TemptrackError) as caught:
        read_timeline(path)
    assert caught.value.reason == "MISSING_ADAPTER"
    assert caught.value.hint == "Install it with `pip install 'temptrack[formats]'`."
    assert foreign.INSTALL_LINE in str(caught.value)
