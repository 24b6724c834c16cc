"""The towers of the language-bridged recipe as a bundle runs them."""

from functools import cache

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from temptrack.model.craft import CRAFT_DIM
from temptrack_export.bridged import PictureTower, QueryTower, of_pictures
from temptrack_export.calibration import read_calibration
from temptrack_export.concepts import CONCEPTS, membership
from temptrack_export.craft_tower import MOOD_PHRASES, CraftTower
from temptrack_export.ears import listener_ears
from temptrack_export.heard import HEARD
from temptrack_export.listening import FEATURE_NAMES
from temptrack_export.musicnn import RAW_TAGS
from temptrack_train.recipes.bridge_towers import AnchoredTower

DIM = 24


@cache
def query_tower() -> QueryTower:
    generator = np.random.default_rng(0)
    moods = generator.standard_normal((len(MOOD_PHRASES), DIM)).astype(np.float32)
    seen = AnchoredTower(0.1 * generator.standard_normal(DIM).astype(np.float32))
    words = AnchoredTower(0.1 * generator.standard_normal(DIM).astype(np.float32))
    return QueryTower(PictureTower(seen, CraftTower(moods)), words).eval()


@given(st.integers(0, 10_000), st.integers(1, 4))
def test_the_slider_moves_a_query_from_picture_to_words(seed: int, segments: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    weights = torch.linspace(0, 1, 11)
    video = torch.cat(
        [
            torch.randn(1, segments, DIM, generator=generator),
            torch.rand(1, segments, CRAFT_DIM, generator=generator),
        ],
        dim=-1,
    )
    text = torch.randn(1, DIM, generator=generator)
    with torch.no_grad():
        queries = query_tower()(
            video.expand(11, -1, -1), torch.ones(11, segments), text.expand(11, -1), weights
        )
    to_picture, to_words = queries @ queries[0], queries @ queries[-1]
    assert bool((to_picture.diff() <= 1e-5).all())
    assert bool((to_words.diff() >= -1e-5).all())


def test_hidden_segments_and_silenced_sides_say_nothing() -> None:
    tower = query_tower()
    generator = torch.Generator().manual_seed(0)
    video = torch.rand(1, 3, DIM + CRAFT_DIM, generator=generator)
    text = torch.randn(1, DIM, generator=generator)
    mask, weight = torch.tensor([[1.0, 1.0, 0.0]]), torch.tensor([0.5])
    other = video.clone()
    other[:, 2] = 7
    with torch.no_grad():
        assert torch.equal(tower(video, mask, text, weight), tower(other, mask, text, weight))
        words_alone = tower(video, torch.zeros(1, 3), text, torch.ones(1))
        assert torch.allclose(words_alone, tower.words(text), atol=1e-6)
        picture_alone = tower(video, mask, text, torch.zeros(1))
        assert torch.allclose(picture_alone, tower(video, mask, -text, torch.zeros(1)), atol=1e-6)


def test_pictures_are_centred_on_pictures() -> None:
    mean = torch.full((DIM,), 0.5)
    moved = of_pictures(AnchoredTower(np.zeros(DIM, np.float32)), mean)
    shifted = torch.randn(4, DIM, generator=torch.Generator().manual_seed(0))
    expected = torch.nn.functional.normalize(shifted, dim=1)
    assert torch.allclose(moved(mean + shifted), expected, atol=1e-5)


def test_what_the_taggers_name_is_measured_by_their_log_odds() -> None:
    calibration = read_calibration()
    log_odds = np.random.default_rng(0).normal(calibration.mean, calibration.deviation)
    standard = (log_odds - calibration.mean) / calibration.deviation
    expected = np.clip(standard @ membership() / calibration.concept_deviation, -2.5, 3)
    rows = torch.tensor(log_odds[None], dtype=torch.float32)
    features = torch.zeros(1, len(FEATURE_NAMES))
    features[:, : len(RAW_TAGS)] = rows
    heard = listener_ears().front(features).numpy()[0]
    columns = [[concept.name for concept in HEARD].index(concept.name) for concept in CONCEPTS]
    assert np.allclose(heard[columns], expected, atol=1e-3)


def test_every_tag_of_the_listener_has_a_name_and_a_threshold() -> None:
    ears = listener_ears()
    posteriors = ears.tags.module(torch.zeros(1, len(FEATURE_NAMES)))
    assert posteriors.shape == (1, len(ears.tags.entries))
    assert [entry.name for entry in ears.tags.entries] == [concept.name for concept in HEARD]
    assert ears.mentions(["a sad piano"]).shape == (1, len(HEARD))
