"""What an editor placed from a server's suggestions stands in the server's audit log."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import temptrack
from support.fake_server import fake_workings
from support.films import make_still
from support.planted_tracks import planted, planted_library
from support.serving import running
from support.timelines import clip, lane, movie, save, timeline
from temptrack.cli.main import app
from temptrack.server.options import ServerOptions
from temptrack.server.tokens import TokenStore

WORDS = ("-l", "stock", "-p", "calm", "--insert", "1")


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    make_still(tmp_path / "a.png")
    return save(timeline(lane(clip("shot", 0, 240, 24, media=movie("a.png", None)))), tmp_path / "cut.otio")


def insert(cut: Path, address: str) -> dict[str, object]:
    words = ["suggest", str(cut), *WORDS, "-o", str(cut.with_name("out.otio")), "--server", address, "--json"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert cut.with_name("out.otio").exists()
    answer: dict[str, object] = json.loads(result.stdout)
    return answer


def test_what_was_placed_is_written_down_by_the_server(cut: Path, tmp_path: Path) -> None:
    planted_library([planted(index) for index in range(3)], name="stock")
    options = ServerOptions(listen="127.0.0.1:0", drain_s=0, audit_log=tmp_path / "audit.jsonl")
    with running(options, fake_workings()) as address:
        answer = insert(cut, address)
    (line,) = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    first = answer["suggestions"][0]  # type: ignore[index]
    assert (line["event"], line["track_id"]) == ("cue-inserted", first["track"]["id"])
    assert line["query_digest"] == answer["query_digest"]
    assert line["record_start_s"] == "0"
    assert line["record_duration_s"] == "10"


def test_a_script_that_signs_in_by_itself_is_written_down_too(cut: Path, tmp_path: Path) -> None:
    planted_library([planted(index) for index in range(3)], name="stock")
    tokens = TokenStore(tmp_path / "tokens.json")
    options = ServerOptions(
        listen="127.0.0.1:0",
        drain_s=0,
        audit_log=tmp_path / "audit.jsonl",
        require_token=True,
        tokens_file=tmp_path / "tokens.json",
    )
    with (
        running(options, fake_workings()) as address,
        temptrack.connect(address, token=tokens.create("colour")) as studio,
        studio.library("stock") as music,
    ):
        placed = music.suggest(cut, prompt="calm").insert(2, tmp_path / "out.otio")
    assert placed.untold == ""
    (line,) = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    assert (line["event"], line["timeline"], line["caller"]) == ("cue-inserted", "cut", "colour")


def test_a_log_that_cannot_be_written_is_told_and_the_timeline_stands(
    cut: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from temptrack import errors
    from temptrack.server.audit import AuditLog

    def full(*_given: object, **_facts: object) -> bool:
        raise errors.Unavailable("The server could not write its audit log.", reason="AUDIT_NOT_WRITTEN")

    planted_library([planted(0)], name="stock")
    monkeypatch.setattr(AuditLog, "write", full)
    with running(ServerOptions(listen="127.0.0.1:0", drain_s=0), fake_workings()) as address:
        words = ["suggest", str(cut), *WORDS, "-o", str(tmp_path / "out.otio"), "--server", address]
        result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert "was not told" in result.stderr
    assert (tmp_path / "out.otio").exists()
