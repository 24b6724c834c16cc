"""Recordings as features: scene phrases, prompts, descriptions, aspects, and what a tagger would hear."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from temptrack_train.datasets.types import Matrix, TextEncoder
from temptrack_train.recipes.scenes import visible_part
from temptrack_train.recipes.sources import Recording

Mentions = Callable[[Sequence[str]], Matrix]
"""Texts to which concepts they speak of, [texts, concepts], 1 or 0."""

PROMPTS_EACH = 2
LONGEST_PROMPT = 4
"""Aspects of a pseudo-prompt: people ask for two or three things at once, not for a whole caption."""

_TEXTS_SEED = 0
"""Of the pseudo-prompts: they stay the same while the seed of training changes."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """Texts of one kind as features.

    Attributes:
        rows: [texts, text_dim].
        owner: [texts] which recording each belongs to.
    """

    rows: Matrix
    owner: npt.NDArray[np.int64]

    def of(self, chosen: npt.NDArray[np.bool_]) -> "Phrases":
        """Keep those whose recording is chosen; owners keep their numbers."""
        kept = chosen[self.owner]
        return Phrases(self.rows[kept], self.owner[kept])


@dataclass(frozen=True, slots=True)
class BridgeTexts:
    """All that is learned from.

    Attributes:
        scenes: where music would be used, in full and as far as a camera could show it.
        words: descriptions, their sentences on sound, and pseudo-prompts.
        aspects: [recordings, text_dim], the aspects in one text: the anchor of the shared space.
        heard: [recordings, concepts], 1 where the words on the sound speak of a concept.
    """

    scenes: Phrases
    words: Phrases
    aspects: Matrix
    heard: Matrix


def derive(recordings: Sequence[Recording], encoder: TextEncoder, mentions: Mentions) -> BridgeTexts:
    """Derive what is learned from. What a recording's scene says never counts as heard."""
    scenes = [
        (text, row)
        for row, one in enumerate(recordings)
        for phrase in one.scenes
        for text in dict.fromkeys((phrase, visible_part(phrase)))
        if text
    ]
    generator = np.random.default_rng(_TEXTS_SEED)
    words = [
        (text, row)
        for row, one in enumerate(recordings)
        for text in dict.fromkeys((one.words, one.sound, *_prompts(one.aspects, generator)))
        if text
    ]
    return BridgeTexts(
        scenes=_phrases(scenes, encoder),
        words=_phrases(words, encoder),
        aspects=encoder.encode([one.listed for one in recordings]),
        heard=mentions([f"{one.listed}. {one.sound}" for one in recordings]),
    )


class RememberedTexts:
    """A text encoder that keeps what it encoded in a file: recipes are run again with other seeds."""

    def __init__(self, encoder: TextEncoder, folder: Path | None) -> None:
        """Wrap an encoder; without a folder nothing is kept."""
        self._encoder, self._folder = encoder, folder

    @property
    def id(self) -> str:
        """That of the encoder."""
        return self._encoder.id

    @property
    def text_dim(self) -> int:
        """That of the encoder."""
        return self._encoder.text_dim

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Encode each different text once, like lengths together, or read it all from the file."""
        different = sorted(set(texts), key=lambda text: (len(text), text))
        path = None if self._folder is None else self._folder / f"{self._digest(different)}.npy"
        if path is not None and path.exists():
            rows = np.load(path)
        else:
            rows = self._encoder.encode(different)
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                partial = path.with_suffix(".partial.npy")
                np.save(partial, rows)
                partial.replace(path)
        place = {text: row for row, text in enumerate(different)}
        return np.asarray(rows[[place[text] for text in texts]], np.float32)

    def _digest(self, texts: Sequence[str]) -> str:
        content = "\0".join((self._encoder.id, *texts)).encode()
        return hashlib.sha256(content).hexdigest()[:32]


def _prompts(aspects: Sequence[str], generator: np.random.Generator) -> list[str]:
    found = []
    for _ in range(PROMPTS_EACH if aspects else 0):
        count = min(len(aspects), int(generator.integers(1, LONGEST_PROMPT + 1)))
        found.append(", ".join(generator.choice(list(aspects), count, replace=False)))
    return found


def _phrases(texts: Sequence[tuple[str, int]], encoder: TextEncoder) -> Phrases:
    owner = np.array([row for _, row in texts], np.int64)
    return Phrases(encoder.encode([text for text, _ in texts]), owner)
