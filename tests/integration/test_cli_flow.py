"""The command line from an empty machine to a placed cue, with a bundle that needs no weights."""

import json
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from typer.testing import CliRunner

from support.fake_bundle import FakeBundle
from support.fake_server import fake_workings
from support.films import Shot, make_film, make_still, moving, numbered
from support.serving import running
from support.timelines import clip, lane, movie, save, timeline
from support.tones import music, write_audio
from temptrack.cli.main import app
from temptrack.demo.composed import PIECES
from temptrack.demo.painted import PAINTED_SCENES
from temptrack.seat import engine
from temptrack.server.options import ServerOptions

TITLES = ("Slow Morning", "Night Bus", "The Chase")


@pytest.fixture(autouse=True)
def fake_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "open_bundle", lambda *_args, **_options: FakeBundle())


@pytest.fixture
def tunes(tmp_path: Path) -> Path:
    folder = tmp_path / "tunes"
    for number, title in enumerate(TITLES):
        sound = music(24.0 if number else 6.0, bpm=90 + 20 * number, seed=number)
        tags = {"title": title, "artist": "Ada", "copyright": "CC0 1.0"}
        write_audio(folder / f"{number}.flac", sound, tags=tags)
    return folder


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    make_film(tmp_path / "a.mp4", [Shot(moving(1), 200)])
    make_film(tmp_path / "b.mp4", [Shot(numbered(), 120)], rate=30)
    make_still(tmp_path / "c.png")
    shots = [
        clip("a", 0, 200, 25, media=movie("a.mp4", 0, 200, 25)),
        clip("b", 0, 90, 30, media=movie("b.mp4", 0, 120, 30)),
        clip("gone", 0, 50, 25, media=movie("gone.mp4", 0, 50, 25)),
        clip("c", 0, 50, 25, media=movie("c.png", None)),
    ]
    return save(timeline(lane(*shots), rate=25, start=90_000), tmp_path / "cut.otio")


