"""The load of a studio in short: many seats, some of which leave, hurry or send what is wrong."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from benchmarks.speed.planted import planted_library
from benchmarks.studio.load import LIBRARY, QUEUE_LIMIT, load_a_server
from benchmarks.studio.malformed import make_malformed
from benchmarks.studio.premises import Premises, open_studio
from benchmarks.studio.questions import make_questions
from benchmarks.studio.seats import Mix, Seats

from temptrack import home
from temptrack.model.bundles import load_bundle
from temptrack.suggest.engine import engine_for
from temptrack.suggest.local import LocalSuggester

SEATS = 6
TRACKS = 60


@dataclass(frozen=True, slots=True)
class Studio:
    home: Path
    premises: Premises
    engine: LocalSuggester


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    folder = tmp_path_factory.mktemp("studio")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(home.ENVIRONMENT_VARIABLE, str(folder / "home"))
        bundle = load_bundle(device="cpu", threads=1)
        planted_library(LIBRARY, TRACKS, bundle)
        options = {"bundle": bundle.id, "device": "cpu", "threads": 1, "queue_limit": QUEUE_LIMIT}
        with open_studio(folder / "home", folder, seats=SEATS, options=options) as premises:
            yield Studio(folder / "home", premises, engine_for(bundle))


@pytest.fixture(autouse=True)
def at_home(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(home.ENVIRONMENT_VARIABLE, str(studio.home))


@pytest.fixture(scope="module")
def figures(studio: Studio) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(home.ENVIRONMENT_VARIABLE, str(studio.home))
        return load_a_server(studio.premises, studio.engine, seconds=4, questions=4, seed=1, look_every_s=0.1)


def test_every_answer_is_the_one_of_the_engine_in_this_process(figures: dict[str, Any]) -> None:
    for phase in figures["phases"].values():
        assert phase["wrong"] == 0, phase["first_faults"]
    assert figures["phases"]["without pauses"]["checked"] > 0


def test_every_call_ends_and_as_it_may(figures: dict[str, Any]) -> None:
    assert figures["problems"] == []
    for phase in figures["phases"].values():
        assert phase["lost"] == phase["faults"] == 0
        assert sum(phase["ended"].values()) == sum(phase["calls"].values())
    assert figures["afterwards"] == {"waiting": 0, "under_way": 0}


def test_no_more_wait_than_the_queue_holds(figures: dict[str, Any]) -> None:
    # Seats that do not pause have one call under way each, and never more.
    most = figures["phases"]["without pauses"]["most"]
    assert 0 < most["under_way"] <= SEATS
    assert most["waiting"] <= QUEUE_LIMIT


def test_each_malformed_call_is_refused_with_its_status_and_reason(studio: Studio) -> None:
    questions = make_questions(studio.engine, LIBRARY, count=2, seed=2)
    one_seat = replace(studio.premises, tokens=studio.premises.tokens[:1])
    refused = {}
    for wrong in make_malformed(questions, LIBRARY):
        seats = Seats(one_seat, questions, [wrong], Mix(malformed=1.0), seed=1)
        tally = asyncio.run(seats.ask(0.0))
        assert tally.faults == []
        refused[wrong.name] = tally.ended
    assert len(refused) == 17
    assert all(sum(ended.values()) == 1 for ended in refused.values())


def test_a_seat_notices_an_answer_to_another_question(studio: Studio) -> None:
    encode, suggest, *others = make_questions(studio.engine, LIBRARY, count=2, seed=3)
    crossed = [replace(encode, truth=others[0].truth), replace(suggest, truth=others[1].truth)]
    for question in crossed:
        seats = Seats(studio.premises, [question], (), Mix(cancelled=0, hurried=0, malformed=0), seed=1)
        tally = asyncio.run(seats.ask(0.0))
        assert tally.wrong_count == tally.checked == tally.fault_count == SEATS
