from collections.abc import Sequence

import pytest

from support.candidates import candidate, candidates
from temptrack.batch.choosing import Choice, Chooser, Outcome, PassedOver
from temptrack.batch.rules import Rules
from temptrack.suggest.types import FitMethod, Suggestion


def chosen(choices: Sequence[Choice]) -> list[str]:
    return [choice.chosen.track.id if choice.chosen else "-" for choice in choices]


def choose_all(
    rules: Rules, scenes: Sequence[tuple[int, Sequence[Suggestion]]], episode: str = ""
) -> list[str]:
    chooser = Chooser(rules)
    return chosen([chooser.choose(found, timeline=number, episode=episode) for number, found in scenes])


def test_without_rules_the_best_is_placed_every_time() -> None:
    found = candidates("a", "b")
    assert choose_all(Rules(no_repeat=0), [(0, found), (0, found), (1, found)]) == ["a", "a", "a"]


def test_a_track_is_not_placed_twice_within_a_timeline() -> None:
    found = candidates("a", "b", "c")
    assert choose_all(Rules(), [(0, found), (0, found), (1, found)]) == ["a", "b", "a"]


def test_a_track_comes_again_only_so_many_timelines_later() -> None:
    found = candidates("a", "b", "c", "d")
    scenes = [(number, found) for number in range(5)]
    assert choose_all(Rules(no_repeat=3), scenes) == ["a", "b", "c", "a", "b"]


def test_a_track_that_may_never_come_again_does_not() -> None:
    found = candidates("a", "b")
    assert choose_all(Rules(no_repeat="all"), [(0, found), (50, found), (99, found)]) == ["a", "b", "-"]


def test_a_copy_of_a_recording_counts_as_the_recording() -> None:
    first = candidate("a", 1, also_at=("/music/copy.flac",))
    copy = candidate("copy", 1, path="/music/copy.flac", also_at=("/music/a.flac",))
    assert choose_all(Rules(), [(0, [first]), (0, [copy, candidate("b", 2)])]) == ["a", "b"]


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        (Rules(no_licences=("cc-by-4.0",)), PassedOver.LICENCE),
        (Rules(licences=("CC0-1.0",)), PassedOver.LICENCE),
        (Rules(longest_silence_s=2.0), PassedOver.LENGTH),
        (Rules(loops=False), PassedOver.LENGTH),
    ],
)
def test_what_may_not_be_placed_is_passed_over_with_the_reason(rules: Rules, why: PassedOver) -> None:
    first = candidate("a", 1, licence="CC-BY-4.0", method=FitMethod.LOOP, shortfall_s=3.0)
    choice = Chooser(rules).choose([first, candidate("b", 2, licence="CC0-1.0")], timeline=0, episode="")
    assert choice.chosen is not None
    assert choice.chosen.track.id == "b"
    assert choice.passed_over == {1: why}


def test_below_the_lowest_score_nothing_is_placed() -> None:
    choice = Chooser(Rules(min_score=0.5)).choose([candidate("a", 1, score=0.49)], timeline=0, episode="")
    assert (choice.outcome, choice.chosen) == (Outcome.NOTHING_FITS, None)
    assert choice.passed_over == {1: PassedOver.SCORE}


def test_where_the_library_says_that_nothing_fits_only_those_who_abstain_place_nothing() -> None:
    found = candidates("a", "b")
    choices = [
        Chooser(rules).choose(found, timeline=0, episode="", fits=False)
        for rules in (Rules(), Rules(abstain=True))
    ]
    assert [choice.outcome for choice in choices] == [Outcome.PLACED, Outcome.NOTHING_FITS]
    assert choices[1].passed_over == {1: PassedOver.SCORE, 2: PassedOver.SCORE}
    assert Chooser(Rules(abstain=True)).choose([], timeline=0, episode="", fits=False).outcome is (
        Outcome.NO_CANDIDATE
    )


def test_what_the_rules_leave_nothing_of_is_told_from_what_the_library_lacks() -> None:
    chooser = Chooser(Rules())
    found = [candidate("a", 1)]
    outcomes = [chooser.choose(each, timeline=0, episode="").outcome for each in (found, found, [])]
    assert outcomes == [Outcome.PLACED, Outcome.RULED_OUT, Outcome.NO_CANDIDATE]


def test_a_family_of_sound_is_kept_within_an_episode_and_not_beyond() -> None:
    piano, brass = {"piano": 0.9, "calm": 0.5}, {"brass": 0.9}
    first = [candidate("a", 1, tags=piano)]
    then = [candidate("b", 1, score=0.60, tags=brass), candidate("c", 2, score=0.55, tags=piano)]
    rules = Rules(family=0.1)
    assert choose_all(rules, [(0, first), (1, then)]) == ["a", "c"]
    assert choose_all(Rules(), [(0, first), (1, then)]) == ["a", "b"]
    chooser = Chooser(rules)
    chooser.choose(first, timeline=0, episode="one")
    other = chooser.choose(then, timeline=1, episode="two")
    assert chosen([other]) == ["b"]
    assert other.likeness is None


def test_a_better_track_left_for_the_family_is_said_with_how_alike_the_chosen_one_is() -> None:
    chooser = Chooser(Rules(family=0.5))
    chooser.choose([candidate("a", 1, tags={"piano": 1.0})], timeline=0, episode="")
    then = [candidate("b", 1, score=0.6), candidate("c", 2, score=0.5, tags={"piano": 0.4})]
    choice = chooser.choose(then, timeline=1, episode="")
    assert choice.passed_over == {1: PassedOver.FAMILY}
    assert choice.likeness == pytest.approx(1.0)


def test_equal_values_go_to_the_better_rank() -> None:
    found = [candidate("a", 1, score=0.5), candidate("b", 2, score=0.5)]
    assert choose_all(Rules(family=0.3), [(0, found)]) == ["a"]
