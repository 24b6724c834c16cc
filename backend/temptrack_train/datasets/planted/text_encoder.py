"""A text encoder whose truth is known: words with a meaning, words of their own, and their order."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from temptrack_train.datasets.planted.streams import Array, directions, stream, unit
from temptrack_train.datasets.planted.words import (
    MOOD_PLACES,
    MOVEMENT_WORDS,
    STYLES,
    SYNONYMS,
    TEMPO_WORDS,
)
from temptrack_train.datasets.taxonomy import GENRES, INSTRUMENTS, MOODS
from temptrack_train.datasets.types import Matrix

MAX_WORDS: Final = 75
"""Later words are not read, as CLIP reads 77 tokens with two marks."""

_WORD = re.compile(r"[a-z0-9&'-]+")
_LONGEST_PHRASE = 4
_OWN_SOUND = 0.6
_ORDER = 0.5
_VALENCE_AROUSAL = 1.2
_KIND = 0.5


class PlantedTextEncoder:
    """Texts to vectors of length 1.

    A phrase of the lexicon ("a man sings") is the vector of its concept ("male vocals") plus one of its
    own, so that synonyms are near but not equal. Moods near on the mood plane are near here. Any other
    word is a vector of its own, which tells the form of a text rather than its content. Each word is
    coloured by the word before it, so order carries meaning: "piano over strings" is not "strings over
    piano". The result is the sum around a mean that all texts share.

    It knows nothing of tracks: the same words give the same vector wherever they come from.
    """

    def __init__(
        self, *, world_seed: int = 0, text_dim: int = 512, cone: float = 1.0, form: float = 0.8
    ) -> None:
        """Make the encoder of a world.

        Args:
            world_seed: which world.
            text_dim: length of the features.
            cone: length of the common mean.
            form: length of words without a meaning of their own; tags have about 1.3.
        """
        self._dim = text_dim
        self._seed = world_seed
        self._cone = cone
        self._form = form
        self._concepts = _concepts(world_seed, text_dim)
        self._mean = cone * directions(world_seed, "text cone", 1, text_dim)[0]
        turning = stream(world_seed, "order")
        self._turn = turning.permutation(text_dim)
        self._signs = turning.choice(np.array([-1, 1], dtype=np.float32), text_dim)
        self._unit_vector = lru_cache(maxsize=20_000)(self._make_unit_vector)

    @property
    def id(self) -> str:
        """World, size and the two lengths."""
        return f"planted-text-{self._seed}-{self._dim}-{self._cone:g}-{self._form:g}"

    @property
    def text_dim(self) -> int:
        """Length of the features."""
        return self._dim

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Encode texts to [count, text_dim], each of length 1; no words give the common mean."""
        rows = np.empty((len(texts), self._dim), dtype=np.float32)
        for row, text in enumerate(texts):
            rows[row] = self._mean + self._meaning(text)
        return unit(rows) if len(texts) else rows

    def _meaning(self, text: str) -> Array:
        units = phrases(text)
        if not units:
            return np.zeros(self._dim, dtype=np.float32)
        vectors = np.stack([self._unit_vector(phrase) for phrase in units])
        before = np.concatenate([np.zeros((1, self._dim), dtype=np.float32), vectors[:-1]])
        coloured = vectors + _ORDER * before[:, self._turn] * self._signs
        # More words say more, but the sum grows only as the root: long texts do not drown their parts.
        meaning: Array = coloured.sum(axis=0) / np.sqrt(len(units))
        return meaning

    def _make_unit_vector(self, phrase: str) -> Array:
        own: Array = directions(self._seed, f"word {phrase}", 1, self._dim)[0]
        concept = LEXICON.get(phrase)
        if concept is None:
            return self._form * own
        meaning: Array = self._concepts[concept] + _OWN_SOUND * own
        return meaning


def phrases(text: str) -> Sequence[str]:
    """Split a text into phrases of the lexicon, the longest first, and single words."""
    words = _WORD.findall(text.lower())[:MAX_WORDS]
    found, start = [], 0
    while start < len(words):
        for length in range(min(_LONGEST_PHRASE, len(words) - start), 0, -1):
            phrase = _known(" ".join(words[start : start + length]))
            if phrase is not None or length == 1:
                found.append(phrase or words[start])
                start += length
                break
    return found


def _known(phrase: str) -> str | None:
    if phrase in LEXICON:
        return phrase
    singular = phrase.removesuffix("s")
    return singular if singular in LEXICON else None


def _lexicon() -> Mapping[str, str]:
    """Map every phrase with a meaning to its concept."""
    lexicon = {tag: tag for tag in (*INSTRUMENTS, *GENRES, *MOODS)}
    for concept, words in (*SYNONYMS.items(), *TEMPO_WORDS.items(), *MOVEMENT_WORDS.items()):
        lexicon |= dict.fromkeys(words, concept)
    for style in STYLES:
        lexicon |= dict.fromkeys(style.scenes, style.name)
    return lexicon


LEXICON: Final = _lexicon()
"""Concept of every phrase that has one."""


def _concepts(seed: int, dim: int) -> Mapping[str, Array]:
    """Return the vector of every concept; kinds of concepts share a direction, moods share a plane."""
    names = tuple(dict.fromkeys(LEXICON.values()))
    vectors = dict(zip(names, directions(seed, "concepts", len(names), dim), strict=True))
    kinds = {"instrument": INSTRUMENTS, "genre": GENRES, "mood": MOODS}
    for kind, members in kinds.items():
        common = _KIND * directions(seed, f"kind {kind}", 1, dim)[0]
        vectors |= {name: vectors[name] + common for name in members}
    plane = directions(seed, "mood plane", 2, dim)
    places = {**MOOD_PLACES, **{style.name: (style.valence, style.arousal) for style in STYLES}}
    for name, place in places.items():
        vectors[name] = vectors[name] + _VALENCE_AROUSAL * (np.asarray(place, dtype=np.float32) @ plane)
    return vectors
