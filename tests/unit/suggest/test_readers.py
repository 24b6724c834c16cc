import threading
from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from typing import Any, cast

import pytest

from support.fake_bundle import FakeBundle
from support.memory_library import MemoryLibrary
from support.suggesters import LIBRARY, make_rows
from temptrack.errors import NotFound, Unavailable
from temptrack.library.types import LibraryReader, TrackDetail
from temptrack.suggest import readers
from temptrack.suggest.local import VERSION_GONE, LocalSuggester
from temptrack.suggest.readers import ReaderCache
from temptrack.suggest.types import Query

BUNDLE = FakeBundle()
ROWS = make_rows(BUNDLE, count=4)
PATIENCE_S = 30.0


class Shelf:
    """A library that grows, and counts how often it is opened."""

    def __init__(self) -> None:
        self.version = 1
        self.opened = 0
        self.gone = False

    def open(self, name: str) -> LibraryReader:
        if self.gone:
            raise NotFound(f"There is no library {name!r}.", reason="LIBRARY_NOT_FOUND")
        self.opened += 1
        return MemoryLibrary(name, ROWS[: self.version], BUNDLE, version=self.version)

    def current(self, name: str) -> str:
        if self.gone:
            raise NotFound(f"There is no library {name!r}.", reason="LIBRARY_NOT_FOUND")
        return str(self.version)


def test_a_reader_is_kept_until_the_library_moves_on() -> None:
    shelf = Shelf()
    cache = ReaderCache(shelf.open, shelf.current)
    first = cache.get(LIBRARY)
    assert cache.get(LIBRARY) is first
    shelf.version = 2
    assert cache.get(LIBRARY).info.version == 2
    assert first.info.version == 1
    assert shelf.opened == 2


def test_a_deleted_library_is_not_answered_from_memory() -> None:
    shelf = Shelf()
    cache = ReaderCache(shelf.open, shelf.current)
    cache.get(LIBRARY)
    shelf.gone = True
    with pytest.raises(NotFound):
        cache.get(LIBRARY)
    shelf.gone = False
    assert cache.get(LIBRARY).info.version == 1
    assert shelf.opened == 2


def test_a_library_made_anew_is_opened_though_it_counts_to_the_same_version() -> None:
    made = ["first"]

    def open_reader(name: str) -> LibraryReader:
        library = MemoryLibrary(name, ROWS[: len(made)], BUNDLE)
        library.edition = made[-1]
        return library

    cache = ReaderCache(open_reader, lambda _name: made[-1])
    before = cache.get(LIBRARY).info
    made.append("second")
    after = cache.get(LIBRARY).info
    assert (before.version, before.track_count) == (1, 1)
    assert (after.version, after.track_count) == (1, 2)


def test_without_a_version_to_ask_for_readers_stay_until_cleared() -> None:
    shelf = Shelf()
    cache = ReaderCache(shelf.open)
    cache.get(LIBRARY)
    shelf.version = 2
    assert cache.get(LIBRARY).info.version == 1
    cache.clear()
    assert cache.get(LIBRARY).info.version == 2


def test_many_threads_open_a_library_once() -> None:
    shelf = Shelf()
    ready = threading.Barrier(8)
    cache = ReaderCache(shelf.open, shelf.current)
    seen: list[LibraryReader] = []

    def work() -> None:
        ready.wait()
        seen.append(cache.get(LIBRARY))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shelf.opened == 1
    assert len({id(reader) for reader in seen}) == 1


