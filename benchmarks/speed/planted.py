"""Libraries of any size without music: rows as indexing makes them, filled with seeded noise."""

import hashlib

import numpy as np

from temptrack.library.keys import KEYS
from temptrack.library.records import Analysis, FileState, FileWords, TrackRecord
from temptrack.library.store import LibraryStore
from temptrack.library.types import TrackTag
from temptrack.model.types import Bundle, Matrix

ROWS_A_COMMIT = 2_500
WINDOWS = 20
BEATS = 400
LICENCES = ("unknown", "CC-BY-4.0", "CC0-1.0", "LicenseRef-Studio")
_BANK = 64


def planted_library(
    name: str, count: int, bundle: Bundle, *, windows: int = WINDOWS, rows_a_commit: int = ROWS_A_COMMIT
) -> LibraryStore:
    """Return a library of so many planted tracks; one that is there already is kept.

    Args:
        name: of the library.
        count: of its tracks.
        bundle: whose vectors they pretend to be.
        windows: windows a track; they are most of what lies on disk.
        rows_a_commit: rows written together.
    """
    from temptrack.errors import NotFound

    try:
        store = LibraryStore.open(name)
        if store.bundle_digest == bundle.digest and store.info().track_count == count:
            return store
        raise RuntimeError(f"library {name!r} is another one; delete it first")
    except NotFound:
        store = LibraryStore.create(name, bundle_id=bundle.id, bundle_digest=bundle.digest)
    planter = Planter(bundle, windows)
    for start in range(0, count, rows_a_commit):
        store.insert(planter.rows(start, min(rows_a_commit, count - start)))
        print(f"planted {min(start + rows_a_commit, count)} of {count}", end="\r", flush=True)
    store.tidy()
    print()
    return store


class Planter:
    """Makes rows; what is costly to make and does not matter is drawn from a small bank."""

    def __init__(self, bundle: Bundle, windows: int = WINDOWS) -> None:
        self._windows = windows
        self._dim = bundle.embed_dim
        self._window_s = bundle.audio_spec.window_s
        generator = np.random.default_rng(1)
        self._tags: list[tuple[tuple[TrackTag, ...], tuple[TrackTag, ...]]] = []
        for _ in range(_BANK):
            scores = generator.random(len(bundle.tags)) ** 3
            every = tuple(
                TrackTag(name=tag.name, group=tag.group.value, score=round(float(score), 4))
                for tag, score in zip(bundle.tags, scores, strict=True)
            )
            strongest = tuple(sorted(every, key=lambda tag: -tag.score)[:6])
            self._tags.append((strongest, every))
        self._peaks = [tuple(generator.random(800).round(3).tolist()) for _ in range(_BANK)]
        self._beats = [
            tuple((np.arange(BEATS) * 60 / bpm).round(3).tolist())
            for bpm in generator.uniform(60, 180, _BANK)
        ]

    def rows(self, start: int, count: int) -> list[TrackRecord]:
        """Return rows ``start`` to ``start + count``; the same row is always the same."""
        generator = np.random.default_rng((2, start))
        embeddings = _unit_rows(generator, count, self._dim)
        words = _unit_rows(generator, count, self._dim)
        windows = generator.standard_normal((count, self._windows, self._dim), dtype=np.float32) * 0.7
        windows += embeddings[:, None] * np.sqrt(self._dim)
        windows /= np.linalg.norm(windows, axis=2, keepdims=True)
        picks = generator.integers(0, 2**31, (count, 8))
        return [
            self._row(start + row, embeddings[row], words[row], windows[row], [int(v) for v in picks[row]])
            for row in range(count)
        ]

    def _row(
        self, index: int, embedding: Matrix, words: Matrix, windows: Matrix, picks: list[int]
    ) -> TrackRecord:
        digest = hashlib.sha256(f"planted:{index}".encode()).hexdigest()
        tags, every = self._tags[picks[0] % _BANK]
        beats = self._beats[picks[1] % _BANK]
        return TrackRecord(
            id=digest[:24],
            content_digest=digest,
            file=FileState(f"/music/{picks[2] % 500}/{index}.flac", "/music", 1_000 + index, index),
            words=FileWords(
                title=f"Piece {index}",
                artist=f"Artist {picks[3] % 2_000}",
                album=f"Album {picks[2] % 500}",
                genre="",
                comment="",
                licence=LICENCES[picks[4] % len(LICENCES)],
                text=f"Piece {index}",
                embedding=words,
            ),
            analysis=Analysis(
                duration_s=60.0 + picks[5] % 300,
                loudness_lufs=-14.0,
                tempo_bpm=60.0 + picks[6] % 120 if picks[6] % 5 else None,
                key=KEYS[picks[7] % len(KEYS)],
                vocals=(None, True, False)[picks[7] % 3],
                tags=tags,
                tag_scores=every,
                embedding=embedding,
                windows=windows,
                window_s=self._window_s,
                beats_s=beats,
                bars_s=beats[::4],
                peaks=self._peaks[picks[3] % _BANK],
            ),
        )


def _unit_rows(generator: np.random.Generator, count: int, dim: int) -> Matrix:
    rows = generator.standard_normal((count, dim), dtype=np.float32)
    unit: Matrix = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit
