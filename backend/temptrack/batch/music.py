"""The files of the music of a batch: where the library keeps them, or copies of a server's in its folder."""

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path, PureWindowsPath
from typing import Self

from temptrack.api.library import Library
from temptrack.errors import TemptrackError
from temptrack.library.types import Track
from temptrack.review.sounds import Sounds

MUSIC = "music"
"""Folder of a batch that holds music which this machine could not read where it lies."""


class Music:
    """Gives the files of tracks; to use in a ``with`` statement."""

    def __init__(self, folder: Path, libraries: Mapping[str, Library]) -> None:
        """Prepare for a batch.

        Args:
            folder: the batch's.
            libraries: by name; each is asked for files when one is first needed.
        """
        self._folder = folder.absolute() / MUSIC
        self._libraries = libraries
        self._sounds: dict[str, Sounds] = {}
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._opened.close()

    def sounds(self, library: str) -> Sounds:
        """Return where the sound of a library's tracks is."""
        if library not in self._sounds:
            self._sounds[library] = self._opened.enter_context(self._libraries[library].sounds())
        return self._sounds[library]

    def file(self, library: str, track: Track) -> Path:
        """Return the file that a timeline should name: the library's own, else a copy that stays.

        A copy is named by track, so that a batch that goes on fetches only missing ones. Where there is
        neither, it is the library's own, for whoever can read it.
        """
        own = Path(track.path)
        if own.is_file():
            return own
        known = hashlib.sha256(f"{library}\0{track.id}\0{track.path}".encode()).hexdigest()[:12]
        # The path may be one of another system.
        name = PureWindowsPath(track.path)
        copy = self._folder / f"{name.stem[:80]} {known}{name.suffix}"
        if not copy.is_file():
            try:
                _copy(self.sounds(library).file(track), copy)
            except TemptrackError:
                return own
        return copy


def _copy(file: Path, target: Path) -> None:
    """Copy a file; the copy appears whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(prefix=".", suffix=".part", dir=target.parent, delete=False) as partial:
        try:
            with file.open("rb") as source:
                shutil.copyfileobj(source, partial)
            partial.close()
            Path(partial.name).chmod(0o644)
            Path(partial.name).replace(target)
        finally:
            Path(partial.name).unlink(missing_ok=True)
