"""Where files come from: an address, or a folder that somebody carried over."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from temptrack import __version__
from temptrack.errors import Forbidden, InvalidRequest, NotFound, TemptrackError, Unavailable

if TYPE_CHECKING:
    from httpx2 import Client, Response

CHUNK_BYTES = 1 << 18
CONNECT_TIMEOUT_S, SILENCE_TIMEOUT_S = 15.0, 30.0
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""What a server answers when the same request may be granted later (RFC 9110 section 15, RFC 6585)."""
_REFUSED = frozenset({401, 403, 407, 451})
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_ELSEWHERE = "Files that were fetched elsewhere can be given with --from FOLDER."


class Interrupted(Exception):  # noqa: N818 - it never leaves this room as an error
    """Something that may pass; the same request is worth another try.

    Attributes:
        failure: what to raise when it does not pass.
        wait_s: how long the server asks to wait, or None.
    """

    def __init__(self, failure: TemptrackError, wait_s: float | None = None) -> None:
        super().__init__(failure.message)
        self.failure, self.wait_s = failure, wait_s


@dataclass(frozen=True, slots=True)
class Stream:
    """A file on its way.

    Attributes:
        start_byte: which byte of the file the first chunk begins with.
        size_bytes: of the whole file, or None where the source does not say.
        chunks: its bytes in order.
    """

    start_byte: int
    size_bytes: int | None
    chunks: Iterator[bytes]


class Source(Protocol):
    """Gives files from any byte on.

    Implementations: ``WebSource`` and ``FolderSource``.
    """

    def open(self, path: str, start_byte: int) -> AbstractContextManager[Stream]:
        """Ask for a file from a byte on. It may come from its first byte all the same.

        Raises:
            TemptrackError: the file is not to be had there, however often one asks.
            Interrupted: another try is worth it; raised while the chunks are read, too.
        """


def open_source(place: str) -> Source:
    """Return the source that a folder or an address names.

    Raises:
        NotFound: SOURCE_NOT_FOUND, there is no such folder.
        InvalidRequest: SOURCE_KIND, an address of another kind than http and https.
    """
    if urlsplit(place).scheme in {"http", "https"}:
        return WebSource(place)
    if "://" in place:
        raise InvalidRequest(
            f"'{place}' is no place that can be pulled from.",
            reason="SOURCE_KIND",
            hint="Name a folder, or an address that begins with https:// or http://.",
        )
    folder = Path(place).expanduser()
    if not folder.is_dir():
        raise NotFound(
            f"There is no folder '{folder}'.",
            reason="SOURCE_NOT_FOUND",
            hint="Name the folder that holds the files, or an address.",
        )
    return FolderSource(folder)


class FolderSource:
    """A folder with the files below it as their paths say, or side by side."""

    def __init__(self, folder: Path) -> None:
        """Take a folder."""
        self._folder = folder

    @contextmanager
    def open(self, path: str, start_byte: int) -> Iterator[Stream]:
        """Read a file from a byte on. Raises NotFound (SOURCE_FILE_MISSING)."""
        places = (self._folder / path, self._folder / Path(path).name)
        found = next((place for place in places if place.is_file()), None)
        if found is None:
            raise NotFound(
                f"The folder '{self._folder}' has no file '{path}'.",
                reason="SOURCE_FILE_MISSING",
                hint="Copy all files into it; `temptrack bundle pull --download-only` makes such a folder.",
            )
        with found.open("rb") as file:
            file.seek(start_byte)
            yield Stream(start_byte, found.stat().st_size, iter(lambda: file.read(CHUNK_BYTES), b""))


