"""The whole file of a track on this machine: the library's own, or a copy from the server."""

import threading
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from temptrack import home
from temptrack.companion.kept_files import KeptFiles, lasting_copy
from temptrack.errors import Cancelled, Unavailable

DEFAULT_LIMIT_BYTES = 8 * 2**30
"""Room for some two hundred tracks without loss, or two thousand with."""

Progress = Callable[[int, int], None]
"""Called with the number of bytes that arrived and their total."""

LocalFile = Callable[[str, str], Path]
"""Returns the file of (library, track id) of a library on this machine; raises NotFound."""


class AudioSource(Protocol):
    """The part of a library client that sends files."""

    def audio(self, library: str, track_id: str) -> tuple[str, int, Generator[bytes, None, None]]:
        """Return the name, size in bytes and bytes of a track's file; closing these stops the transfer."""


class TrackFileSource(Protocol):
    """Gives the local file of a track; may be used from several threads."""

    def file(
        self,
        library: str,
        track_id: str,
        *,
        progress: Progress | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> "TrackFile":
        """Return the file. Raises NotFound and what fetching raises."""


@dataclass(frozen=True, slots=True)
class TrackFile:
    """A track's file.

    Attributes:
        path: absolute, readable.
        format: its ending without the dot, lower case, such as "flac"; empty where it has none.
        is_copy: whether it lies in a cache that forgets, and not where its owner keeps it.
    """

    path: Path
    format: str
    is_copy: bool = False

    @classmethod
    def at(cls, path: Path, *, is_copy: bool = False) -> "TrackFile":
        """Describe a file by its path."""
        return cls(path.absolute(), path.suffix.lower().removeprefix("."), is_copy)

    def kept_in(self, folder: Path) -> "TrackFile":
        """Return a copy that nothing removes, or the file itself where it is its owner's.

        Args:
            folder: where copies for good lie; made if need be. A copy that is there already is used.

        Raises:
            NotReady: the disk is full (DISK_FULL).
            Forbidden: the folder may not be written (HOME_NOT_WRITABLE).
            Unavailable: the disk failed (DISK_FAILED).
        """
        return TrackFile.at(lasting_copy(self.path, folder)) if self.is_copy else self


class LocalTrackFiles:
    """Files of libraries of this machine."""

    def __init__(self, local_file: LocalFile) -> None:
        """Ask a function such as ``lambda library, track_id: reader(library).audio_file(track_id)``."""
        self._local_file = local_file

    def file(
        self,
        library: str,
        track_id: str,
        *,
        progress: Progress | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> TrackFile:
        """Return the track's own file.

        Raises:
            NotFound: no such library or track, or its file is gone (TRACK_FILE_MISSING).
        """
        return TrackFile.at(self._local_file(library, track_id))


class RemoteTrackFiles:
    """Files of a server's libraries, copied once and kept while there is room."""

    def __init__(self, source: AudioSource, server: str, kept: KeptFiles | None = None) -> None:
        """Keep copies in ``kept``, by default a folder of temptrack's home.

        Args:
            source: the server's libraries.
            server: its address; tracks of different servers are different tracks.
            kept: where copies lie.
        """
        self._source = source
        self._server = server
        self._kept = kept or KeptFiles(home.track_cache_folder(), DEFAULT_LIMIT_BYTES)
        self._one_at_a_time: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def file(
        self,
        library: str,
        track_id: str,
        *,
        progress: Progress | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> TrackFile:
        """Return the copy of a track's file, fetched unless it is here and as large as the server's.

        A server that cannot be reached does not take away the copy that is here.

        Raises:
            NotFound: no such library or track, or its file is gone on the server.
            Unavailable: the server cannot be reached (UNREACHABLE), or broke off (TRANSFER_CUT).
            Cancelled: ``cancelled`` said so; nothing is left of what was fetched.
            NotReady: the disk is full (DISK_FULL), or the file alone over the limit (FILE_OVER_LIMIT).
            Forbidden: temptrack's folder may not be written (HOME_NOT_WRITABLE).
        """
        with self._one_at_a_time[f"{library}\0{track_id}"]:
            return TrackFile.at(self._current(library, track_id, progress, cancelled), is_copy=True)

    def _current(
        self,
        library: str,
        track_id: str,
        progress: Progress | None,
        cancelled: Callable[[], bool] | None,
    ) -> Path:
        key = f"{self._server}\0{library}\0{track_id}"
        here = self._kept.find(key)
        try:
            name, size_bytes, parts = self._source.audio(library, track_id)
        except Unavailable:
            if here is not None:
                return here
            raise
        with closing(parts):
            if here is not None and here.stat().st_size == size_bytes:
                return here
            # The name comes from another machine: only its words and its ending are of use here.
            original = PurePosixPath(name)
            path = self._kept.place(key, original.stem, original.suffix, size_bytes)
            with self._kept.writing(path) as file:
                _copy(parts, file, size_bytes, progress, cancelled, what=name)
        return path


def _copy(
    parts: Iterator[bytes],
    file: BinaryIO,
    size_bytes: int,
    progress: Progress | None,
    cancelled: Callable[[], bool] | None,
    *,
    what: str,
) -> None:
    done = 0
    for part in parts:
        if cancelled is not None and cancelled():
            raise Cancelled(f"Fetching '{what}' stopped after {done} of {size_bytes} bytes.")
        file.write(part)
        done += len(part)
        if progress is not None:
            progress(done, size_bytes)
    if done != size_bytes:
        raise Unavailable(
            f"The server sent {done} of the {size_bytes} bytes of '{what}'.",
            reason="TRANSFER_CUT",
            hint="Try again; if it stays so, look at the file on the server.",
        )
