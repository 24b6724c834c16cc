"""Phrases that describe pictures, and how true weights are told from others."""

from collections.abc import Sequence
from importlib.resources import files

import numpy as np
import pytest

from temptrack.errors import Corrupt
from temptrack.model.types import Matrix
from temptrack_export.clip_memory import KNOWN_WORDS, remember, scene_phrases, share_of_words_found

PUBLISHED = np.load(str(files("temptrack_export") / "clip_vit_b32_words.npy")).astype(np.float32)


def test_phrases_are_said_twice_as_a_photo_and_as_they_are() -> None:
    asked: list[Sequence[str]] = []

    def encode(texts: Sequence[str]) -> Matrix:
        asked.append(texts)
        return np.full((len(texts), 3), float(len(asked)), np.float32)

    memory = remember(encode, ["a beach", "a wedding"])
    assert asked == [["a photo of a beach", "a photo of a wedding"], ["a beach", "a wedding"]]
    assert (memory.keys.tolist(), memory.values.tolist()) == ([[1.0] * 3] * 2, [[2.0] * 3] * 2)


def test_no_phrase_stands_twice() -> None:
    phrases = scene_phrases()
    assert len(phrases) == len({phrase.lower() for phrase in phrases}) >= 200
    assert all(phrase == phrase.strip() != "" for phrase in phrases)


def test_weights_in_int8_are_known_again_and_others_are_refused() -> None:
    random = np.random.default_rng(0)

    def near(texts: Sequence[str]) -> Matrix:
        assert texts == [f"a {word}" for word in KNOWN_WORDS]
        # About the error of matrices in int8: cosine 0.9 to the true vectors.
        noisy = PUBLISHED + 0.48 * random.standard_normal(PUBLISHED.shape) / np.sqrt(PUBLISHED.shape[1])
        return np.asarray(noisy / np.linalg.norm(noisy, axis=1, keepdims=True), np.float32)

    assert share_of_words_found(near) >= 0.75
    with pytest.raises(Corrupt) as refused:
        share_of_words_found(lambda texts: random.standard_normal((len(texts), 512)).astype(np.float32))
    assert refused.value.reason == "WEIGHTS_UNKNOWN"
    with pytest.raises(Corrupt):
        share_of_words_found(lambda _: np.roll(PUBLISHED, 1, axis=0))
