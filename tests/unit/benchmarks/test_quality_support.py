import json

import pytest
from benchmarks.quality.support import PROMPTS, SCORES, measure

from temptrack.suggest.support import named_things


def test_shares_are_counted_below_each_border() -> None:
    figures = measure([0.9, 0.35], [0.0, 0.35])
    assert figures["auc"] == pytest.approx((1 + 1 + 1 + 0.5) / 4)
    assert dict(zip(SCORES, figures["shares"], strict=True)) == {
        0.2: (0.0, 0.5),
        0.3: (0.0, 0.5),
        0.4: (0.5, 1.0),
        0.5: (0.5, 1.0),
        0.6: (0.5, 1.0),
    }


def test_every_prompt_names_something_that_can_be_told() -> None:
    prompts = json.loads(PROMPTS.read_text("utf-8"))
    assert not set(prompts["has"]) & set(prompts["lacks"])
    assert [one for one in (*prompts["has"], *prompts["lacks"]) if not named_things(one)] == []
