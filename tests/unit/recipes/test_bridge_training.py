"""Towers that learn from texts, on a planted relation between scenes and music."""

from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
import torch

from temptrack_train.recipes.bridge_measures import compare_on_new_author
from temptrack_train.recipes.bridge_texts import BridgeTexts, Phrases
from temptrack_train.recipes.bridge_towers import AnchoredTower, Bridge, joined_anchored
from temptrack_train.recipes.bridge_training import BridgeConfig, train_bridge

COUNT, DIM, CONCEPTS = 240, 32, 6
LEARNED = np.arange(COUNT) < 180
CONFIG = BridgeConfig(epochs=60, scene_batch=60, word_batch=60, learning_rate=5e-3, width=16)


@cache
def planted() -> BridgeTexts:
    """Scenes are the aspects turned by a fixed rotation: nothing that an untrained tower could know."""
    generator = np.random.default_rng(0)
    rotation, _ = np.linalg.qr(generator.standard_normal((DIM, DIM)))
    aspects = generator.standard_normal((COUNT, DIM))
    owner = np.arange(COUNT)

    def near(rows: npt.NDArray[np.float64]) -> Phrases:
        noisy = rows + 0.3 * generator.standard_normal(rows.shape)
        unit = noisy / np.linalg.norm(noisy, axis=1, keepdims=True)
        return Phrases(unit.astype(np.float32), owner)

    heard = (aspects[:, :CONCEPTS] > 0.3).astype(np.float32)
    unit = (aspects / np.linalg.norm(aspects, axis=1, keepdims=True)).astype(np.float32)
    return BridgeTexts(near(aspects @ rotation), near(aspects), unit, heard)


@cache
def trained(seed: int = 0) -> Bridge:
    return train_bridge(planted(), LEARNED, replace(CONFIG, seed=seed))


def test_towers_find_what_the_text_encoder_cannot() -> None:
    comparison = compare_on_new_author(planted(), LEARNED, [trained()])
    assert comparison.candidates == COUNT - int(LEARNED.sum())
    assert comparison.recall("towers").value > comparison.recall("zero_shot").value + 0.3
    assert comparison.recall_gain("towers", "zero_shot").low > 0


def test_a_tagger_s_scores_lie_near_the_words_for_them() -> None:
    texts, bridge = planted(), trained()
    with torch.no_grad():
        listed = bridge.aspects(torch.as_tensor(texts.aspects))
        centred = texts.heard - texts.heard[LEARNED].mean(axis=0)
        heard = bridge.heard(torch.as_tensor(centred / texts.heard.std(axis=0)))
    cosines = (listed @ heard.T)[~LEARNED][:, ~LEARNED]
    own = cosines.diagonal()[:, None]
    assert float((cosines > own).float().mean()) < 0.3


def test_the_same_seed_gives_the_same_towers_and_leaves_chance_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    again = train_bridge(planted(), LEARNED, CONFIG)
    assert torch.equal(torch.rand(3), expected)
    for one, other in zip(trained().parameters(), again.parameters(), strict=True):
        assert torch.equal(one, other)


def test_other_seeds_give_other_towers() -> None:
    assert not torch.equal(trained().scenes.linear.weight, trained(1).scenes.linear.weight)


def test_what_is_held_out_changes_nothing() -> None:
    texts = planted()
    aspects = np.where(LEARNED[:, None], texts.aspects, -texts.aspects)
    other = BridgeTexts(texts.scenes, texts.words, aspects, np.where(LEARNED[:, None], texts.heard, 0))
    again = train_bridge(other, LEARNED, CONFIG)
    for one, two in zip(trained().parameters(), again.parameters(), strict=True):
        assert torch.equal(one, two)


def test_an_untrained_tower_ranks_as_the_centred_encoder() -> None:
    rows = torch.nn.functional.normalize(torch.randn(20, DIM, generator=torch.Generator().manual_seed(0)))
    tower = AnchoredTower(rows.mean(0).numpy()).eval()
    centred = torch.nn.functional.normalize(rows - rows.mean(0), dim=1)
    assert torch.allclose(tower(rows), centred, atol=1e-6)


def test_joined_towers_are_the_mean_of_their_maps() -> None:
    towers = [trained(0).words, trained(1).words]
    rows = torch.randn(5, DIM, generator=torch.Generator().manual_seed(0))
    centred = torch.nn.functional.normalize(rows - towers[0].get_buffer("mean"), dim=1)
    mean = torch.stack([centred @ tower.linear.weight.T for tower in towers]).mean(0)
    expected = torch.nn.functional.normalize(mean, dim=1)
    assert torch.allclose(joined_anchored(towers)(rows), expected, atol=1e-5)
