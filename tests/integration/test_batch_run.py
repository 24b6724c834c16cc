"""Batches from plan to cue sheet, disturbed in every way, with a bundle that needs no weights."""

import csv
import json
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from typer.testing import CliRunner

import temptrack
from support import batches, fake_cli
from support.fake_server import fake_workings
from support.films import Shot, make_film, numbered
from support.serving import running
from temptrack.batch import run as batch_run
from temptrack.batch.asking import Asker
from temptrack.batch.plan import read_plan
from temptrack.cli.main import app
from temptrack.errors import Unavailable
from temptrack.server.options import ServerOptions
from temptrack.timeline.place import list_cues
from temptrack.timeline.read import read_timeline


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    batches.use_fake_bundle(monkeypatch)
    batches.stock(tmp_path / "music")
    batches.cuts(tmp_path / "cuts")
    return tmp_path


def run(*words: str | Path, code: int = 0) -> Any:
    result = CliRunner().invoke(app, ["batch", *map(str, words), "--json"])
    assert result.exit_code == code, result.output
    return json.loads(result.stdout or result.stderr)


def asked(place: Path, *words: str | Path, out: str = "out", code: int = 0, page: bool = False) -> Any:
    given = ["-l", "stock", "-p", "calm", "--scenes", "markers", "--no-repeat", "2", "--family", "0.1"]
    given += [] if page else ["--no-review"]
    return run(place / "cuts", "-o", place / out, *given, *words, code=code)


def lines(folder: Path) -> list[Any]:
    return [json.loads(line) for line in (folder / "suggestions.jsonl").read_text("utf-8").splitlines()]


def test_every_timeline_gets_its_cues_and_every_file_is_written(place: Path) -> None:
    before = {path: path.read_bytes() for path in (place / "cuts").glob("*.otio")}
    report = asked(place, page=True)
    assert (report["rows"], report["asked"], report["scenes"]) == (3, 3, 6)
    assert report["outcomes"] == {"placed": 6}
    assert {Path(path).name for path in report["files"]} == {
        "suggestions.jsonl",
        "cue-sheet.csv",
        "cue-sheet.json",
        "cue-sheet.html",
        "credits.txt",
        "review.html",
    }
    for path in report["timelines"]:
        document = otio.adapters.read_from_file(path)
        assert [item.name for item in document.tracks[-1] if isinstance(item, otio.schema.Clip)] != []
        assert len(list_cues(read_timeline(path))) == 2
    assert {path: path.read_bytes() for path in before} == before


def test_a_line_says_what_was_chosen_and_what_was_passed_over(place: Path) -> None:
    asked(place)
    told = lines(place / "out")
    assert [line["scene"] for line in told[:2]] == ["marker 'arrival'", "marker 'departure'"]
    ids = [
        next(s["track"]["id"] for s in line["suggestions"] if s["rank"] == line["chosen_rank"])
        for line in told
    ]
    assert all(first != second for index, first in enumerate(ids) for second in ids[index + 1 : index + 3])
    assert any("used" in line["passed_over"].values() for line in told)
    assert told[2]["record"]["start_frames"] == 0


def test_the_page_shows_pictures_words_tracks_and_sound(place: Path) -> None:
    asked(place, page=True)
    page = (place / "out" / "review.html").read_text("utf-8")
    assert page.count('class="scene"') == 6
    assert page.count("<img") == 6
    assert page.count("<audio") == 18
    assert page.count(">placed<") == 6
    for address in [part.split('"')[0] for part in page.split('src="')[1:]]:
        assert (place / "out" / address).stat().st_size > 500


def test_the_page_leads_to_scenes_that_have_no_music(place: Path) -> None:
    (place / "cuts" / "b.mp4").unlink()
    words = ("-l", "stock", "--scenes", "markers")
    run(place / "cuts" / "cut00.otio", "-o", place / "out", *words)
    page = (place / "out" / "review.html").read_text("utf-8")
    (link,) = re.findall(r'<a href="#(.*?)">(.*?)</a>', page)
    assert link == ("scene-2", "cut00.otio, marker &#39;departure&#39;")
    silent = page.partition(f'id="{link[0]}"')[2]
    assert "No music was placed" in silent
    assert "No music was placed" not in page.removesuffix(silent)


