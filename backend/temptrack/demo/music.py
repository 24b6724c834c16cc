"""Gathers the demo's music: open tracks out of packages, or composed pieces where they cannot be had."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import mutagen
import numpy as np
import numpy.typing as npt

from temptrack.demo.catalogue import MUSIC, MusicSource
from temptrack.demo.composed import PIECES, RATE_HZ, Piece, compose
from temptrack.demo.packages import PackageShelf
from temptrack.errors import TemptrackError, Unavailable

_FEWEST_TRACKS = 8

_SMALLEST_BYTES = 400_000
"""Shorter files of games are jingles and effects."""

_NO_ALBUM = ("non", "none", "")


@dataclass(frozen=True, slots=True)
class Music:
    """The demo's music.

    Attributes:
        folder: what to index.
        generated: whether it was composed by code.
        credits: one line for each source.
        notes: what could not be had, and why.
    """

    folder: Path
    generated: bool
    credits: tuple[str, ...]
    notes: tuple[str, ...] = ()


def prepare_music(folder: Path, shelf: PackageShelf, step: Callable[[], None]) -> Music:
    """Fill a folder of music; files made before are kept.

    Args:
        folder: where the music goes, one folder for each source.
        shelf: where packages are unpacked.
        step: called after every source.
    """
    notes: list[str] = []
    credits_: list[str] = []
    count = 0
    for source in MUSIC:
        try:
            count += _gather(source, shelf.debian(source.package), folder / source.collection)
            credits_.append(
                f"{source.collection}: {source.artist or 'its authors'}, {source.licence} ({source.package})"
            )
        except Unavailable as error:
            notes.append(f"{source.collection} is not in the library: {error.message}")
        step()
    if count >= _FEWEST_TRACKS:
        return Music(folder, generated=False, credits=tuple(credits_), notes=tuple(notes))
    composed = folder.with_name("music-composed")
    for piece in PIECES:
        _write_piece(piece, composed / f"{piece.title}.flac")
    reason = notes[0] if notes else "too few tracks were found"
    note = f"The music was composed by code instead of fetched. {reason}"
    return Music(composed, generated=True, credits=("Music composed by temptrack, CC0 1.0",), notes=(note,))


def _gather(source: MusicSource, unpacked: Path, target: Path) -> int:
    found = sorted((unpacked / source.folder).glob(source.pattern))
    files = [file for file in found if file.stat().st_size >= _SMALLEST_BYTES]
    for file in files:
        copy = target / f"{_title(file)}{file.suffix}"
        if not copy.is_file():
            target.mkdir(parents=True, exist_ok=True)
            part = copy.with_name(f".{copy.name}")
            shutil.copyfile(file, part)
            _write_tags(part, source, title=_title(file))
            part.replace(copy)
    return len(files)


def _title(file: Path) -> str:
    # Songs of one package are all called "song" in folders that carry their names.
    stem = file.parent.name if file.stem == "song" else file.stem
    return stem.replace("_", " ").replace("-", " ").strip().title()


def _write_tags(file: Path, source: MusicSource, *, title: str) -> None:
    audio = mutagen.File(file, easy=True)
    if audio is None:
        raise TemptrackError(f"'{file}' holds no music that can be tagged.", reason="NOT_MUSIC")
    if audio.tags is None:
        audio.add_tags()
    given = {
        "title": title,
        "artist": source.artist,
        "album": source.collection,
        "genre": source.genre,
        _licence_key(file): source.licence,
    }
    for key, value in given.items():
        present = (audio.get(key) or [""])[0]
        if value and present.lower() in _NO_ALBUM:
            audio[key] = value
    audio.save()


def _licence_key(file: Path) -> str:
    # ID3 has a frame for the copyright line; Vorbis comments have one for the licence.
    return "copyright" if file.suffix == ".mp3" else "license"


def _write_piece(piece: Piece, path: Path) -> None:
    if path.is_file():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.stem}.part.flac")
    with av.open(str(part), "w") as container:
        stream = container.add_stream("flac", rate=RATE_HZ, layout="mono")
        assert isinstance(stream, av.AudioStream)
        container.metadata.update(
            {
                "title": piece.title,
                "genre": piece.genre,
                "comment": piece.comment,
                "artist": "temptrack",
                "LICENSE": "CC0-1.0",
            }
        )
        for packet in _encoded(stream, compose(piece)):
            container.mux(packet)
    part.replace(path)


def _encoded(stream: av.AudioStream, samples: npt.NDArray[np.int16]) -> Iterator["av.Packet[av.AudioStream]"]:
    frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
    frame.sample_rate = RATE_HZ
    yield from stream.encode(frame)
    yield from stream.encode()
