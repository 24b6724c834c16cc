"""The libraries of this machine as callers get them: by name, and indexed from allowed folders only.

A caller never gets to name a place: an address would let them open whatever the server can reach.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from temptrack import errors
from temptrack.library.names import checked_name
from temptrack.library.scan import leads_into
from temptrack.library.store import LibraryStore, delete_library, list_libraries
from temptrack.library.types import LibraryInfo, LibraryReader, Track
from temptrack.library.vectors import Hold, nowhere
from temptrack.suggest.readers import ReaderCache
from temptrack.suggest.types import EngineInfo


class Shelf:
    """Opens, makes, changes and deletes libraries by name. May be used from several threads.

    Attributes:
        allow_roots: folders without links; only what lies in them may be indexed.
    """

    def __init__(self, allow_roots: Sequence[Path], hold: Hold = nowhere) -> None:
        """Prepare a shelf.

        Args:
            allow_roots: folders without links; only what lies in them may be indexed.
            hold: where the vectors of libraries may go to be ranked by.
        """
        self._hold = hold
        self.allow_roots = tuple(allow_roots)
        self._readers = ReaderCache(self._open_reader, self.edition)
        self._indexing: set[str] = set()
        self._lock = threading.Lock()

    def create(self, name: str, engine: EngineInfo) -> LibraryInfo:
        """Make an empty library for a bundle. Raises InvalidRequest and AlreadyExists."""
        store = LibraryStore.create(name, bundle_id=engine.bundle_id, bundle_digest=engine.bundle_digest)
        return store.info()

    def infos(self) -> list[LibraryInfo]:
        """Return all libraries in order of name."""
        return list_libraries()

    def info(self, name: str) -> LibraryInfo:
        """Return one library. Raises NotFound."""
        return self.store(name).info()

    def store(self, name: str) -> LibraryStore:
        """Open a library to change it. Raises NotFound, and InvalidRequest for what is no name."""
        return LibraryStore.open(checked_name(name))

    def reader(self, name: str) -> LibraryReader:
        """Return the newest version of a library, loaded once for all callers. Raises NotFound."""
        return self._readers.get(checked_name(name))

    def edition(self, name: str) -> str:
        """Return the edition of the newest version of a library. Raises NotFound."""
        return self.store(name).edition

    def track(self, name: str, track_id: str) -> Track:
        """Return one track. Raises NotFound."""
        return self.reader(name).track(track_id)

    def audio_file(self, name: str, track_id: str) -> Path:
        """Return the path of a track's file.

        Raises:
            NotFound: there is no such library, track or file.
            Forbidden: the file lies in an allowed folder and is by now a link that leads out of all of them.
        """
        path = self.reader(name).audio_file(track_id)
        if any(path.is_relative_to(root) for root in self.allow_roots) and not leads_into(
            path, self.allow_roots
        ):
            raise errors.Forbidden(
                f"The file of track {track_id!r} is a link out of the folders that this server may read.",
                reason="LINK_LEAVES_ROOT",
                hint="Put the file itself there, or start the server with --allow-root for its place too.",
                metadata={"track": track_id},
            )
        return path

    def remove(self, name: str, track_ids: Sequence[str]) -> int:
        """Take tracks out of a library and return how many there were. Raises NotFound."""
        return self.store(name).remove(track_ids)

    def delete(self, name: str) -> None:
        """Delete a library. Raises NotFound, and NotReady while it is indexed."""
        with self.changing(name):
            delete_library(checked_name(name))

    def allowed(self, folders: Sequence[str]) -> list[Path]:
        """Return folders without links after making sure that callers may have them read.

        Raises:
            InvalidRequest: there is none, or one is not absolute.
            Forbidden: one lies outside the allowed folders.
            NotFound: one is no folder.
        """
        if not folders:
            raise errors.InvalidRequest(
                "No folder to index was given.", reason="NO_FOLDERS", hint="Give 1 or more folders."
            )
        return [self._allowed(folder) for folder in folders]

    @contextmanager
    def changing(self, name: str) -> Iterator[None]:
        """Keep a library to one run of indexing, or to being deleted. Raises NotReady where it is taken."""
        with self._lock:
            if name in self._indexing:
                raise errors.NotReady(
                    f"Library {name!r} is being indexed.",
                    reason="INDEX_RUNNING",
                    hint="Wait until that is done, or cancel it.",
                    metadata={"library": name},
                )
            self._indexing.add(name)
        try:
            yield
        finally:
            with self._lock:
                self._indexing.discard(name)

    def _open_reader(self, name: str) -> LibraryReader:
        return self.store(name).reader(self._hold)

    def _allowed(self, folder: str) -> Path:
        path = Path(folder)
        if not path.is_absolute() or "\0" in folder:
            raise errors.InvalidRequest(
                f"{folder!r} is no absolute path of the server.",
                reason="FOLDER_NOT_ABSOLUTE",
                hint="Give the folder as the server sees it, from the root.",
                metadata={"folder": folder},
            )
        real = path.resolve()
        # Whether a folder outside exists is nobody's business: this comes before looking.
        if not any(real.is_relative_to(root) for root in self.allow_roots):
            raise errors.Forbidden(
                f"The server may not read {folder!r}.",
                reason="FOLDER_NOT_ALLOWED",
                hint="Start it with --allow-root and a folder that holds this one.",
                metadata={"folder": folder},
            )
        if not real.is_dir():
            raise errors.NotFound(
                f"There is no folder {folder!r} on the server.",
                reason="FOLDER_NOT_FOUND",
                hint="Check the path as the server sees it.",
                metadata={"folder": folder},
            )
        return real
