"""prompt2text through a real HTTP server that speaks the OpenAI API, with all its troubles."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from support.language_model_server import LanguageModelServer, Trouble, answer_to, language_model
from support.tagged_tracks import FINDER, files_of, order_for, tagged_tracks
from temptrack.errors import (
    Corrupt,
    DeadlineExceeded,
    InvalidRequest,
    NotFound,
    Overloaded,
    TemptrackError,
    Unauthenticated,
    Unavailable,
)
from temptrack_train.synthesis.descriptions import load_descriptions
from temptrack_train.synthesis.endpoint import KEY_VARIABLE, Endpoint
from temptrack_train.synthesis.filters import read
from temptrack_train.synthesis.prompt import Analogy
from temptrack_train.synthesis.prompt2text import PromptToText
from temptrack_train.synthesis.run import BATCH, read_texts, run
from temptrack_train.synthesis.types import Tagged

QUESTION = Analogy("Be brief.", "Instruments: piano, harp\nGenres: none\nMoods: calm\nDescription:")


@pytest.fixture
def server() -> Iterator[LanguageModelServer]:
    with language_model() as running:
        yield running


def recipe(endpoint: Endpoint) -> PromptToText:
    return PromptToText(load_descriptions(FINDER), FINDER.lexicon, model=endpoint)


@pytest.mark.parametrize("api", ["chat", "completions"])
def test_either_api_completes_an_analogy(
    server: LanguageModelServer, api: Literal["chat", "completions"]
) -> None:
    endpoint = Endpoint(server.url, "small", api=api, temperature=0.2)
    assert endpoint.complete(QUESTION, seed=5) == "Some calm piece with piano, harp."
    asked = server.asked[0]
    assert (asked["model"], asked["seed"], asked["temperature"]) == ("small", 5, 0.2)
    assert "Be brief." in json.dumps(asked)


@pytest.mark.parametrize("trouble", ["failing", "busy", "hang_up"])
def test_troubles_that_pass_are_met_by_asking_again(server: LanguageModelServer, trouble: Trouble) -> None:
    server.troubles.extend([trouble])
    assert Endpoint(server.url, "small", retries=1).complete(QUESTION, seed=1) == answer_to(QUESTION.body)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("trouble", "kind", "reason"),
    [
        ("failing", Unavailable, "ENDPOINT_UNAVAILABLE"),
        ("busy", Overloaded, "ENDPOINT_BUSY"),
        ("hang_up", Unavailable, "ENDPOINT_UNAVAILABLE"),
        ("stall", DeadlineExceeded, "ENDPOINT_SLOW"),
        ("refused", InvalidRequest, "ENDPOINT_REFUSED"),
        ("no_key", Unauthenticated, "ENDPOINT_KEY"),
        ("no_model", NotFound, "ENDPOINT_MODEL"),
        ("junk", Corrupt, "ENDPOINT_JUNK"),
        ("no_choices", Corrupt, "ENDPOINT_JUNK"),
        ("no_text", Corrupt, "ENDPOINT_JUNK"),
    ],
)
def test_every_trouble_has_its_error(
    server: LanguageModelServer, trouble: Trouble, kind: type[TemptrackError], reason: str
) -> None:
    server.troubles.append(trouble)
    endpoint = Endpoint(server.url, "small", retries=0, timeout_s=0.5)
    with pytest.raises(kind) as raised:
        endpoint.complete(QUESTION, seed=1)
    assert raised.value.reason == reason
    assert server.url in raised.value.message
    assert raised.value.hint


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with language_model() as gone:
        url = gone.url
    with pytest.raises(Unavailable, match="cannot be reached"):
        Endpoint(url, "small", retries=0).complete(QUESTION, seed=1)


def test_an_address_that_is_none_is_refused_before_anything_is_asked() -> None:
    with pytest.raises(InvalidRequest, match="no address"):
        Endpoint("localhost:8000", "small")


def test_the_key_is_sent_and_never_stored(
    server: LanguageModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "very-secret")
    run(tmp_path, order_for(recipe(Endpoint(server.url, "small")), tagged_tracks(3)))
    assert all(b"very-secret" not in content for content in files_of(tmp_path).values())


def test_a_run_through_the_server_is_true_to_the_tags_and_says_who_wrote(
    server: LanguageModelServer, tmp_path: Path
) -> None:
    tagged = tagged_tracks(20)
    manifest = run(tmp_path, order_for(recipe(Endpoint(server.url, "small", jobs=4)), tagged))
    texts = read_texts(tmp_path)
    assert len(texts) == 20
    for track in tagged.tracks:
        assert read(texts[track.track_id], track, FINDER).recall == 1
    assert manifest.settings.recipe_settings["model"] == "small"
    assert manifest.settings.recipe_settings["engine"] == "endpoint"


def test_how_many_ask_at_once_does_not_change_the_texts(server: LanguageModelServer, tmp_path: Path) -> None:
    tagged = tagged_tracks(30)
    for jobs in (1, 8):
        run(tmp_path / str(jobs), order_for(recipe(Endpoint(server.url, "small", jobs=jobs)), tagged))
    assert files_of(tmp_path / "1") == files_of(tmp_path / "8")


def test_a_model_that_invents_is_turned_down_as_often_as_it_may_try(
    server: LanguageModelServer, tmp_path: Path
) -> None:
    server.invents = " A kazoo and a didgeridoo join, then a sitar and a marimba and an oboe."
    manifest = run(tmp_path, order_for(recipe(Endpoint(server.url, "small")), tagged_tracks(4), attempts=2))
    assert manifest.figures.kept.texts == 0
    assert manifest.figures.failed == {"INVENTED_TAG": 4}
    assert manifest.figures.turned_down == {"INVENTED_TAG": 8}
    assert manifest.figures.first.tag_precision < 1
    failure = json.loads((tmp_path / "failures.jsonl").read_text().splitlines()[0])
    assert server.invents.strip() in failure["drafts"][0]["text"]


def test_failures_are_per_track(server: LanguageModelServer, tmp_path: Path) -> None:
    server.troubles.extend(["refused", "junk"])
    manifest = run(
        tmp_path, order_for(recipe(Endpoint(server.url, "small", jobs=1, retries=0)), tagged_tracks(6))
    )
    assert manifest.figures.failed == {"ENDPOINT_JUNK": 1, "ENDPOINT_REFUSED": 1}
    assert manifest.figures.kept.texts == 4


_KILLED = """
import sys
from pathlib import Path
from support.tagged_tracks import order_for, tagged_tracks, FINDER
from temptrack_train.synthesis.descriptions import load_descriptions
from temptrack_train.synthesis.endpoint import Endpoint
from temptrack_train.synthesis.prompt2text import PromptToText
from temptrack_train.synthesis.run import run

