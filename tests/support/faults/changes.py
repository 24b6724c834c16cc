"""Libraries that change, go or come under those who ask."""

from support.fake_bundle import FakeBundle, NewerBundle
from support.fake_server import fake_workings
from support.faults.calls import ask, options
from support.faults.disks import TWO, WHOLE
from support.faults.fault import Fault, FaultPlace, bad_input, refused
from support.planted_tracks import planted, planted_library
from support.serving import PATIENCE_S, running
from temptrack import errors, home
from temptrack.client.connection import Connection
from temptrack.client.library_client import LibraryClient
from temptrack.library.reader import LanceReader
from temptrack.library.store import LibraryStore, delete_library


def share_away(_place: FaultPlace) -> errors.TemptrackError:
    planted_library([planted(0)], name="stock")
    folder, away = home.libraries_folder(), home.home_folder() / "away"
    with running(options(), fake_workings()) as address:
        ask(address)
        folder.rename(away)
        error = refused(lambda: ask(address))
        away.rename(folder)
        ask(address)
    return error


def deleted_while_asked(place: FaultPlace) -> errors.TemptrackError:
    """Delete a library when a question has searched it and not yet read its excerpts."""
    planted_library([planted(index) for index in range(20)], name="stock")
    search = LanceReader.search

    def search_and_delete(reader: LanceReader, *asked: object, **how: object) -> object:
        found = search(reader, *asked, **how)  # type: ignore[arg-type]
        delete_library("stock")
        return found

    with running(options(), fake_workings()) as address:
        with place.patch.context() as patch:
            patch.setattr(LanceReader, "search", search_and_delete)
            ask(address)
        error = refused(lambda: ask(address))
        planted_library([planted(0)], name="stock")
        ask(address)
    return error


def reindexed_while_asked(_place: FaultPlace) -> errors.TemptrackError:
    """Put a library of another bundle in the place of one that is asked."""
    planted_library([planted(0)], name="stock")
    with running(options(), fake_workings()) as address:
        ask(address)
        store = LibraryStore.open("stock")
        newer = store.replacement(NewerBundle.id, NewerBundle.digest)
        newer.upsert([planted(0, dim=NewerBundle.embed_dim)])
        store.replace_rows(newer)
        error = refused(lambda: ask(address))
        back = LibraryStore.open("stock").replacement(FakeBundle.id, FakeBundle.digest)
        back.upsert([planted(0)])
        LibraryStore.open("stock").replace_rows(back)
        ask(address)
    return error


def climbing_name(_place: FaultPlace) -> errors.TemptrackError:
    with running(options(), fake_workings()) as address:
        connection = Connection(address, deadline_s=PATIENCE_S)
        try:
            return refused(lambda: LibraryClient(connection).library("../../etc"))
        finally:
            connection.close()


_SERVED = "tests/integration/test_serving_libraries.py::"

CHANGES = (
    Fault(
        "the share of the libraries goes away",
        "the folder is moved away under a server, and back",
        share_away,
        "by itself, once the share is back",
    ),
    Fault(
        "a library is deleted while a question runs",
        "between its search and its excerpts",
        deleted_while_asked,
        "the question is answered; the next one once there is such a library again",
    ),
    Fault(
        "a library is reindexed with another bundle while it is asked",
        "between two questions",
        reindexed_while_asked,
        "with a server of that bundle (SIGHUP loads it), or by reindexing for the one that serves",
    ),
    Fault(
        "an index run is killed",
        "SIGKILL at fifty moments of it",
        None,
        "with the next run, which goes on where this one ended",
        lost=WHOLE,
        shown_by="tests/integration/test_index_kill.py::test_fifty_kills_leave_nothing_behind",
        caller="those who ask: the answer of the newest whole version",
        admin="the end of the process",
    ),
    Fault(
        "a reindex is killed",
        "SIGKILL after some of its commits",
        None,
        "with the next reindex, which goes on where this one ended",
        lost="nothing: the old index answers until the new one is whole",
        shown_by="tests/integration/test_reindex.py::test_kill_9_leaves_the_old_library",
        caller="those who ask: the answer of the old index",
        admin="the end of the process",
    ),
    Fault(
        "two processes index one library",
        "folders with equal sounds in both",
        None,
        "by itself: who comes second tries again",
        shown_by=TWO + "test_two_indexers_lose_nothing",
        caller="two reports without a failure",
        admin="nothing",
    ),
    Fault(
        "two callers of one server index one library",
        "or one deletes it meanwhile",
        None,
        "when the first run is done",
        shown_by=_SERVED + "test_a_caller_that_goes_away_stops_the_run_and_meanwhile_nobody_else_may",
        caller="FAILED_PRECONDITION INDEX_RUNNING",
        admin="info: Refused INDEX_RUNNING",
    ),
    Fault(
        "a name that climbs out of the libraries",
        "../../etc",
        climbing_name,
        "needs nothing",
    ),
    Fault(
        "a folder outside what a server may read",
        "/etc is to be indexed",
        bad_input("a folder outside what the server may read"),
        "with `--allow-root` for it, if it is meant",
    ),
    Fault(
        "a link that leads out of what a server may read",
        "files, folders, and links to links are indexed",
        bad_input("a link out of the folders that a server may read"),
        "needs nothing: the others are indexed",
        shown_by=_SERVED + "test_links_do_not_lead_out_of_the_allowed_folders",
    ),
)
