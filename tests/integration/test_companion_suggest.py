"""Questions to a real companion: a real film, a real library, the model that ships."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.companions import Asker, Json, RefusedError, companion
from support.films import Shot, make_film, make_still, moving, solid
from support.small_library import SmallLibrary, small_library
from support.strips import lane, strip
from support.timelines import clip, movie, save, timeline
from support.timelines import lane as otio_lane
from temptrack.home import DEFAULT_BUNDLE

RATE = {"numerator": 25, "denominator": 1}


@pytest.fixture(name="library", scope="module")
def make_one_library(tmp_path_factory: pytest.TempPathFactory) -> SmallLibrary:
    return small_library(tmp_path_factory.mktemp("library"))


@pytest.fixture(name="film", scope="module")
def make_one_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shots = [Shot(solid((200, 30, 30)), 250), Shot(moving(1), 250), Shot(moving(2), 125)]
    return make_film(tmp_path_factory.mktemp("film") / "film.mp4", shots)


@pytest.fixture(name="asker", scope="module")
def make_one_companion(library: SmallLibrary) -> Iterator[Asker]:
    with companion(library.home) as asker:
        asker.introduce()
        yield asker


def described(*strips: Json, start: int = 0, end: int = 625) -> Json:
    return {
        "strips": {
            "name": "cut",
            "rate": RATE,
            "start_frames": start,
            "end_frames": end,
            "lanes": [lane(*strips)],
        }
    }


def titles(answer: Json) -> list[str]:
    return [suggestion["track"]["title"] for suggestion in answer["suggestions"]]


def test_libraries_are_told_with_their_model(asker: Asker) -> None:
    assert asker.ask("libraries")["libraries"] == [
        {"name": "small", "tracks": 4, "bundle_id": DEFAULT_BUNDLE, "matches_bundle": True}
    ]


def test_words_alone_rank_the_library_as_the_command_line_does(asker: Asker, library: SmallLibrary) -> None:
    answer = asker.ask("suggest", {"library": "small", "prompt": "calm, slow", "limit": 3})
    said = subprocess.run(
        [
            str(Path(sys.executable).with_name("temptrack")),
            *("suggest", "--library", "small", "--prompt", "calm, slow", "--limit", "3", "--json"),
        ],
        env={**os.environ, "TEMPTRACK_HOME": str(library.home)},
        capture_output=True,
        check=True,
    )
    assert answer.pop("picture") is None
    assert answer.pop("host_scope") is None
    assert answer == json.loads(said.stdout)
    assert len(answer["suggestions"]) == 3


def test_a_described_timeline_is_looked_at_once(asker: Asker, film: Path) -> None:
    shot = strip("film", 1000, 1625, path=str(film), media_rate=RATE)
    cut = described(shot, start=1000, end=1625)
    question = {"library": "small", "timeline": cut, "text_weight": 0.0}
    _, answers, progress = asker.begin("suggest", question)
    first = asker.wait(answers)
    assert first["picture"] == {"segments": 3, "encoded": 3, "from_cache": 0}
    assert first["host_scope"] == {"start_frames": 1000, "end_frames": 1625, "rate": RATE}
    assert first["scope"]["timeline"] == "cut"
    looked = [(value["done"], value["total"]) for value in progress if value["stage"] == "picture"]
    assert looked == [(1, 3), (2, 3), (3, 3)]

    again = asker.ask("suggest", question | {"prompt": "calm", "text_weight": 0.5})
    assert again["picture"] == {"segments": 3, "encoded": 0, "from_cache": 3}
    assert again["query_digest"] != first["query_digest"]

    moved = described(shot | {"start_frames": 1010}, start=1000, end=1625)
    assert asker.ask("suggest", question | {"timeline": moved})["picture"]["segments"] == 3


def test_an_edited_film_is_looked_at_again(asker: Asker, film: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(film.read_bytes())
    question = {
        "library": "small",
        "timeline": described(strip("film", 0, 250, path=str(copy), media_rate=RATE), end=250),
        "text_weight": 0.0,
    }
    before = asker.ask("suggest", question)
    make_film(copy, [Shot(moving(9), 250)])
    after = asker.ask("suggest", question)
    assert after["picture"] == {"segments": 1, "encoded": 1, "from_cache": 0}
    assert after["query_digest"] != before["query_digest"]


def test_a_timeline_file_is_planned_and_searched(asker: Asker, film: Path, tmp_path: Path) -> None:
    shot = clip("film", 0, 500, 25, media=movie(film.as_uri(), 0, 625, 25))
    gone = clip("gone", 0, 250, 25, media=movie((tmp_path / "gone.mov").as_uri(), 0, 250, 25))
    path = save(timeline(otio_lane(shot, gone), start=90_000, rate=25), tmp_path / "cut.otio")
    cut = {"path": str(path)}
    plan = asker.ask("plan", {"timeline": cut})
    assert plan["segments"] == 3
    assert plan["scope"] == {"start_frames": 90_000, "end_frames": 90_750, "rate": RATE}
    assert [missing["name"] for missing in plan["missing"]] == ["gone"]
    assert "gone.mov" in plan["missing"][0]["why"]
    part = {"kind": "range", "start_frames": 90_000, "end_frames": 90_250}
    answer = asker.ask("suggest", {"library": "small", "timeline": cut, "scope": part})
    assert answer["picture"]["segments"] == 1
    assert answer["host_scope"]["end_frames"] == 90_250
    assert answer["scope"]["timeline"] == str(path)


def test_frames_that_the_host_rendered_are_looked_at(asker: Asker, film: Path, tmp_path: Path) -> None:
    cut = described(
        strip("film", 0, 250, path=str(film), media_rate=RATE), strip("title", 250, 500, "scene"), end=500
    )
    plan = asker.ask("plan", {"timeline": cut})
    (wanted,) = plan["renders"]
    assert wanted["item"] == "title"
    assert len(wanted["frames"]) == 10
    assert all(250 <= frame < 500 for frame in wanted["frames"])
    question = {"library": "small", "timeline": cut, "text_weight": 0.0}
    assert asker.ask("suggest", question)["picture"]["segments"] == 1
    renders = [
        {"frame": frame, "path": str(make_still(tmp_path / f"{frame}.png", moving(3), number=frame))}
        for frame in wanted["frames"]
    ]
    answer = asker.ask("suggest", question | {"renders": renders})
    assert answer["picture"] == {"segments": 2, "encoded": 1, "from_cache": 1}


def test_media_are_found_where_this_machine_has_them(asker: Asker, film: Path, tmp_path: Path) -> None:
    pairs = [{"from": "P:\\Shows\\Footage", "to": str(film.parent)}]
    cut = described(strip("film", 0, 250, path="p:\\shows\\footage\\film.mp4", media_rate=RATE), end=250)
    assert [one["path"] for one in asker.ask("plan", {"timeline": cut})["missing"]] == [
        "p:\\shows\\footage\\film.mp4"
    ]
    assert asker.ask("plan", {"timeline": cut, "path_map": pairs})["missing"] == []
    away = clip("film", 0, 250, 25, media=movie("file:///P:/Shows/Footage/film.mp4", 0, 625, 25))
    path = save(timeline(otio_lane(away), rate=25), tmp_path / "away.otio")
    plan = asker.ask("plan", {"timeline": {"path": str(path)}, "path_map": pairs})
    assert plan["missing"] == []


def test_media_that_come_back_are_seen(asker: Asker, film: Path, tmp_path: Path) -> None:
    late = tmp_path / "late.mp4"
    question: dict[str, Any] = {
        "library": "small",
        "timeline": described(strip("late", 0, 250, path=str(late), media_rate=RATE), end=250),
    }
    with pytest.raises(RefusedError) as refused:
        asker.ask("suggest", question)
    assert refused.value.problem.reason == "NO_PICTURE"
    assert "late.mp4" in refused.value.problem.sentence
    late.write_bytes(film.read_bytes())
    assert asker.ask("suggest", question)["picture"]["segments"] == 1


def test_filters_and_unwanted_words_narrow_the_list(asker: Asker) -> None:
    question = {"library": "small", "prompt": "piano"}
    everything = asker.ask("suggest", question)
    assert everything["considered"] == 4
    none = asker.ask("suggest", question | {"filters": {"tempo_min_bpm": 300}})
    assert (none["considered"], none["suggestions"]) == (0, [])
    without = asker.ask("suggest", question | {"exclude": "drums, vocals"})
    assert set(without["prompt"]["excluded_words"]) == {"drums", "vocals"}


def test_a_cancelled_search_ends_at_once_and_keeps_what_was_seen(asker: Asker, tmp_path: Path) -> None:
    long_film = make_film(tmp_path / "long.mp4", [Shot(moving(5), 25 * 120)], rate=25)
    question = {
        "library": "small",
        "timeline": described(strip("long", 0, 3000, path=str(long_film), media_rate=RATE), end=3000),
    }
    number, answers, progress = asker.begin("suggest", question)
    while not any(value["stage"] == "picture" for value in progress):
        asker.link.poll()
    asker.link.cancel(number)
    with pytest.raises(RefusedError) as refused:
        asker.wait(answers)
    assert refused.value.problem.is_cancelled
    seen = asker.ask("suggest", question)["picture"]
    assert seen["segments"] == 12
    assert 1 <= seen["from_cache"] < 12


def test_the_method_cancel_says_whether_there_was_something_to_stop(asker: Asker, film: Path) -> None:
    number, answers, _ = asker.begin("doctor")
    assert asker.ask("cancel", {"id": number}) == {"cancelled": True}
    with pytest.raises(RefusedError):
        asker.wait(answers)
    assert asker.ask("cancel", {"id": number}) == {"cancelled": False}


def test_an_interrupted_question_does_not_hold_up_others(asker: Asker, library: SmallLibrary) -> None:
    waiting = [asker.begin("suggest", {"library": "small", "prompt": f"song {n}"})[1] for n in range(8)]
    assert [len(asker.wait(answers)["suggestions"]) for answers in waiting] == [4] * 8
