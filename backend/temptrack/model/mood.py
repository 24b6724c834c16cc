"""The mood of a picture by its film craft, in closed form, and the way back for training.

Craft values (``temptrack.model.craft``) become three axes of mood and one of light, each in deviations over
real pictures (mean 0, deviation 1): pleasure and arousal as in Russell 1980, tension as the third axis of
Schimmack & Grob 2000, and warmth. The coefficients are those of the literature where it has any:

- pleasure rises with brightness (.69) and saturation (.22): Valdez & Mehrabian 1994, who also found arousal
  to rise with saturation (.60) and to fall with brightness (-.31).
- arousal in films comes from movement (Detenber, Simons & Bennett 1998), cuts (Lang et al. 2000; Cutting,
  DeLong & Nothelfer 2010) and from their growth (Hanjalic & Xu 2005); colour adds a little of its own.
- tension is low-key light: dark areas, strong contrast, cold colour, unsteady light (lighting key of Rasheed,
  Sheikh & Shah 2005; Wang & Cheong 2006; Tarvainen, Westman & Oittinen 2015). How much of each is our choice.

The mean and deviations that make craft values comparable were measured (``craft_norms.json``).

Backwards, a mood that words name is an observation of those axes with noise, and craft values are Gaussian
given it: ``craft_given`` is the posterior under the measured spread, so words that name no mood give the
spread of pictures as such.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from temptrack.model.craft import CRAFT_DIM, CRAFT_NAMES
from temptrack.model.mood_words import MOOD_WORDS, SCENE_CRAFT

NORMS_FILE = "craft_norms.json"

MOOD_AXES = ("pleasure", "arousal", "tension", "warmth")

_COEFFICIENTS: dict[str, dict[str, float]] = {
    "pleasure": {"brightness": 0.69, "saturation": 0.22, "dark_share": -0.2},
    "arousal": {
        "brightness": -0.09, "saturation": 0.18, "movement": 0.6, "cut_share": 0.6,
        "brightness_spread": 0.2, "change_trend": 0.1,
    },
    "tension": {
        "brightness": -0.3, "dark_share": 0.5, "contrast": 0.25, "saturation": -0.1, "warmth": -0.2,
        "brightness_spread": 0.2, "movement": 0.1, "brightness_trend": -0.1,
    },
    "warmth": {"warmth": 1.0},
}  # fmt: skip

SKEWED = ("dark_share", "bright_share", "movement", "cut_share", "brightness_spread")
"""Shares crowd at zero; of these the root is taken, so that deviations mean something."""

FARTHEST = 3.0
"""Craft farther from the mean than so many deviations counts as that far."""

WIDTH = 0.9
"""Deviation of the Gaussian by which a word of mood fits the moods around it."""

_SAID_NOISE = 0.6
_LEAST, _MOST = (
    np.array(
        [-1.0 if name in ("warmth", "brightness_trend", "change_trend") else 0.0 for name in CRAFT_NAMES]
    ),
    np.ones(CRAFT_DIM),
)

Array = npt.NDArray[np.float64]


def spread_out(craft: npt.ArrayLike) -> Array:
    """Take the root of the values in ``SKEWED``."""
    values = np.array(craft, np.float64)
    places = [CRAFT_NAMES.index(name) for name in SKEWED]
    values[..., places] = np.sqrt(np.maximum(values[..., places], 0))
    return values


def standard_craft(craft: npt.ArrayLike) -> Array:
    """Return craft values [..., CRAFT_DIM] in deviations over real pictures, -3 to 3."""
    mean, deviation, _ = norms()
    return np.clip((spread_out(craft) - mean) / deviation, -FARTHEST, FARTHEST)


def mood_of_craft(craft: npt.ArrayLike) -> Array:
    """Return the mood of segments.

    Args:
        craft: [..., CRAFT_DIM] as ``measure_craft`` gives them.

    Returns:
        [..., 4] in the order of ``MOOD_AXES``, in deviations over real pictures.
    """
    return standard_craft(craft) @ mood_map()


def mood_word_weights(mood: npt.ArrayLike) -> Array:
    """Return how well each of ``MOOD_WORDS`` fits a mood.

    Args:
        mood: [..., 4] in the order of ``MOOD_AXES``.

    Returns:
        [..., words], summing to 1: a Gaussian around the place of each word.
    """
    distance = ((np.asarray(mood, np.float64)[..., None, :] - mood_places()) ** 2).sum(axis=-1)
    logits = -distance / (2 * WIDTH**2)
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True), np.float64)


@dataclass(frozen=True, slots=True)
class CraftSpread:
    """Craft values to expect, Gaussian in deviations.

    Attributes:
        mean: [CRAFT_DIM].
        covariance: [CRAFT_DIM, CRAFT_DIM].
        said: the words that were understood; empty when the text says nothing of light, movement or mood.
    """

    mean: Array
    covariance: Array
    said: tuple[str, ...]

    def sample(self, generator: np.random.Generator, count: int) -> npt.NDArray[np.float32]:
        """Draw craft values [count, CRAFT_DIM] as ``measure_craft`` would give them."""
        standard = generator.multivariate_normal(self.mean, self.covariance, count, method="eigh")
        return craft_of_standard(standard)


def craft_given(text: str) -> CraftSpread:
    """Return the craft of pictures that a phrase describes.

    Args:
        text: words of a scene or of its mood ("a chase at night", "sad and slow"); may be empty.

    Returns:
        The posterior of craft values in deviations; that of all pictures when the words name no mood.
    """
    _, _, correlation = norms()
    lowered = text.casefold()
    said: list[str] = []
    seen: list[Array] = []
    for word in MOOD_WORDS:
        if re.search(rf"\b(?:{word.pattern})", lowered):
            said.append(word.name)
            seen += [np.append(column, at) for column, at in zip(mood_map().T, word.place, strict=True)]
    for name, (pattern, craft) in SCENE_CRAFT.items():
        if re.search(rf"\b(?:{pattern})", lowered):
            said.append(name)
            seen += [np.append(np.eye(CRAFT_DIM)[CRAFT_NAMES.index(of)], at) for of, at in craft.items()]
    if not seen:
        return CraftSpread(np.zeros(CRAFT_DIM), correlation, ())
    rows = np.array(seen)
    observed, values = rows[:, :-1], rows[:, -1]
    shared = observed @ correlation
    gain = np.linalg.solve(shared @ observed.T + _SAID_NOISE**2 * np.eye(len(rows)), shared).T
    return CraftSpread(gain @ values, correlation - gain @ shared, tuple(said))


def craft_of_standard(standard: npt.ArrayLike) -> npt.NDArray[np.float32]:
    """Return craft values for deviations [..., CRAFT_DIM]: the inverse of ``standard_craft`` within range."""
    mean, deviation, _ = norms()
    values = np.clip(np.asarray(standard, np.float64), -FARTHEST, FARTHEST) * deviation + mean
    places = [CRAFT_NAMES.index(name) for name in SKEWED]
    values[..., places] = np.maximum(values[..., places], 0) ** 2
    return np.asarray(np.clip(values, _LEAST, _MOST), np.float32)


@cache
def norms() -> tuple[Array, Array, Array]:
    """Return mean [CRAFT_DIM], deviation [CRAFT_DIM] and correlation of craft after ``spread_out``."""
    content = json.loads((Path(__file__).parent / NORMS_FILE).read_text("utf-8"))
    return (
        np.array(content["mean"]),
        np.array(content["deviation"]),
        np.array(content["correlation"]),
    )


@cache
def mood_map() -> Array:
    """Return the map from standard craft to mood, [CRAFT_DIM, 4], so that real pictures have deviation 1."""
    raw = np.array(
        [[_COEFFICIENTS[axis].get(name, 0.0) for axis in MOOD_AXES] for name in CRAFT_NAMES], np.float64
    )
    _, _, correlation = norms()
    return np.asarray(raw / np.sqrt(np.diag(raw.T @ correlation @ raw)), np.float64)


@cache
def mood_places() -> Array:
    """Return where the mood words lie, [words, 4]."""
    return np.array([word.place for word in MOOD_WORDS], np.float64)
