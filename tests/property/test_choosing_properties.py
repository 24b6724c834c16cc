"""What holds of every choice over a batch, whatever the answers."""

import math

from hypothesis import given
from hypothesis import strategies as st

from support.candidates import candidate
from temptrack.batch.choosing import Choice, Chooser, Outcome
from temptrack.batch.rules import Rules
from temptrack.suggest.types import Suggestion

LICENCES = ("CC0-1.0", "CC-BY-4.0", "unknown")
scores = st.floats(-1, 1).map(lambda value: round(value, 3))
tags = st.dictionaries(st.sampled_from(["piano", "drums", "calm"]), st.floats(0.1, 1), max_size=3)
Scene = tuple[int, str, list[Suggestion]]


@st.composite
def batches(draw: st.DrawFn) -> list[Scene]:
    """Scenes in order of their timelines, each with a ranked list of some of twelve tracks."""
    scenes: list[Scene] = []
    timeline = 0
    for _ in range(draw(st.integers(1, 10))):
        timeline += draw(st.integers(0, 2))
        names = draw(st.lists(st.sampled_from("abcdefghijkl"), unique=True, max_size=6))
        ranked = sorted(draw(st.lists(scores, min_size=len(names), max_size=len(names))), reverse=True)
        found = [
            candidate(
                name,
                rank,
                score=score,
                licence=LICENCES[ord(name) % 3],
                tags=draw(tags),
                shortfall_s=draw(st.sampled_from([0.0, 4.0])),
            )
            for rank, (name, score) in enumerate(zip(names, ranked, strict=True), start=1)
        ]
        scenes.append((timeline, draw(st.sampled_from(["one", "two"])), found))
    return scenes


rules = st.builds(
    Rules,
    no_repeat=st.one_of(st.integers(0, 4), st.just("all")),
    family=st.sampled_from([0.0, 0.2, 1.0]),
    min_score=st.one_of(st.none(), scores),
    no_licences=st.sampled_from([(), ("unknown",)]),
    longest_silence_s=st.sampled_from([None, 1.0]),
)


def all_choices(scenes: list[Scene], kept: Rules) -> list[Choice]:
    chooser = Chooser(kept)
    return [chooser.choose(found, timeline=timeline, episode=episode) for timeline, episode, found in scenes]


@given(batches(), rules)
def test_no_rule_is_ever_broken(scenes: list[Scene], kept: Rules) -> None:
    last: dict[str, int] = {}
    for (timeline, _, _), choice in zip(scenes, all_choices(scenes, kept), strict=True):
        if choice.chosen is None:
            continue
        track = choice.chosen.track
        assert track.licence not in kept.no_licences
        assert kept.min_score is None or choice.chosen.score >= kept.min_score
        assert kept.longest_silence_s is None or choice.chosen.fit.shortfall_s <= kept.longest_silence_s
        if track.id in last:
            assert kept.no_repeat != "all"
            assert timeline - last[track.id] >= kept.no_repeat
        last[track.id] = timeline


@given(batches(), rules, st.integers(0, 10))
def test_what_comes_later_changes_no_choice(scenes: list[Scene], kept: Rules, count: int) -> None:
    assert all_choices(scenes[:count], kept) == all_choices(scenes, kept)[:count]


@given(batches(), rules)
def test_every_candidate_before_the_chosen_has_its_reason(scenes: list[Scene], kept: Rules) -> None:
    for (_, _, found), choice in zip(scenes, all_choices(scenes, kept), strict=True):
        before = {item.rank for item in found if choice.chosen is None or item.rank < choice.chosen.rank}
        assert set(choice.passed_over) == before
        assert (choice.chosen is not None) == (choice.outcome is Outcome.PLACED)


@given(batches(), rules)
def test_without_a_family_the_best_that_may_be_placed_is(scenes: list[Scene], kept: Rules) -> None:
    plain = kept.model_copy(update={"family": 0.0})
    for (_, _, found), choice in zip(scenes, all_choices(scenes, plain), strict=True):
        if choice.chosen is None:
            continue
        left = [item for item in found if item.rank not in choice.passed_over]
        assert math.isclose(choice.chosen.score, max(item.score for item in left))
