"""What ships is what was measured, and no track of the benchmark answers everything."""

import json
from typing import Any

import pytest
from benchmarks.quality.words import TAGGER, as_files_are, blind
from benchmarks.speed.measure import RESULTS

from temptrack.home import DEFAULT_BUNDLE
from temptrack.model.bundles import load_bundle

HUB_SHARE = 0.15
"""The most unrelated prompts, as a share, that may have one and the same track among their first ten."""


@pytest.fixture(name="recorded", scope="module")
def read_recorded() -> Any:
    return json.loads((RESULTS / f"quality-{DEFAULT_BUNDLE}.json").read_text(encoding="utf-8"))


def test_the_recorded_run_is_of_the_bundle_that_ships(recorded: Any) -> None:
    shipped = load_bundle(DEFAULT_BUNDLE, device="cpu")
    assert recorded["bundle"] == {"id": shipped.id, "digest": shipped.digest}


def test_the_run_is_large_enough_to_mean_something(recorded: Any) -> None:
    assert recorded["track_count"] >= 300
    assert recorded["words"]["categories"] >= 25
    assert recorded["words"]["overall"]["prompts"] >= 100


def test_no_track_answers_more_unrelated_prompts_than_is_stated(recorded: Any) -> None:
    for system in (blind(DEFAULT_BUNDLE), as_files_are(DEFAULT_BUNDLE)):
        hubs = recorded["hubs"][system]
        assert hubs["most_often"] <= HUB_SHARE
        assert hubs["tracks_in_any_ten"] >= hubs["tracks"] / 2


def test_by_sound_alone_towers_find_more_than_the_tagger_they_stand_on(recorded: Any) -> None:
    pairs = {(pair["one"], pair["other"]): pair for pair in recorded["words"]["overall"]["pairs"]}
    low, _ = pairs[blind(DEFAULT_BUNDLE), TAGGER]["ndcg_at_10"]["interval95"]
    assert low > 0
