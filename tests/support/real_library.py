"""A library of real music indexed with the bundle that ships, kept beside the music from run to run."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from support.debian_music import DebianMusic, debian_music
from temptrack import home
from temptrack.errors import NotFound
from temptrack.library import analysis, schema, tags, words
from temptrack.library.ingest import index_folders
from temptrack.library.store import LibraryStore
from temptrack.media import audio
from temptrack.model.bundles import load_bundle

NAME = "real"
TRACKS = 155


@dataclass(frozen=True, slots=True)
class RealLibrary:
    """An indexed library of real music.

    Attributes:
        name: its name.
        home: the folder that TEMPTRACK_HOME has to name.
        tracks: the files that are in it, in order of path.
    """

    name: str
    home: Path
    tracks: Sequence[Path]

    def home_without_cache(self, folder: Path) -> Path:
        """Make a home folder with this library and no picture seen yet."""
        folder.mkdir(parents=True)
        (folder / "libraries").symlink_to(self.home / "libraries", target_is_directory=True)
        return folder


def real_library() -> RealLibrary:
    """Return the library, indexing what is missing; or skip the test where there is no music.

    A run that was cut short goes on where it stopped. A new bundle, another version of a package, or a change
    to how music is analysed makes a new library beside the old one.
    """
    music = debian_music()
    bundle = load_bundle(device="cpu", threads=1)
    chosen = music.smallest(TRACKS)
    key = f"{bundle.digest[:12]}-{music.digest()[:12]}-{_analysis_digest()[:12]}"
    with pytest.MonkeyPatch.context() as patch:
        folder = music.folder / ".indexed" / key
        patch.setenv(home.ENVIRONMENT_VARIABLE, str(folder))
        try:
            store = LibraryStore.open(NAME)
        except NotFound:
            store = LibraryStore.create(NAME, bundle_id=bundle.id, bundle_digest=bundle.digest)
        report = index_folders(
            store,
            [_links(folder / "music", music, chosen)],
            partial(load_bundle, device="cpu", threads=1),
            workers=os.cpu_count(),
        )
        assert report.failed == ()
        assert store.info().track_count == len(chosen)
    return RealLibrary(NAME, folder, chosen)


def _links(folder: Path, music: DebianMusic, chosen: Sequence[Path]) -> Path:
    """Lay out the chosen files as a folder of music of its own."""
    for path in chosen:
        link = folder / path.relative_to(music.folder / "music")
        if not link.is_symlink():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path)
    return folder


def _analysis_digest() -> str:
    folder = Path(*analysis.__path__)
    sources = sorted(
        [*folder.glob("*.py"), *(Path(str(room.__file__)) for room in (schema, tags, words, audio))]
    )
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
