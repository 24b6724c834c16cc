"""One file over real sockets: whatever happens on the way, it is whole and right, or an error says why."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from support.disks import files_up_to
from support.file_server import Fault, FileServer, serving
from temptrack.errors import Cancelled, Corrupt, Forbidden, NotFound, TemptrackError, Unavailable
from temptrack.pull import transfer
from temptrack.pull.catalogue import Piece
from temptrack.pull.sources import CHUNK_BYTES, open_source

CONTENT = np.random.default_rng(0).bytes(3 * CHUNK_BYTES + 12_345)
HALF = len(CONTENT) // 2
PIECE = Piece(path="onnx/model.onnx", size_bytes=len(CONTENT), sha256=hashlib.sha256(CONTENT).hexdigest())


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serving({"at/onnx/model.onnx": CONTENT}) as server:
        yield server


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What would have been waited; nothing is."""
    waited: list[float] = []
    monkeypatch.setattr(transfer, "_wait", lambda _stop, seconds: waited.append(seconds))
    return waited


def fetch(place: str, folder: Path, *, stop: Event | None = None) -> list[int]:
    told: list[int] = []
    source = open_source(place)
    transfer.fetch(PIECE, source, folder / "model.onnx", stop=stop or Event(), tick=told.append)
    return told


def is_whole(folder: Path) -> bool:
    whole = transfer.is_here(PIECE, folder / "model.onnx")
    return whole and [path.name for path in folder.iterdir()] == ["model.onnx"]


def test_a_file_comes_whole_and_progress_only_grows(server: FileServer, tmp_path: Path) -> None:
    told = fetch(f"{server.url}/at", tmp_path)
    assert is_whole(tmp_path)
    assert told == sorted(told)
    assert told[-1] == len(CONTENT)


def test_a_broken_connection_goes_on_where_it_broke(
    server: FileServer, tmp_path: Path, waits: list[float]
) -> None:
    server.faults.extend([Fault(cut_after=HALF), Fault(cut_after=1000)])
    fetch(f"{server.url}/at", tmp_path)
    assert is_whole(tmp_path)
    assert [heard.start_byte for heard in server.heard] == [None, HALF, HALF + 1000]
    assert waits == [0.5, 0.5]


def test_a_server_that_never_brings_a_byte_is_given_up(
    server: FileServer, tmp_path: Path, waits: list[float]
) -> None:
    server.faults.append(Fault(cut_after=HALF))
    server.faults.extend([Fault(cut_after=0)] * 50)
    with pytest.raises(Unavailable) as failed:
        fetch(f"{server.url}/at", tmp_path)
    assert failed.value.reason == "SOURCE_UNREACHABLE"
    assert waits == sorted(waits)
    assert len(waits) == transfer.TRIES_WITHOUT_A_BYTE
    # What came is kept for the next run.
    server.faults.clear()
    server.heard.clear()
    fetch(f"{server.url}/at", tmp_path)
    assert is_whole(tmp_path)
    assert [heard.start_byte for heard in server.heard] == [HALF]


def test_a_server_without_ranges_begins_anew(server: FileServer, tmp_path: Path, waits: list[float]) -> None:
    server.faults.extend([Fault(cut_after=HALF), Fault(ranges=False)])
    fetch(f"{server.url}/at", tmp_path)
    assert is_whole(tmp_path)
    assert len(waits) == 1


def test_a_server_that_answers_with_another_part_is_asked_for_all(
    server: FileServer, tmp_path: Path, waits: list[float]
) -> None:
    lie = {"Content-Range": f"bytes 7-{len(CONTENT) - 1}/{len(CONTENT)}"}
    server.faults.extend([Fault(cut_after=HALF), Fault(headers=lie)])
    fetch(f"{server.url}/at", tmp_path)
    assert is_whole(tmp_path)
    assert [heard.start_byte for heard in server.heard] == [None, HALF, None]
    assert waits == [0.5]


@pytest.mark.parametrize("at", [0, HALF, len(CONTENT) - 1])
def test_one_wrong_byte_is_refused(server: FileServer, tmp_path: Path, at: int) -> None:
    server.faults.append(Fault(flip_at=at))
    with pytest.raises(Corrupt) as refused:
        fetch(f"{server.url}/at", tmp_path)
    assert refused.value.reason == "DOWNLOAD_DIGEST"
    assert list(tmp_path.iterdir()) == []
    fetch(f"{server.url}/at", tmp_path)
    assert is_whole(tmp_path)


