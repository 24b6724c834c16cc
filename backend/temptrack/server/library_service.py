"""Makes, fills, shows and removes libraries for callers."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, BinaryIO

import grpc.aio

from temptrack import errors
from temptrack.server.audit import AuditLog
from temptrack.server.callers import current_caller
from temptrack.server.engine import Engine
from temptrack.server.indexing import Indexing
from temptrack.server.pages import page
from temptrack.server.shelf import Shelf
from temptrack.wire.limits import AUDIO_CHUNK_BYTES
from temptrack.wire.mirror import to_message
from temptrack_api.v1 import library_pb2, library_pb2_grpc

Context = grpc.aio.ServicerContext[Any, Any]

_MAX_REMOVED = 10_000


class LibraryService(library_pb2_grpc.LibraryServiceServicer):
    """Works on files and tables in threads of its own, so that nothing here waits for the device."""

    def __init__(self, shelf: Shelf, engine: Engine, indexing: Indexing, audit: AuditLog) -> None:
        self._shelf = shelf
        self._engine = engine
        self._indexing = indexing
        self._audit = audit

    async def CreateLibrary(
        self, request: library_pb2.CreateLibraryRequest, context: Context
    ) -> library_pb2.CreateLibraryResponse:
        """Make an empty library."""
        info = await asyncio.to_thread(self._shelf.create, request.name, self._engine.info)
        await self._note("library-created", library=request.name)
        return library_pb2.CreateLibraryResponse(library=to_message(info, library_pb2.Library))

    async def ListLibraries(
        self, request: library_pb2.ListLibrariesRequest, context: Context
    ) -> library_pb2.ListLibrariesResponse:
        """List a page of libraries."""
        caller = current_caller()
        infos = [
            info for info in await asyncio.to_thread(self._engine.libraries) if caller.may_use(info.name)
        ]
        # A list of names has no editions; a library that comes or goes meanwhile shifts it by one.
        some, next_token = page(infos, size=request.page_size, token=request.page_token, edition="0")
        return library_pb2.ListLibrariesResponse(
            libraries=[to_message(info, library_pb2.Library) for info in some], next_page_token=next_token
        )

    async def GetLibrary(
        self, request: library_pb2.GetLibraryRequest, context: Context
    ) -> library_pb2.GetLibraryResponse:
        """Describe one library."""
        info = await asyncio.to_thread(self._shelf.info, request.name)
        return library_pb2.GetLibraryResponse(library=to_message(info, library_pb2.Library))

    async def IndexLibrary(
        self, request: library_pb2.IndexLibraryRequest, context: Context
    ) -> AsyncIterator[library_pb2.IndexLibraryResponse]:
        """Index folders, telling how far it is."""
        await self._note("index-started", library=request.library, folders=list(request.folders))
        async for news in self._indexing.run(request.library, list(request.folders), self._engine.info):
            yield news

    async def ListTracks(
        self, request: library_pb2.ListTracksRequest, context: Context
    ) -> library_pb2.ListTracksResponse:
        """List a page of tracks."""
        reader = await asyncio.to_thread(self._shelf.reader, request.library)
        tracks = await asyncio.to_thread(reader.tracks)
        some, next_token = page(
            tracks, size=request.page_size, token=request.page_token, edition=reader.edition
        )
        return library_pb2.ListTracksResponse(
            tracks=[to_message(track, library_pb2.Track) for track in some], next_page_token=next_token
        )

    async def RemoveTracks(
        self, request: library_pb2.RemoveTracksRequest, context: Context
    ) -> library_pb2.RemoveTracksResponse:
        """Take tracks out of a library."""
        if not 1 <= len(request.track_ids) <= _MAX_REMOVED:
            raise errors.InvalidRequest(
                f"{len(request.track_ids)} tracks were to be removed.",
                reason="TRACK_COUNT",
                hint=f"Name 1 to {_MAX_REMOVED} tracks at once.",
            )
        removed = await asyncio.to_thread(self._shelf.remove, request.library, list(request.track_ids))
        await self._note("tracks-removed", library=request.library, tracks=list(request.track_ids))
        return library_pb2.RemoveTracksResponse(removed=removed)

    async def DeleteLibrary(
        self, request: library_pb2.DeleteLibraryRequest, context: Context
    ) -> library_pb2.DeleteLibraryResponse:
        """Delete a library."""
        await asyncio.to_thread(self._shelf.delete, request.name)
        await self._note("library-deleted", library=request.name)
        return library_pb2.DeleteLibraryResponse()

    async def StreamTrackAudio(
        self, request: library_pb2.StreamTrackAudioRequest, context: Context
    ) -> AsyncIterator[library_pb2.StreamTrackAudioResponse]:
        """Send the file of a track."""
        path = await asyncio.to_thread(self._shelf.audio_file, request.library, request.track_id)
        sound = await asyncio.to_thread(_opened, path)
        with sound:
            await self._note(
                "track-fetched", library=request.library, track_id=request.track_id, path=str(path)
            )
            header = library_pb2.AudioHeader(
                file_name=path.name.encode("utf-8", "replace").decode(), size_bytes=path.stat().st_size
            )
            yield library_pb2.StreamTrackAudioResponse(header=header)
            while data := await asyncio.to_thread(sound.read, AUDIO_CHUNK_BYTES):
                yield library_pb2.StreamTrackAudioResponse(data=data)

    async def _note(self, event: str, **facts: Any) -> None:
        await asyncio.to_thread(self._audit.write, event, current_caller().name, **facts)


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise errors.NotFound(
            f"The file {path} cannot be opened: {error.strerror}.",
            reason="FILE_NOT_READABLE",
            hint="Bring it back, or index the library again.",
            metadata={"path": str(path)},
        ) from error
