"""Rows of a library without any music behind them, seeded."""

import hashlib
from collections.abc import Sequence

import numpy as np

from support.fake_bundle import FAKE_TAGS, FakeBundle
from temptrack.library.keys import KEYS
from temptrack.library.records import Analysis, FileState, FileWords, TrackRecord
from temptrack.library.store import LibraryStore
from temptrack.library.types import TrackTag
from temptrack.model.types import Matrix, Vector

LICENCES = ("unknown", "CC-BY-4.0", "CC0-1.0", "Studio Contract 7")
FOLDERS = ("/music/ambient", "/music/ambient/night", "/music/Ambient 2", "/stock/Schöne Lieder")


def unit_rows(seed: int, count: int, dim: int = FakeBundle.embed_dim) -> Matrix:
    """Return [count, dim] float32 rows of length 1."""
    rows = np.random.default_rng(seed).standard_normal((count, dim))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def planted(index: int, seed: int = 0, dim: int = FakeBundle.embed_dim) -> TrackRecord:
    """Return the index-th of endlessly many different tracks; about one in five of each fact is unknown."""
    generator = np.random.default_rng((seed, index))

    def known() -> bool:
        return bool(generator.random() > 0.2)

    scores = [round(float(score), 4) for score in generator.random(len(FAKE_TAGS))]
    every = tuple(
        TrackTag(name=tag.name, group=tag.group.value, score=score)
        for tag, score in zip(FAKE_TAGS, scores, strict=True)
    )
    folder = FOLDERS[int(generator.integers(len(FOLDERS)))]
    digest = hashlib.sha256(f"{seed}:{index}".encode()).hexdigest()
    title = f"Piece {index}"
    return TrackRecord(
        id=digest[:24],
        content_digest=digest,
        file=FileState(path=f"{folder}/{index}.ogg", root="/music", size_bytes=1000 + index, mtime_ns=index),
        words=FileWords(
            title=title,
            artist="",
            album="",
            genre="",
            comment="",
            licence=LICENCES[int(generator.integers(len(LICENCES)))],
            text=title if known() else "",
            embedding=_unit(generator, dim) if known() else None,
            composer=f"Writer {index % 7}" if index % 3 else "",
            publisher="Coast Music" if index % 2 else "",
        ),
        analysis=Analysis(
            duration_s=round(float(generator.uniform(5, 400)), 3),
            loudness_lufs=round(float(generator.uniform(-40, -5)), 2) if known() else None,
            tempo_bpm=round(float(generator.uniform(50, 190)), 2) if known() else None,
            key=KEYS[int(generator.integers(len(KEYS)))] if known() else None,
            vocals=bool(generator.integers(2)) if known() else None,
            tags=tuple(sorted((tag for tag in every if tag.score >= 0.5), key=lambda tag: -tag.score)),
            tag_scores=every,
            embedding=_unit(generator, dim),
            windows=np.stack([_unit(generator, dim) for _ in range(3)]),
            window_s=10.0,
            beats_s=(0.5, 1.0, 1.5, 2.0),
            bars_s=(0.5,),
            peaks=(0.25, 0.5),
        ),
    )


def planted_library(
    records: Sequence[TrackRecord], name: str = "planted", uri: str | None = None
) -> LibraryStore:
    """Make a library of these rows, in this order."""
    store = LibraryStore.create(name, uri, bundle_id=FakeBundle.id, bundle_digest=FakeBundle.digest)
    store.upsert(records)
    return store


def _unit(generator: np.random.Generator, dim: int) -> Vector:
    row = generator.standard_normal(dim)
    return (row / np.linalg.norm(row)).astype(np.float32)
