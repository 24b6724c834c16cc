import os
import shutil
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import NamedTuple

import pytest

from support.disks import files_up_to
from temptrack.companion.kept_files import KeptFiles
from temptrack.companion.track_files import LocalTrackFiles, RemoteTrackFiles
from temptrack.errors import Cancelled, Forbidden, NotFound, NotReady, TemptrackError, Unavailable

CHUNK_BYTES = 1000


class FakeServer:
    """Sends files out of memory, and fails when told to."""

    def __init__(self, **files: bytes) -> None:
        self.files = files
        self.sent = 0
        self.closed = 0
        self.failure: TemptrackError | None = None
        self.breaks_after: int | None = None
        self.says_bytes: int | None = None

    def audio(self, library: str, track_id: str) -> tuple[str, int, Generator[bytes, None, None]]:
        if self.failure is not None:
            raise self.failure
        if track_id not in self.files:
            raise NotFound(f"There is no track '{track_id}' in '{library}'.")
        content = self.files[track_id]
        return f"Été {track_id}.FLAC", self.says_bytes or len(content), self._parts(content)

    def _parts(self, content: bytes) -> Generator[bytes, None, None]:
        try:
            for start in range(0, len(content), CHUNK_BYTES):
                if self.breaks_after is not None and start >= self.breaks_after:
                    raise Unavailable("The server went away.", reason="UNREACHABLE")
                self.sent += 1
                yield content[start : start + CHUNK_BYTES]
        finally:
            self.closed += 1


class Remote(NamedTuple):
    server: FakeServer
    files: RemoteTrackFiles
    folder: Path

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.is_dir() else []


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    server = FakeServer(a=b"a" * 4500, b=b"b" * 4500, c=b"c" * 4500)
    folder = tmp_path / "tracks"
    return Remote(server, RemoteTrackFiles(server, "studio:50051", KeptFiles(folder, 10_000)), folder)


def test_a_local_track_is_the_librarys_own_file(tmp_path: Path) -> None:
    path = tmp_path / "a.Flac"
    file = LocalTrackFiles(lambda library, track_id: tmp_path / f"{track_id}.Flac").file("stock", "a")
    assert (file.path, file.format) == (path, "flac")


def test_a_remote_track_is_copied_once(remote: Remote) -> None:
    seen: list[tuple[int, int]] = []
    file = remote.files.file("stock", "a", progress=lambda done, total: seen.append((done, total)))
    assert file.path.read_bytes() == b"a" * 4500
    assert file.path.name.startswith("Été a ")
    assert file.format == "flac"
    assert seen[-1] == (4500, 4500)
    sent = remote.server.sent
    assert remote.files.file("stock", "a") == file
    assert remote.server.sent == sent


def test_the_same_id_in_another_library_or_on_another_server_is_another_track(remote: Remote) -> None:
    first = remote.files.file("stock", "a")
    assert remote.files.file("other", "a").path != first.path
    elsewhere = RemoteTrackFiles(remote.server, "other:50051", KeptFiles(remote.folder, 20_000))
    assert elsewhere.file("stock", "a").path != first.path


def test_a_file_that_changed_on_the_server_is_fetched_again(remote: Remote) -> None:
    before = remote.files.file("stock", "a")
    remote.server.files["a"] = b"n" * 4600
    after = remote.files.file("stock", "a")
    assert after.path == before.path
    assert after.path.read_bytes() == b"n" * 4600


def test_the_longest_unused_go_first(remote: Remote) -> None:
    paths = {each: remote.files.file("stock", each).path for each in "ab"}
    os.utime(paths["a"], ns=(1, 1))
    os.utime(paths["b"], ns=(2, 2))
    remote.files.file("stock", "a")
    remote.files.file("stock", "c")
    assert paths["a"].exists()
    assert not paths["b"].exists()
    assert len(remote.names()) == 2


def test_a_track_larger_than_all_that_is_kept_is_refused_and_costs_no_other(remote: Remote) -> None:
    kept = remote.files.file("stock", "a").path
    remote.server.files["huge"] = b"h" * 10_001
    with pytest.raises(NotReady) as caught:
        remote.files.file("stock", "huge")
    assert caught.value.reason == "FILE_OVER_LIMIT"
    assert kept.exists()


