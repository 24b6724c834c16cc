import json
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest
from filelock import FileLock
from pydantic import JsonValue

from support.tagged_tracks import FINDER, files_of, order_for, tagged_tracks
from temptrack.errors import (
    AlreadyExists,
    Corrupt,
    InvalidRequest,
    NotReady,
    TemptrackError,
    Unauthenticated,
    Unavailable,
)
from temptrack_train.synthesis.data2text import DataToText
from temptrack_train.synthesis.filters import Rules
from temptrack_train.synthesis.run import BATCH, read_texts, run
from temptrack_train.synthesis.tags_recipe import TagsRecipe
from temptrack_train.synthesis.types import Failure, RecipeName, Tagged, TrackTags


class Troubled:
    """Writes tags like the plainest recipe, but some tracks meet an error."""

    name: RecipeName = "tags"
    jobs = 3

    def __init__(self, troubles: Mapping[str, TemptrackError]) -> None:
        self.troubles = troubles
        self.written: list[str] = []

    def settings(self) -> Mapping[str, JsonValue]:
        return {}

    def write(self, track: TrackTags, chance: Random) -> str:
        self.written.append(track.track_id)
        if track.track_id in self.troubles:
            raise self.troubles[track.track_id]
        return TagsRecipe().write(track, chance)


def test_a_run_leaves_texts_failures_figures_and_what_shaped_them(tmp_path: Path) -> None:
    drawn = tagged_tracks(70)
    tagged = Tagged(
        drawn.tracks, {"silent": Failure(reason="NO_TAGS", message="nothing heard")}, {"kazoo": 2}
    )
    order = order_for(DataToText(FINDER.lexicon), tagged, seed=7, inputs={"lexicon.toml": b"words"})
    manifest = run(tmp_path / "run", order)
    texts = read_texts(tmp_path / "run")
    assert set(texts) == {track.track_id for track in drawn.tracks}
    assert manifest.figures.kept.tag_recall == 1
    assert manifest.figures.kept.tag_precision == 1
    files = files_of(tmp_path / "run")
    assert files["inputs/lexicon.toml"] == b"words"
    assert [json.loads(line)["track_id"] for line in files["failures.jsonl"].splitlines()] == ["silent"]
    stored = json.loads(files["manifest.json"])
    assert stored["settings"]["seed"] == 7
    assert stored["settings"]["recipe_settings"] == dict.fromkeys(
        ["ordering", "aggregation", "compression"], "rules"
    )
    assert stored["unknown_tags"] == {"kazoo": 2}
    assert set(stored["files"]) == {name for name in files if not name.startswith("parts/")} - {
        "manifest.json"
    }


def test_the_same_command_again_writes_nothing_anew(tmp_path: Path) -> None:
    recipe = Troubled({})
    order = order_for(recipe, tagged_tracks(BATCH + 3))
    run(tmp_path, order)
    before, asked = files_of(tmp_path), len(recipe.written)
    run(tmp_path, order)
    assert files_of(tmp_path) == before
    assert len(recipe.written) == asked


def test_one_track_that_fails_does_not_stop_the_others_and_can_be_tried_again(tmp_path: Path) -> None:
    recipe = Troubled(
        {"track-001": InvalidRequest("too long", reason="ENDPOINT_REFUSED", hint="Shorten it.")}
    )
    order = order_for(recipe, tagged_tracks(5))
    manifest = run(tmp_path, order)
    assert manifest.figures.failed == {"ENDPOINT_REFUSED": 1}
    failure = json.loads((tmp_path / "failures.jsonl").read_text())
    assert failure["track_id"] == "track-001"
    assert failure["failure"] == {"reason": "ENDPOINT_REFUSED", "message": "too long Shorten it."}
    recipe.troubles = {}
    run(tmp_path, order)
    assert "track-001" not in read_texts(tmp_path)
    recipe.written.clear()
    run(tmp_path, order, retry_failed=True)
    assert recipe.written == ["track-001"]
    assert len(read_texts(tmp_path)) == 5


