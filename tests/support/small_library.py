"""A few composed pieces, indexed for real with the bundle that ships: a library for whole-way tests."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from support.tones import music, write_audio
from temptrack import home
from temptrack.library.ingest import index_folders
from temptrack.library.store import LibraryStore
from temptrack.model.bundles import load_bundle

NAME = "small"
_PIECES = (
    ("Slow Lake", 70.0, "minor", False, 196.0),
    ("Morning Run", 128.0, "major", True, 220.0),
    ("Night Drive", 104.0, "minor", True, 165.0),
    ("First Snow", 84.0, "major", False, 262.0),
)


@dataclass(frozen=True, slots=True)
class SmallLibrary:
    """An indexed library.

    Attributes:
        name: its name.
        home: the folder that TEMPTRACK_HOME has to name.
        tracks: its files, in order of path.
    """

    name: str
    home: Path
    tracks: tuple[Path, ...]


def small_library(folder: Path, *, duration_s: float = 12.0) -> SmallLibrary:
    """Compose music into a folder and index it there.

    Args:
        folder: becomes home and music folder; should be empty.
        duration_s: length of each piece.
    """
    paths = tuple(
        write_audio(
            folder / "music" / f"{title.lower().replace(' ', '-')}.flac",
            music(duration_s, bpm=bpm, mode=mode, drums=drums, root_hz=root_hz, seed=number),
            tags={"title": title, "artist": "The Testers"},
        )
        for number, (title, bpm, mode, drums, root_hz) in enumerate(_PIECES)
    )
    bundle = load_bundle(device="cpu", threads=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(home.ENVIRONMENT_VARIABLE, str(folder / "home"))
        store = LibraryStore.create(NAME, bundle_id=bundle.id, bundle_digest=bundle.digest)
        report = index_folders(
            store,
            [folder / "music"],
            partial(load_bundle, device="cpu", threads=1),
            workers=0,
        )
    assert report.failed == ()
    return SmallLibrary(NAME, folder / "home", tuple(sorted(paths)))