def test_a_wrong_byte_of_an_earlier_run_is_mended(
    server: FileServer, tmp_path: Path, waits: list[float]
) -> None:
    (tmp_path / "model.onnx.part").write_bytes(b"?" + CONTENT[1:HALF])
    fetch(f"{server.url}/at", tmp_path)
    assert is_whole(tmp_path)
    assert [heard.start_byte for heard in server.heard] == [HALF, None]
    assert waits == [0.0]


def test_a_source_that_is_wrong_each_time_is_refused_after_two(
    server: FileServer, tmp_path: Path, waits: list[float]
) -> None:
    (tmp_path / "model.onnx.part").write_bytes(CONTENT[:HALF])
    wrong = Fault(flip_at=len(CONTENT) - 1)
    server.faults.extend([wrong, Fault(flip_at=len(CONTENT) - 1, cut_after=HALF), wrong, wrong, wrong])
    with pytest.raises(Corrupt) as refused:
        fetch(f"{server.url}/at", tmp_path)
    assert refused.value.reason == "DOWNLOAD_DIGEST"
    assert len(server.heard) == 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "body", [b"<html>Sign in</html>", CONTENT[:-1], CONTENT + b"!"], ids=["page", "short", "long"]
)
def test_a_file_of_another_length_is_refused_before_it_is_fetched(
    server: FileServer, tmp_path: Path, body: bytes
) -> None:
    server.faults.append(Fault(body=body))
    with pytest.raises(Corrupt) as refused:
        fetch(f"{server.url}/at", tmp_path)
    assert refused.value.reason == "DOWNLOAD_SIZE"
    assert f"{len(body):,}" in refused.value.message
    assert list(tmp_path.iterdir()) == []


def test_more_than_was_kept_of_a_file_begins_anew(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "model.onnx.part").write_bytes(CONTENT + b"more")
    fetch(f"{server.url}/at", tmp_path)
    assert is_whole(tmp_path)


def test_what_was_whole_when_the_process_was_killed_is_not_fetched_again(
    server: FileServer, tmp_path: Path
) -> None:
    (tmp_path / "model.onnx.part").write_bytes(CONTENT)
    fetch(f"{server.url}/at", tmp_path)
    assert is_whole(tmp_path)
    assert server.heard == []


@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        (404, NotFound, "SOURCE_FILE_MISSING"),
        (410, NotFound, "SOURCE_FILE_MISSING"),
        (401, Forbidden, "SOURCE_REFUSED"),
        (403, Forbidden, "SOURCE_REFUSED"),
        (400, Unavailable, "SOURCE_FAILED"),
        (501, Unavailable, "SOURCE_FAILED"),
    ],
)
def test_what_will_not_pass_is_not_tried_again(
    server: FileServer, tmp_path: Path, status: int, kind: type[TemptrackError], reason: str
) -> None:
    server.faults.append(Fault(status=status))
    with pytest.raises(kind) as failed:
        fetch(f"{server.url}/at", tmp_path)
    assert failed.value.reason == reason
    assert str(status) in failed.value.message
    assert len(server.heard) == 1


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(
    server: FileServer, tmp_path: Path, waits: list[float], status: int
) -> None:
    server.faults.append(Fault(status=status))
    fetch(f"{server.url}/at", tmp_path)
    assert is_whole(tmp_path)
    assert waits == [0.5]


def test_a_server_is_waited_for_as_long_as_it_asks(
    server: FileServer, tmp_path: Path, waits: list[float]
) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    server.faults.extend(
        [
            Fault(status=429, headers={"Retry-After": "7"}),
            Fault(status=503, headers={"Retry-After": date}),
            Fault(status=503, headers={"Retry-After": "soon"}),
        ]
    )
    fetch(f"{server.url}/at", tmp_path)
    assert is_whole(tmp_path)
    assert waits[0] == 7.0
    assert 80 < waits[1] <= 90
    assert waits[2] <= 2.0


def test_a_server_that_asks_for_an_hour_is_not_waited_for(
    server: FileServer, tmp_path: Path, waits: list[float]
) -> None:
    server.faults.append(Fault(status=429, headers={"Retry-After": "3600"}))
    with pytest.raises(Unavailable) as failed:
        fetch(f"{server.url}/at", tmp_path)
    assert failed.value.reason == "SOURCE_FAILED"
    assert waits == []


