"""Builds small engines that need no weights, for every test that wants a ``Suggester``.

To run the contract suite on another implementation, add its builder to ``BUILDERS``: it takes the local
engine and yields a ``Suggester`` that answers through it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from fractions import Fraction

import numpy as np

from support.fake_bundle import FAKE_TAGS, FakeBundle
from support.memory_library import MemoryLibrary, Row
from support.serving import through_a_server
from temptrack.errors import NotFound
from temptrack.library.types import LibraryInfo, LibraryReader, Track, TrackDetail, TrackTag
from temptrack.model.types import Matrix, SegmentFeatures, Vector
from temptrack.suggest.local import LocalSuggester
from temptrack.suggest.types import PictureSegment, Suggester

SuggesterBuilder = Callable[[LocalSuggester], AbstractContextManager[Suggester]]

LIBRARY = "tunes"
EMPTY_LIBRARY = "nothing"
OTHER_BUNDLE_LIBRARY = "older"
WINDOW_S = 10.0
TITLES = (
    "Morning Piano",
    "Rock Anthem",
    "Sad Strings",
    "Happy Days",
    "Choir at Dusk",
    "Machine Beat",
    "Quiet Lake",
    "Long Road",
    "Über den Wolken",
    "Interlude",
    "Carnival",
    "Night Drive",
)
LICENCES = ("CC0-1.0", "CC-BY-4.0", "unknown")


def unit_rows(count: int, dim: int, *, seed: int) -> Matrix:
    """Return random rows of length 1, [count, dim]."""
    rows = np.random.default_rng(seed).standard_normal((count, dim))
    unit: Matrix = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def make_detail(windows: Matrix, *, duration_s: float, bpm: float | None = 120.0) -> TrackDetail:
    """Return what a library keeps about a track in four-four time, its first beat at 0."""
    beats = () if bpm is None else tuple(float(t) for t in np.arange(0.0, duration_s, 60.0 / bpm))
    return TrackDetail(
        window_s=WINDOW_S,
        windows=windows,
        beats_s=beats,
        bars_s=beats[::4],
        peaks=(0.5,) * 8,
        words="",
        tag_scores={},
    )


def make_rows(bundle: FakeBundle, *, count: int = len(TITLES)) -> list[Row]:
    """Return tracks of many kinds: 15 s to minutes, sung, instrumental and unsure, with and without beats."""
    return [_row(bundle, index) for index in range(count)]


def make_engine(bundle: FakeBundle | None = None, rows: Sequence[Row] | None = None) -> LocalSuggester:
    """Return an engine over three libraries: one of tracks, one empty, one of another bundle."""
    bundle = bundle or FakeBundle()
    older = FakeBundle()
    older.id, older.digest = "fake-old", "0" * 64
    libraries: dict[str, LibraryReader] = {
        LIBRARY: MemoryLibrary(LIBRARY, make_rows(bundle) if rows is None else rows, bundle),
        EMPTY_LIBRARY: MemoryLibrary(EMPTY_LIBRARY, [], bundle),
        OTHER_BUNDLE_LIBRARY: MemoryLibrary(OTHER_BUNDLE_LIBRARY, make_rows(older, count=2), older),
    }

    def open_reader(name: str) -> LibraryReader:
        if name not in libraries:
            raise NotFound(f"There is no library {name!r}.", reason="LIBRARY_NOT_FOUND")
        return libraries[name]

    def list_libraries() -> Sequence[LibraryInfo]:
        return [libraries[name].info for name in sorted(libraries)]

    return LocalSuggester(bundle, open_reader, list_libraries=list_libraries)


def make_picture(bundle: FakeBundle, *, count: int = 3, seed: int = 0) -> tuple[PictureSegment, ...]:
    """Return segments of ten seconds, the last one shorter."""
    rows = unit_rows(count, bundle.video_dim, seed=seed)
    return tuple(
        PictureSegment(
            features=SegmentFeatures(values=row, encoder_id=bundle.frame_encoder_id),
            start_s=Fraction(10 * index),
            duration_s=Fraction(10) if index < count - 1 else Fraction(1001, 240),
        )
        for index, row in enumerate(rows)
    )


@contextmanager
def in_process(engine: LocalSuggester) -> Iterator[Suggester]:
    """Use the engine as it is."""
    yield engine
    engine.close()


BUILDERS: dict[str, SuggesterBuilder] = {"in-process": in_process, "grpc": through_a_server}


def _row(bundle: FakeBundle, index: int) -> Row:
    duration_s = 15.0 + 37.25 * index
    count = int(duration_s // WINDOW_S) + 1
    windows = unit_rows(count, bundle.embed_dim, seed=1000 + index)
    title = TITLES[index % len(TITLES)]
    sound: Vector = windows.mean(axis=0)
    sound = (sound / np.linalg.norm(sound)).astype(np.float32)
    words = None if index % 4 == 3 else bundle.encode_text([title])[0]
    track = Track(
        id=f"track-{index:03d}",
        path=f"/music/{'loud' if index % 2 else 'soft'}/{index:03d}.ogg",
        title=title,
        artist="" if index % 3 else "The Testers",
        genre=("rock", "ambient", "")[index % 3],
        licence=LICENCES[index % 3],
        duration_s=duration_s,
        loudness_lufs=None if index % 5 == 4 else -9.0 - index,
        tempo_bpm=None if index % 4 == 3 else 80.0 + 10 * index,
        key="A minor" if index % 2 else None,
        vocals=(False, True, None)[index % 3],
        tags=tuple(
            TrackTag(name=tag.name, group=tag.group, score=0.9 - 0.1 * place)
            for place, tag in enumerate(FAKE_TAGS)
            if (index + place) % 3 == 0
        ),
    )
    bpm = None if index % 4 == 3 else 120.0
    return Row(track, sound, words, make_detail(windows, duration_s=duration_s, bpm=bpm))
