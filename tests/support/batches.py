"""Timelines, a library and plans for batches, with a bundle that needs no weights."""

import json
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from support.fake_bundle import FakeBundle
from support.films import Shot, make_film, moving
from support.suggesters import make_detail, unit_rows
from support.timelines import clip, gap, lane, movie, save, time_range, timeline
from support.tones import tone, write_audio
from temptrack.library.records import Analysis, FileState, FileWords, TrackRecord
from temptrack.library.store import LibraryStore
from temptrack.library.types import TrackTag
from temptrack.model.types import Matrix
from temptrack.seat import engine

RATE = 25
LICENCES = ("CC-BY-4.0", "CC0-1.0", "unknown", "CC-BY-SA-3.0")
TRACK_S = 8.0


def use_fake_bundle(patch: pytest.MonkeyPatch) -> None:
    """Have every engine of this process run the bundle without weights."""
    patch.setattr(engine, "open_bundle", lambda *_args, **_options: FakeBundle())


def stock(folder: Path, *, tracks: int = 8, name: str = "stock") -> LibraryStore:
    """Make a library of tones; nothing is analysed, so that it takes a moment."""
    store = LibraryStore.create(name, bundle_id=FakeBundle.id, bundle_digest=FakeBundle.digest)
    sound = tone(330.0, TRACK_S, rate_hz=8000)
    records = []
    for number in range(tracks):
        path = write_audio(folder / f"{number:02}.wav", sound, rate_hz=8000)
        records.append(_record(path, number))
    store.insert(records)
    return store


def _record(path: Path, number: int) -> TrackRecord:
    bundle = FakeBundle()
    windows: Matrix = unit_rows(1, bundle.embed_dim, seed=number)
    detail = make_detail(windows, duration_s=TRACK_S)
    tags = (
        TrackTag(name="piano", group="instrument", score=0.9 if number % 2 else 0.6),
        TrackTag(name="sad" if number % 3 else "happy", group="mood", score=0.7),
    )
    return TrackRecord(
        id=f"track-{number:02}",
        content_digest=f"{number:064x}",
        file=FileState(path=str(path), root=str(path.parent), size_bytes=1, mtime_ns=1),
        words=FileWords(
            title=f"Piece {number}",
            artist="Ada" if number % 4 else "",
            album="",
            genre="",
            comment="",
            licence=LICENCES[number % len(LICENCES)],
            text="",
            embedding=None,
            composer=f"Writer {number}" if number % 3 else "",
            publisher="Coast Music" if number % 2 else "",
        ),
        analysis=Analysis(
            duration_s=TRACK_S,
            loudness_lufs=-18.0,
            tempo_bpm=120.0,
            key=None,
            vocals=(False, True, None)[number % 3],
            tags=tags,
            tag_scores=tags,
            embedding=windows[0],
            windows=windows,
            window_s=detail.window_s,
            beats_s=detail.beats_s,
            bars_s=detail.bars_s,
            peaks=detail.peaks,
        ),
    )


def cuts(folder: Path, count: int = 3, *, films: bool = True) -> list[Path]:
    """Write timelines of twelve seconds with two shots, a gap and two markers."""
    folder.mkdir(parents=True, exist_ok=True)
    if films:
        for name, seed in (("a", 1), ("b", 2)):
            make_film(folder / f"{name}.mp4", [Shot(moving(seed), 150)], rate=RATE, size=(64, 36))
    return [save(_cut(number), folder / f"cut{number:02}.otio") for number in range(count)]


def _cut(number: int) -> Any:
    shots = [
        clip("a", number % 5, 125, RATE, media=movie("a.mp4", 0, 150, RATE)),
        gap(50, RATE),
        clip("b", 0, 125, RATE, media=movie("b.mp4", 0, 150, RATE)),
    ]
    made = timeline(lane(*shots), name=f"Cut {number}", start=90_000, rate=RATE)
    for name, start, length in (("arrival", 0, 100), ("departure", 175, 100)):
        marked = otio.schema.Marker(name=name, marked_range=time_range(start, length, RATE))
        made.tracks.markers.append(marked)
    return made


def write_plan(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write a plan of JSON lines."""
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def written(folder: Path) -> dict[str, bytes]:
    """Return everything a batch hands on, by path; not what it keeps for itself."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not path.name.startswith(".")
        and path.relative_to(folder).parts[0] not in ("answers", "reported")
    }