class WebSource:
    """An address that paths are appended to. Proxies and certificates are those of the environment."""

    def __init__(self, url: str) -> None:
        """Take an address."""
        self._url = url.rstrip("/")

    @contextmanager
    def open(self, path: str, start_byte: int) -> Iterator[Stream]:
        """Ask for a file from a byte on.

        Raises:
            NotFound: SOURCE_FILE_MISSING.
            Forbidden: SOURCE_REFUSED.
            Unavailable: SOURCE_FAILED, or SOURCE_UNREACHABLE where the address leads nowhere.
            Interrupted: no connection, or one that broke; a server that is busy.
        """
        import httpx2

        url = f"{self._url}/{path}"
        timeout = httpx2.Timeout(SILENCE_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
        # Bytes as they lie on the server: of a packed file other ones would be counted.
        headers = {"Accept-Encoding": "identity", "User-Agent": f"temptrack/{__version__}"}
        try:
            with (
                httpx2.Client(follow_redirects=True, timeout=timeout, headers=headers) as client,
                _granted(client, url, start_byte) as response,
            ):
                start, size = _extent(response)
                yield Stream(start, size, response.iter_raw())
        except (httpx2.UnsupportedProtocol, httpx2.InvalidURL, httpx2.TooManyRedirects) as error:
            raise Unavailable(
                f"'{_shown(url)}' leads nowhere: {error}", reason="SOURCE_UNREACHABLE", hint=_ELSEWHERE
            ) from error
        except httpx2.HTTPError as error:
            raise Interrupted(
                Unavailable(
                    f"'{_shown(url)}' cannot be reached: {str(error) or type(error).__name__}.",
                    reason="SOURCE_UNREACHABLE",
                    hint=f"Check the network and HTTPS_PROXY; the same command goes on. {_ELSEWHERE}",
                )
            ) from error


@contextmanager
def _granted(client: "Client", url: str, start_byte: int) -> "Iterator[Response]":
    """Ask for the rest of a file, or for all of it where the server cannot give the rest."""
    if start_byte:
        with client.stream("GET", url, headers={"Range": f"bytes={start_byte}-"}) as response:
            if response.status_code == 200 or (
                response.status_code == 206 and _extent(response)[0] == start_byte
            ):
                yield response
                return
            if response.status_code not in {206, 416}:
                raise _refusal(response, url)
    with client.stream("GET", url) as response:
        if response.status_code != 200:
            raise _refusal(response, url)
        yield response


def _extent(response: "Response") -> tuple[int, int | None]:
    """Return the first byte of an answer, -1 where it does not say, and the size of the whole file."""
    if response.status_code == 206:
        stated = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if stated is None:
            return -1, None
        return int(stated[1]), None if stated[2] == "*" else int(stated[2])
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else None


def _refusal(response: "Response", url: str) -> TemptrackError | Interrupted:
    status = f"{response.status_code} {response.reason_phrase}".strip()
    if response.status_code in {404, 410}:
        return NotFound(
            f"'{_shown(url)}' is not there ({status}).",
            reason="SOURCE_FILE_MISSING",
            hint=f"The files may have moved: name a mirror with --from URL. {_ELSEWHERE}",
        )
    if response.status_code in _REFUSED:
        return Forbidden(
            f"The server refused '{_shown(url)}' ({status}).",
            reason="SOURCE_REFUSED",
            hint=f"A proxy or a mirror may ask who you are (HTTPS_PROXY, ~/.netrc). {_ELSEWHERE}",
        )
    wait_s = _retry_after_s(response)
    asks = "" if wait_s is None else f"; it asks to wait {wait_s:.0f} s"
    failed = Unavailable(
        f"The server answered '{_shown(url)}' with {status}{asks}.",
        reason="SOURCE_FAILED",
        hint=f"Run the same command later to go on. {_ELSEWHERE}",
    )
    return Interrupted(failed, wait_s) if response.status_code in _PASSING else failed


def _retry_after_s(response: "Response") -> float | None:
    """Return how long a server asks to wait: in seconds, or until a date (RFC 9110 section 10.2.3)."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (until - datetime.now(UTC)).total_seconds()) if until.tzinfo else None


def _shown(url: str) -> str:
    """Return an address without the name and password it may hold."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
