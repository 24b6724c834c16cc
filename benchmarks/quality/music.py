"""The library that is asked: real music out of Debian packages, indexed once and kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.quality.labels import MusicFile

from temptrack.errors import NotFound
from temptrack.library.ingest import index_folders
from temptrack.library.report import IndexReport
from temptrack.library.store import LibraryStore
from temptrack.model.bundles import load_bundle
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

    def key_of(self, path: str) -> str:
        """Return the key of the track in a file."""
        return str(Path(path).relative_to(self.folder / "music"))


def find_music(folder: Path, *, with_calibration: bool) -> Music:
    """Read what was fetched, with or without the packages that shaped the tagger's calibration."""
    table = folder / "packages.json"
    if not table.is_file():
        raise SystemExit(f"There is no {table}. Run: python tools/fetch_debian_music.py --to {folder}")
    known = {
        package: facts
        for package, facts in json.loads(table.read_text("utf-8")).items()
        if with_calibration or not facts["calibration"]
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


def index_music(music: Music, bundle: Bundle, source: str, *, workers: int | None) -> list[IndexReport]:
    """Bring the library up to date; a library of another bundle is left alone, beside it.

    Args:
        music: what to index.
        bundle: with what.
        source: id or folder that the bundle was loaded from.
        workers: processes; None takes one a processor.
    """
    name = library_name(bundle)
    try:
        store = LibraryStore.open(name)
    except NotFound:
        store = LibraryStore.create(name, bundle_id=bundle.id, bundle_digest=bundle.digest)
    # Music that shaped the tagger's calibration comes last, so that a run cut short still has the rest.
    late = {track.package for track in music.tracks if track.calibration}
    return [
        index_folders(
            store,
            [music.folder / "music" / package for package in music.versions if (package in late) == is_late],
            partial(load_bundle, source, device="cpu", threads=1),
            workers=workers,
            progress=lambda done, total, path, _rate: print(f"{done}/{total} {path}", flush=True),
            prune=True,
        )
        for is_late in (False, True)
        if late or not is_late
    ]


def library_name(bundle: Bundle) -> str:
    """Return the name of the library that is indexed with a bundle."""
    return f"{LIBRARY}-{bundle.digest[:12]}"
