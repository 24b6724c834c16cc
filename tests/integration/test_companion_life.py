"""A companion ends with its host, whatever happens, and a panel notices when it ends before."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from panel.framing import encode
from panel.session import Question, Session, State
from support.companions import Asker, command, companion, panel_session, settle, wait_until
from support.films import Shot, make_film, moving
from support.small_library import SmallLibrary, small_library

TESTS = Path(__file__).parents[1]
RATE = {"numerator": 25, "denominator": 1}
LENGTH_FRAMES = 25 * 120


@pytest.fixture(name="library", scope="module")
def make_one_library(tmp_path_factory: pytest.TempPathFactory) -> SmallLibrary:
    return small_library(tmp_path_factory.mktemp("library"))


@pytest.fixture(name="long_film", scope="module")
def make_one_long_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shots = [Shot(moving(1), LENGTH_FRAMES)]
    return make_film(tmp_path_factory.mktemp("film") / "long.mp4", shots)


@pytest.fixture(name="question")
def ask_about_the_long_film(long_film: Path) -> Question:
    strip = {
        "id": "long",
        "kind": "movie",
        "start_frames": 0,
        "end_frames": LENGTH_FRAMES,
        "path": str(long_film),
        "media_rate": RATE,
    }
    described = {
        "rate": RATE,
        "start_frames": 0,
        "end_frames": LENGTH_FRAMES,
        "lanes": [{"strips": [strip]}],
    }
    return Question(library="small", timeline={"strips": described}, timeline_id="scene-1")


def has_ended(number: int) -> bool:
    try:
        return psutil.Process(number).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def looking(session: Session) -> bool:
    return session.progress is not None and session.progress.stage == "picture" and session.progress.done > 0


def test_it_ends_when_its_input_is_closed_in_the_middle_of_a_search(
    library: SmallLibrary, question: Question
) -> None:
    process = subprocess.Popen(
        command(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TEMPTRACK_HOME": str(library.home)},
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        host = {"name": "Test", "version": "1"}
        introduction = {"protocol": 1, "host": host, "plugin_version": "1", "process_id": os.getpid()}
        search = {**question.words(), **question.picture(), "progress_token": 2}
        for number, method, params in ((1, "initialize", introduction), (2, "suggest", search)):
            process.stdin.write(encode({"jsonrpc": "2.0", "id": number, "method": method, "params": params}))
        process.stdin.flush()
        said = b""
        while b'"picture"' not in said:
            said += process.stdout.read(64)
        process.stdin.close()
        process.stdout.read()
        assert process.wait() == 0


def test_it_ends_with_a_host_that_is_killed_in_the_middle_of_a_search(
    library: SmallLibrary, question: Question, tmp_path: Path
) -> None:
    told = tmp_path / "companion.pid"
    host = subprocess.Popen(
        [sys.executable, "-m", "support.panel_host", str(library.home), str(told), repr(question.picture())],
        cwd=TESTS,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(map(str, (TESTS, TESTS.parent / "plugins"))),
        },
    )
    try:
        wait_until(told.exists)
    finally:
        host.kill()
        host.wait()
    number = int(told.read_text())
    wait_until(lambda: has_ended(number))


def test_it_ends_with_the_process_it_was_told_though_its_pipes_stay_open(library: SmallLibrary) -> None:
    host = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with companion(library.home) as asker:
        try:
            asker.introduce(process_id=host.pid)
        finally:
            host.kill()
            host.communicate()
        number = asker.link.process_id
        assert number is not None
        wait_until(lambda: has_ended(number))
        wait_until(lambda: not asker.link.is_open, asker.link.poll)


def test_it_ends_on_exit_after_shutdown(library: SmallLibrary) -> None:
    with companion(library.home) as asker:
        asker.introduce()
        assert asker.ask("shutdown") == {}
        asker.link.notify("exit")
        wait_until(lambda: not asker.link.is_open, asker.link.poll)


def test_a_panel_searches_a_film_and_hands_back_where(library: SmallLibrary, question: Question) -> None:
    with panel_session(library.home) as session:
        session.search(question)
        seen = []

        def look() -> None:
            session.tick()
            seen.append(session.progress.stage if session.progress else "")

        wait_until(lambda: not session.is_busy, look)
        assert session.problem is None
        assert session.state is State.READY
        assert session.results is not None
        assert session.results.timeline_id == "scene-1"
        assert len(session.results.suggestions) == 4
        assert session.plan is not None
        assert session.plan["segments"] == 12
        assert "picture" in seen
        assert [each["name"] for each in session.libraries] == ["small"]
        assert session.libraries[0]["tracks"] == 4


def test_a_companion_killed_in_the_middle_of_a_search_is_told_and_started_again(
    library: SmallLibrary, question: Question
) -> None:
    with panel_session(library.home) as session:
        session.search(question)
        wait_until(lambda: looking(session) or not session.is_searching, session.tick)
        assert session.companion_process_id is not None
        os.kill(session.companion_process_id, signal.SIGKILL)
        wait_until(lambda: session.state is State.FAILED, session.tick)
        assert not session.is_searching
        assert session.progress is None
        assert session.problem is not None
        assert session.problem.reason == "COMPANION_ENDED"
        assert "signal 9" in session.problem.sentence
        assert "Search again" in session.problem.next_step
        session.search(Question(library="small", prompt="calm"))
        settle(session)
        assert session.problem is None
        assert session.results is not None
        assert session.results.question.prompt == "calm"


def test_a_search_that_was_stopped_shows_nothing_late(library: SmallLibrary, question: Question) -> None:
    with panel_session(library.home) as session:
        session.search(question)
        wait_until(lambda: looking(session) or not session.is_searching, session.tick)
        session.cancel()
        assert not session.is_searching
        session.search(Question(library="small", prompt="calm"))
        settle(session)
        assert session.results is not None
        assert session.results.question.prompt == "calm"
        assert session.problem is None


def test_a_library_that_is_removed_meanwhile_is_told(library: SmallLibrary) -> None:
    with panel_session(library.home) as session:
        session.search(Question(library="gone", prompt="calm"))
        settle(session)
        assert session.state is State.READY
        assert session.problem is not None
        assert session.problem.reason == "LIBRARY_NOT_FOUND"
        assert "'gone'" in session.problem.sentence


def test_two_panels_of_one_host_are_one_too_many(library: SmallLibrary) -> None:
    with panel_session(library.home) as first:
        first.start()
        settle(first)
        with panel_session(library.home) as second:
            second.start()
            settle(second)
            assert (first.state, second.state) == (State.READY, State.FAILED)
        assert second.problem is not None
        assert second.problem.reason == "ALREADY_RUNNING"


def test_a_panel_that_is_closed_in_the_middle_of_a_search_leaves_nothing(
    library: SmallLibrary, question: Question
) -> None:
    with panel_session(library.home) as session:
        session.search(question)
        wait_until(lambda: looking(session) or not session.is_searching, session.tick)
    assert session.state is State.NOT_STARTED
    assert session.companion_process_id is None


def test_what_is_printed_by_accident_does_not_reach_the_messages(library: SmallLibrary) -> None:
    with companion(library.home, PYTHONVERBOSE="1") as asker:
        assert Asker.introduce(asker)["protocol"] == 1
        asker.ask("libraries")
