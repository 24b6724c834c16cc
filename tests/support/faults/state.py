"""Disks that are full, files that are damaged or away, and libraries that change under those who ask."""

import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from support.bad_input.case import Outcome, command
from support.bad_input.libraries import with_another_file, with_junk_as_graph, without_its_file
from support.disks import files_up_to
from support.fake_bundle import FakeBundle, NewerBundle
from support.fake_server import fake_workings
from support.faults.calls import ask, options
from support.faults.fault import Fault, FaultPlace, bad_input, refused
from support.permissions import where_permissions_count
from support.planted_tracks import planted, planted_library
from support.serving import PATIENCE_S, running
from temptrack import errors, home
from temptrack.client.connection import Connection
from temptrack.client.credentials import Credentials, credentials_for, keep_credentials
from temptrack.client.library_client import LibraryClient
from temptrack.client.remote import RemoteSuggester
from temptrack.library.reader import LanceReader
from temptrack.library.store import LibraryStore, delete_library
from temptrack.seat.failures import explain
from temptrack.server.tokens import TokenStore
from temptrack.suggest.cue_report import CueReport


def full_audit_log(place: FaultPlace) -> errors.TemptrackError:
    """Report a cue while the log has no room, and the same again when it has."""
    planted_library([planted(0)], name="stock")
    log = place.folder / "audit.jsonl"
    report = CueReport("stock", planted(0).id, "inserted", Fraction(0), Fraction(10))
    with running(options(audit_log=log), fake_workings()) as address, RemoteSuggester(address) as remote:
        with files_up_to(100):
            error = refused(lambda: remote.report_cue(report))
        assert log.read_bytes() == b""
        for _ in range(2):
            assert remote.report_cue(report)
    assert len(log.read_text().splitlines()) == 1
    return error


def full_disk_for_tokens(place: FaultPlace) -> Outcome:
    store = TokenStore()
    token = store.create("suite-3")
    with files_up_to(100):
        told = command("token", "create", "suite-4")(place)
    assert store.check(token).name == "suite-3"
    assert sorted(path.name for path in home.home_folder().iterdir()) == ["tokens.json", "tokens.json.lock"]
    store.create("suite-4")
    return told


def full_disk_for_a_login(_place: FaultPlace) -> errors.TemptrackError:
    kept = Credentials(token="tt_12345678_x")
    keep_credentials("studio:7353", kept)
    with files_up_to(10):
        try:
            keep_credentials("other:7353", kept)
        except OSError as full:
            error = explain(full)
    assert credentials_for("studio:7353") == kept
    assert [path.name for path in home.home_folder().iterdir()] == ["servers.json"]
    keep_credentials("other:7353", kept)
    return error


def home_without_permission(_place: FaultPlace) -> errors.TemptrackError:
    folder = home.libraries_folder()
    folder.mkdir(parents=True)
    folder.chmod(0o500)
    error = refused(
        lambda: where_permissions_count(
            lambda: LibraryStore.create("stock", bundle_id="a", bundle_digest="b")
        )
    )
    folder.chmod(0o700)
    LibraryStore.create("stock", bundle_id="a", bundle_digest="b")
    return error


def tokens_without_permission(_place: FaultPlace) -> errors.TemptrackError:
    store = TokenStore()
    token = store.create("suite-3")
    store.path.chmod(0)
    error = refused(lambda: where_permissions_count(lambda: store.check(token)))
    store.path.chmod(0o600)
    store.check(token)
    return error


def serves(prepare: Callable[[FaultPlace], object], *words: str) -> Callable[[FaultPlace], Outcome]:
    """Start `temptrack serve` with what cannot be served."""

    def provoke(place: FaultPlace) -> Outcome:
        prepare(place)
        bundle = ("--bundle", "FOLDER/bundle") if (place.folder / "bundle").exists() else ()
        return command("serve", "--listen", "127.0.0.1:0", *bundle, *words)(place)

    return provoke


def junk_as_graph(place: FaultPlace) -> None:
    refused(lambda: with_junk_as_graph(place))


def no_gpu(place: FaultPlace) -> None:
    place.patch.setattr("onnxruntime.get_available_providers", lambda: ["CPUExecutionProvider"])


