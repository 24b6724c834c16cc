"""Keeps pinned library readers open, and opens a newer one when the library has moved on."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from temptrack.library.types import LibraryReader

OpenReader = Callable[[str], LibraryReader]
"""Opens the newest version of a library by name. Raises NotFound."""

CurrentEdition = Callable[[str], str]
"""Returns the edition of the newest version of a library by name, cheaply. Raises NotFound."""

PATIENCE_S = 5.0
"""How long questions wait for a newer version of a library before the one at hand answers them."""

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Newer:
    """A newer version that is being opened, and until when questions wait for it."""

    until_s: float
    reader: "Future[LibraryReader]" = field(default_factory=Future)


@dataclass(slots=True)
class _Slot:
    lock: threading.Lock = field(default_factory=threading.Lock)
    reader: LibraryReader | None = None
    newer: _Newer | None = None
    newest_edition: str | None = None
    looks_begun: int = 0
    last_look: int = 0


class ReaderCache:
    """Open readers by library name. Safe to share between threads.

    A library is loaded once however many threads ask for it, and one that is slow to load delays only those
    who ask for it. Those who wait while the version is looked up share the next look: it costs a round trip
    to where the library is kept, and one after the other they would wait for each other's. A newer version
    that takes long to load holds nobody up: until it is there, the version at hand answers. A query goes on
    with the version it began with.
    """

    def __init__(
        self,
        open_reader: OpenReader,
        current_edition: CurrentEdition | None = None,
        *,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._open_reader = open_reader
        self._current_edition = current_edition
        self._patience_s = patience_s
        self._slots: dict[str, _Slot] = {}
        self._lock = threading.Lock()

    def get(self, name: str) -> LibraryReader:
        """Return a reader of the newest version of a library, or of the last one if that loads for long.

        Raises:
            NotFound: when there is no library of that name.
        """
        with self._lock:
            slot = self._slots.setdefault(name, _Slot())
        try:
            return self._fresh(name, slot)
        except Exception:
            # A library that was deleted, or never was, must not be answered from memory or held in it.
            self.drop(name)
            raise

    def drop(self, name: str) -> None:
        """Let go of one library; the next query opens it again."""
        with self._lock:
            self._slots.pop(name, None)

    def clear(self) -> None:
        """Let go of all readers."""
        with self._lock:
            self._slots.clear()

    def _fresh(self, name: str, slot: _Slot) -> LibraryReader:
        until_s = time.monotonic() + self._patience_s
        while True:
            begun_before = slot.looks_begun
            with slot.lock:
                # Otherwise somebody looked meanwhile, and began to after this question came.
                if slot.reader is None or slot.last_look <= begun_before:
                    self._look(name, slot)
                held, newer, newest_edition = slot.reader, slot.newer, slot.newest_edition
            assert held is not None
            if newer is None:
                return held
            try:
                found = newer.reader.result(max(0.0, min(until_s, newer.until_s) - time.monotonic()))
            except TimeoutError:
                if newer.reader.done() and newer.reader.exception() is not None:
                    raise
                return held
            if found.edition == newest_edition:
                return found

    def _look(self, name: str, slot: _Slot) -> None:
        slot.looks_begun += 1
        if slot.reader is None:
            slot.reader = self._open_reader(name)
        elif self._current_edition is not None:
            slot.newest_edition = self._current_edition(name)
            if slot.newest_edition != slot.reader.edition and slot.newer is None:
                slot.newer = self._begin(name, slot)
        slot.last_look = slot.looks_begun

    def _begin(self, name: str, slot: _Slot) -> _Newer:
        newer = _Newer(time.monotonic() + self._patience_s)
        threading.Thread(target=self._open_newer, args=(name, slot, newer), daemon=True).start()
        return newer

    def _open_newer(self, name: str, slot: _Slot, newer: _Newer) -> None:
        try:
            reader = self._open_reader(name)
        except Exception as error:  # whatever it is, it belongs to whoever waits for it
            log.warning("The newer version of library %r cannot be opened: %s", name, error)
            with slot.lock:
                slot.newer = None
            newer.reader.set_exception(error)
            return
        with slot.lock:
            slot.reader, slot.newer = reader, None
        newer.reader.set_result(reader)
