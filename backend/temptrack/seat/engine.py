"""Opens what answers: an engine in this process, or a server."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from temptrack.errors import NotFound, NotReady
from temptrack.home import DEFAULT_BUNDLE

if TYPE_CHECKING:
    from temptrack.client.credentials import Credentials
    from temptrack.client.library_client import LibraryClient
    from temptrack.library.types import LibraryInfo, LibraryReader, Track
    from temptrack.model.types import Bundle
    from temptrack.suggest.types import Suggester


def open_bundle(
    bundle: str, device: str, *, threads: int | None = None, library: str | None = None
) -> "Bundle":
    """Load a bundle.

    Args:
        bundle: its id or folder.
        device: "auto", "cpu" or "cuda".
        threads: processor threads for one call, or None for as many as there are cores.
        library: the library that was indexed with it, to be named where the bundle is gone.

    Raises:
        NotReady: BUNDLE_MISMATCH, a library was indexed with a bundle that is not on this machine.
        NotFound, NotSupported, Corrupt: as ``load_bundle`` says.
    """
    from temptrack.model.bundles import load_bundle

    try:
        return load_bundle(bundle, device=device, threads=threads)
    except NotFound as error:
        if library is None or error.reason != "BUNDLE_NOT_FOUND":
            raise
        raise bundle_gone(library, bundle) from error


def bundle_gone(library: str, bundle: str) -> NotReady:
    """Return what is said of a library whose bundle is not on this machine."""
    return NotReady(
        f"Library {library!r} was indexed with bundle {bundle}, which is not on this machine.",
        reason="BUNDLE_MISMATCH",
        hint=f"Run `temptrack library reindex {library}` to index it with {DEFAULT_BUNDLE}.",
        metadata={"library": library, "indexed_with": bundle},
    )


def open_reader(library: str) -> "LibraryReader":
    """Open the newest version of a library of this machine."""
    from temptrack.library.store import LibraryStore

    return LibraryStore.open(library).reader()


@contextmanager
def open_suggester(
    *,
    library: str,
    server: str | None = None,
    bundle: str | None = None,
    device: str = "auto",
    credentials: "Credentials | None" = None,
) -> Iterator["Suggester"]:
    """Yield what answers queries, and close it afterwards.

    Args:
        library: the library that will be searched; it says which bundle is needed.
        server: HOST:PORT to ask a server; None answers in this process.
        bundle: id or folder of a bundle to use instead of the library's.
        device: "auto", "cpu" or "cuda".
        credentials: how to sign in at the server; None takes what was said or kept for it.
    """
    suggester: Suggester
    if server is not None:
        from temptrack.client.remote import RemoteSuggester

        suggester = RemoteSuggester(server, credentials=credentials)
    else:
        from temptrack.library.store import LibraryStore
        from temptrack.suggest.engine import engine_for

        # Opened first: a wrong name is found before a model is loaded for it.
        needed = LibraryStore.open(library).bundle_id
        loaded = open_bundle(bundle, device) if bundle else open_bundle(needed, device, library=library)
        suggester = engine_for(loaded)
    try:
        yield suggester
    finally:
        suggester.close()


def tracks_of(
    library: str, server: str | None, credentials: "Credentials | None" = None
) -> Sequence["Track"]:
    """Return all tracks of a library, of this machine or of a server, in order of path."""
    if server is None:
        return open_reader(library).tracks()
    with open_library_client(server, credentials) as client:
        return list(client.tracks(library))


def library_info(library: str, server: str | None, credentials: "Credentials | None" = None) -> "LibraryInfo":
    """Describe a library of this machine or of a server as it is now."""
    if server is None:
        from temptrack.library.store import LibraryStore

        return LibraryStore.open(library).info()
    with open_library_client(server, credentials) as client:
        return client.library(library)


@contextmanager
def open_library_client(server: str, credentials: "Credentials | None" = None) -> Iterator["LibraryClient"]:
    """Yield a client of the libraries of a server, and close its connection afterwards."""
    from temptrack.client.connection import Connection
    from temptrack.client.library_client import LibraryClient

    connection = Connection(server, credentials=credentials)
    try:
        yield LibraryClient(connection)
    finally:
        connection.close()