def test_redirects_are_followed_but_not_in_a_circle(server: FileServer, tmp_path: Path) -> None:
    server.faults.append(Fault(status=302, headers={"Location": "/at/onnx/model.onnx"}))
    fetch(f"{server.url}/elsewhere", tmp_path)
    assert is_whole(tmp_path)
    (tmp_path / "model.onnx").unlink()
    server.faults.extend([Fault(status=302, headers={"Location": "/circle"})] * 50)
    with pytest.raises(Unavailable) as failed:
        fetch(f"{server.url}/circle", tmp_path)
    assert failed.value.reason == "SOURCE_UNREACHABLE"


def test_an_address_where_nobody_listens_says_so(
    server: FileServer, tmp_path: Path, waits: list[float]
) -> None:
    with pytest.raises(Unavailable) as failed:
        fetch("http://name:secret@127.0.0.1:9", tmp_path)
    assert failed.value.reason == "SOURCE_UNREACHABLE"
    assert "--from" in failed.value.hint
    assert "secret" not in str(failed.value)
    assert len(waits) == transfer.TRIES_WITHOUT_A_BYTE


def test_a_proxy_of_the_environment_is_asked(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    server.files["http://files.invalid/at/onnx/model.onnx"] = CONTENT
    fetch("http://files.invalid/at", tmp_path)
    assert is_whole(tmp_path)


def test_stopping_keeps_what_came(server: FileServer, tmp_path: Path) -> None:
    stop = Event()
    source = open_source(f"{server.url}/at")
    with pytest.raises(Cancelled):
        transfer.fetch(PIECE, source, tmp_path / "model.onnx", stop=stop, tick=lambda _: stop.set())
    kept = (tmp_path / "model.onnx.part").stat().st_size
    assert 0 < kept < len(CONTENT)
    fetch(f"{server.url}/at", tmp_path)
    assert is_whole(tmp_path)
    assert server.heard[-1].start_byte == kept


def test_stopping_ends_a_wait(server: FileServer, tmp_path: Path) -> None:
    stop = Event()
    stop.set()
    server.faults.append(Fault(status=503, headers={"Retry-After": "100"}))
    with pytest.raises(Cancelled):
        fetch(f"{server.url}/at", tmp_path, stop=stop)


def test_a_full_disk_keeps_what_fits_and_goes_on_later(server: FileServer, tmp_path: Path) -> None:
    with files_up_to(HALF), pytest.raises(Unavailable) as failed:
        fetch(f"{server.url}/at", tmp_path)
    assert failed.value.reason == "DISK_FULL"
    assert (tmp_path / "model.onnx.part").read_bytes() == CONTENT[:HALF]
    fetch(f"{server.url}/at", tmp_path)
    assert is_whole(tmp_path)
    assert server.heard[-1].start_byte == HALF


@pytest.mark.parametrize("inside", ["onnx/model.onnx", "model.onnx"], ids=["as its path says", "flat"])
def test_a_folder_is_a_source(tmp_path: Path, inside: str) -> None:
    carried, here = tmp_path / "carried", tmp_path / "here"
    (carried / inside).parent.mkdir(parents=True)
    (carried / inside).write_bytes(CONTENT)
    here.mkdir()
    (here / "model.onnx.part").write_bytes(CONTENT[:HALF])
    fetch(str(carried), here)
    assert is_whole(here)


def test_a_folder_with_another_file_is_refused(tmp_path: Path) -> None:
    carried, here = tmp_path / "carried", tmp_path / "here"
    carried.mkdir()
    here.mkdir()
    with pytest.raises(NotFound) as missing:
        fetch(str(carried), here)
    assert missing.value.reason == "SOURCE_FILE_MISSING"
    (carried / "model.onnx").write_bytes(CONTENT[:-1] + b"?")
    with pytest.raises(Corrupt) as refused:
        fetch(str(carried), here)
    assert refused.value.reason == "DOWNLOAD_DIGEST"
    assert list(here.iterdir()) == []


def test_places_that_are_none() -> None:
    with pytest.raises(NotFound, match="no/folder"):
        open_source("/no/folder")
    with pytest.raises(TemptrackError) as wrong:
        open_source("ftp://example.org/x")
    assert wrong.value.reason == "SOURCE_KIND"
