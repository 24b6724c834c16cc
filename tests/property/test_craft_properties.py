"""Craft values hold their promises for any frames."""

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from temptrack.model import mood
from temptrack.model.craft import CRAFT_NAMES, measure_craft

Frames = npt.NDArray[np.uint8]
SIGNED = np.array([name in ("warmth", "brightness_trend", "change_trend") for name in CRAFT_NAMES])
TRENDS = np.array([name.endswith("_trend") for name in CRAFT_NAMES])


@st.composite
def films(draw: st.DrawFn) -> tuple[Frames, list[int]]:
    """A few frames of any size, each constant or noisy, with repeats."""
    count = draw(st.integers(1, 6))
    height, width = draw(st.integers(1, 90)), draw(st.integers(1, 90))
    seed = draw(st.integers(0, 2**32 - 1))
    levels = draw(arrays.arrays(np.uint8, (count, 1, 1, 3)))
    spread = draw(st.sampled_from([0, 3, 60, 255]))
    noise = np.random.default_rng(seed).integers(0, spread + 1, (count, height, width, 3))
    frames = np.clip(levels.astype(int) + noise - spread // 2, 0, 255).astype(np.uint8)
    return frames, draw(st.lists(st.integers(1, 5), min_size=count, max_size=count))


@settings(max_examples=60)
@given(film=films())
def test_values_stay_in_their_ranges_and_have_a_mood(film: tuple[Frames, list[int]]) -> None:
    craft = measure_craft(*film)
    assert np.isfinite(craft).all()
    assert (craft <= 1).all()
    assert (craft >= np.where(SIGNED, -1, 0)).all()
    weights = mood.mood_word_weights(mood.mood_of_craft(craft))
    assert np.isfinite(weights).all()
    np.testing.assert_allclose(weights.sum(), 1)


@settings(max_examples=40)
@given(film=films())
def test_repeats_are_frames_seen_again(film: tuple[Frames, list[int]]) -> None:
    frames, repeats = film
    spelt_out = np.repeat(frames, repeats, axis=0)
    np.testing.assert_allclose(
        measure_craft(frames, repeats), measure_craft(spelt_out, [1] * len(spelt_out)), atol=1e-6
    )


@settings(max_examples=40)
@given(film=films())
def test_played_backwards_only_the_trends_turn_round(film: tuple[Frames, list[int]]) -> None:
    # Ten moments or fewer are all looked at; of more, backwards picks others.
    frames = film[0]
    forwards = measure_craft(frames, [1] * len(frames))
    backwards = measure_craft(frames[::-1], [1] * len(frames))
    np.testing.assert_allclose(backwards, np.where(TRENDS, -forwards, forwards), atol=1e-5)


@settings(max_examples=60)
@given(text=st.text(max_size=80))
def test_any_words_give_craft_that_could_be_measured(text: str) -> None:
    drawn = mood.craft_given(text).sample(np.random.default_rng(0), 20)
    assert np.isfinite(drawn).all()
    assert (drawn <= 1).all()
    assert (drawn >= np.where(SIGNED, -1, 0)).all()
