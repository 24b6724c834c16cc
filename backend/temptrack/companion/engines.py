"""What answers, kept from one question to the next: engines of this machine, or a server."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from temptrack.companion.heavy import CLIENT, ENGINE
from temptrack.companion.messages import LibrarySummary
from temptrack.errors import NotFound, NotReady, TemptrackError, Unavailable

if TYPE_CHECKING:
    from temptrack.client.remote import RemoteSuggester
    from temptrack.library.types import LibraryInfo
    from temptrack.suggest.cue_report import CueReport
    from temptrack.suggest.local import LocalSuggester
    from temptrack.suggest.types import Suggester


class Engines(Protocol):
    """Suggesters, by the library that is searched. Safe to share between threads."""

    @property
    def modules(self) -> tuple[str, ...]:
        """Heavy modules that they need."""

    def suggester(self, library: str) -> AbstractContextManager["Suggester"]:
        """Lend what answers for a library. An error that shows it to be useless makes the next one anew."""

    def libraries(self) -> tuple[LibrarySummary, ...]:
        """Say what can be searched."""

    def report_cue(self, report: "CueReport") -> bool:
        """Tell whoever keeps track of music in use. Returns whether somebody does."""

    def warm_up(self) -> None:
        """Do what the first question would otherwise wait for."""

    def close(self) -> None:
        """Let go of everything."""


class LocalEngines:
    """Engines in this process, one a bundle; a library says which it needs."""

    modules = ENGINE

    def __init__(self) -> None:
        self._engines: dict[str, LocalSuggester] = {}
        self._bundle_ids: dict[str, str] = {}
        self._lock = threading.Lock()

    @contextmanager
    def suggester(self, library: str) -> Iterator["Suggester"]:
        """Lend the engine with the bundle of a library, loading it at most once."""
        try:
            yield self._engine(self._bundle_id(library), library)
        except (NotFound, NotReady):
            # The library may have been removed, or indexed again with another bundle.
            self._bundle_ids.pop(library, None)
            raise

    def libraries(self) -> tuple[LibrarySummary, ...]:
        """Say which libraries this machine has."""
        from temptrack.library.store import list_libraries
        from temptrack.model.bundles import bundle_digests

        digests = bundle_digests()
        return tuple(
            _summary(info, matches=digests.get(info.bundle_id) == info.bundle_digest)
            for info in list_libraries()
        )

    def report_cue(self, report: "CueReport") -> bool:
        """Nobody keeps track of the music of one machine."""
        return False

    def warm_up(self) -> None:
        """Load the bundle of the first library."""
        for summary in self.libraries()[:1]:
            if summary.bundle_id is not None:
                self._engine(summary.bundle_id, summary.name).warm_up()

    def close(self) -> None:
        """Let go of everything."""
        with self._lock:
            engines, self._engines = self._engines, {}
        for engine in engines.values():
            engine.close()

    def _bundle_id(self, library: str) -> str:
        from temptrack.library.store import LibraryStore

        if library not in self._bundle_ids:
            self._bundle_ids[library] = LibraryStore.open(library).bundle_id
        return self._bundle_ids[library]

    def _engine(self, bundle_id: str, library: str) -> "LocalSuggester":
        from temptrack.seat.engine import open_bundle
        from temptrack.suggest.engine import engine_for

        # Held while loading: two questions at once must not load the same bundle twice.
        with self._lock:
            if bundle_id not in self._engines:
                self._engines[bundle_id] = engine_for(open_bundle(bundle_id, "auto", library=library))
            return self._engines[bundle_id]


class ServerEngines:
    """One server for all libraries."""

    modules = CLIENT

    def __init__(self, address: str, token: str | None = None) -> None:
        """Prepare; nothing is sent before the first question.

        Args:
            address: HOST:PORT.
            token: shown to the server; None shows what `temptrack login` kept.

        Raises:
            InvalidRequest: the address cannot be read (ADDRESS).
        """
        from temptrack.wire.address import parse_address

        self._address = str(parse_address(address))
        self._token = token
        self._current: _Lent | None = None
        self._lock = threading.Lock()

    def suggester(self, library: str) -> AbstractContextManager["Suggester"]:
        """Lend the connection; after a failure of the server the next question makes another at once."""
        return self._remote()

    def libraries(self) -> tuple[LibrarySummary, ...]:
        """Say which libraries the server has."""
        with self.suggester("") as suggester:
            digest = suggester.info().bundle_digest
            return tuple(
                _summary(info, matches=info.bundle_digest == digest) for info in suggester.libraries()
            )

    def report_cue(self, report: "CueReport") -> bool:
        """Tell the server."""
        with self._remote() as remote:
            return remote.report_cue(report)

    def warm_up(self) -> None:
        """Connect."""
        with self.suggester("") as suggester:
            suggester.info()

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            current, self._current = self._current, None
        if current is not None:
            current.suggester.close()

    @contextmanager
    def _remote(self) -> Iterator["RemoteSuggester"]:
        lent = self._lend()
        try:
            yield lent.suggester
        except TemptrackError as error:
            # A channel that failed waits longer and longer before it tries again, and one that knew the
            # server before it was started with another bundle knows the wrong one.
            if isinstance(error, Unavailable) or error.reason == "ENCODER_MISMATCH":
                self._retire(lent)
            raise
        finally:
            self._give_back(lent)

    def _lend(self) -> "_Lent":
        from temptrack.client.credentials import credentials_for
        from temptrack.client.remote import RemoteSuggester

        with self._lock:
            if self._current is None:
                credentials = credentials_for(self._address, token=self._token)
                self._current = _Lent(RemoteSuggester(self._address, credentials=credentials))
            self._current.borrowers += 1
            return self._current

    def _retire(self, lent: "_Lent") -> None:
        with self._lock:
            if lent is self._current:
                self._current = None

    def _give_back(self, lent: "_Lent") -> None:
        # Closing a channel cancels every call on it, and those would end without a word to the user.
        with self._lock:
            lent.borrowers -= 1
            is_done = lent.borrowers == 0 and lent is not self._current
        if is_done:
            lent.suggester.close()


@dataclass
class _Lent:
    """A connection and how many calls are using it."""

    suggester: "RemoteSuggester"
    borrowers: int = 0


def _summary(info: "LibraryInfo", *, matches: bool) -> LibrarySummary:
    return LibrarySummary(
        name=info.name, tracks=info.track_count, bundle_id=info.bundle_id, matches_bundle=matches
    )
