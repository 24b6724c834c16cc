"""What a picture shows, in the words of CLIP's text half: pictures and phrases come to lie in one place.

CLIP puts pictures and texts into one space but not into the same part of it (Liang et al., NeurIPS 2022,
"Mind the gap"). Towers trained on phrases alone would meet features they never saw. So a picture is described
by a memory of phrases: each weighs as much as CLIP holds it for the likeliest of them, and the features are
the weighted mean of the phrases' own ("projection into the text space", Li et al., ICLR 2023, DeCap, section
3.3; the encoder of lite-0 does the same with the classes of ImageNet). What no phrase speaks of is lost.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from temptrack.errors import Corrupt
from temptrack.model.types import Matrix

LOGIT_SCALE = 100.0
"""What CLIP multiplies cosines by before it takes the softmax (Radford et al. 2021, section 2.5)."""

KNOWN_WORDS = (
    "person", "bicycle", "car", "airplane", "train", "boat", "bird", "cat", "dog", "horse", "elephant",
    "umbrella", "snowboard", "kite", "banana", "pizza", "cake", "chair", "bed", "laptop", "oven", "book",
    "clock", "scissors",
)  # fmt: skip
"""Objects whose vectors by the true weights were published with Detic (Zhou et al., ECCV 2022, Apache-2.0),
as "a person" and so on: ``clip_vit_b32_words.npy``, [24, 512], length 1."""

LEAST_KNOWN = 0.75
"""Share of them that an encoder must find again. Weights in int8 move a vector far less than the distance to
the next; another tokenizer, another network or a wrong end of text moves it anywhere."""

Encode = Callable[[Sequence[str]], Matrix]


@dataclass(frozen=True, slots=True)
class Memory:
    """Phrases as a picture is compared with them, and as towers know them.

    Attributes:
        keys: [phrases, dim], length 1, of "a photo of ..." (Radford et al. 2021, section 3.1.4).
        values: [phrases, dim], length 1, of the phrases as people write them.
    """

    keys: Matrix
    values: Matrix


def scene_phrases() -> Sequence[str]:
    """Return what films show: places, weather, people, events and kinds of picture."""
    return (files("temptrack_export") / "scenes.txt").read_text(encoding="utf-8").splitlines()


def remember(encode: Encode, phrases: Sequence[str]) -> Memory:
    """Make a memory of phrases.

    Args:
        encode: texts to features [count, dim], length 1.
        phrases: what pictures may show.
    """
    return Memory(encode([f"a photo of {phrase}" for phrase in phrases]), encode(phrases))


def share_of_words_found(encode: Encode) -> float:
    """Return the share of published vectors that an encoder finds again, 0 to 1, by the nearest.

    Raises:
        Corrupt: WEIGHTS_UNKNOWN, less than ``LEAST_KNOWN``: it is not CLIP ViT-B/32, or its texts are cut
            otherwise.
    """
    with (files("temptrack_export") / "clip_vit_b32_words.npy").open("rb") as file:
        published = np.load(file, allow_pickle=False).astype(np.float32)
    made = encode([f"a {word}" for word in KNOWN_WORDS])
    nearest = np.argmax(_apart(made) @ _apart(published).T, axis=1)
    share = float(np.mean(nearest == np.arange(len(KNOWN_WORDS))))
    if share < LEAST_KNOWN:
        raise Corrupt(
            f"Of {len(KNOWN_WORDS)} words the text half finds {share:.0%} where CLIP ViT-B/32 has them.",
            reason="WEIGHTS_UNKNOWN",
            hint="The files are not those of CLIP ViT-B/32, or tokenizer and network do not belong together.",
        )
    return share


def _apart(rows: Matrix) -> Matrix:
    # CLIP's texts all lie in one narrow cone; without their mean they point apart.
    centred = rows - rows.mean(axis=0)
    unit: Matrix = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    return unit
