"""A server of libraries, as a script sees it."""

from types import TracebackType
from typing import Self

from temptrack.api.library import Library
from temptrack.client.connection import Connection
from temptrack.client.library_client import LibraryClient
from temptrack.client.remote import RemoteSuggester
from temptrack.library.types import LibraryInfo
from temptrack.suggest.types import EngineInfo


class Server:
    """A server and its libraries; made by ``connect``. May be used from several threads.

    Attributes:
        address: HOST:PORT.
    """

    def __init__(self, address: str) -> None:
        self._connection = Connection(address)
        self._client = LibraryClient(self._connection)
        self.address = self._connection.address

    def library(self, name: str) -> Library:
        """Return a library of the server; it is asked for with the first request."""
        return Library(name, server=self.address)

    def libraries(self) -> list[LibraryInfo]:
        """Return the libraries of the server in order of name."""
        return self._client.list_libraries()

    def create_library(self, name: str) -> Library:
        """Make an empty library on the server.

        Raises:
            AlreadyExists: LIBRARY_EXISTS.
            Forbidden: the server does not let this caller.
        """
        self._client.create_library(name)
        return self.library(name)

    def delete_library(self, name: str) -> None:
        """Remove a library of the server; the music stays where it is."""
        self._client.delete_library(name)

    def engine(self) -> EngineInfo:
        """Say which bundle the server runs, on which device."""
        with RemoteSuggester(self.address) as suggester:
            return suggester.info()

    def close(self) -> None:
        """Close the connection; libraries that were returned keep working until closed themselves."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def connect(address: str) -> Server:
    """Prepare to ask a server; nothing is sent before the first request.

    Args:
        address: HOST:PORT.

    Raises:
        InvalidRequest: the address cannot be one.
    """
    return Server(address)
