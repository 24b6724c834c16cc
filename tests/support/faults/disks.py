"""Disks that are full, and folders and files that may not be read or written."""

from fractions import Fraction

from support.bad_input.case import Outcome, command
from support.disks import files_up_to
from support.fake_server import fake_workings
from support.faults.calls import options
from support.faults.fault import Fault, FaultPlace, bad_input, refused
from support.permissions import where_permissions_count
from support.planted_tracks import planted, planted_library
from support.serving import running
from temptrack import errors, home
from temptrack.client.credentials import Credentials, credentials_for, keep_credentials
from temptrack.client.remote import RemoteSuggester
from temptrack.library.store import LibraryStore
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


WHOLE = "nothing: what was written before stays whole"
_SPACE = "with the same command, once there is room"
TWO = "tests/integration/test_index_together.py::"
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
        lost=WHOLE,
        shown_by=TWO + "test_a_full_disk_is_named_and_the_library_survives",
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
        lost=WHOLE,
        shown_by="tests/integration/test_pull_transfer.py::test_a_full_disk_keeps_what_fits_and_goes_on_later",
    ),
    Fault(
        "the disk of the tokens is full",
        "a token is made; no file may grow beyond 100 bytes",
        full_disk_for_tokens,
        _SPACE,
        lost=WHOLE,
    ),
    Fault(
        "the disk of a seat's logins is full",
        "a login is kept; no file may grow beyond 10 bytes",
        full_disk_for_a_login,
        _SPACE,
        lost=WHOLE,
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
        lost=WHOLE,
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
