"""Bad timelines, bad parts of them, and bad media in them."""

import errno
import zipfile
from collections.abc import Callable
from pathlib import Path

import opentimelineio as otio
from opentimelineio import schema

from support.bad_input.case import NONE, Case, Outcome, Place, call, command
from support.films import Shot, make_film, moving, solid, truncate
from support.suggesters import make_engine
from support.timelines import clip, lane, movie, time_range, timeline
from support.tones import tone, write_audio
from temptrack.media.feature_cache import FeatureCache
from temptrack.media.probe import probe
from temptrack.seat.cuts import read_cut
from temptrack.suggest.picture import analyse_scope
from temptrack.timeline.read import read_timeline
from temptrack.timeline.scope import select_scope
from temptrack.timeline.scope_request import ScopeRequest

GOOD = otio.adapters.write_to_string(timeline(lane(clip("a", 0, 24)))).encode()


def read(name: str, content: bytes | str) -> Callable[[Place], Outcome]:
    return command("timeline", f"FOLDER/{name}", prepare=lambda place: place.write(name, content))


def read_zip(**members: str) -> Callable[[Place], Outcome]:
    def prepare(place: Place) -> None:
        with zipfile.ZipFile(place.folder / "cut.otioz", "w") as archive:
            for name, text in members.items():
                archive.writestr(name, text)

    return command("timeline", "FOLDER/cut.otioz", prepare=prepare)


def damaged_bundle(place: Place) -> None:
    media = place.write("a.mov", b"picture")
    made = timeline(lane(clip("a", 0, 24, media=movie(media.as_uri()))))
    path = place.folder / "cut.otioz"
    otio.adapters.write_to_file(made, str(path))
    path.write_bytes(path.read_bytes().replace(b"picture", b"pixture"))


def bundle_on_a_full_disk(place: Place) -> None:
    media = place.write("a.mov", b"picture")
    made = timeline(lane(clip("a", 0, 24, media=movie(media.as_uri()))))
    otio.adapters.write_to_file(made, str(place.folder / "cut.otioz"))
    place.patch.setattr("shutil.disk_usage", lambda _folder: type("Usage", (), {"free": 3}))


def huge(place: Place) -> None:
    with (place.folder / "cut.otio").open("wb") as file:
        file.truncate(300 * 2**20)


def locked(place: Place) -> None:
    place.write("cut.otio", GOOD)

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    place.patch.setattr(Path, "read_bytes", refuse)


def on_cut(*words: str) -> Callable[[Place], Outcome]:
    return command("suggest", "CUT", "-l", "stock", *words, prepare=lambda place: place.stock(2))


def endless(place: Place) -> None:
    place.stock(2)
    made = timeline(lane(clip("a", 0, 25 * 3600 * 24)))
    otio.adapters.write_to_file(made, str(place.folder / "long.otio"))


def on_media(name: str, make: Callable[[Path], object]) -> Callable[[Place], Outcome]:
    def prepare(place: Place) -> None:
        make(place.folder / name)
        place.stock(2)
        place.cut_of(name)

    return command("suggest", "FOLDER/cut.otio", "-l", "stock", prepare=prepare)


def probed(make: Callable[[Path], object], name: str = "shot.mov") -> Callable[[Place], Outcome]:
    def attempt(place: Place) -> object:
        make(place.folder / name)
        return probe(place.folder / name)

    return call(attempt)


def media_refused(error: OSError) -> Callable[[Place], Outcome]:
    def attempt(place: Place) -> object:
        def refuse(*_names: object, **_options: object) -> object:
            raise error

        path = make_film(place.folder / "shot.mp4")
        place.patch.setattr("av.open", refuse)
        return probe(path)

    return call(attempt)


def cut_off_movie(path: Path) -> None:
    # Matroska needs no index: what is there is used.
    truncate(make_film(path, [Shot(moving(), 150)], gop=25), 0.4)


def noted(name: str, make: Callable[[Path], object]) -> Callable[[Place], Outcome]:
    """Look at a cut of which only a part can be used; the first note is returned."""

    def provoke(place: Place) -> Outcome:
        make(place.folder / name)
        shots = [
            clip(
                "there",
                0,
                120,
                media=movie(str(make_film(place.folder / "ok.mp4", [Shot(solid((200, 30, 30)), 150)])), None),
            ),
            clip("bad", 0, 120, media=movie(str(place.folder / name), None)),
        ]
        path = place.folder / "cut.otio"
        otio.adapters.write_to_file(timeline(lane(*shots)), str(path))
        scope = select_scope(read_timeline(path))
        picture = analyse_scope(scope, make_engine(), cache=FeatureCache(place.folder / "cache"))
        notes = [*(problem.message for problem in scope.problems), *(w.message for w in picture.warnings)]
        return Outcome("command", NONE, notes[0], "", "0", NONE)

    return provoke


def without_adapters(place: Place) -> None:
    place.write("cut.aaf", b"x")
    place.patch.setattr(otio.adapters, "available_adapter_names", list)


def marked(place: Place) -> None:
    place.stock(2)
    made = timeline(lane(clip("a", 0, 240)))
    made.tracks.markers.append(schema.Marker("arrival", marked_range=time_range(48, 1)))
    otio.adapters.write_to_file(made, str(place.folder / "marked.otio"))


