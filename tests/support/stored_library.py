"""Writes the rows of a library in memory into a real one, without decoding any sound."""

from collections.abc import Iterable

from support.memory_library import Row
from temptrack.library.records import Analysis, FileState, FileWords, TrackRecord
from temptrack.library.store import LibraryStore
from temptrack.model.types import Bundle


def store_rows(name: str, rows: Iterable[Row], bundle: Bundle) -> LibraryStore:
    """Create a library under the home folder and put rows in it in one commit."""
    store = LibraryStore.create(name, bundle_id=bundle.id, bundle_digest=bundle.digest)
    store.insert([record_of(row) for row in rows])
    return store


def record_of(row: Row) -> TrackRecord:
    """Return a row as the store keeps it."""
    track, detail = row.track, row.detail
    return TrackRecord(
        id=track.id,
        content_digest=(row.recording or track.id).encode().hex().ljust(64, "0"),
        file=FileState(path=track.path, root="/music", size_bytes=1, mtime_ns=1),
        words=FileWords(
            title=track.title,
            artist=track.artist,
            album=track.album,
            genre=track.genre,
            comment=track.comment,
            licence=track.licence,
            text="" if row.words is None else track.title,
            embedding=row.words,
            composer=track.composer,
            publisher=track.publisher,
        ),
        analysis=Analysis(
            duration_s=track.duration_s,
            loudness_lufs=track.loudness_lufs,
            tempo_bpm=track.tempo_bpm,
            key=track.key,
            vocals=track.vocals,
            tags=track.tags,
            tag_scores=track.tags,
            embedding=row.sound,
            windows=detail.windows,
            window_s=detail.window_s,
            beats_s=detail.beats_s,
            bars_s=detail.bars_s,
            peaks=detail.peaks,
        ),
    )
