"""What an editor places and removes by a panel stands in the audit log of the studio's server."""

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from panel.reports import INSERTED, REMOVED, CueReport
from support.companions import companion, panel_session, wait_until
from support.fake_server import fake_workings
from support.planted_tracks import planted, planted_library
from support.serving import running
from temptrack.library.store import LibraryStore
from temptrack.server.options import ServerOptions

RATE = Fraction(24000, 1001)
NOWHERE = "127.0.0.1:9"


@pytest.fixture
def audit(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


@pytest.fixture
def track_id() -> str:
    planted_library([planted(index) for index in range(2)], name="stock")
    return LibraryStore.open("stock").reader().tracks()[0].id


@pytest.fixture
def address(audit: Path, track_id: str) -> Iterator[str]:
    with running(ServerOptions(listen="127.0.0.1:0", drain_s=0, audit_log=audit), fake_workings()) as where:
        yield where


def report(track_id: str, action: str = INSERTED) -> CueReport:
    return CueReport(action, "stock", track_id, 48, 240, RATE, "Épisode 3", "d" * 64)


def lines_of(audit: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in audit.read_text(encoding="utf-8").splitlines()]


def test_a_panel_s_placing_and_removing_are_written_down(
    address: str, audit: Path, track_id: str, tmp_path: Path
) -> None:
    with panel_session(tmp_path / "seat", server=address) as session:
        session.report_cue(report(track_id))
        wait_until(lambda: len(lines_of(audit)) == 1, session.tick)
        session.report_cue(report(track_id, REMOVED))
        wait_until(lambda: len(lines_of(audit)) == 2, session.tick)
        assert (session.note, session.problem) == ("", None)
    placed, removed = lines_of(audit)
    assert [placed["event"], removed["event"]] == ["cue-inserted", "cue-removed"]
    assert (placed["host"], placed["timeline"], placed["track_id"]) == ("Test", "Épisode 3", track_id)
    assert (placed["record_start_s"], placed["record_duration_s"]) == ("1001/500", "1001/100")
    assert placed["query_digest"] == "d" * 64


def test_a_server_that_cannot_be_told_is_a_note_and_never_a_problem(tmp_path: Path) -> None:
    with panel_session(tmp_path / "seat", server=NOWHERE) as session:
        session.start()
        wait_until(lambda: session.problem is not None, session.tick)
        session.problem = None
        session.report_cue(report("t1"))
        wait_until(lambda: bool(session.note), session.tick)
        assert session.problem is None
        assert NOWHERE in session.note


def test_a_track_the_server_does_not_know_and_a_seat_without_server_worry_nobody(
    address: str, audit: Path, tmp_path: Path
) -> None:
    for server in (address, None):
        with companion(tmp_path / "seat") as asker:
            asker.introduce(server=server)
            answer = asker.ask("cue/report", report("none").params())
            assert answer == {"recorded": False, "note": ""}
    assert not audit.exists() or lines_of(audit) == []


def test_a_panel_without_a_server_asks_nobody(tmp_path: Path) -> None:
    with panel_session(tmp_path / "seat") as session:
        session.report_cue(report("t1"))
        assert session.companion_process_id is None