def test_what_concerns_every_text_stops_the_run(tmp_path: Path) -> None:
    recipe = Troubled({"track-066": Unauthenticated("no key", reason="ENDPOINT_KEY")})
    order = order_for(recipe, tagged_tracks(BATCH + 10))
    with pytest.raises(Unauthenticated, match="no key"):
        run(tmp_path, order)
    with pytest.raises(NotReady, match="no finished run"):
        read_texts(tmp_path)
    recipe.troubles = {}
    recipe.written.clear()
    run(tmp_path, order)
    assert sorted(recipe.written) == [f"track-{number:03}" for number in range(BATCH, BATCH + 10)]


def test_a_server_that_went_away_stops_the_run_rather_than_fail_every_track(tmp_path: Path) -> None:
    away = Unavailable("gone", reason="ENDPOINT_UNAVAILABLE")
    tagged = tagged_tracks(BATCH + 4)
    recipe = Troubled({track.track_id: away for track in tagged.tracks[BATCH:]})
    with pytest.raises(Unavailable, match="gone"):
        run(tmp_path, order_for(recipe, tagged))
    recipe.troubles = {"track-064": away}
    manifest = run(tmp_path, order_for(recipe, tagged))
    assert manifest.figures.failed == {"ENDPOINT_UNAVAILABLE": 1}


def test_other_settings_need_another_folder(tmp_path: Path) -> None:
    tagged = tagged_tracks(3)
    run(tmp_path, order_for(TagsRecipe(), tagged, seed=1))
    for other in (
        order_for(TagsRecipe(), tagged, seed=2),
        order_for(TagsRecipe(), tagged, seed=1, rules=Rules(max_words=9)),
        order_for(TagsRecipe(), tagged_tracks(3, seed=9), seed=1),
        order_for(DataToText(FINDER.lexicon), tagged, seed=1),
    ):
        with pytest.raises(AlreadyExists, match="holds a run with"):
            run(tmp_path, other)


def test_a_damaged_part_is_written_again(tmp_path: Path) -> None:
    order = order_for(TagsRecipe(), tagged_tracks(BATCH + 3))
    run(tmp_path, order)
    before = files_of(tmp_path)
    part = tmp_path / "parts" / "000001.jsonl"
    part.write_bytes(part.read_bytes()[:-20])
    run(tmp_path, order)
    assert files_of(tmp_path) == before


def test_texts_that_were_changed_by_hand_are_not_read(tmp_path: Path) -> None:
    run(tmp_path, order_for(TagsRecipe(), tagged_tracks(3)))
    with (tmp_path / "texts.jsonl").open("a") as file:
        file.write('{"track_id": "x", "text": "mine", "tags": {}}\n')
    with pytest.raises(Corrupt, match="its hash differs"):
        read_texts(tmp_path)


def test_two_processes_do_not_write_one_run(tmp_path: Path) -> None:
    tmp_path.joinpath("run").mkdir()
    with FileLock(tmp_path / "run" / ".lock"), pytest.raises(AlreadyExists, match="Another process"):
        run(tmp_path / "run", order_for(TagsRecipe(), tagged_tracks(3)))


def test_equal_texts_of_two_tracks_are_written_anew_or_given_up(tmp_path: Path) -> None:
    tags = FINDER.lexicon.grouped(["piano", "sad"])
    tagged = Tagged([TrackTags(name, tags) for name in "abcd"])
    manifest = run(tmp_path, order_for(TagsRecipe(), tagged, attempts=20))
    assert sorted(read_texts(tmp_path).values()) == ["piano, sad", "sad, piano"]
    assert manifest.figures.failed == {"DUPLICATE": 2}
    assert manifest.figures.first.different == 0.5
    assert manifest.figures.turned_down["DUPLICATE"] > 2


def test_progress_counts_tracks_up_to_all_of_them(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    run(
        tmp_path,
        order_for(TagsRecipe(), tagged_tracks(BATCH + 3)),
        tick=lambda done, total: seen.append((done, total)),
    )
    assert seen[-1] == (BATCH + 3, BATCH + 3)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert len(seen) > BATCH
