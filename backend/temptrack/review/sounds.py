"""Where the sound of a review comes from: a library of this machine, or a server's."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol

from temptrack.library.types import LibraryReader, Track

_PEAKS = 480
_PEAKS_RATE_HZ = 8000


class Sounds(Protocol):
    """Gives the files of tracks and their outlines; several threads may ask, each for tracks of its own."""

    def file(self, track: Track) -> Path:
        """Return a readable file of the track. Raises NotFound, Forbidden or Unavailable."""

    def peaks(self, track: Track) -> Sequence[float]:
        """Return the highest absolute sample per equal slice of the track, 0 to 1."""


class LibrarySounds:
    """Sounds of a library of this machine."""

    def __init__(self, reader: LibraryReader) -> None:
        self._reader = reader

    def file(self, track: Track) -> Path:
        """Return the track's own file."""
        return self._reader.audio_file(track.id)

    def peaks(self, track: Track) -> Sequence[float]:
        """Return what was measured when the track was indexed."""
        return self._reader.detail(track.id).peaks


class AudioSource(Protocol):
    """The part of a library client that sends files."""

    def audio(self, library: str, track_id: str) -> tuple[str, int, Iterator[bytes]]:
        """Return the name, size in bytes and bytes of a track's file."""


class ServerSounds:
    """Sounds of a library on a server; files are copied to a folder of this machine."""

    def __init__(self, source: AudioSource, library: str, folder: Path) -> None:
        """Use a folder that its owner removes afterwards."""
        self._source = source
        self._library = library
        self._folder = folder
        self._files: dict[str, Path] = {}

    def file(self, track: Track) -> Path:
        """Return the file itself where it is mounted here too, else a copy."""
        if track.id not in self._files:
            own = Path(track.path)
            self._files[track.id] = own if own.is_file() else self._download(track)
        return self._files[track.id]

    def peaks(self, track: Track) -> Sequence[float]:
        """Measure the file: the server sends sound, not outlines."""
        import numpy as np

        from temptrack.media.audio import decode_audio

        samples = np.abs(decode_audio(self.file(track), rate_hz=_PEAKS_RATE_HZ).samples[0])
        return [float(part.max()) if part.size else 0.0 for part in np.array_split(samples, _PEAKS)]

    def _download(self, track: Track) -> Path:
        name, _size_bytes, parts = self._source.audio(self._library, track.id)
        # The name comes from another machine: only its ending is of use, and safe, here.
        handle, target = tempfile.mkstemp(suffix=PurePosixPath(name).suffix, dir=self._folder)
        with os.fdopen(handle, "wb") as file:
            for part in parts:
                file.write(part)
        return Path(target)
