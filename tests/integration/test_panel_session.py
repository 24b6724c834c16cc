"""The state of a panel when its companion does what a real one does only on a bad day."""

import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from panel.problems import Problem
from panel.session import Question, Session, State
from support.companions import Json, panel_session, settle, wait_until

SCRIPTED = Path(__file__).parents[1] / "support" / "scripted_companion.py"
WELCOME: Json = {"protocol": 1, "version": "9", "capabilities": {}, "libraries": [{"name": "stock"}]}
CUT: Json = {"path": "/cut.otio"}
FOUND: Json = {"suggestions": [{"rank": 1}]}

Script = Callable[..., str]


@pytest.fixture(name="script")
def write_scripts(tmp_path: Path) -> Script:
    """Returns a program that does as it is told."""

    def write(**actions: list[Json]) -> str:
        told = tmp_path / "script.json"
        usual = {"initialize": [{"result": WELCOME}], "libraries": [{"result": WELCOME}]}
        told.write_text(json.dumps(usual | {name.replace("_", "/"): each for name, each in actions.items()}))
        program = tmp_path / "temptrack"
        words = " ".join(map(shlex.quote, [sys.executable, str(SCRIPTED), str(told)]))
        program.write_text(f"#!/bin/sh\nexec {words}\n")
        program.chmod(0o755)
        return str(program)

    return write


def came(tmp_path: Path, method: str) -> list[Any]:
    lines = (tmp_path / "script.came").read_text().splitlines()
    return [each.get("params") for each in map(json.loads, lines) if each.get("method") == method]


def test_a_program_that_is_missing_is_told_before_anything_is_tried(tmp_path: Path) -> None:
    with panel_session(tmp_path, companion=str(tmp_path / "nothing")) as session:
        session.search(Question("stock", prompt="calm"))
        settle(session)
        assert session.state is State.FAILED
        assert session.problem is not None
        assert session.problem.reason == "COMPANION_NOT_THERE"
        assert not session.is_searching


def test_a_program_that_cannot_be_run_is_told(tmp_path: Path) -> None:
    program = tmp_path / "temptrack"
    program.write_bytes(b"\x7fELF not really")
    program.chmod(0o755)
    with panel_session(tmp_path, companion=str(program)) as session:
        session.start()
        settle(session)
        assert session.state is State.FAILED
        assert session.problem is not None
        assert session.problem.reason == "COMPANION_DID_NOT_START"


def test_the_last_words_of_a_companion_that_ends_at_once_are_shown(script: Script, tmp_path: Path) -> None:
    program = script(initialize=[{"exit": 3, "log": "no module named temptrack"}, {"result": WELCOME}])
    with panel_session(tmp_path, companion=program) as session:
        session.search(Question("stock", prompt="calm"))
        settle(session)
        assert session.state is State.FAILED
        assert session.problem is not None
        assert "exit code 3: no module named temptrack" in session.problem.sentence
        assert session.log == ["no module named temptrack"]
        assert not session.is_searching


def test_a_companion_that_prints_is_ended(script: Script, tmp_path: Path) -> None:
    program = script(suggest=[{"say": "Warning: something\r\n\r\n"}])
    with panel_session(tmp_path, companion=program) as session:
        session.search(Question("stock", prompt="calm"))
        settle(session)
        assert session.problem is not None
        assert session.problem.reason == "COMPANION_BROKEN"
        assert "Warning" in session.problem.sentence
        assert session.companion_process_id is None


def test_a_companion_that_never_answers_is_given_up(script: Script, tmp_path: Path) -> None:
    program = script(initialize=[{"silent": True}])
    now_s = 0.0

    def clock() -> float:
        return now_s

    with panel_session(tmp_path, companion=program, clock=clock) as session:
        session.start()
        wait_until((tmp_path / "script.came").exists, session.tick)
        assert session.is_busy
        now_s = 61.0
        session.tick()
        assert session.state is State.FAILED
        assert session.problem is not None
        assert session.problem.reason == "COMPANION_SILENT"
        assert session.companion_process_id is None


def test_frames_are_asked_for_and_the_search_goes_on_with_them(script: Script, tmp_path: Path) -> None:
    renders = [{"item": "title", "frames": [30, 10]}, {"item": "scene", "frames": [20, 10]}]
    program = script(plan=[{"result": {"segments": 1, "renders": renders}}], suggest=[{"result": FOUND}])
    question = Question("stock", timeline=CUT, can_render=True, timeline_id="a")
    with panel_session(tmp_path, companion=program) as session:
        generation = session.search(question)
        wait_until(lambda: session.renders_wanted is not None, session.tick)
        assert session.renders_wanted is not None
        assert session.renders_wanted.frames == [10, 20, 30]
        assert session.is_searching
        session.rendering(1, 3)
        assert session.progress is not None
        assert (session.progress.stage, session.progress.share) == ("rendering", 1 / 3)
        session.give_renders(generation - 1, [])
        assert session.renders_wanted is not None
        session.give_renders(generation, [{"frame": 10, "path": "/r/10.png"}])
        settle(session)
        assert session.results is not None
        assert session.results.timeline_id == "a"

        session.search(Question("stock", prompt="calm", timeline=CUT, can_render=True))
        settle(session)
    assert len(came(tmp_path, "plan")) == 1
    sent = [params.get("renders") for params in came(tmp_path, "suggest")]
    assert sent == [[{"frame": 10, "path": "/r/10.png"}]] * 2


