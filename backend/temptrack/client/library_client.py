"""The libraries of a server."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from pathlib import PurePath
from typing import Any

from temptrack import errors
from temptrack.client.connection import Connection
from temptrack.library.report import IndexReport, Progress
from temptrack.library.types import LibraryInfo, Track
from temptrack.wire.limits import MAX_PAGE_SIZE
from temptrack.wire.mirror import build, from_message
from temptrack_api.v1 import library_pb2, library_pb2_grpc

_TRACKS_A_CALL = 200


class LibraryClient:
    """Makes, fills, shows and removes libraries on a server; raises what is raised there, and Unavailable."""

    def __init__(self, connection: Connection) -> None:
        """Use a connection; closing it stays with its owner."""
        self._connection = connection
        self._stub = library_pb2_grpc.LibraryServiceStub(connection.channel)

    def create_library(self, name: str) -> LibraryInfo:
        """Make an empty library for the bundle of the server."""
        request = build(library_pb2.CreateLibraryRequest, name=name)
        return _library(self._connection.call(self._stub.CreateLibrary, request).library)

    def list_libraries(self) -> list[LibraryInfo]:
        """Return all libraries in order of name."""
        found: list[LibraryInfo] = []
        token = ""
        while True:
            request = library_pb2.ListLibrariesRequest(page_size=MAX_PAGE_SIZE, page_token=token)
            response = self._connection.call(self._stub.ListLibraries, request)
            found.extend(_library(message) for message in response.libraries)
            token = response.next_page_token
            if not token:
                return found

    def library(self, name: str) -> LibraryInfo:
        """Return one library."""
        request = build(library_pb2.GetLibraryRequest, name=name)
        return _library(self._connection.call(self._stub.GetLibrary, request).library)

    def index(
        self,
        library: str,
        folders: Sequence[str | PurePath],
        *,
        progress: Progress | None = None,
    ) -> IndexReport:
        """Have folders of the server indexed; there is no deadline. An interrupt stops the run there as well.

        Args:
            library: name of the library.
            folders: absolute folders as the server sees them.
            progress: told how far it is.
        """
        request = build(
            library_pb2.IndexLibraryRequest, library=library, folders=[str(folder) for folder in folders]
        )
        # Closed by hand: an exception of the callback keeps the iterator, and with it the run, alive.
        with closing(self._connection.stream(self._stub.IndexLibrary, request)) as responses:
            for response in responses:
                if response.WhichOneof("news") == "report":
                    return from_message(response.report, IndexReport, broken=errors.Corrupt)
                if progress is not None:
                    news = response.progress
                    progress(news.done, news.total, news.path, news.tracks_per_s)
        raise errors.Corrupt(
            f"The server at {self._connection.address} ended the index run without a report.",
            reason="NO_REPORT",
            hint="Look at the library, and index it again: what was done is kept.",
        )

    def tracks(self, library: str) -> Iterator[Track]:
        """Yield the tracks of a library in order of path, fetched a page at a time."""
        token = ""
        while True:
            request = build(
                library_pb2.ListTracksRequest, library=library, page_size=_TRACKS_A_CALL, page_token=token
            )
            response = self._connection.call(self._stub.ListTracks, request)
            for message in response.tracks:
                yield from_message(message, Track, broken=errors.Corrupt)
            token = response.next_page_token
            if not token:
                return

    def remove_tracks(self, library: str, track_ids: Sequence[str]) -> int:
        """Take tracks out of a library and return how many there were."""
        request = build(library_pb2.RemoveTracksRequest, library=library, track_ids=track_ids)
        removed: int = self._connection.call(self._stub.RemoveTracks, request).removed
        return removed

    def delete_library(self, name: str) -> None:
        """Delete a library; the music stays where it is."""
        request = build(library_pb2.DeleteLibraryRequest, name=name)
        self._connection.call(self._stub.DeleteLibrary, request)

    def audio(self, library: str, track_id: str) -> tuple[str, int, Generator[bytes, None, None]]:
        """Return the file name, the size in bytes and the bytes of a track's file as they come.

        Closing the iterator stops the transfer.
        """
        request = build(library_pb2.StreamTrackAudioRequest, library=library, track_id=track_id)
        parts = self._connection.stream(self._stub.StreamTrackAudio, request)
        for part in parts:
            return part.header.file_name, part.header.size_bytes, _data(parts)
        raise errors.Corrupt(
            f"The server at {self._connection.address} sent nothing of track {track_id!r}.",
            reason="NO_AUDIO",
            hint="Check that both ends run the same version.",
        )


def _data(parts: Generator[Any, None, None]) -> Generator[bytes, None, None]:
    with closing(parts):
        for part in parts:
            yield part.data


def _library(message: library_pb2.Library) -> LibraryInfo:
    return from_message(message, LibraryInfo, broken=errors.Corrupt)
