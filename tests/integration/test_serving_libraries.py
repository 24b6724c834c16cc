"""Libraries of a server, over real sockets, from nothing to suggestions and back to nothing."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import grpc
import pytest

from support import tones
from support.fake_server import fake_workings
from support.serving import PATIENCE_S, running
from temptrack import errors
from temptrack.client.connection import Connection
from temptrack.client.library_client import LibraryClient
from temptrack.client.remote import RemoteSuggester
from temptrack.library.report import IndexReport, Progress
from temptrack.library.store import LibraryStore
from temptrack.server.options import ServerOptions
from temptrack.server.workings import Workings
from temptrack.suggest.types import Query
from temptrack.wire.limits import AUDIO_CHUNK_BYTES
from temptrack_api.v1 import bundle_pb2, library_pb2, suggestion_pb2


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("music")
    for number, title in enumerate(["Calm", "Storm", "Été"]):
        sound = tones.music(2.0, root_hz=220.0 * 1.5**number, seed=number)
        tones.write_audio(folder / f"{number}.flac", sound, tags={"title": title})
    (folder / "broken.flac").write_bytes(b"no sound")
    return folder


def options(music: Path) -> ServerOptions:
    return ServerOptions(listen="127.0.0.1:0", drain_s=0, allow_roots=(music,))


@pytest.fixture
def address(music: Path) -> Iterator[str]:
    with running(options(music), fake_workings()) as where:
        yield where


@pytest.fixture
def client(address: str) -> Iterator[LibraryClient]:
    connection = Connection(address, deadline_s=PATIENCE_S)
    yield LibraryClient(connection)
    connection.close()


def test_a_library_is_made_filled_searched_heard_and_deleted(
    address: str, client: LibraryClient, music: Path
) -> None:
    assert client.create_library("stock").track_count == 0

    news: list[tuple[int, int, str, float]] = []
    report = client.index("stock", [music], progress=lambda *told: news.append(told))
    assert (report.library, report.found, report.added) == ("stock", 4, 3)
    assert [Path(failed.path).name for failed in report.failed] == ["broken.flac"]
    assert all(0 <= done <= total for done, total, _, _ in news)

    (info,) = client.list_libraries()
    assert info == client.library("stock")
    assert info.track_count == 3
    tracks = list(client.tracks("stock"))
    assert [track.title for track in tracks] == ["Calm", "Storm", "Été"]

    with RemoteSuggester(address, deadline_s=PATIENCE_S) as remote:
        answer = remote.suggest(Query(library="stock", prompt="calm"))
        assert answer.library == info
        assert len(answer.suggestions) == 3
        assert client.remove_tracks("stock", [tracks[1].id, "never was"]) == 1
        # A pinned reader must not outlive the change.
        assert len(remote.suggest(Query(library="stock", prompt="calm")).suggestions) == 2

    client.delete_library("stock")
    assert client.list_libraries() == []
    with pytest.raises(errors.NotFound):
        list(client.tracks("stock"))


def test_a_library_deleted_and_made_anew_answers_with_its_new_tracks(tmp_path: Path) -> None:
    for number, title in enumerate(["Old", "New"]):
        sound = tones.tone(300.0 + 90 * number, 0.5)
        tones.write_audio(tmp_path / title / "a.flac", sound, tags={"title": title})
    versions = set()
    with (
        running(options(tmp_path), fake_workings()) as address,
        closing(Connection(address, deadline_s=PATIENCE_S)) as connection,
        RemoteSuggester(address, deadline_s=PATIENCE_S) as remote,
    ):
        client = LibraryClient(connection)
        for title in ("Old", "New"):
            client.create_library("stock")
            client.index("stock", [tmp_path / title])
            # With a scope, details are read too, which the files of a deleted library no longer hold.
            answer = remote.suggest(Query(library="stock", prompt="calm", scope_s=Fraction(1)))
            assert [one.track.title for one in answer.suggestions] == [title]
            assert [track.title for track in client.tracks("stock")] == [title]
            versions.add(answer.library.version)
            client.delete_library("stock")
    assert len(versions) == 1


def test_the_sound_of_a_track_arrives_bit_by_bit_and_whole(client: LibraryClient, music: Path) -> None:
    client.create_library("stock")
    client.index("stock", [music])
    track = next(client.tracks("stock"))
    name, size, parts = client.audio("stock", track.id)
    pieces = list(parts)
    assert (name, size) == ("0.flac", (music / "0.flac").stat().st_size)
    assert b"".join(pieces) == (music / "0.flac").read_bytes()
    assert all(len(piece) <= AUDIO_CHUNK_BYTES for piece in pieces)


def test_the_sound_of_a_track_whose_file_went_away_is_told(
    client: LibraryClient, music: Path, tmp_path: Path
) -> None:
    with running(options(tmp_path), fake_workings()) as address:
        connection = Connection(address, deadline_s=PATIENCE_S)
        own = LibraryClient(connection)
        path = tones.write_audio(tmp_path / "gone.wav")
        own.create_library("stock")
        own.index("stock", [tmp_path])
        track = next(own.tracks("stock"))
        path.unlink()
        with pytest.raises(errors.NotFound) as caught:
            own.audio("stock", track.id)
        with pytest.raises(errors.NotFound):
            own.audio("stock", "no such track")
        connection.close()
    assert str(path) in caught.value.message


def test_folders_outside_the_roots_are_forbidden(client: LibraryClient, tmp_path: Path) -> None:
    client.create_library("stock")
    with pytest.raises(errors.Forbidden) as caught:
        client.index("stock", [tmp_path])
    assert caught.value.reason == "FOLDER_NOT_ALLOWED"


def test_a_library_has_one_name_only_once(client: LibraryClient) -> None:
    client.create_library("stock")
    with pytest.raises(errors.AlreadyExists):
        client.create_library("Stock")


@pytest.mark.parametrize("name", ["/etc", "../up", "s3://bucket/lib"])
def test_a_place_is_no_name(client: LibraryClient, name: str) -> None:
    for call in (client.library, client.create_library, client.delete_library):
        with pytest.raises(errors.InvalidRequest):
            call(name)


def test_suggesting_from_a_place_is_refused_too(address: str, tmp_path: Path) -> None:
    LibraryStore.create("elsewhere", str(tmp_path / "lib"), bundle_id="x", bundle_digest="y")
    with (
        RemoteSuggester(address, deadline_s=PATIENCE_S) as remote,
        pytest.raises(errors.InvalidRequest) as caught,
    ):
        remote.suggest(Query(library=str(tmp_path / "lib"), prompt="calm"))
    assert caught.value.reason == "LIBRARY_NAME"


def test_a_library_of_another_bundle_is_not_indexed(client: LibraryClient, music: Path) -> None:
    LibraryStore.create("older", bundle_id="older-0", bundle_digest="0" * 64)
    with pytest.raises(errors.NotReady) as caught:
        client.index("older", [music])
    assert caught.value.reason == "BUNDLE_MISMATCH"


METHODS = [
    (f"/{service.full_name}/{method.name}", method.server_streaming)
    for file in (library_pb2, suggestion_pb2, bundle_pb2)
    for service in file.DESCRIPTOR.services_by_name.values()
    for method in service.methods
]


@pytest.mark.parametrize("sent", [b"", b"\xff", b"\x0a\x01x", b"\x0a\x05../..", b"\x12\x03\x0a\x01\x00"])
@pytest.mark.parametrize(("path", "streams"), METHODS)
def test_no_request_however_odd_is_taken_for_a_bug(
    path: str, streams: bool, sent: bytes, address: str
) -> None:
    with grpc.insecure_channel(address) as channel:
        try:
            if streams:
                list(channel.unary_stream(path, bytes)(sent, timeout=PATIENCE_S))
            else:
                channel.unary_unary(path, bytes)(sent, timeout=PATIENCE_S)
            code = grpc.StatusCode.OK
        except grpc.RpcError as failure:
            code = failure.code()
    assert code not in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.DEADLINE_EXCEEDED)


@pytest.fixture
def linked(tmp_path: Path) -> tuple[Path, Path]:
    """A root with links inside it, to another root and to what lies outside of both."""
    root, other, outside = (tmp_path / name for name in ("root", "other", "outside"))
    for number, folder in enumerate((root, other, outside)):
        tones.write_audio(folder / f"{folder.name}.wav", tones.tone(300.0 + 50 * number, 0.5))
    (root / "file out.wav").symlink_to(outside / "outside.wav")
    (root / "folder out").symlink_to(outside)
    (root / "round about").symlink_to(other / ".." / "outside")
    (root / "twice.wav").symlink_to(root / "file out.wav")
    (root / "nowhere.wav").symlink_to(root / "not there.wav")
    (root / "file in.wav").symlink_to(root / "root.wav")
    (root / "folder other").symlink_to(other)
    return root, other


def test_links_do_not_lead_out_of_the_allowed_folders(linked: tuple[Path, Path]) -> None:
    root, _other = linked
    options = ServerOptions(listen="127.0.0.1:0", drain_s=0, allow_roots=linked)
    with running(options, fake_workings()) as address:
        connection = Connection(address, deadline_s=PATIENCE_S)
        client = LibraryClient(connection)
        client.create_library("stock")
        report = client.index("stock", [root])
        tracks = {str(Path(track.path).relative_to(root)): track for track in client.tracks("stock")}
        assert set(tracks) == {"root.wav", "file in.wav", "folder other/other.wav"}
        failed = {Path(one.path).name: one for one in report.failed}
        left = {name for name, one in failed.items() if one.reason == "LINK_LEAVES_ROOT"}
        assert left == {"file out.wav", "folder out", "round about", "twice.wav"}
        assert failed["nowhere.wav"].reason == "NOT_FOUND"
        assert not any("outside" in one.message for one in report.failed)

        _, _, heard = client.audio("stock", tracks["file in.wav"].id)
        assert b"".join(heard) == (root / "root.wav").read_bytes()
        (root / "root.wav").unlink()
        (root / "root.wav").symlink_to(root.parent / "outside" / "outside.wav")
        with pytest.raises(errors.Forbidden) as caught:
            client.audio("stock", tracks["root.wav"].id)
        assert caught.value.reason == "LINK_LEAVES_ROOT"
        connection.close()


class HeldIndex:
    """An index run that goes on until it is told to stop."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self.runs = 0

    def __call__(
        self,
        store: LibraryStore,
        folders: Sequence[Path],
        roots: Sequence[Path],
        progress: Progress,
        cancelled: Callable[[], bool],
    ) -> IndexReport:
        assert roots == tuple(folders)
        self.runs += 1
        progress(1, 2, str(folders[0] / "a.flac"), 0.5)
        beat = threading.Event()
        while not cancelled():
            beat.wait(0.01)
        self.stopped.set()
        return IndexReport(
            library=store.name,
            found=2,
            added=1,
            updated=0,
            moved=0,
            unchanged=0,
            shared=0,
            removed=0,
            missing=(),
            failed=(),
            cancelled=True,
        )