def run(*words: str | Path, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result.stdout


def answer(*words: str | Path) -> Any:
    return json.loads(run(*words, "--json"))


@pytest.fixture
def library(tunes: Path) -> str:
    run("library", "create", "stock")
    run("library", "index", "stock", tunes, "--workers", "0")
    return "stock"


def test_a_library_is_made_filled_shown_and_removed(tunes: Path) -> None:
    assert "temptrack library create" in run("library", "list")
    made = answer("library", "create", "stock")
    assert (made["library"]["name"], made["tracks"]) == ("stock", [])
    first = answer("library", "index", "stock", tunes, "--workers", "0")
    assert (first["found"], first["added"], first["failed"]) == (3, 3, [])
    again = run("library", "index", "stock", tunes, "--workers", "0")
    assert "3 unchanged" in again
    assert [info["track_count"] for info in answer("library", "list")["libraries"]] == [3]
    shown = answer("library", "show", "stock")
    assert [track["title"] for track in shown["tracks"]] == list(TITLES)
    text = run("library", "show", "stock")
    assert "Night Bus" in text
    assert max(len(line) for line in text.splitlines()) <= 100
    run("library", "remove", "stock", "night bus")
    assert [track["title"] for track in answer("library", "show", "stock")["tracks"]] == [
        TITLES[0],
        TITLES[2],
    ]
    result = CliRunner().invoke(app, ["library", "remove", "stock"], input="n\n")
    assert result.exit_code == 130
    run("library", "delete", "stock", "--yes")
    assert answer("library", "list")["libraries"] == []
    assert len(list(tunes.iterdir())) == 3


def test_files_that_cannot_be_read_are_named_and_do_not_stop_the_rest(tunes: Path) -> None:
    (tunes / "broken.mp3").write_bytes(b"no music" * 100)
    run("library", "create", "stock")
    result = CliRunner().invoke(app, ["library", "index", "stock", str(tunes), "--workers", "0"])
    assert result.exit_code == 0
    assert "3 added" in result.stdout
    assert "broken.mp3" in result.stderr


def test_words_alone_rank_the_library(library: str) -> None:
    found = answer("suggest", "-l", library, "-p", "calm piano, no drums")
    assert found["scope"] is None
    assert found["prompt"]["excluded_tags"] == ["drums"]
    ranks = [item["rank"] for item in found["suggestions"]]
    assert ranks == list(range(1, len(ranks) + 1))
    assert [part["effect"] for part in found["prompt"]["parts"]] == ["filter"]
    fields = {"rank", "track", "score", "favour", "excerpt", "fit", "reasons", "also_at"}
    assert set(found["suggestions"][0]) == fields
    assert found["suggestions"][0]["track"]["licence"] == "CC0-1.0"


def test_a_cut_gets_music_on_a_lane_of_its_own(library: str, cut: Path, tmp_path: Path) -> None:
    before = cut.read_bytes()
    out, page = tmp_path / "out.otio", tmp_path / "page.html"
    words = ("suggest", cut, "-l", library, "-p", "hope", "--insert", "1", "-o", out, "--review", page)
    found = answer(*words)
    assert cut.read_bytes() == before
    assert found["scope"]["label"] == "whole timeline"
    assert any("gone.mp4" in warning for warning in found["warnings"])
    read = otio.adapters.read_from_file(str(out))
    assert len(read.tracks) == len(otio.adapters.read_from_file(str(cut)).tracks) + 1
    placed = [item for item in read.tracks[-1] if isinstance(item, otio.schema.Clip)]
    first = found["suggestions"][0]["track"]
    assert placed[0].metadata["temptrack"]["track_id"] == first["id"]
    assert found["inserted"]["rank"] == 1
    text = page.read_text()
    assert first["title"] in text
    assert text.count("<audio") == len(found["suggestions"])
    assert run(*words, code=2) == ""
    assert "✓ Placed" in run(*words, "--force")


def test_the_same_request_gives_the_same_json(library: str, cut: Path) -> None:
    words = ("suggest", cut, "-l", library, "-p", "hope", "--json")
    assert run(*words) == run(*words)


def test_a_part_of_the_cut_is_what_is_looked_at(library: str, cut: Path) -> None:
    found = answer("suggest", cut, "-l", library, "--in", "1s", "--out", "3s")
    assert (found["scope"]["record"]["start_frames"], found["scope"]["record"]["duration_frames"]) == (25, 50)
    assert answer("suggest", cut, "-l", library, "--clip", "b")["scope"]["label"] == "clips 'b'"


def test_a_reference_track_is_found_by_its_title(library: str) -> None:
    found = answer("suggest", "-l", library, "--like", "night bus")
    reasons = [reason for item in found["suggestions"] for reason in item["reasons"]]
    assert {reason["text"] for reason in reasons if reason["kind"] == "reference"} == {
        "sounds like “Night Bus”"
    }


def test_filters_that_let_nothing_through_are_said(library: str) -> None:
    text = run("suggest", "-l", library, "-p", "calm", "--bpm", "390-400")
    assert "None of the 3 tracks" in text


def test_the_timeline_is_shown_with_what_is_missing(cut: Path) -> None:
    shown = answer("timeline", cut)
    assert shown["rate"] == "25"
    assert [use["kind"] for use in shown["segments"][0]["media"]] == ["movie", "movie"]
    assert [problem["clip"] for problem in shown["problems"]] == ["gone"]
    assert "gone.mp4" in run("timeline", cut)


def test_a_timeline_away_from_its_media_is_still_shown(tmp_path: Path) -> None:
    away = save(timeline(lane(clip("x", 0, 48, media=movie("/vol/x.mov")))), tmp_path / "away.otio")
    result = CliRunner().invoke(app, ["timeline", str(away), "--json"])
    assert result.exit_code == 4
    assert json.loads(result.stdout)["segments"][0]["media"][0]["path"] == "/vol/x.mov"
    assert json.loads(result.stderr)["error"]["reason"] == "NO_PICTURE"


def test_another_bundle_is_said_with_the_command_that_mends_it(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Newer(FakeBundle):
        id = "fake-1"
        digest = "11" * 32

    monkeypatch.setattr(engine, "open_bundle", lambda *_args, **_options: Newer())
    result = CliRunner().invoke(app, ["suggest", "-l", library, "-p", "calm"])
    assert result.exit_code == 4
    assert "temptrack library reindex stock" in result.stderr
    run("library", "reindex", library, "--workers", "0")
    assert answer("library", "show", library)["library"]["bundle_id"] == "fake-1"
    assert answer("suggest", "-l", library, "-p", "calm")["considered"] == 3


def test_ctrl_c_stops_with_its_own_exit_code(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_args: object, **_options: object) -> FakeBundle:
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "open_bundle", interrupted)
    result = CliRunner().invoke(app, ["suggest", "-l", library, "-p", "calm"])
    assert result.exit_code == 130
    assert "Stopped" in result.stderr


def test_a_healthy_machine_is_said_to_be(library: str) -> None:
    found = answer("doctor")
    assert found["healthy"]
    assert {check["name"] for check in found["checks"]} >= {
        "python",
        "home",
        "bundle",
        "media",
        "library stock",
    }
    assert "Everything works" in run("doctor")


def test_every_broken_link_is_named_with_its_next_step(
    library: str, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_args: object, **_options: object) -> FakeBundle:
        raise ModuleNotFoundError("no", name="onnxruntime")

    monkeypatch.setattr(engine, "open_bundle", gone)
    next((own_home / "libraries" / "stock").rglob("*.lance")).rename(own_home / "moved")
    result = CliRunner().invoke(app, ["doctor", "--server", "127.0.0.1:1", "--json"])
    broken = {
        check["name"]: check for check in json.loads(result.stdout)["checks"] if check["state"] == "broken"
    }
    assert {"bundle", "server"} <= set(broken)
    assert "pip install 'temptrack[cpu]'" in broken["bundle"]["hint"]
    assert "temptrack serve" in broken["server"]["hint"]
    assert result.exit_code == broken["bundle"]["exit_code"] != 0


def test_the_demo_runs_without_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("temptrack.demo.music.PIECES", PIECES[:3])
    monkeypatch.setattr("temptrack.demo.footage.PAINTED_SCENES", PAINTED_SCENES[1:3])
    out = tmp_path / "demo"
    made = answer("demo", "--out", out, "--offline", "--workers", "0")
    assert (made["music"], made["footage"], made["tracks"]) == ("generated", "generated", 3)
    assert "composed by code" in made["notes"][0]
    assert len(made["searches"]) == 2
    for search in made["searches"]:
        assert Path(search["page"]).name in (out / "review.html").read_text()
        assert len(otio.adapters.read_from_file(search["timeline"]).tracks) == 2
    assert "Open in a browser" in run("demo", "--out", out, "--offline", "--workers", "0")


def test_a_server_gives_the_same_list_as_this_machine(library: str, cut: Path, tmp_path: Path) -> None:
    words = ("suggest", cut, "-l", library, "-p", "hope", "--like", "night bus")
    here = answer(*words)
    with running(ServerOptions(listen="127.0.0.1:0", drain_s=0), fake_workings()) as address:
        there = answer(*words, "--server", address, "--review", tmp_path / "page.html")
        seen = answer("doctor", "--server", address)
    assert there.pop("review") is not None
    assert here.pop("review") is None
    assert there == here
    assert (tmp_path / "page.html").read_text().count("<audio") == len(here["suggestions"])
    assert [check["state"] for check in seen["checks"] if check["name"] == "server"] == ["ok"]


def test_an_unreachable_server_is_said_with_its_address(cut: Path) -> None:
    result = CliRunner().invoke(
        app, ["suggest", str(cut), "-l", "stock", "--server", "127.0.0.1:1", "--json"]
    )
    told = json.loads(result.stderr)["error"]
    assert (result.exit_code, told["exit_code"], told["reason"]) == (5, 5, "UNREACHABLE")
    assert "127.0.0.1:1" in told["message"]
