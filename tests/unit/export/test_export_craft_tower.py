"""The tower says the same of a picture's mood as the closed form that documents it."""

import numpy as np
import torch

from temptrack.model import mood
from temptrack.model.craft import CRAFT_DIM
from temptrack.model.mood_words import MOOD_WORDS
from temptrack_export.craft_tower import MOOD_PHRASES, CraftTower

EMBEDDINGS = np.eye(len(MOOD_WORDS), 16)


def test_it_weighs_words_as_the_closed_form_does() -> None:
    craft = mood.craft_given("").sample(np.random.default_rng(0), 50)
    extremes = np.concatenate([craft, np.zeros((1, CRAFT_DIM)), np.ones((1, CRAFT_DIM))]).astype(np.float32)
    weights = CraftTower(EMBEDDINGS).word_weights(torch.tensor(extremes)).numpy()
    np.testing.assert_allclose(weights, mood.mood_word_weights(mood.mood_of_craft(extremes)), atol=1e-4)


def test_a_clear_mood_points_at_its_word_and_an_unclear_one_hardly_anywhere() -> None:
    tower = CraftTower(EMBEDDINGS)
    gloomy, bright = (
        mood.craft_of_standard(mood.craft_given(text).mean * 2) for text in ("dark horror", "happy")
    )
    directions = tower(torch.tensor(np.stack([gloomy, bright]))).numpy()
    assert [MOOD_PHRASES[place].split(",")[0] for place in directions.argmax(axis=1)] == ["dark", "happy"]
    average = tower(torch.tensor(mood.craft_of_standard(np.zeros(CRAFT_DIM)))).numpy()
    assert np.linalg.norm(average) < 0.5 * np.linalg.norm(directions, axis=1).min()
