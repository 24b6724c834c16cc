"""The slider leads the list from the picture to the words and never back, whatever both say."""

from functools import cache

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from temptrack.model.bundles import load_bundle
from temptrack.model.onnx_bundle import OnnxBundle

PROMPTS = ("aggressive metal", "some background music", "a calm piano at night", "8-bit chiptune")
WEIGHTS = np.linspace(0, 1, 11)
TRACKS = 40
ROUNDING = 2 / (TRACKS * (TRACKS - 1) / 2)
"""A pair of tracks that the query cannot tell apart may fall either way."""


@cache
def bundle() -> OnnxBundle:
    return load_bundle(device="cpu", threads=1)


@cache
def words() -> npt.NDArray[np.float32]:
    return bundle().encode_text(list(PROMPTS))


def signs(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Which of every two tracks comes first."""
    first, second = np.triu_indices(TRACKS, 1)
    ahead: npt.NDArray[np.float32] = np.sign(scores[first] - scores[second])
    return ahead


@settings(max_examples=25)
@given(
    prompt=st.integers(0, len(PROMPTS) - 1),
    segments=st.integers(1, 6),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_list_moves_from_the_picture_to_the_words_and_never_back(
    prompt: int, segments: int, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    video = generator.standard_normal((segments, bundle().video_dim)).astype(np.float32)
    tracks = generator.standard_normal((TRACKS, bundle().embed_dim)).astype(np.float32)
    tracks /= np.linalg.norm(tracks, axis=1, keepdims=True)
    lists = [
        signs(tracks @ bundle().embed_query(video, words()[prompt], float(weight))) for weight in WEIGHTS
    ]
    towards_words = np.array([(one * lists[-1]).mean() for one in lists])
    towards_picture = np.array([(one * lists[0]).mean() for one in lists])
    assert (np.diff(towards_words) >= -ROUNDING).all()
    assert (np.diff(towards_picture) <= ROUNDING).all()
    assert towards_words[-1] == towards_picture[0] == 1.0
