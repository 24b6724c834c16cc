"""Which mood pictures have by their craft, and which craft the words of a mood call for."""

import numpy as np
import pytest

from temptrack.model import mood
from temptrack.model.craft import CRAFT_DIM, CRAFT_NAMES
from temptrack.model.mood_words import MOOD_WORDS, SCENE_CRAFT, MoodWord

NAMES = [word.name for word in MOOD_WORDS]
AVERAGE = mood.craft_of_standard(np.zeros(CRAFT_DIM))


def craft(**changes: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """An average picture but for some values, in their own units."""
    values = AVERAGE.copy()
    for name, value in changes.items():
        values[CRAFT_NAMES.index(name)] = value
    return values


def axis(values: np.ndarray[tuple[int, ...], np.dtype[np.float32]], name: str) -> float:
    return float(mood.mood_of_craft(values)[mood.MOOD_AXES.index(name)])


def best(values: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> list[str]:
    weights = mood.mood_word_weights(mood.mood_of_craft(values))
    return [NAMES[place] for place in np.argsort(-weights)[:3]]


def test_an_average_picture_has_no_mood() -> None:
    np.testing.assert_allclose(mood.mood_of_craft(AVERAGE), 0, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "low", "high", "moved", "sign"),
    [
        ("brightness", 0.2, 0.8, "pleasure", 1),
        ("saturation", 0.02, 0.5, "pleasure", 1),
        ("movement", 0.0, 0.6, "arousal", 1),
        ("cut_share", 0.0, 0.6, "arousal", 1),
        ("dark_share", 0.0, 0.7, "tension", 1),
        ("warmth", -0.2, 0.3, "warmth", 1),
        ("warmth", -0.2, 0.3, "tension", -1),
    ],
)
def test_film_craft_moves_mood_as_the_literature_says(
    name: str, low: float, high: float, moved: str, sign: int
) -> None:
    difference = axis(craft(**{name: high}), moved) - axis(craft(**{name: low}), moved)
    assert sign * difference > 0.3


def test_moods_of_telling_pictures() -> None:
    low_key = craft(brightness=0.12, dark_share=0.8, warmth=-0.1, movement=0.02, cut_share=0.0)
    assert best(low_key)[0] in ("dark", "sad")
    assert "calm" in best(craft(brightness=0.7, dark_share=0.02, movement=0.0, cut_share=0.0))
    assert best(craft(movement=0.6, cut_share=0.6, brightness=0.3, dark_share=0.4))[0] == "aggressive"
    assert "tender" in best(craft(warmth=0.25, movement=0.03, cut_share=0.0, brightness=0.55))


def test_standard_values_are_undone() -> None:
    inside = np.random.default_rng(0).uniform(-0.8, 0.8, (20, CRAFT_DIM))
    np.testing.assert_allclose(mood.standard_craft(mood.craft_of_standard(inside)), inside, atol=1e-4)


def test_no_words_give_the_spread_of_all_pictures() -> None:
    spread = mood.craft_given("a film about accounting")
    assert spread.said == ()
    np.testing.assert_array_equal(spread.mean, 0)
    np.testing.assert_array_equal(spread.covariance, mood.norms()[2])


@pytest.mark.parametrize("word", MOOD_WORDS, ids=lambda word: word.name)
def test_pictures_drawn_for_a_mood_have_that_mood(word: MoodWord) -> None:
    spread = mood.craft_given(word.music)
    assert word.name in spread.said
    drawn = mood.craft_given(word.name).sample(np.random.default_rng(0), 500)
    weights = mood.mood_word_weights(mood.mood_of_craft(drawn)).mean(axis=0)
    assert word.name in [NAMES[place] for place in np.argsort(-weights)[:3]]


def test_words_of_scenes_say_how_they_are_lit_and_cut() -> None:
    place = {name: index for index, name in enumerate(CRAFT_NAMES)}
    night, chase = mood.craft_given("a street at night"), mood.craft_given("a car chase")
    assert night.mean[place["brightness"]] < -0.5
    assert chase.mean[place["cut_share"]] > 0.5
    assert set(SCENE_CRAFT) >= set(night.said)
    assert mood.craft_given("knights").said == ()


def test_what_is_said_narrows_what_is_drawn_and_nothing_else() -> None:
    spread, anything = mood.craft_given("sunset"), mood.craft_given("")
    variances, before = np.diag(spread.covariance), np.diag(anything.covariance)
    assert variances[CRAFT_NAMES.index("warmth")] < 0.5
    assert (variances <= before + 1e-9).all()
    assert np.linalg.eigvalsh(spread.covariance).min() > -1e-9
    drawn = spread.sample(np.random.default_rng(0), 200)
    assert drawn.dtype == np.float32
    assert drawn.shape == (200, CRAFT_DIM)
    assert (drawn[:, : CRAFT_NAMES.index("warmth")] >= 0).all()
    assert (drawn <= 1).all()


def test_the_norms_fit_the_values() -> None:
    mean, deviation, correlation = mood.norms()
    assert mean.shape == deviation.shape == (CRAFT_DIM,)
    assert (deviation > 0).all()
    np.testing.assert_allclose(np.diag(correlation), 1, atol=1e-3)
    assert np.linalg.eigvalsh(correlation).min() > 0
