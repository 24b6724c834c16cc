import errno
import json
import os
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from opentimelineio import schema

from support.timelines import clip, cue, lane, movie, save, sound_lane, time_range, timeline
from temptrack.errors import TemptrackError
from temptrack.timeline import foreign
from temptrack.timeline.place import list_cues, place_cue
from temptrack.timeline.read import TimelineFile, read_timeline
from temptrack.timeline.write import write_timeline


@pytest.fixture
def file(tmp_path: Path) -> TimelineFile:
    song = tmp_path / "A & b é.flac"
    song.write_bytes(b"sound")
    made = timeline(lane(clip("a.mov", 0, 240, media=movie("/media/a.mov")), name="V1"), start=86400)
    read = read_timeline(save(made, tmp_path / "cut.otio"))
    return place_cue(read, cue(24, 48, fades=(6, 6), path=song))


def refused(file: TimelineFile, path: Path, **options: Any) -> TemptrackError:
    before = sorted(path.parent.iterdir()) if path.parent.is_dir() else []
    with pytest.raises(TemptrackError) as caught:
        write_timeline(file, path, **options)
    assert (sorted(path.parent.iterdir()) if path.parent.is_dir() else []) == before
    return caught.value


def test_what_is_written_reads_back_the_same(file: TimelineFile, tmp_path: Path) -> None:
    assert write_timeline(file, tmp_path / "out.otio") == ()
    again = otio.adapters.read_from_file(str(tmp_path / "out.otio"))
    assert again.is_equivalent_to(file.document)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["A & b é.flac", "cut.otio", "out.otio"]


def test_old_schemas_exact_numbers_and_unknown_things_come_out_as_they_went_in(tmp_path: Path) -> None:
    text = """{"OTIO_SCHEMA": "Timeline.1", "name": "é",
    "metadata": {"n": 1, "f": 1.9833333333333334, "x": NaN}, "global_start_time": null,
    "theirs": {"OTIO_SCHEMA": "Theirs.9"},
    "tracks": {"OTIO_SCHEMA": "Stack.1", "name": "", "metadata": {}, "source_range": null, "effects": [],
    "markers": [], "children": [{"OTIO_SCHEMA": "Sequence.1", "name": "V", "kind": "Video", "metadata": {},
    "source_range": null, "effects": [], "markers": [], "children": [{"OTIO_SCHEMA": "Clip.1", "name": "a",
    "metadata": {"pi": 3.141592653589793}, "effects": [], "markers": [], "media_reference": null,
    "source_range": {"OTIO_SCHEMA": "TimeRange.1",
    "start_time": {"OTIO_SCHEMA": "RationalTime.1", "rate": 24, "value": 0},
    "duration": {"OTIO_SCHEMA": "RationalTime.1", "rate": 24, "value": 240.0}}}]}]}}"""
    path = tmp_path / "old.otio"
    path.write_text(text, encoding="utf-8")
    write_timeline(place_cue(read_timeline(path), cue(0, 24)), tmp_path / "out.otio")
    written = json.loads((tmp_path / "out.otio").read_text(encoding="utf-8"), parse_constant=str)
    assert written["tracks"]["children"].pop()["name"] == "Temptrack"
    before = json.loads(text, parse_constant=str)
    assert json.dumps(written) == json.dumps(before)
    again = read_timeline(tmp_path / "out.otio")
    assert len(list_cues(again)) == 1


def test_the_input_is_not_overwritten_unless_asked(file: TimelineFile) -> None:
    before = file.path.read_bytes()
    error = refused(file, file.path)
    assert error.reason == "WOULD_OVERWRITE_INPUT"
    assert (
        str(error)
        == f"{file.path} is the timeline that was read; it is not overwritten. Write to another file."
    )
    assert file.path.read_bytes() == before
    write_timeline(file, file.path, overwrite_input=True)
    assert list_cues(read_timeline(file.path)) == list_cues(file)


def test_the_input_is_recognised_under_another_name(file: TimelineFile, tmp_path: Path) -> None:
    (tmp_path / "link.otio").symlink_to(file.path)
    assert refused(file, tmp_path / "link.otio").reason == "WOULD_OVERWRITE_INPUT"


def test_another_file_is_replaced_and_keeps_its_mode(file: TimelineFile, tmp_path: Path) -> None:
    out = tmp_path / "out.otio"
    out.write_text("old")
    out.chmod(0o640)
    write_timeline(file, out)
    assert out.stat().st_mode & 0o777 == 0o640
    assert list_cues(read_timeline(out)) == list_cues(file)