def test_a_caller_that_goes_away_stops_the_run_and_meanwhile_nobody_else_may(music: Path) -> None:
    held = HeldIndex()
    workings: Workings = replace(fake_workings(), index_folders=held)

    class StopError(Exception):
        pass

    with running(options(music), workings) as address:
        connection = Connection(address, deadline_s=PATIENCE_S)
        client = LibraryClient(connection)
        client.create_library("stock")

        def meanwhile(done: int, total: int, path: str, tracks_per_s: float) -> None:
            assert (done, total, path, tracks_per_s) == (1, 2, str(music / "a.flac"), 0.5)
            for call in (lambda: client.index("stock", [music]), lambda: client.delete_library("stock")):
                with pytest.raises(errors.NotReady) as caught:
                    call()
                assert caught.value.reason == "INDEX_RUNNING"
            raise StopError

        with pytest.raises(StopError):
            client.index("stock", [music], progress=meanwhile)
        assert held.stopped.wait(PATIENCE_S)
        connection.close()
    assert held.runs == 1


def test_a_server_that_stops_stops_its_runs_and_says_so(music: Path) -> None:
    held = HeldIndex()
    first_news = threading.Event()
    outcome: list[IndexReport | errors.TemptrackError] = []
    workings: Workings = replace(fake_workings(), index_folders=held)
    with running(options(music).model_copy(update={"drain_s": PATIENCE_S}), workings) as address:
        connection = Connection(address, deadline_s=PATIENCE_S)
        client = LibraryClient(connection)
        client.create_library("stock")

        def index() -> None:
            try:
                outcome.append(client.index("stock", [music], progress=lambda *_: first_news.set()))
            except errors.TemptrackError as error:
                outcome.append(error)

        indexing = threading.Thread(target=index)
        indexing.start()
        assert first_news.wait(PATIENCE_S)
    indexing.join(PATIENCE_S)
    connection.close()
    (report,) = outcome
    assert isinstance(report, IndexReport)
    assert report.cancelled