def test_a_second_run_asks_nothing_and_writes_the_same(place: Path) -> None:
    asked(place, page=True)
    before = batches.written(place / "out")
    again = asked(place, "--resume", page=True)
    assert (again["known"], again["asked"]) == (3, 0)
    assert batches.written(place / "out") == before


def test_a_folder_with_answers_is_not_used_by_accident(place: Path) -> None:
    asked(place)
    assert asked(place, code=2)["error"]["reason"] == "BATCH_EXISTS"


def test_shards_together_make_what_one_run_makes(place: Path) -> None:
    asked(place)
    counts = [asked(place, "--shard", f"{number}/2", out="farm")["asked"] for number in (1, 2)]
    assert sum(counts) == 3
    assert not (place / "farm" / "review.html").exists()
    assert asked(place, "--resume", out="farm")["asked"] == 0
    assert batches.written(place / "farm") == batches.written(place / "out")


def test_shards_are_processes_that_share_nothing_but_the_folder(place: Path) -> None:
    words = ["-l", "stock", "-p", "calm", "--scenes", "markers", "--no-review", "--json"]
    words += ["-o", str(place / "farm"), "--no-repeat", "2", "--family", "0.1"]
    # The second share is run twice at the same time, as a scheduler that lost sight of it would.
    shares = [
        subprocess.Popen(
            [sys.executable, fake_cli.__file__, "batch", str(place / "cuts"), *words, "--shard", share],
            stdout=subprocess.PIPE,
        )
        for share in ("1/2", "2/2", "2/2")
    ]
    reports = [json.loads(share.communicate()[0]) for share in shares]
    assert [(report["complete"], report["failed"]) for report in reports] == [(False, [])] * 3
    assert reports[0]["in_shard"] + reports[1]["in_shard"] == 3
    assert asked(place, "--resume", out="farm")["asked"] == 0
    asked(place)
    assert batches.written(place / "farm") == batches.written(place / "out")


def test_several_units_at_a_time_change_nothing(place: Path) -> None:
    asked(place)
    asked(place, "--jobs", "3", out="hurried")
    assert batches.written(place / "hurried") == batches.written(place / "out")


def test_a_dry_run_counts_and_writes_nothing(place: Path) -> None:
    report = asked(place, "--dry-run")
    assert (report["in_shard"], report["known"], report["asked"], report["complete"]) == (3, 0, 0, False)
    assert not (place / "out").exists()


@pytest.mark.parametrize(("policy", "code"), [("any", 4), ("all", 0), ("never", 0)])
def test_one_broken_timeline_costs_the_others_nothing(place: Path, policy: str, code: int) -> None:
    (place / "cuts" / "cut00.otio").write_text("{")
    report = asked(place, "--fail-on", policy, code=code)
    assert [(failed["row"], failed["reason"]) for failed in report["failed"]] == [(1, "BAD_JSON")]
    assert (report["asked"], len(report["timelines"])) == (2, 2)
    assert [line["row"] for line in lines(place / "out")] == [2, 2, 3, 3]


def test_when_everything_fails_the_softer_policy_fails_too(place: Path) -> None:
    for path in (place / "cuts").glob("*.otio"):
        path.write_text("{")
    report = asked(place, "--fail-on", "all", code=4)
    assert (len(report["failed"]), report["complete"]) == (3, False)
    assert not (place / "out").exists()


def test_one_cause_is_said_once_to_people(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_given: object) -> None:
        raise Unavailable("The server went away.", hint="Start it.")

    monkeypatch.setattr(Asker, "answer", gone)
    words = ("batch", place / "cuts", "-o", place / "out", "-l", "stock", "-p", "calm")
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 5
    assert result.stderr.count("The server went away. Start it.") == 1
    assert "cut00.otio and 2 more (UNAVAILABLE)" in result.stderr


