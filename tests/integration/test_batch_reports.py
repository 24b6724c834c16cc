"""What a batch places stands in the server's audit log: once, whatever happens on the way."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from support import batches
from support.fake_server import fake_workings
from support.serving import running
from temptrack import errors
from temptrack.cli.main import app
from temptrack.client.remote import RemoteSuggester
from temptrack.library.store import LibraryStore
from temptrack.server.audit import AuditLog
from temptrack.server.options import ServerOptions

WORDS = ("-l", "stock", "-p", "calm", "--scenes", "markers", "--no-repeat", "2", "--no-review")
CUES = 6


@pytest.fixture
def place(tmp_path: Path) -> Path:
    batches.stock(tmp_path / "music")
    batches.cuts(tmp_path / "cuts", films=False)
    return tmp_path


@contextmanager
def studio(place: Path) -> Iterator[str]:
    """Serve the library with an audit log that other servers of a test write on."""
    options = ServerOptions(listen="127.0.0.1:0", drain_s=0, audit_log=place / "audit.jsonl")
    with running(options, fake_workings()) as address:
        yield address


def run(place: Path, *words: str, code: int = 0) -> Any:
    given = ["batch", str(place / "cuts"), "-o", str(place / "out"), *WORDS, *words, "--json"]
    result = CliRunner().invoke(app, given)
    assert result.exit_code == code, result.output
    return json.loads(result.stdout or result.stderr)


def audit(place: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (place / "audit.jsonl").read_text("utf-8").splitlines()]


def in_use(lines: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    """Return what an admin reads out of a log: timelines and tracks, lines of one report counted once."""
    reports = {line["report"]: line for line in lines}.values()
    use: Counter[tuple[str, str]] = Counter()
    for line in reports:
        use[line["timeline"], line["track_id"]] += 1 if line["event"] == "cue-inserted" else -1
    return +use


def on_the_sheet(place: Path) -> Counter[tuple[str, str]]:
    sheet = json.loads((place / "out" / "cue-sheet.json").read_text("utf-8"))
    return Counter((cue["episode"], cue["track_id"]) for cue in sheet["cues"])


def reports(lines: list[dict[str, Any]]) -> set[str]:
    return {line["report"] for line in lines}


def test_every_cue_is_written_down_once_and_a_resumed_batch_adds_none(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As a server that was started again: it knows no report of before.
    monkeypatch.setattr("temptrack.server.audit._REMEMBERED", 0)
    with studio(place) as address:
        first = run(place, "--server", address)
        lines = audit(place)
        again = run(place, "--server", address, "--resume")
    assert (first["told"], first["untold"], len(lines)) == (CUES, 0, CUES)
    assert (again["told"], again["untold"]) == (0, 0)
    assert audit(place) == lines
    assert in_use(lines) == on_the_sheet(place)
    assert {line["timeline"] for line in lines} == {"Cut 0", "Cut 1", "Cut 2"}
    assert {(line["record_start_s"], line["record_duration_s"]) for line in lines} == {("0", "4"), ("7", "4")}
    asked = (place / "out" / "suggestions.jsonl").read_text("utf-8")
    assert all(line["query_digest"] in asked for line in lines)


def test_another_server_hears_of_all_of_it_under_the_same_ids(place: Path) -> None:
    for words in ([], ["--resume"]):
        with studio(place) as address:
            assert run(place, "--server", address, *words)["told"] == CUES
    lines = audit(place)
    assert (len(lines), len(reports(lines))) == (2 * CUES, CUES)
    assert in_use(lines) == on_the_sheet(place)


def test_a_server_that_cannot_be_told_costs_no_timeline_and_is_told_by_the_next_run(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def away(_remote: RemoteSuggester, report: Any) -> bool:
        tried.append(report.id)
        raise errors.Unavailable("No server answers at STUDIO.", reason="UNREACHABLE")

    with studio(place) as address:
        with monkeypatch.context() as patch:
            patch.setattr(RemoteSuggester, "report_cue", away)
            first = run(place, "--server", address)
        assert (len(first["timelines"]), first["failed"]) == (3, [])
        assert (first["told"], first["untold"], audit(place)) == (0, CUES, [])
        said = [note for note in first["notes"] if "was not told" in note]
        assert [note.partition(":")[0] for note in said] == ["cut00.otio", "cut01.otio", "cut02.otio"]
        assert all("No server answers at STUDIO." in note for note in said)
        # Each further try would have taken as long to fail.
        assert len(tried) == 1
        before = batches.written(place / "out")
        assert run(place, "--server", address, "--resume")["told"] == CUES
    assert batches.written(place / "out") == before
    assert set(tried) < reports(audit(place))
    assert in_use(audit(place)) == on_the_sheet(place)


def test_people_are_told_how_many_the_server_does_not_know(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object, **_facts: object) -> bool:
        raise errors.Unavailable("The server could not write its audit log.", reason="AUDIT_NOT_WRITTEN")

    monkeypatch.setattr(AuditLog, "write", full)
    words = ["batch", str(place / "cuts"), "-o", str(place / "out"), *WORDS]
    with studio(place) as address:
        result = CliRunner().invoke(app, [*words, "--server", address])
    assert result.exit_code == 0, result.output
    assert f"not told of {CUES} cues" in result.stdout
    assert result.stderr.count("could not write its audit log") == 3


def test_a_report_whose_answer_was_lost_is_known_again_by_its_id(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unheard(remote: RemoteSuggester, report: Any) -> bool:
        tell(remote, report)
        raise errors.Unavailable("Socket closed")

    tell = RemoteSuggester.report_cue
    monkeypatch.setattr("temptrack.server.audit._REMEMBERED", 0)
    with studio(place) as address:
        with monkeypatch.context() as patch:
            patch.setattr(RemoteSuggester, "report_cue", unheard)
            assert run(place, "--server", address)["untold"] == CUES
        assert len(audit(place)) == 1
        assert run(place, "--server", address, "--resume")["told"] == CUES
    lines = audit(place)
    assert (len(lines), len(reports(lines))) == (CUES + 1, CUES)


def test_music_that_gives_way_to_other_music_is_taken_off_the_account(place: Path) -> None:
    with studio(place) as address:
        run(place, "--server", address)
        before = on_the_sheet(place)
        run(place, "--server", address, "--resume", "--no-repeat", "all")
        assert in_use(audit(place)) == on_the_sheet(place) != before
        run(place, "--server", address, "--resume")
    assert in_use(audit(place)) == on_the_sheet(place) == before
    lines = audit(place)
    assert len(reports(lines)) == len(lines)
    assert {line["event"] for line in lines} == {"cue-inserted", "cue-removed"}


def test_that_music_is_gone_which_left_the_library_is_tried_once(place: Path) -> None:
    with studio(place) as address:
        run(place, "--server", address)
        LibraryStore.open("stock").remove([audit(place)[0]["track_id"]])
        after = run(place, "--server", address, "--resume")
        again = run(place, "--server", address, "--resume")
    said = [note for note in after["notes"] if "was not told" in note]
    assert len(said) >= 1
    assert all("track-" in note for note in said)
    assert after["untold"] == again["untold"] == again["told"] == 0
    assert not any("was not told" in note for note in again["notes"])


@pytest.mark.parametrize("words", [["--dry-run"], ["--shard", "1/2"]])
def test_what_places_nothing_tells_nothing(place: Path, words: list[str]) -> None:
    with studio(place) as address:
        report = run(place, "--server", address, *words)
    assert (report["told"], report["untold"], audit(place)) == (0, 0, [])


def test_shards_are_told_by_the_run_that_chooses(place: Path) -> None:
    with studio(place) as address:
        for share in ("1/2", "2/2"):
            run(place, "--server", address, "--shard", share)
        assert run(place, "--server", address, "--resume")["told"] == CUES
    assert in_use(audit(place)) == on_the_sheet(place)


def test_without_a_server_or_with_one_that_keeps_no_account_nobody_is_told(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(ServerOptions(listen="127.0.0.1:0", drain_s=0), fake_workings()) as address:
        kept_by_nobody = run(place, "--server", address)

        def older(_remote: RemoteSuggester, _report: Any) -> bool:
            raise errors.NotSupported("It does not know reports of cues.", reason="CUE_REPORTS_UNKNOWN")

        monkeypatch.setattr(RemoteSuggester, "report_cue", older)
        of_an_older_one = run(place, "--server", address, "--resume")
    batches.use_fake_bundle(monkeypatch)
    here = run(place, "-o", str(place / "here"))
    for report in (kept_by_nobody, of_an_older_one, here):
        assert (report["told"], report["untold"], report["outcomes"]) == (0, 0, {"placed": CUES})
        assert not any("told" in note for note in report["notes"])
    assert not (place / "here" / "reported").exists()


def test_where_reports_cannot_be_kept_none_is_sent_until_they_can(place: Path) -> None:
    (place / "out").mkdir()
    (place / "out" / "reported").touch()
    with studio(place) as address:
        first = run(place, "--server", address)
        assert (len(first["timelines"]), first["told"], first["untold"]) == (3, 0, CUES)
        (place / "out" / "reported").unlink()
        assert run(place, "--server", address, "--resume")["told"] == CUES
    assert in_use(audit(place)) == on_the_sheet(place)