def test_a_server_that_is_gone_does_not_take_away_what_is_here(remote: Remote) -> None:
    file = remote.files.file("stock", "a")
    remote.server.failure = Unavailable("No server answers.", reason="UNREACHABLE")
    assert remote.files.file("stock", "a") == file
    with pytest.raises(Unavailable):
        remote.files.file("stock", "b")


def test_a_track_that_is_gone_is_not_answered_from_here(remote: Remote) -> None:
    remote.files.file("stock", "a")
    del remote.server.files["a"]
    with pytest.raises(NotFound):
        remote.files.file("stock", "a")


def test_a_transfer_that_breaks_off_leaves_nothing_and_can_be_tried_again(remote: Remote) -> None:
    remote.server.breaks_after = 2000
    with pytest.raises(Unavailable):
        remote.files.file("stock", "a")
    assert remote.names() == []
    remote.server.breaks_after = None
    assert remote.files.file("stock", "a").path.read_bytes() == b"a" * 4500


def test_a_file_that_comes_short_is_not_kept(remote: Remote) -> None:
    remote.server.says_bytes = 5000
    with pytest.raises(Unavailable) as caught:
        remote.files.file("stock", "a")
    assert caught.value.reason == "TRANSFER_CUT"
    assert remote.names() == []


def _after(calls: int) -> Callable[[], bool]:
    left = iter(range(calls))
    return lambda: next(left, None) is None


@pytest.mark.parametrize("calls", [0, 3])
def test_a_cancelled_transfer_stops_and_leaves_nothing(remote: Remote, calls: int) -> None:
    with pytest.raises(Cancelled):
        remote.files.file("stock", "a", cancelled=_after(calls))
    assert remote.names() == []
    assert remote.server.sent == calls + 1
    assert remote.server.closed == 1


def test_two_that_ask_at_once_fetch_once(remote: Remote) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def hold(_done: int, _total: int) -> None:
        begun.set()
        go_on.wait(30)

    paths: list[Path] = []
    first = threading.Thread(target=lambda: paths.append(remote.files.file("stock", "a", progress=hold).path))
    second = threading.Thread(target=lambda: paths.append(remote.files.file("stock", "a").path))
    first.start()
    assert begun.wait(30)
    second.start()
    go_on.set()
    first.join(30)
    second.join(30)
    assert len(set(paths)) == 1
    assert remote.server.sent == 5


def test_a_full_disk_is_told_before_anything_is_fetched(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage("/")._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(NotReady) as caught:
        remote.files.file("stock", "a")
    assert caught.value.reason == "DISK_FULL"
    assert remote.server.sent == 0


def test_a_disk_that_fills_up_on_the_way_leaves_nothing(remote: Remote) -> None:
    with files_up_to(2500), pytest.raises(NotReady) as caught:
        remote.files.file("stock", "a")
    assert caught.value.reason == "DISK_FULL"
    assert remote.names() == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    files = RemoteTrackFiles(FakeServer(a=b"a"), "s:1", KeptFiles(tmp_path / "file" / "tracks", 1000))
    with pytest.raises((Unavailable, Forbidden), match="tracks"):
        files.file("stock", "a")


def test_a_file_that_another_process_is_writing_is_not_found(tmp_path: Path) -> None:
    kept = KeptFiles(tmp_path, 10_000)
    path = kept.place("key", "song", ".wav", 10)
    (tmp_path / f".{path.stem}.abc.part").write_bytes(b"half")
    assert kept.find("key") is None
    path.write_bytes(b"whole")
    assert kept.find("key") == path


@pytest.mark.parametrize("words", ["\u6771\u4eac" * 100, "...", "\ud800x", "", "a" * 300, "con/../nul\0\n"])
def test_every_title_makes_a_name_that_can_be_written(tmp_path: Path, words: str) -> None:
    kept = KeptFiles(tmp_path, 10_000)
    path = kept.place("key", words, "", 10)
    with kept.writing(path) as file:
        file.write(b"sound")
    assert path.parent == tmp_path
    assert kept.find("key") == path


def test_what_a_killed_process_left_is_cleared_away(remote: Remote) -> None:
    remote.folder.mkdir()
    stale, fresh = remote.folder / "old.part", remote.folder / "new.part"
    stale.write_bytes(b"x")
    fresh.write_bytes(b"x")
    os.utime(stale, (1, 1))
    remote.files.file("stock", "a")
    assert not stale.exists()
    assert fresh.exists()