def harmed(
    harm: Callable[[Path], object], *, suffix: str
) -> Callable[[FaultPlace], errors.TemptrackError | None]:
    """Harm the files of a library under a server that is asked before, meanwhile and after."""

    def provoke(place: FaultPlace) -> errors.TemptrackError | None:
        store = planted_library([planted(index) for index in range(20)], name="stock")
        backup = place.folder / "backup"
        shutil.copytree(store.uri, backup)
        with running(options(), fake_workings()) as address:
            for path in Path(store.uri).rglob(f"*{suffix}"):
                if path.is_file():
                    harm(path)
            error = refused(lambda: ask(address))
            shutil.rmtree(store.uri)
            shutil.copytree(backup, store.uri)
            ask(address)
        return error

    return provoke


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def removed_under_a_reader(_place: FaultPlace) -> None:
    """Remove the data of a library that a server holds in memory."""
    store = planted_library([planted(index) for index in range(20)], name="stock")
    with running(options(), fake_workings()) as address:
        ask(address)
        for path in Path(store.uri).rglob("*.lance"):
            if path.is_file():
                path.unlink()
        ask(address)
    with running(options(), fake_workings()) as address:
        assert refused(lambda: ask(address)).reason == "LIBRARY_CORRUPT"


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


_WHOLE = "nothing: what was written before stays whole"
_SPACE = "with the same command, once there is room"
_TWO = "tests/integration/test_index_together.py::"
_SERVED = "tests/integration/test_serving_libraries.py::"
_BUCKETS = "tests/integration/test_libraries_in_buckets.py::"
_TRACKS = "tests/unit/companion/test_track_files.py::"

DISKS = (
    Fault(
        "the disk of the audit log is full",
        "no file may grow beyond 100 bytes; a cue is reported, and again when there is room",
        full_audit_log,
        "by itself, once there is room; the log holds no half line, and a report once however often it came",
        lost="the line, where its seat does not report again; the seat's editor is told, the timeline stands",
        shown_by="tests/integration/test_cue_reports.py::"
        "test_a_log_that_cannot_be_written_is_told_and_the_timeline_stands",
    ),
    Fault(
        "the disk of a library is full",
        "an index run that may write 1,500 bytes a file",
        bad_input("indexing onto a full disk"),
        _SPACE,
        lost=_WHOLE,
        shown_by=_TWO + "test_a_full_disk_is_named_and_the_library_survives",
    ),
    Fault(
        "the disk of a seat's tracks is full",
        "a track is fetched; no file may grow beyond 2,500 bytes",
        None,
        "with the next try, once there is room",
        shown_by=_TRACKS + "test_a_disk_that_fills_up_on_the_way_leaves_nothing",
        caller="FAILED_PRECONDITION DISK_FULL",
        admin="nothing: it is the seat's disk",
    ),
    Fault(
        "the disk of a seat's features is full",
        "the system refuses to write",
        None,
        "needs nothing: features are computed again",
        lost="time",
        shown_by="tests/unit/media/test_feature_cache.py::test_full_disk_leaves_nothing_half_written",
        caller="the answer",
        admin="nothing: it is the seat's disk, and its log has a warning",
    ),
    Fault(
        "the disk of a bundle is full",
        "a pull; no file may grow beyond 4,000 bytes",
        bad_input("a disk that is full on the way"),
        "with the same command, which goes on where it stopped",
        lost=_WHOLE,
        shown_by="tests/integration/test_pull_transfer.py::test_a_full_disk_keeps_what_fits_and_goes_on_later",
    ),
    Fault(
        "the disk of the tokens is full",
        "a token is made; no file may grow beyond 100 bytes",
        full_disk_for_tokens,
        _SPACE,
        lost=_WHOLE,
    ),
    Fault(
        "the disk of a seat's logins is full",
        "a login is kept; no file may grow beyond 10 bytes",
        full_disk_for_a_login,
        _SPACE,
        lost=_WHOLE,
    ),
    Fault(
        "a home folder that may only be read",
        "a library is made in it",
        home_without_permission,
        "with the right permissions",
    ),
    Fault(
        "tokens that the server may not read",
        "by the permissions of the file",
        tokens_without_permission,
        "with the right permissions; until then nobody gets in",
    ),
    Fault(
        "an audit log where none can be",
        "its folder is a file",
        bad_input("an audit log in a place that is a file"),
        "with another place; the server does not start without its log",
    ),
    Fault(
        "an object store that leaves in the middle of an index run",
        "a server of S3 in the test stops answering",
        None,
        "with the next run, which goes on where this one ended",
        lost=_WHOLE,
        shown_by=_BUCKETS + "test_a_store_that_leaves_in_the_middle_costs_a_second_run",
        caller="UNAVAILABLE STORE_UNREACHABLE",
        admin="the same, from the command",
    ),
    Fault(
        "an object store or a bucket that is not there",
        "asked for a library",
        None,
        "with the right address",
        shown_by=_BUCKETS + "test_a_bucket_or_store_that_is_not_there_is_named",
        caller="UNAVAILABLE STORE_UNREACHABLE or NOT_FOUND BUCKET_NOT_FOUND",
        admin="the same, from the command",
    ),
)