TIMELINES = (
    Case("a timeline that is not there", command("timeline", "FOLDER/no.otio")),
    Case("the same with a name in Unicode", command("timeline", "FOLDER/Schnitt é 𝄞.otio")),
    Case("a path of 5,000 letters", command("timeline", f"FOLDER/{'x' * 5000}.otio")),
    Case("a path with a null character", call(lambda place: read_timeline(place.folder / "a\0b.otio"))),
    Case("a folder as timeline", command("timeline", "FOLDER")),
    Case("a device as timeline", command("timeline", "/dev/zero")),
    Case("an empty file", read("cut.otio", b"")),
    Case("a timeline of 300 MB", command("timeline", "FOLDER/cut.otio", prepare=huge)),
    Case(
        "a timeline without read permission",
        command("timeline", "FOLDER/cut.otio", prepare=locked),
        simulated="the system refuses to read the file",
    ),
    Case("a timeline cut off in the middle", read("cut.otio", GOOD[: len(GOOD) // 2])),
    Case("words instead of JSON", read("cut.otio", b"not json")),
    Case("a picture named .otio", read("cut.otio", b"\x89PNG\r\n\x1a\n")),
    Case("text that is not UTF-8", read("cut.otio", '{"name": "été"}'.encode("latin-1"))),
    Case("a zip archive named .otio", read("cut.otio", b"PK\x03\x04zip")),
    Case("JSON nested a million deep", read("cut.otio", b"[" * 1_000_000)),
    Case("JSON that is no timeline", read("cut.otio", b'{"name": "cut"}')),
    Case(
        "a marker instead of a timeline", read("cut.otio", otio.adapters.write_to_string(schema.Marker("m")))
    ),
    Case("a timeline without lanes", read("cut.otio", b'{"OTIO_SCHEMA": "Timeline.1", "tracks": null}')),
    Case("a timeline of a newer OpenTimelineIO", read("cut.otio", GOOD.replace(b"Clip.2", b"Clip.7"))),
    Case("a timeline at 0 frames a second", read("cut.otio", GOOD.replace(b'"rate": 24.0', b'"rate": 0.0'))),
    Case("a time that is no number", read("cut.otio", GOOD.replace(b'"value": 24.0', b'"value": NaN'))),
    Case("a damaged .otioz", read("cut.otioz", b"PK\x03\x04 not really")),
    Case("a .otioz without a timeline", read_zip(other="x")),
    Case("a .otioz with damaged media", command("timeline", "FOLDER/cut.otioz", prepare=damaged_bundle)),
    Case(
        "a .otioz to unpack on a full disk",
        command("timeline", "FOLDER/cut.otioz", prepare=bundle_on_a_full_disk),
        simulated="3 bytes are free",
    ),
    Case("an EDL without edits", read("cut.edl", b"hello")),
    Case("an EDL with binary data", read("cut.edl", b"\0\1\2")),
    Case("web page as .xml", read("cut.xml", b"<html></html>")),
    Case("an .otio named .fcpxml", read("cut.fcpxml", GOOD)),
    Case("a zip archive named .aaf", read("cut.aaf", b"PK\x03\x04")),
    Case(
        "an .aaf where the package that reads it is missing",
        command("timeline", "FOLDER/cut.aaf", prepare=without_adapters),
        simulated="no package is found",
    ),
    Case("a movie as timeline", read("cut.mp4", b"ftyp")),
    Case("a Premiere project", read("cut.prproj", b"x")),
)

PARTS = (
    Case("a place in words", on_cut("--in", "soon")),
    Case("a timecode with frame 30 of 24", on_cut("--in", "00:00:01:30")),
    Case("a drop-frame timecode at 24 frames a second", on_cut("--in", "00:00:01;00")),
    Case("a range outside the timeline", on_cut("--in", "900s", "--out", "910s")),
    Case("a range backwards", on_cut("--in", "2s", "--out", "1s")),
    Case("range and marker at once", on_cut("--in", "1s", "--marker", "x")),
    Case("a marker that is not there", on_cut("--marker", "chase")),
    Case(
        "a marker without a length",
        command("suggest", "FOLDER/marked.otio", "-l", "stock", "--marker", "arrival", prepare=marked),
    ),
    Case(
        "in and out points that the timeline does not hold",
        call(lambda place: read_cut(place.cut, ScopeRequest.in_out())),
    ),
    Case("a clip that is not there", on_cut("--clip", "nope")),
    Case(
        "a timeline of 25 hours",
        command("suggest", "FOLDER/long.otio", "-l", "stock", prepare=endless),
    ),
)

MEDIA = (
    Case("a cut whose only medium is missing", on_media("gone.mov", lambda _path: None)),
    Case("a folder of media that is not there", on_cut("--media", "FOLDER/gone")),
    Case("a file as folder of media", on_cut("--media", "CUT")),
    Case("a cut whose only medium is empty", on_media("empty.mov", Path.touch)),
    Case(
        "a cut whose only medium is text", on_media("text.mov", lambda path: path.write_text("words\n" * 99))
    ),
    Case("a cut of sound only", on_media("a.flac", lambda path: write_audio(path, tone(duration_s=2)))),
    Case("a movie that is not there", probed(lambda _path: None)),
    Case("a folder as movie", probed(Path.mkdir)),
    Case("an empty movie", probed(Path.touch)),
    Case("text named .mov", probed(lambda path: path.write_text("plain words\n" * 30))),
    Case("a movie cut off before its index", probed(lambda path: truncate(make_film(path), 0.5), "shot.mp4")),
    Case(
        "a movie without read permission",
        media_refused(PermissionError(errno.EACCES, "Permission denied")),
        simulated="the system refuses to open the file",
    ),
    Case(
        "a movie on a share that is away",
        media_refused(OSError(errno.EIO, "Input/output error")),
        simulated="the system fails to read",
    ),
    Case("one of two media is missing", noted("gone.mov", lambda _path: None)),
    Case("one of two media is empty", noted("empty.mov", Path.touch)),
    Case("one of two movies is cut off", noted("short.mkv", cut_off_movie)),
)
