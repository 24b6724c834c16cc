"""The first words between a plugin and a companion, over real pipes."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from panel.framing import Decoder, encode
from support.companions import Asker, RefusedError, command, companion, wait_until
from temptrack import __version__


def test_a_companion_introduces_itself(tmp_path: Path) -> None:
    with companion(tmp_path / "home") as asker:
        welcome = asker.introduce()
        assert (welcome["protocol"], welcome["version"]) == (1, __version__)
        assert welcome["capabilities"]["engine"] == "in_process"
        assert welcome["libraries"] == []
        assert asker.ask("libraries") == {"libraries": []}


def test_the_home_of_the_handshake_is_used(tmp_path: Path) -> None:
    with companion(tmp_path / "usual") as asker:
        asker.introduce(home=str(tmp_path / "chosen"))
        home = next(check for check in asker.ask("doctor")["checks"] if check["name"] == "home")
        assert str(tmp_path / "chosen") in home["detail"]
    assert not (tmp_path / "usual").exists()


@pytest.mark.parametrize(("spoken", "behind"), [(2, "temptrack"), (0, "the plugin")])
def test_another_protocol_is_refused_with_who_has_to_be_updated(
    tmp_path: Path, spoken: int, behind: str
) -> None:
    with companion(tmp_path / "home") as asker:
        with pytest.raises(RefusedError) as refused:
            asker.introduce(protocol=spoken)
        assert refused.value.problem.reason == "PROTOCOL_MISMATCH"
        assert f"protocol {spoken}" in refused.value.problem.sentence


def test_nothing_is_answered_before_the_handshake(tmp_path: Path) -> None:
    with companion(tmp_path / "home") as asker:
        with pytest.raises(RefusedError) as refused:
            asker.ask("libraries")
        assert refused.value.problem.reason == "NOT_INITIALIZED"
        asker.introduce()
        with pytest.raises(RefusedError) as twice:
            asker.introduce()
        assert twice.value.problem.reason == "ALREADY_RUNNING"


def test_a_host_has_one_companion(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with companion(home) as first:
        first.introduce()
        with companion(home) as second:
            with pytest.raises(RefusedError) as refused:
                second.introduce()
            assert refused.value.problem.reason == "ALREADY_RUNNING"
            host = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
            try:
                assert second.introduce(process_id=host.pid)["protocol"] == 1
            finally:
                host.kill()
                host.communicate()
    with companion(home) as third:
        assert third.introduce()["protocol"] == 1


def test_a_companion_that_was_killed_leaves_its_place_to_the_next(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with companion(home) as first:
        first.introduce()
        assert first.link.process_id is not None
        os.kill(first.link.process_id, 9)
        wait_until(lambda: not first.link.is_open, first.link.poll)
    with companion(home) as second:
        assert second.introduce()["protocol"] == 1


@pytest.mark.parametrize(
    ("method", "params", "reason", "named"),
    [
        ("fly", {}, "UNKNOWN_METHOD", "fly"),
        ("suggest", {"prompt": "calm"}, "BAD_PARAMS", "library"),
        ("suggest", {"library": "x", "prompt": "calm", "tempo": 3}, "BAD_PARAMS", "tempo"),
        ("plan", {"timeline": {}}, "BAD_PARAMS", "path"),
        ("plan", {"timeline": {"path": "/no/cut.otio"}}, "TIMELINE_NOT_FOUND", "/no/cut.otio"),
        ("plan", {"timeline": {"path": "cut.otio"}}, "BAD_PARAMS", "absolute"),
        ("suggest", {"library": "stock", "prompt": "calm"}, "LIBRARY_NOT_FOUND", "stock"),
        ("suggest", {"library": "stock"}, "LIBRARY_NOT_FOUND", "stock"),
    ],
)
def test_what_cannot_work_is_answered_with_a_sentence_and_a_next_step(
    asked: Asker, method: str, params: dict[str, Any], reason: str, named: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        asked.ask(method, params)
    assert refused.value.problem.reason == reason
    assert named in refused.value.problem.sentence
    assert refused.value.problem.next_step.endswith((".", "`"))


def test_what_is_no_request_is_refused_and_the_next_one_answered(tmp_path: Path) -> None:
    process = subprocess.Popen(
        command(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TEMPTRACK_HOME": str(tmp_path / "home")},
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        for body in (b"[1, 2]", b"17", b"{}"):
            process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        process.stdin.write(encode({"jsonrpc": "2.0", "id": "a", "method": "libraries"}))
        process.stdin.write(encode({"jsonrpc": "2.0", "method": "exit"}))
        process.stdin.close()
        answers = Decoder().feed(process.stdout.read())
        assert process.wait() == 0
    assert [answer["id"] for answer in answers] == [None, None, None, "a"]
    assert [answer["error"]["data"]["reason"] for answer in answers] == [
        *["BAD_PARAMS"] * 3,
        "NOT_INITIALIZED",
    ]


@pytest.fixture(name="asked", scope="module")
def make_one_companion(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with companion(tmp_path_factory.mktemp("asked") / "home") as asker:
        asker.introduce()
        yield asker