DAMAGE = (
    Fault(
        "a bundle with a changed byte, at start",
        "`temptrack serve`",
        serves(with_another_file),
        "with a whole bundle",
    ),
    Fault(
        "a bundle that lacks a file, at start",
        "`temptrack serve`",
        serves(without_its_file),
        "with a whole bundle",
    ),
    Fault(
        "a bundle with junk as graph, at start",
        "`temptrack serve`",
        serves(junk_as_graph),
        "with a whole bundle",
    ),
    Fault(
        "a library's manifest is damaged",
        "overwritten under a server that has not read it yet",
        harmed(lambda path: path.write_bytes(b"not a manifest"), suffix=".manifest"),
        "from a backup, or by indexing again; the running server answers at once",
    ),
    Fault(
        "a library's data are cut off",
        "in half, likewise",
        harmed(halve, suffix=".lance"),
        "from a backup, or by indexing again; the running server answers at once",
    ),
    Fault(
        "a library's data are removed",
        "likewise",
        harmed(lambda path: path.unlink(), suffix=".lance"),
        "from a backup, or by indexing again; the running server answers at once",
    ),
    Fault(
        "a library's data are removed under a server that holds it",
        "after a question about it, which is asked again",
        removed_under_a_reader,
        "from a backup, or by indexing again; a server that is started meanwhile calls the library damaged",
    ),
    Fault(
        "damaged tokens at start",
        "the file holds half an object",
        bad_input("any token where those of the server are damaged"),
        "from a backup; until then nobody gets in",
    ),
    Fault(
        "damaged notes about servers, at a seat",
        "the file holds half a list",
        bad_input("damaged notes about servers"),
        "with a new `temptrack login`",
        lost="the notes",
    ),
    Fault(
        "a damaged entry of a seat's features",
        "cut off, changed, or of another kind",
        None,
        "by itself: the entry is removed and computed again",
        lost="time",
        shown_by="tests/unit/media/test_feature_cache.py::test_damaged_entry_is_a_miss_and_is_removed",
        caller="the answer",
        admin="nothing",
    ),
    Fault(
        "a file of music that went away",
        "a track is fetched",
        bad_input("sound of a track whose file is gone"),
        "when the file is back; the track is still suggested",
    ),
)

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
        lost=_WHOLE,
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
        shown_by=_TWO + "test_two_indexers_lose_nothing",
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

STARTS = (
    Fault(
        "a port that is taken", "by another server", bad_input("a port that is taken"), "with another port"
    ),
    Fault(
        "a port for metrics that is taken",
        "by another server",
        None,
        "with another port",
        shown_by="tests/integration/test_serving_operations.py::test_a_metrics_port_that_is_taken_is_told",
        caller="UNAVAILABLE METRICS_PORT",
        admin="the same, from the command",
    ),
    Fault(
        "a GPU that is wanted and not there",
        "`--require-gpu` where ONNX Runtime says that it has no CUDA",
        serves(no_gpu, "--require-gpu"),
        "with a GPU; the server does not fall back to the CPU",
    ),
    Fault(
        "an unknown key in the configuration",
        "queue_limt",
        bad_input("an option that is none"),
        "with the right name; `temptrack config check` says the same",
    ),
    Fault(
        "a wrong value in the configuration",
        "a queue of -1",
        bad_input("a queue of less than nothing"),
        "with a value in range",
    ),
    Fault(
        "a configuration that is no TOML",
        "a list that does not end",
        bad_input("a configuration that is no TOML"),
        "with the file mended",
    ),
    Fault(
        "a certificate that is not there",
        "--tls-certificate names no file",
        bad_input("a certificate that is not there"),
        "with the file; the server does not start without TLS",
    ),
    Fault(
        "listening to the whole network without signing in",
        "0.0.0.0",
        bad_input("listening to the whole network"),
        "with tokens or certificates, or told so in words",
    ),
)
