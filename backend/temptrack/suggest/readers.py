"""Keeps pinned library readers open, and opens a newer one when the library has moved on."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from temptrack.library.types import LibraryReader

OpenReader = Callable[[str], LibraryReader]
"""Opens the newest version of a library by name. Raises NotFound."""

CurrentVersion = Callable[[str], int]
"""Returns the newest version number of a library by name, cheaply. Raises NotFound."""


@dataclass(slots=True)
class _Slot:
    lock: threading.Lock = field(default_factory=threading.Lock)
    reader: LibraryReader | None = None
    looks_begun: int = 0
    last_look: int = 0


class ReaderCache:
    """Open readers by library name. Safe to share between threads.

    A library is loaded once however many threads ask for it, and one that is slow to load delays only those
    who ask for it. Those who wait while the version is looked up share the next look: it costs a round trip
    to where the library is kept, and one after the other they would wait for each other's. A query goes on
    with the version it began with.
    """

    def __init__(self, open_reader: OpenReader, current_version: CurrentVersion | None = None) -> None:
        self._open_reader = open_reader
        self._current_version = current_version
        self._slots: dict[str, _Slot] = {}
        self._lock = threading.Lock()

    def get(self, name: str) -> LibraryReader:
        """Return a reader of the newest version of a library.

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
        begun_before = slot.looks_begun
        with slot.lock:
            held = slot.reader
            if held is not None and slot.last_look > begun_before:
                # Somebody looked meanwhile, and began to after this question came.
                return held
            slot.looks_begun += 1
            stale = held is None or (
                self._current_version is not None and self._current_version(name) != held.info.version
            )
            if held is None or stale:
                held = self._open_reader(name)
                slot.reader = held
            slot.last_look = slot.looks_begun
            return held
