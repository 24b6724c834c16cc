"""`temptrack bundle pull` as people run it: over a network that fails, killed half-way, twice at once."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from support.exported_clip import SIZE_PX, publish, write_catalogue
from support.file_server import Fault, FileServer, serving
from support.written_texts import write_musiccaps
from temptrack import home
from temptrack.home import DEFAULT_BUNDLE
from temptrack.model.bundles import list_bundles, load_bundle
from temptrack.pull.catalogue import ENVIRONMENT_VARIABLE, Entry
from temptrack.pull.pulling import downloads_folder
from temptrack.pull.transfer import is_here

pytestmark = pytest.mark.timeout(600)

DEADLINE_S = 240.0


@dataclass(frozen=True)
class Hub:
    folder: Path
    entry: Entry
    server: FileServer


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Entry]:
    folder = tmp_path_factory.mktemp("hub") / "files"
    return folder, publish(folder)


@pytest.fixture
def hub(published: tuple[Path, Entry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    folder, entry = published
    files = {piece.path: (folder / piece.path).read_bytes() for piece in entry.pieces}
    with serving(files) as server:
        entry = entry.model_copy(update={"url": server.url})
        monkeypatch.setenv(
            ENVIRONMENT_VARIABLE, str(write_catalogue(tmp_path / "own.toml", {"small": entry}))
        )
        yield Hub(folder, entry, server)


def command(*words: str) -> list[str]:
    return [str(Path(sys.executable).with_name("temptrack")), "bundle", *words]


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command(*words), capture_output=True, text=True, timeout=DEADLINE_S, check=False)


def start(*words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def until(holds: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    """Wait for what another process does."""
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def has_pending_signals(process_id: int) -> bool:
    """Return whether signals were sent to a process that it has not seen."""
    status = Path(f"/proc/{process_id}/status").read_text(encoding="utf-8")
    return any(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("ShdPnd"))


def said(process: "subprocess.CompletedProcess[str]") -> Mapping[str, str]:
    error: Mapping[str, str] = json.loads(process.stderr.splitlines()[-1])["error"]
    return error


def is_whole(entry: Entry) -> bool:
    return all(is_here(piece, downloads_folder("small") / piece.path) for piece in entry.pieces)


def test_a_pull_killed_while_fetching_and_while_building_ends_with_a_bundle_that_answers(
    hub: Hub, tmp_path: Path
) -> None:
    texts = ["--musiccaps", str(write_musiccaps(tmp_path / "captions.csv"))]
    largest = hub.entry.pieces[-1]
    half = largest.size_bytes // 2
    hub.server.faults.extend([Fault()] * 2 + [Fault(hold_after=half)])
    with start("pull", "small", *texts) as fetching:
        partial = downloads_folder("small") / f"{largest.path}.part"
        until(lambda: partial.exists() and partial.stat().st_size == half, fetching)
        fetching.kill()
    hub.server.release.set()
    assert list_bundles() == [DEFAULT_BUNDLE]

    with start("pull", "small", *texts) as building:
        encoders = home.bundles_folder() / ".small.encoders" / "manifest.json"
        until(encoders.exists, building)
        # Both processes, as when a machine loses its power.
        os.killpg(building.pid, signal.SIGKILL)
    assert [heard.start_byte for heard in hub.server.heard] == [None, None, None, half]
    assert "small" not in list_bundles()

    done = run("pull", "small", *texts, "--json")
    assert done.returncode == 0, done.stderr
    assert len(hub.server.heard) == 4
    report = json.loads(done.stdout)["bundle"]
    assert (report["id"], report["source"]) == ("small", "installed")
    assert sorted(path.name for path in home.bundles_folder().iterdir()) == [".small.lock", "small"]
    assert_it_answers()
    assert "small" in run("list").stdout
    assert "weights out of a random generator" in " ".join(run("show", "small").stdout.split())

    again = run("pull", "small", *texts)
    assert "is here already" in again.stdout
    assert len(hub.server.heard) == 4

    (home.bundles_folder() / "small" / "tokenizer.json").write_text("{}", encoding="utf-8")
    broken = run("verify", "small", "--json")
    assert broken.returncode == 4
    assert json.loads(broken.stdout)["intact"] is False
    assert run("remove", "small").returncode == 0
    assert list_bundles() == [DEFAULT_BUNDLE]
    assert not downloads_folder("small").exists()


def assert_it_answers() -> None:
    bundle = load_bundle("small", device="cpu")
    random = np.random.default_rng(0)
    frames = random.integers(0, 256, (3, SIZE_PX, SIZE_PX, 3)).astype(np.uint8)
    seen = bundle.encode_frames(frames, [1, 2, 1])
    text = bundle.encode_text(["a calm piano ballad", "rock"])
    tracks = bundle.embed_music(
        bundle.encode_audio(np.zeros((2, bundle.audio_spec.window_samples), np.float32))
    )
    for query in (
        bundle.embed_query(seen.values[None], None, 0.0),
        bundle.embed_query(None, text[0], 1.0),
        bundle.embed_query(seen.values[None], text[0], 0.5),
    ):
        assert np.linalg.norm(query) == pytest.approx(1, abs=1e-4)
        assert (tracks.embeddings @ query).shape == (2,)
    assert tracks.tags.shape == (2, len(bundle.tags))
    assert bundle.embed_words(text).shape == (2, bundle.embed_dim)


def test_two_pulls_at_once_fetch_once(hub: Hub) -> None:
    hub.server.faults.append(Fault(hold_after=100))
    with start("pull", "small", "--download-only") as first:
        until(hub.server.holding.is_set, first)
        with start("pull", "small", "--download-only") as second:
            assert second.stderr is not None
            assert "waiting" in second.stderr.readline()
            hub.server.release.set()
            assert (first.wait(DEADLINE_S), second.wait(DEADLINE_S)) == (0, 0)
    assert sorted(heard.path for heard in hub.server.heard) == sorted(
        f"/{piece.path}" for piece in hub.entry.pieces
    )
    assert is_whole(hub.entry)


def test_ctrl_c_keeps_what_came(hub: Hub) -> None:
    hub.server.faults.append(Fault(hold_after=100))
    with start("pull", "small", "--download-only", "--json") as stopped:
        partial = downloads_folder("small") / f"{hub.entry.pieces[0].path}.part"
        until(lambda: partial.exists() and partial.stat().st_size == 100, stopped)
        stopped.send_signal(signal.SIGINT)
        until(lambda: not has_pending_signals(stopped.pid), stopped)
        hub.server.release.set()
        assert stopped.wait(DEADLINE_S) == 130
    assert partial.exists()
    assert run("pull", "small", "--download-only").returncode == 0
    assert is_whole(hub.entry)


def test_a_mirror_on_a_stick_serves_a_machine_without_network(hub: Hub, tmp_path: Path) -> None:
    fetched = run("pull", "small", "--download-only", "--json")
    carried = json.loads(fetched.stdout)["downloads"]
    moved = Path(carried).rename(tmp_path / "stick")
    hub.server.files.clear()
    assert run("pull", "small", "--download-only", "--from", str(moved)).returncode == 0
    assert is_whole(hub.entry)


def test_what_is_wrong_is_refused_and_said(hub: Hub, tmp_path: Path) -> None:
    hub.server.faults.append(Fault(flip_at=5))
    wrong = run("pull", "small", "--download-only", "--json")
    assert (wrong.returncode, said(wrong)["reason"]) == (4, "DOWNLOAD_DIGEST")
    assert list(downloads_folder("small").rglob("*.part")) == []

    hub.server.files.clear()
    gone = run("pull", "small", "--download-only", "--json")
    assert (gone.returncode, said(gone)["reason"]) == (3, "SOURCE_FILE_MISSING")

    # Right by its digest, but no half of CLIP: the builder says so, through the command.
    page = b"<html>not a network</html>"
    described = {"path": "texts.onnx", "size_bytes": len(page), "sha256": hashlib.sha256(page).hexdigest()}
    entry = Entry.model_validate({**hub.entry.model_dump(), "texts": described})
    write_catalogue(tmp_path / "own.toml", {"small": entry})
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "texts.onnx").write_bytes(page)
    for piece in (hub.entry.frames, hub.entry.tokenizer):
        (stick / Path(piece.path).name).write_bytes((hub.folder / piece.path).read_bytes())
    captions = str(write_musiccaps(tmp_path / "captions.csv"))
    refused = run("pull", "small", "--from", str(stick), "--musiccaps", captions, "--json")
    assert (refused.returncode, said(refused)["reason"]) == (4, "GRAPH_UNKNOWN")
    assert "texts.onnx" in said(refused)["message"]
    assert [path.name for path in home.bundles_folder().iterdir()] == [".small.lock"]
