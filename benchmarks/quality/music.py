"""The library that is asked: real music out of Debian packages, as an audio encoder heard it once."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.quality.hearing import Heard
from benchmarks.quality.labels import MusicFile

from temptrack.errors import NotFound
from temptrack.library.analysis.embedding import embed_features
from temptrack.library.jobs import describe
from temptrack.library.reader import LanceReader
from temptrack.library.records import Analysis, FileState, TrackRecord
from temptrack.library.store import LibraryStore, delete_library
from temptrack.library.tags import read_tags
from temptrack.model.types import Bundle

LIBRARY = "quality"


@dataclass(frozen=True, slots=True)
class Music:
    """The music that was fetched.

    Attributes:
        folder: where tools/fetch_debian_music.py put it.
        versions: version of every package.
        tracks: all tracks, in order of package and path.
    """

    folder: Path
    versions: Mapping[str, str]
    tracks: Sequence[MusicFile]

    def path_of(self, track: MusicFile) -> Path:
        """Return the file of a track."""
        return self.folder / "music" / track.key

    def key_of(self, path: str) -> str:
        """Return the key of the track in a file."""
        return str(Path(path).relative_to(self.folder / "music"))


def find_music(folder: Path, *, development: bool = False) -> Music:
    """Read what was fetched.

    Args:
        folder: where it is.
        development: the packages that bundles may be tuned on, instead of those that nothing was tuned on.
    """
    table = folder / "packages.json"
    if not table.is_file():
        raise SystemExit(
            f"There is no {table}. Run: python tools/fetch_debian_music.py --benchmark --to {folder}"
        )
    known = {
        package: facts
        for package, facts in json.loads(table.read_text("utf-8")).items()
        if facts["calibration"] is development
    }
    return Music(
        folder=folder.absolute(),
        versions={package: facts["version"] for package, facts in sorted(known.items())},
        tracks=[
            MusicFile(package, name, facts["calibration"])
            for package, facts in sorted(known.items())
            for name in facts["tracks"]
        ],
    )


def library_of(music: Music, bundle: Bundle, heard: Mapping[str, Heard]) -> LanceReader:
    """Make a library of this machine anew from what was heard, and open it.

    Tempo, key and loudness are left unknown: nothing here asks for them, and they are most of the time that
    indexing takes.

    Args:
        music: what is in it.
        bundle: whose towers embed it.
        heard: by key of the track, by the audio encoder of that bundle.
    """
    name = f"{LIBRARY}-{bundle.digest[:12]}"
    with suppress(NotFound):
        delete_library(name)
    store = LibraryStore.create(name, bundle_id=bundle.id, bundle_digest=bundle.digest)
    store.insert([_record(music, track, bundle, heard[track.key]) for track in music.tracks])
    return store.reader()


def _record(music: Music, track: MusicFile, bundle: Bundle, heard: Heard) -> TrackRecord:
    path = music.path_of(track)
    stat = path.stat()
    file = FileState(
        path=str(path),
        root=str(music.folder / "music" / track.package),
        size_bytes=stat.st_size,
        mtime_ns=stat.st_mtime_ns,
    )
    embedded = embed_features(heard.features, heard.weights, bundle)
    analysis = Analysis(
        duration_s=heard.duration_s,
        loudness_lufs=None,
        tempo_bpm=None,
        key=None,
        vocals=embedded.vocals,
        tags=embedded.tags,
        tag_scores=embedded.tag_scores,
        embedding=embedded.embedding,
        windows=embedded.windows[heard.nearest()],
        window_s=bundle.audio_spec.window_s,
        beats_s=(),
        bars_s=(),
        peaks=(),
    )
    return TrackRecord(
        id=hashlib.sha256(track.key.encode()).hexdigest()[:16],
        content_digest=heard.content_digest,
        file=file,
        words=describe(read_tags(str(path)), file, bundle),
        analysis=analysis,
    )
