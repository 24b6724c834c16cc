"""A cut whose media are not here still gets music by words, for its length."""

import json
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from typer.testing import CliRunner

from support.fake_bundle import FakeBundle
from support.fake_server import fake_workings
from support.films import Shot, make_film, moving
from support.serving import running
from support.timelines import clip, lane, movie, save, timeline
from support.tones import music, write_audio
from temptrack.cli.main import app
from temptrack.seat import engine
from temptrack.server.options import ServerOptions


@pytest.fixture(autouse=True)
def library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(engine, "open_bundle", lambda *_args, **_options: FakeBundle())
    for number in range(2):
        sound = music(14.0, bpm=100 + 20 * number, seed=number)
        write_audio(tmp_path / "tunes" / f"{number}.flac", sound, tags={"title": f"Piece {number}"})
    asked("library", "create", "stock")
    asked("library", "index", "stock", tmp_path / "tunes", "--workers", "0")


@pytest.fixture(params=["not there", "not decodable"])
def cut(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "not decodable":
        for name in ("a.mp4", "b.mp4"):
            (tmp_path / name).write_bytes(b"no film " * 200)
    shots = [clip(name, 0, 150, 25, media=movie(f"{name}.mp4", 0, 150, 25)) for name in ("a", "b")]
    return save(timeline(lane(*shots), rate=25), tmp_path / "cut.otio")


def asked(*words: str | Path, code: int = 0) -> Any:
    result = CliRunner().invoke(app, [*map(str, words), "--json"])
    assert result.exit_code == code, result.output
    return json.loads(result.stdout if code == 0 else result.stderr)


@pytest.mark.parametrize(
    ("wish", "decides"),
    [
        (("-p", "calm"), "what decides: words and the length to fill."),
        (("--like", "piece 0"), "what decides: reference track and the length to fill."),
        (("-p", "calm", "--like", "piece 0"), "what decides: words, reference track and the length to fill."),
    ],
)
def test_words_or_a_reference_go_on_without_the_picture(
    cut: Path, wish: tuple[str, ...], decides: str
) -> None:
    found = asked("suggest", cut, "-l", "stock", *wish)
    assert (found["scope"]["segments"], found["scope"]["segments_seen"]) == (2, 0)
    assert found["suggestions"]
    assert {item["fit"]["scope_s"] for item in found["suggestions"]} == {12.0}
    assert decides in found["warnings"][0]
    assert any("a.mp4" in warning for warning in found["warnings"][1:])


def test_the_words_rank_as_they_do_without_a_timeline(cut: Path) -> None:
    with_cut, without = (
        asked("suggest", *where, "-l", "stock", "-p", "calm", "--text-weight", "0.2") for where in ([cut], [])
    )
    assert with_cut["text_weight"] == without["text_weight"] == 1.0
    assert [(item["track"]["id"], item["score"]) for item in with_cut["suggestions"]] == [
        (item["track"]["id"], item["score"]) for item in without["suggestions"]
    ]


def test_without_words_the_picture_is_needed(cut: Path) -> None:
    error = asked("suggest", cut, "-l", "stock", code=4)["error"]
    assert error["reason"] == "NO_PICTURE"


def test_a_cue_is_placed_and_a_page_written_without_the_picture(cut: Path, tmp_path: Path) -> None:
    out, page = tmp_path / "out.otio", tmp_path / "page.html"
    words = ("suggest", str(cut), "-l", "stock", "-p", "calm", "--insert", "1", "-o", str(out))
    shown = CliRunner().invoke(app, [*words, "--review", str(page)])
    assert shown.exit_code == 0, shown.output
    assert "Balance" not in shown.stdout
    assert "No picture of the whole timeline can be seen" in shown.stderr
    assert len(otio.adapters.read_from_file(str(out)).tracks) == 2
    assert page.read_text().count("<audio") == 2
    assert "No picture of the whole timeline can be seen" in page.read_text()


def test_a_server_answers_the_same(cut: Path) -> None:
    words = ("suggest", cut, "-l", "stock", "-p", "calm")
    here = asked(*words)
    with running(ServerOptions(listen="127.0.0.1:0", drain_s=0), fake_workings()) as address:
        assert asked(*words, "--server", address) == here
        assert asked("suggest", cut, "-l", "stock", "--server", address, code=4)["error"]["reason"] == (
            "NO_PICTURE"
        )


def test_a_picture_that_is_partly_there_has_its_say(cut: Path, tmp_path: Path) -> None:
    make_film(tmp_path / "a.mp4", [Shot(moving(1), 150)])
    found = asked("suggest", cut, "-l", "stock", "-p", "calm")
    assert (found["scope"]["segments_seen"], found["text_weight"]) == (1, 0.5)
    assert not any("No picture" in warning for warning in found["warnings"])


def test_many_missing_shots_are_counted_for_people_and_listed_for_programs(tmp_path: Path) -> None:
    shots = [clip(f"s{number}", 0, 25, 25, media=movie(f"s{number}.mp4", 0, 25, 25)) for number in range(20)]
    cut = save(timeline(lane(*shots), rate=25), tmp_path / "many.otio")
    assert len(asked("suggest", cut, "-l", "stock", "-p", "calm")["warnings"]) == 21
    shown = CliRunner().invoke(app, ["suggest", str(cut), "-l", "stock", "-p", "calm"])
    assert shown.stderr.count("Note: ") == 7
    assert "15 more; `temptrack timeline` shows what is missing" in shown.stderr


EDL = """\
TITLE: CUT
001  AX       V     C        01:00:02:00 01:00:08:00 01:00:00:00 01:00:06:00
* FROM CLIP NAME:  Morning
002  AX       V     C        00:00:00:00 00:00:02:00 01:00:06:00 01:00:08:00
* FROM CLIP NAME:  Elsewhere
"""


def test_an_edl_finds_its_media_in_a_folder(tmp_path: Path) -> None:
    edl = tmp_path / "cut.edl"
    edl.write_text(EDL)
    assert "--media" in asked("suggest", edl, "-l", "stock", code=4)["error"]["hint"]
    blank = CliRunner().invoke(app, ["timeline", str(edl), "--json"])
    assert blank.exit_code == 4
    assert [problem["clip"] for problem in json.loads(blank.stdout)["problems"]] == ["Morning", "Elsewhere"]
    (tmp_path / "card").mkdir()
    film = make_film(
        tmp_path / "card" / "morning.mov", [Shot(moving(1), 240)], rate=24, timecode="01:00:01:00"
    )
    seen = asked("timeline", edl, "--media", tmp_path / "card")
    (use,) = [use for segment in seen["segments"] for use in segment["media"]]
    assert (use["path"], use["source_start_s"], use["source_duration_s"]) == (str(film), 1.0, 6.0)
    assert [(problem["clip"], problem["kind"]) for problem in seen["problems"]] == [("Elsewhere", "no-media")]
    found = asked("suggest", edl, "-l", "stock", "--media", tmp_path / "card")
    assert (found["scope"]["segments_seen"], found["text_weight"]) == (1, 0.0)


def test_a_media_folder_that_is_not_there_is_named(cut: Path, tmp_path: Path) -> None:
    error = asked("timeline", cut, "--media", tmp_path / "nowhere", code=3)["error"]
    assert error["reason"] == "MEDIA_FOLDER_NOT_FOUND"