class WatchedLock:
    """A lock that tells of everybody who comes to it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.came = threading.Semaphore(0)

    def __enter__(self) -> None:
        self.came.release()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


@pytest.mark.parametrize("grows", [False, True])
def test_those_who_wait_while_the_version_is_looked_up_share_the_next_look(
    monkeypatch: pytest.MonkeyPatch, grows: bool
) -> None:
    shelf = Shelf()
    looks: list[str] = []
    under_way, go_on = threading.Event(), threading.Event()

    def look(name: str) -> str:
        edition = shelf.current(name)
        looks.append(edition)
        under_way.set()
        assert go_on.wait(PATIENCE_S)
        return edition

    lock = WatchedLock()
    monkeypatch.setattr(readers, "_Slot", partial(readers._Slot, lock=cast(Any, lock)))
    cache = ReaderCache(shelf.open, look)
    cache.get(LIBRARY)
    seen: list[int] = []
    threads = [
        threading.Thread(target=lambda: seen.append(cache.get(LIBRARY).info.version)) for _ in range(9)
    ]
    threads[0].start()
    assert under_way.wait(PATIENCE_S)
    # What comes from now on must not be answered by a look that began before.
    shelf.version = 2 if grows else 1
    for thread in threads[1:]:
        thread.start()
    for _ in range(10):
        assert lock.came.acquire(timeout=PATIENCE_S)
    go_on.set()
    for thread in threads:
        thread.join()
    assert looks == ["1", str(shelf.version)]
    assert sorted(seen) == [1] + [shelf.version] * 8


def test_a_newer_version_that_loads_for_long_holds_nobody_up() -> None:
    shelf = Shelf()
    go_on, loaded = threading.Event(), threading.Event()

    def open_slowly(name: str) -> LibraryReader:
        reader = shelf.open(name)
        if shelf.opened > 1:
            assert go_on.wait(60)
            loaded.set()
        return reader

    cache = ReaderCache(open_slowly, shelf.current, patience_s=0.0)
    cache.get(LIBRARY)
    shelf.version = 2
    assert [cache.get(LIBRARY).info.version for _ in range(3)] == [1, 1, 1]
    assert shelf.opened == 2
    go_on.set()
    assert loaded.wait(60)
    while cache.get(LIBRARY).info.version == 1:
        pass
    assert shelf.opened == 2


def test_a_version_that_came_while_a_newer_one_was_opened_is_seen_too() -> None:
    shelf = Shelf()

    def open_and_grow(name: str) -> LibraryReader:
        reader = shelf.open(name)
        if shelf.opened == 2:
            shelf.version = 3
        return reader

    cache = ReaderCache(open_and_grow, shelf.current)
    cache.get(LIBRARY)
    shelf.version = 2
    assert cache.get(LIBRARY).info.version == 2
    assert cache.get(LIBRARY).info.version == 3


def test_a_newer_version_that_cannot_be_opened_is_an_error_and_tried_again() -> None:
    shelf = Shelf()
    torn = False

    def open_whole(name: str) -> LibraryReader:
        if torn:
            raise Unavailable(f"The files of {name} are torn.", reason="LIBRARY_BUSY")
        return shelf.open(name)

    cache = ReaderCache(open_whole, shelf.current)
    cache.get(LIBRARY)
    shelf.version, torn = 2, True
    with pytest.raises(Unavailable, match="torn"):
        cache.get(LIBRARY)
    torn = False
    assert cache.get(LIBRARY).info.version == 2


class TidiedAway(MemoryLibrary):
    """A reader whose pinned version was removed from disk."""

    def details(self, track_ids: Sequence[str]) -> Sequence[TrackDetail]:
        raise Unavailable(f"Version 1 with {track_ids[0]} is no longer on disk.", reason=VERSION_GONE)


def test_a_version_that_was_tidied_away_is_opened_anew() -> None:
    opened: list[LibraryReader] = []

    def open_reader(name: str) -> LibraryReader:
        kind = MemoryLibrary if opened else TidiedAway
        opened.append(kind(name, ROWS, BUNDLE))
        return opened[-1]

    engine = LocalSuggester(BUNDLE, open_reader)
    answer = engine.suggest(Query(library=LIBRARY, prompt="calm", scope_s=Fraction(20)))
    assert len(answer.suggestions) == 4
    assert len(opened) == 2