def test_frames_that_come_after_another_search_began_are_ignored(script: Script, tmp_path: Path) -> None:
    program = script(
        plan=[{"result": {"renders": [{"item": "title", "frames": [1]}]}}, {"result": {"renders": []}}],
        suggest=[{"result": FOUND}],
    )
    with panel_session(tmp_path, companion=program) as session:
        generation = session.search(Question("stock", timeline=CUT, can_render=True))
        wait_until(lambda: session.renders_wanted is not None, session.tick)
        session.search(Question("stock", timeline={"path": "/other.otio"}, can_render=True))
        session.give_renders(generation, [{"frame": 1, "path": "/late.png"}])
        settle(session)
    assert [params.get("renders") for params in came(tmp_path, "suggest")] == [None]


def test_a_picture_that_could_not_be_used_is_planned_again(script: Script, tmp_path: Path) -> None:
    refused = {"code": -32002, "message": "No picture.", "data": {"reason": "NO_PICTURE", "hint": "Look."}}
    program = script(plan=[{"result": {"renders": []}}], suggest=[{"error": refused}, {"result": FOUND}])
    with panel_session(tmp_path, companion=program) as session:
        session.search(Question("stock", timeline=CUT))
        settle(session)
        assert session.problem is not None
        assert session.problem.sentence == "No picture."
        assert session.state is State.READY
        session.search(Question("stock", timeline=CUT))
        settle(session)
        assert session.problem is None
    assert len(came(tmp_path, "plan")) == 2


def test_a_search_replaces_the_one_before_and_tells_the_companion(script: Script, tmp_path: Path) -> None:
    program = script(suggest=[{"silent": True}, {"result": FOUND}])
    with panel_session(tmp_path, companion=program) as session:
        session.search(Question("stock", prompt="first"))
        wait_until(
            lambda: (tmp_path / "script.came").exists() and bool(came(tmp_path, "suggest")), session.tick
        )
        session.search(Question("stock", prompt="second"))
        settle(session)
        assert session.results is not None
        assert session.results.question.prompt == "second"
    assert len(came(tmp_path, "$/cancelRequest")) == 1


def test_what_was_asked_before_the_companion_died_fails_too(script: Script, tmp_path: Path) -> None:
    program = script(cue_file=[{"exit": 1, "log": "killed"}])
    problems: list[Problem] = []
    with panel_session(tmp_path, companion=program) as session:
        session.cue_file({"library": "stock"}, lambda _result: None, problems.append)
        settle(session)
    assert [each.reason for each in problems] == ["COMPANION_ENDED"]


def test_other_settings_close_the_companion_of_the_old_ones(script: Script, tmp_path: Path) -> None:
    with panel_session(tmp_path, companion=script()) as session:
        session.start()
        settle(session)
        first = session.companion_process_id
        session.configure(session.settings)
        assert session.companion_process_id == first
        changed = type(session.settings)(
            "Test", "1", "0.1.0", companion=session.settings.companion, server="h:1"
        )
        session.configure(changed)
        assert session.state is State.NOT_STARTED
        session.start()
        settle(session)
        assert session.companion_process_id not in (None, first)
    assert [params["server"] for params in came(tmp_path, "initialize")] == [None, "h:1"]


def test_a_companion_that_will_not_end_is_ended(tmp_path: Path) -> None:
    program = tmp_path / "temptrack"
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    program.write_text(f"#!/bin/sh\nexec {shlex.quote(sys.executable)} -c {shlex.quote(deaf)}\n")
    program.chmod(0o755)
    with panel_session(tmp_path, companion=str(program)) as session:
        session.start()
        assert session.state is State.STARTING


def test_the_preview_follows_what_the_companion_says(script: Script, tmp_path: Path) -> None:
    program = script(preview_play=[{"result": {"state": "playing"}}], preview_stop=[{"result": {}}])
    with panel_session(tmp_path, companion=program) as session:
        session.preview.play("stock", "t1", 12.0)
        assert (session.preview.state, session.preview.position_s) == ("starting", 12.0)
        wait_until(lambda: session.preview.state == "playing", session.tick)
        session.preview.told({"track_id": "t0", "position_s": 3.0, "state": "playing"})
        assert session.preview.position_s == 12.0
        session.preview.told({"track_id": "t1", "position_s": 13.0, "state": "playing"})
        assert session.preview.position_s == 13.0
        session.preview.stop()
        session.preview.told({"track_id": "t1", "position_s": 13.2, "state": "playing"})
        assert session.preview.state == "stopped"
        settle(session)
    assert len(came(tmp_path, "preview/stop")) == 1


def test_a_preview_without_a_device_says_so(script: Script, tmp_path: Path) -> None:
    refused = {"code": -32003, "message": "No device.", "data": {"reason": "NO_AUDIO_DEVICE"}}
    with panel_session(tmp_path, companion=script(preview_play=[{"error": refused}])) as session:
        session.preview.play("stock", "t1", 0.0)
        settle(session)
        assert not session.preview.is_active
        assert session.problem is not None
        assert "speakers" in session.problem.next_step


def test_a_large_question_does_not_hold_up_the_host(script: Script, tmp_path: Path) -> None:
    program = script(plan=[{"result": {"renders": []}}], suggest=[{"result": FOUND}])
    strips = [{"id": str(number), "name": "n" * 200} for number in range(20_000)]
    with panel_session(tmp_path, companion=program) as session:
        session.search(Question("stock", timeline={"strips": {"lanes": [{"strips": strips}]}}))
        settle(session)
        assert session.problem is None
        assert session.results is not None


def test_closing_twice_and_ticking_afterwards_is_fine(script: Script, tmp_path: Path) -> None:
    with panel_session(tmp_path, companion=script()) as session:
        session.start()
        settle(session)
        session.close()
        session.close()
        assert session.tick() is True
        assert session.tick() is False
        assert isinstance(session, Session)