def test_missing_folders_and_folders_in_the_way_are_named(file: TimelineFile, tmp_path: Path) -> None:
    error = refused(file, tmp_path / "no" / "out.otio")
    assert (error.reason, error.message) == ("FOLDER_NOT_FOUND", f"There is no folder {tmp_path / 'no'}.")
    (tmp_path / "folder.otio").mkdir()
    assert refused(file, tmp_path / "folder.otio").message == f"{tmp_path / 'folder.otio'} is a folder."
    assert refused(file, tmp_path / "a\0b.otio").reason == "BAD_PATH"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, "DISK_FULL: {out} was not written: the disk is full. Free some space and try again."),
        (errno.EDQUOT, "DISK_FULL: {out} was not written: the disk is full. Free some space and try again."),
        (errno.EACCES, "UNWRITABLE: {out} may not be written by this user. Choose another folder."),
        (errno.EROFS, "UNWRITABLE: {out} may not be written by this user. Choose another folder."),
        (errno.EIO, f"NOT_WRITTEN: {{out}} was not written: {os.strerror(errno.EIO)}."),
    ],
)
def test_a_disk_that_refuses_leaves_the_old_file_and_no_rest(
    file: TimelineFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, expected: str
) -> None:
    out = tmp_path / "out.otio"
    out.write_text("old")

    def refuse(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    error = refused(file, out)
    assert f"{error.reason}: {error}" == expected.format(out=out)
    assert out.read_text() == "old"


@pytest.mark.parametrize("suffix", [".xml", ".fcpxml"])
def test_formats_of_other_programs_hold_the_music(file: TimelineFile, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"out{suffix}"
    (note,) = write_timeline(file, out)
    assert note == f"Only .otio keeps the music's level and origin; {suffix} keeps its place."
    again = read_timeline(out)
    urls = [each.media_reference.target_url for each in list(again.timeline.find_clips())]
    assert (tmp_path / "A & b é.flac").as_uri() in urls
    assert file.timeline.tracks[-1][2].media_reference.target_url == str(tmp_path / "A & b é.flac")


def test_a_format_that_would_lose_the_music_is_refused(file: TimelineFile, tmp_path: Path) -> None:
    error = refused(file, tmp_path / "out.edl")
    assert error.reason == "CANNOT_EXPRESS"
    assert str(error) == "This timeline cannot be written as .edl: it would lose the music. Write an .otio."


def test_what_an_adapter_cannot_write_is_said_in_one_line(tmp_path: Path) -> None:
    made = timeline(lane(clip("a", 0, 24)), lane(clip("b", 0, 24)))
    error = refused(read_timeline(save(made, tmp_path / "cut.otio")), tmp_path / "out.edl")
    assert "cannot be written as .edl: Only a single video track is supported" in error.message


@pytest.mark.parametrize(("name", "reason"), [("out.mp4", "UNKNOWN_FORMAT"), ("out", "UNKNOWN_FORMAT")])
def test_unknown_formats_are_refused(file: TimelineFile, tmp_path: Path, name: str, reason: str) -> None:
    assert refused(file, tmp_path / name).reason == reason


def test_a_missing_adapter_names_the_line_that_installs_it(
    file: TimelineFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(otio.adapters, "available_adapter_names", lambda: ["otio_json"])
    error = refused(file, tmp_path / "out.fcpxml")
    assert (error.reason, error.hint) == ("MISSING_ADAPTER", f"Install it with `{foreign.INSTALL_LINE}`.")


@pytest.mark.parametrize("suffix", [".otioz", ".otiod"])
def test_bundles_take_the_music_in(file: TimelineFile, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"out{suffix}"
    assert write_timeline(file, out) == ("1 media files were not found and are not in the bundle.",)
    (placed,) = list_cues(read_timeline(out))
    assert placed.path.name == "A & b é.flac"
    assert placed.path != list_cues(file)[0].path
    assert placed.path.read_bytes() == b"sound"
    (tmp_path / "A & b é.flac").unlink()
    write_timeline(read_timeline(out), tmp_path / "again.otioz")
    assert list_cues(read_timeline(tmp_path / "again.otioz"))[0].path.read_bytes() == b"sound"


def test_a_bundle_folder_is_not_overwritten(file: TimelineFile, tmp_path: Path) -> None:
    (tmp_path / "out.otiod").mkdir()
    assert refused(file, tmp_path / "out.otiod").reason == "BUNDLE_EXISTS"


def test_a_bundle_without_the_music_is_refused(file: TimelineFile, tmp_path: Path) -> None:
    (tmp_path / "A & b é.flac").unlink()
    error = refused(file, tmp_path / "out.otioz")
    assert error.reason == "AUDIO_NOT_FOUND"


def test_a_bundle_is_written_again_with_its_own_media(file: TimelineFile, tmp_path: Path) -> None:
    (tmp_path / "b.mov").write_bytes(b"picture")
    made = timeline(lane(clip("b", 0, 24, media=movie("b.mov"))))
    write_timeline(read_timeline(save(made, tmp_path / "b.otio")), tmp_path / "one.otioz")
    (tmp_path / "b.mov").unlink()
    assert write_timeline(read_timeline(tmp_path / "one.otioz"), tmp_path / "two.otioz") == ()
    assert read_timeline(tmp_path / "two.otioz").media_root.locate("media/b.mov").read_bytes() == b"picture"


def test_relative_media_left_behind_are_mentioned(tmp_path: Path) -> None:
    made = timeline(lane(clip("a", 0, 24), clip("b", 0, 24, media=movie("/m/b.mov"))))
    file = read_timeline(save(made, tmp_path / "cut.otio"))
    (tmp_path / "out").mkdir()
    (note,) = write_timeline(file, tmp_path / "out" / "cut.otio")
    assert note == f"1 media paths are relative to {tmp_path} and do not lead there from {tmp_path / 'out'}."


def test_sequences_left_out_of_a_bundle_are_mentioned(tmp_path: Path) -> None:
    (tmp_path / "a.0001.png").touch()
    reference = schema.ImageSequenceReference(
        str(tmp_path), "a.", ".png", 1, 1, 24, 4, available_range=time_range(1, 10)
    )
    made = timeline(lane(clip("s", 1, 10, media=reference)), sound_lane())
    notes = write_timeline(read_timeline(save(made, tmp_path / "cut.otio")), tmp_path / "out.otioz")
    assert notes == ("1 image sequences are not in the bundle, which holds single files.",)
