"""A companion that asks a studio's server: the server dies, comes back, or is not one."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from panel.session import Question, State
from support.companions import RefusedError, companion, panel_session, settle, wait_until
from support.films import Shot, make_film, moving
from support.small_library import SmallLibrary, small_library

RATE = {"numerator": 25, "denominator": 1}
LENGTH_FRAMES = 25 * 60


@pytest.fixture(name="library", scope="module")
def make_one_library(tmp_path_factory: pytest.TempPathFactory) -> SmallLibrary:
    return small_library(tmp_path_factory.mktemp("library"))


@pytest.fixture(name="question", scope="module")
def ask_about_a_film(tmp_path_factory: pytest.TempPathFactory) -> Question:
    film = make_film(tmp_path_factory.mktemp("film") / "film.mp4", [Shot(moving(1), LENGTH_FRAMES)])
    strip = {
        "id": "film",
        "kind": "movie",
        "start_frames": 0,
        "end_frames": LENGTH_FRAMES,
        "path": str(film),
        "media_rate": RATE,
    }
    described = {
        "rate": RATE,
        "start_frames": 0,
        "end_frames": LENGTH_FRAMES,
        "lanes": [{"strips": [strip]}],
    }
    return Question(library="small", timeline={"strips": described}, text_weight=0.0)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def served(home: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """Run `temptrack serve` over the libraries of a home, until it is ready."""
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("temptrack")), "serve", "--listen", f"127.0.0.1:{port}"],
        env={**os.environ, "TEMPTRACK_HOME": str(home), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        with process:
            assert process.stderr is not None
            for line in process.stderr:
                if line.startswith("Ready"):
                    break
            try:
                yield process
            finally:
                process.kill()
    finally:
        process.kill()


def test_a_server_answers_dies_in_the_middle_and_is_found_again(
    library: SmallLibrary, question: Question, tmp_path: Path
) -> None:
    port = free_port()
    with panel_session(tmp_path / "home", server=f"127.0.0.1:{port}") as session:
        with served(library.home, port) as server:
            session.search(Question(library="small", prompt="calm"))
            settle(session)
            assert session.problem is None
            assert session.results is not None
            assert len(session.results.suggestions) == 4
            assert session.capabilities["engine"] == "server"
            assert [each["name"] for each in session.libraries] == ["small"]

            session.search(question)
            wait_until(
                lambda: session.progress is not None and session.progress.stage == "picture", session.tick
            )
            os.kill(server.pid, signal.SIGKILL)
            settle(session)
        assert session.state is State.READY
        assert session.problem is not None
        assert session.problem.reason == "UNREACHABLE"
        assert f"127.0.0.1:{port}" in session.problem.sentence
        assert "address" in session.problem.next_step

        with served(library.home, port):
            session.search(question)
            settle(session)
            assert session.problem is None
            assert session.results.question == question
            picture = session.results.answer["picture"]
            assert picture["segments"] == 6


def test_a_server_that_stands_still_is_left_at_once_and_blocks_nothing_else(
    library: SmallLibrary, tmp_path: Path
) -> None:
    port = free_port()
    with (
        panel_session(tmp_path / "home", server=f"127.0.0.1:{port}") as session,
        served(library.home, port) as server,
    ):
        session.search(Question(library="small", prompt="calm"))
        settle(session)
        assert session.problem is None

        os.kill(server.pid, signal.SIGSTOP)
        session.search(Question(library="small", prompt="driving"))
        wait_until(lambda: session.state is State.SEARCHING, session.tick)
        heard: list[object] = []
        session.ask("preview/stop", {}, heard.append)
        wait_until(lambda: bool(heard), session.tick)
        assert session.is_searching
        session.cancel()
        assert not session.is_searching
        settle(session)
        assert session.problem is None
        assert session.results.question.prompt == "calm"

        os.kill(server.pid, signal.SIGCONT)
        session.search(Question(library="small", prompt="driving"))
        settle(session)
        assert session.problem is None
        assert session.results.question.prompt == "driving"


def test_a_track_of_a_server_is_fetched_once(library: SmallLibrary, tmp_path: Path) -> None:
    port = free_port()
    home = tmp_path / "home"
    with companion(home) as asker:
        asker.introduce(server=f"127.0.0.1:{port}")
        with served(library.home, port):
            answer = asker.ask("suggest", {"library": "small", "prompt": "calm", "limit": 1})
            track = answer["suggestions"][0]["track"]
            wanted = {"library": "small", "track_id": track["id"]}
            _, answers, progress = asker.begin("track/file", wanted)
            fetched = asker.wait(answers)
            assert {value["stage"] for value in progress} == {"fetching"}
            assert progress[-1]["done"] == progress[-1]["total"]
        assert fetched["format"] == "flac"
        assert Path(fetched["path"]).is_relative_to(home)
        assert Path(fetched["path"]).read_bytes() == Path(track["path"]).read_bytes()
        assert asker.ask("track/file", wanted) == fetched

        project = tmp_path / "project" / "music"
        placed = asker.ask("track/file", {**wanted, "keep_in": str(project)})
        assert Path(placed["path"]).parent == project
        shutil.rmtree(home / "cache", ignore_errors=True)
        assert Path(placed["path"]).read_bytes() == Path(track["path"]).read_bytes()


def test_a_server_that_is_none_is_told_with_its_address(tmp_path: Path) -> None:
    with companion(tmp_path / "home") as asker:
        asker.introduce(server="127.0.0.1:1", token="secret")
        with pytest.raises(RefusedError) as refused:
            asker.ask("libraries")
        assert refused.value.problem.reason == "UNREACHABLE"
        checks = {check["name"]: check for check in asker.ask("doctor")["checks"]}
        assert checks["server"]["state"] == "broken"
        assert "127.0.0.1:1" in checks["server"]["detail"]
        assert "secret" not in str(checks)


def test_an_address_that_is_none_is_refused_at_the_handshake(tmp_path: Path) -> None:
    with companion(tmp_path / "home") as asker:
        with pytest.raises(RefusedError) as refused:
            asker.introduce(server="studio:99999")
        assert refused.value.problem.reason == "ADDRESS"
        assert asker.introduce()["capabilities"]["engine"] == "in_process"