recipe = PromptToText(load_descriptions(FINDER), FINDER.lexicon, model=Endpoint(sys.argv[1], "small", jobs=1))
order = order_for(recipe, tagged_tracks(int(sys.argv[3])))
run(Path(sys.argv[2]), order, tick=lambda done, _: print(done, flush=True))
"""


def test_a_run_that_was_killed_goes_on_to_what_an_unbroken_one_writes(
    server: LanguageModelServer, tmp_path: Path
) -> None:
    count = BATCH + 20
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    arguments = [sys.executable, "-c", _KILLED, server.url, str(tmp_path / "killed"), str(count)]
    with subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) == BATCH + 5:
                process.send_signal(signal.SIGKILL)
                break
    assert not (tmp_path / "killed" / "manifest.json").exists()
    order = order_for(recipe(Endpoint(server.url, "small", jobs=1)), tagged_tracks(count))
    run(tmp_path / "killed", order)
    seeds = [body["seed"] for body in server.asked]
    assert all(seeds.count(seed) == 1 for seed in seeds[:BATCH])
    assert len(set(seeds)) == count
    run(tmp_path / "whole", order)
    assert files_of(tmp_path / "killed") == files_of(tmp_path / "whole")


def test_a_server_that_goes_away_stops_the_run_and_the_run_goes_on_later(tmp_path: Path) -> None:
    tagged = tagged_tracks(4)
    with language_model() as first:
        url = first.url
    with pytest.raises(Unavailable, match="Start the server and run the same command again"):
        run(tmp_path, order_for(recipe(Endpoint(url, "small", retries=0)), tagged))
    with language_model() as second:
        # Where a model runs does not shape its texts: another address continues the run.
        run(tmp_path, order_for(recipe(Endpoint(second.url, "small")), tagged))
    assert len(read_texts(tmp_path)) == 4


def test_a_run_about_nothing_ends_well(server: LanguageModelServer, tmp_path: Path) -> None:
    run(tmp_path, order_for(recipe(Endpoint(server.url, "small")), Tagged([])))
    assert read_texts(tmp_path) == {}
    assert server.asked == []