def test_what_failed_is_asked_again_and_the_end_is_the_same(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(place, out="undisturbed")
    answer, gone = Asker.answer, {"cut01.otio"}

    def shaky(self: Asker, unit: str, row: Any, cancelled: Any) -> Any:
        if row.timeline.name in gone:
            raise Unavailable("The server went away.")
        return answer(self, unit, row, cancelled)

    monkeypatch.setattr(Asker, "answer", shaky)
    first = asked(place, code=5)
    assert [(failed["row"], failed["reason"]) for failed in first["failed"]] == [(2, "UNAVAILABLE")]
    gone.clear()
    second = asked(place, "--resume")
    assert (second["known"], second["asked"], second["failed"]) == (2, 1, [])
    assert batches.written(place / "out") == batches.written(place / "undisturbed")


def test_ctrl_c_leaves_what_is_answered(place: Path) -> None:
    asked(place, out="undisturbed")
    plan = read_plan(place / "cuts", defaults={"library": "stock"})
    done = 0

    def stop_after_one() -> bool:
        return done >= 1

    def count(step: str, finished: int, _total: int) -> None:
        nonlocal done
        done = finished if step == "asking" else done

    with pytest.raises(temptrack.Cancelled, match="Stopped after 1"):
        batch_run.run_batch(
            batch_run.Batch(plan, place / "out", review=False),
            temptrack.open_library,
            progress=count,
            cancelled=stop_after_one,
        )
    done = -100
    report = batch_run.run_batch(
        batch_run.Batch(plan, place / "out", resume=True, review=False), temptrack.open_library
    )
    assert (report.known, report.asked) == (1, 2)


def test_what_an_answer_depends_on_is_asked_anew(place: Path) -> None:
    asked(place)
    cut = place / "cuts" / "cut01.otio"
    cut.write_text(cut.read_text("utf-8").replace("arrival", "landing"), encoding="utf-8")
    assert asked(place, "--resume")["asked"] == 1
    make_film(place / "cuts" / "a.mp4", [Shot(numbered(), 150)], rate=batches.RATE, size=(64, 36))
    assert asked(place, "--resume")["asked"] == 3
    assert run(place / "cuts", "-o", place / "out", "-l", "stock", "-p", "tense", "--resume")["asked"] == 3


def test_other_rules_choose_anew_without_asking(place: Path) -> None:
    asked(place)
    report = asked(place, "--resume", "--min-score", "0.99")
    assert (report["asked"], report["outcomes"]) == (0, {"nothing-fits": 6})
    assert (place / "out" / "credits.txt").read_text("utf-8") == ""


def test_the_gate_of_licences_holds_whatever_a_row_allows(place: Path) -> None:
    plan = batches.write_plan(
        place / "cuts" / "plan.jsonl",
        [
            {"timeline": "cut00.otio", "prompt": "calm"},
            {"timeline": "cut01.otio", "prompt": "calm", "licences": ["unknown", "cc0-1.0"]},
            {"timeline": "cut02.otio", "prompt": "calm", "licences": ["unknown"]},
        ],
    )
    run(plan, "-o", place / "out", "-l", "stock", "--licence", "CC0-1.0", "--licence", "CC-BY-4.0")
    told = lines(place / "out")
    licences = [{s["track"]["licence"] for s in line["suggestions"]} for line in told]
    assert licences == [{"CC0-1.0", "CC-BY-4.0"}, {"CC0-1.0"}, set()]
    assert told[2]["outcome"] == "no-candidate"


def test_scenes_between_gaps_and_clusters_of_shots_get_a_cue_each(place: Path) -> None:
    run(place / "cuts" / "cut00.otio", "-o", place / "gaps", "-l", "stock", "--scenes", "gaps", "--no-review")
    records = [line["record"] for line in lines(place / "gaps")]
    assert [(r["start_frames"], r["duration_frames"]) for r in records] == [(0, 125), (175, 125)]
    words = ("-l", "stock", "--scenes", "shots", "--scene-length", "6", "--no-review")
    run(place / "cuts" / "cut00.otio", "-o", place / "shots", *words)
    records = [line["record"] for line in lines(place / "shots")]
    assert [(r["start_frames"], r["duration_frames"]) for r in records] == [(0, 175), (175, 125)]


def test_a_scene_without_picture_or_words_is_told_and_the_others_go_on(place: Path) -> None:
    (place / "cuts" / "b.mp4").unlink()
    run(place / "cuts" / "cut00.otio", "-o", place / "out", "-l", "stock", "--scenes", "markers")
    first, second = lines(place / "out")
    assert first["outcome"] == "placed"
    assert (second["outcome"], second["chosen_rank"]) == ("no-candidate", None)
    assert "b.mp4" in second["problem"]


def test_a_server_answers_as_this_machine_does(place: Path) -> None:
    asked(place)
    with running(ServerOptions(listen="127.0.0.1:0", drain_s=0), fake_workings()) as address:
        asked(place, "--server", address, "--jobs", "2", out="there")
    assert batches.written(place / "there") == batches.written(place / "out")


def test_music_that_only_the_server_can_read_is_copied_once_and_named_by_the_timelines(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_file, here = Path.is_file, threading.current_thread()

    def not_mounted(path: Path) -> bool:
        # The server works in threads of its own.
        hidden = path.is_relative_to(place / "music") and threading.current_thread() is here
        return not hidden and is_file(path)

    monkeypatch.setattr(Path, "is_file", not_mounted)
    with running(ServerOptions(listen="127.0.0.1:0", drain_s=0), fake_workings()) as address:
        report = asked(place, "--server", address)
        copies = {path: path.stat().st_mtime_ns for path in (place / "out" / "music").iterdir()}
        asked(place, "--server", address, "--resume")
    assert report["notes"] == ["2 cues are tracks of unknown licence."]
    cues = [cue for path in report["timelines"] for cue in list_cues(read_timeline(path))]
    assert {cue.path for cue in cues} == copies.keys()
    assert {path: path.stat().st_mtime_ns for path in copies} == copies
    originals = {path.read_bytes() for path in (place / "music").iterdir()}
    assert {path.read_bytes() for path in copies} <= originals


def test_music_that_cannot_be_had_is_said_and_the_timelines_are_written(place: Path) -> None:
    shutil.rmtree(place / "music")
    report = asked(place)
    assert len(report["timelines"]) == 3
    assert any("tracks lie where this machine cannot read them" in note for note in report["notes"])
    assert not (place / "out" / "music").exists()


def test_media_beside_the_timelines_are_found_from_their_copies(place: Path) -> None:
    report = asked(place)
    assert not any("media paths" in note for note in report["notes"])
    for path in report["timelines"]:
        document = otio.adapters.read_from_file(path)
        shots = [item for item in document.tracks[0] if isinstance(item, otio.schema.Clip)]
        media = {shot.media_reference.target_url for shot in shots}
        assert media == {str(place / "cuts" / "a.mp4"), str(place / "cuts" / "b.mp4")}


def test_rows_of_one_timeline_end_in_one_copy(place: Path) -> None:
    rows = [
        {"timeline": "cut00.otio", "in": "7s", "prompt": "tense", "usage": "closing"},
        {"timeline": "cut01.otio", "prompt": "calm"},
        {"timeline": "cut00.otio", "out": "4s", "prompt": "calm", "usage": "opening"},
    ]
    plan = batches.write_plan(place / "cuts" / "plan.jsonl", rows)
    report = run(plan, "-o", place / "out", "-l", "stock", "--no-review")
    assert [Path(path).name for path in report["timelines"]] == ["cut00.otio", "cut01.otio"]
    with (place / "out" / "cue-sheet.csv").open(encoding="utf-8-sig", newline="") as file:
        sheet = list(csv.DictReader(file))
    assert [(row["timeline"], row["cue"], row["usage"]) for row in sheet] == [
        ("cut00.otio", "1", "opening"),
        ("cut00.otio", "2", "closing"),
        ("cut01.otio", "1", "background"),
    ]


def test_timelines_of_one_name_get_names_of_their_own(place: Path) -> None:
    for name in ("ep1", "ep2"):
        shutil.copytree(place / "cuts", place / "season" / name)
    report = run(place / "season" / "ep*" / "cut00.otio", "-o", place / "out", "-l", "stock", "-p", "calm")
    assert [Path(path).name for path in report["timelines"]] == ["ep1-cut00.otio", "ep2-cut00.otio"]
