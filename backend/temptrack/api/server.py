"""A server of libraries, as a script sees it."""

from pathlib import Path
from types import TracebackType
from typing import Self

from temptrack.api.library import Library
from temptrack.client.connection import Connection
from temptrack.client.credentials import Credentials, credentials_for
from temptrack.client.library_client import LibraryClient
from temptrack.client.remote import RemoteSuggester
from temptrack.library.types import LibraryInfo
from temptrack.suggest.types import EngineInfo


class Server:
    """A server and its libraries; made by ``connect``. May be used from several threads.

    Attributes:
        address: HOST:PORT.
    """

    def __init__(self, address: str, credentials: Credentials | None = None) -> None:
        self._credentials = credentials
        self._connection = Connection(address, credentials=credentials)
        self._client = LibraryClient(self._connection)
        self.address = self._connection.address

    def library(self, name: str) -> Library:
        """Return a library of the server; it is asked for with the first request."""
        return Library(name, server=self.address, credentials=self._credentials)

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
        with RemoteSuggester(self.address, credentials=self._credentials) as suggester:
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


def connect(
    address: str,
    *,
    token: str | None = None,
    ca: Path | str | None = None,
    certificate: Path | str | None = None,
    key: Path | str | None = None,
) -> Server:
    """Prepare to ask a server; nothing is sent before the first request.

    What is not given is taken from the environment, or from what ``temptrack login`` kept for this server.

    Args:
        address: HOST:PORT.
        token: bearer token; it is sent over TLS, or to this machine, only.
        ca: PEM file with who may vouch for the server, or "system".
        certificate: PEM file with the certificate to show.
        key: PEM file with its key.

    Raises:
        InvalidRequest: the address cannot be one, or a certificate comes without its key or without a CA.
        NotFound: a file cannot be read.
        Forbidden: others could read the token on its way.
    """
    given = {"token": token, "ca": None if ca is None else str(ca), "certificate": certificate, "key": key}
    told = {name: value for name, value in given.items() if value is not None}
    if not told:
        return Server(address)
    known = credentials_for(address).model_dump()
    return Server(address, Credentials.model_validate(known | told))
