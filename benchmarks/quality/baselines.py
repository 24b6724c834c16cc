"""What an editor has without a tower: nothing but file names, or the encoders as they come."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from benchmarks.quality.hearing import Heard
from benchmarks.quality.keyword_search import KeywordSearch
from benchmarks.quality.words import Rankings

from temptrack.model.types import Bundle, Matrix

Scores = npt.NDArray[np.float64]


def ask_keywords(texts: Mapping[str, str], prompts: Sequence[str]) -> Rankings:
    """Rank tracks by the words they share with each prompt.

    Args:
        texts: by key of the track, every word that a file browser could show of it.
        prompts: what is asked.
    """
    search = KeywordSearch(texts)
    return {prompt: search.rank(prompt) for prompt in prompts}


def ask_sentences(texts: Mapping[str, str], prompts: Sequence[str], bundle: Bundle) -> Rankings:
    """Rank tracks by the cosine of each prompt and the track's own words, as the text encoder sees both.

    Args:
        texts: by key of the track, its own words.
        prompts: what is asked.
        bundle: whose text encoder is used; no tower is.
    """
    keys = sorted(texts)
    rows = _unit(bundle.encode_text([texts[key] for key in keys]))
    return _ranked(_unit(bundle.encode_text(prompts)) @ rows.T, prompts, keys)


def ask_tagger(
    heard: Mapping[str, Heard], prompts: Sequence[str], bundle: Bundle, tags: Sequence[str], *, centred: bool
) -> Rankings:
    """Rank tracks by a tagger as it comes: how near each prompt is to the names of the tags it gives a track.

    A track is the mean of the text embeddings of all tag names, weighted by their posteriors.

    Args:
        heard: by key of the track; features begin with the log-odds of the tags.
        prompts: what is asked.
        bundle: whose text encoder is used; no tower is.
        tags: names of the features.
        centred: take from every posterior its mean over all tracks, and from every prompt the mean prompt: a
            tagger says "rock" and "electronic" of nearly everything. This is kinder to the tagger than what
            a user would have, because it looks at the whole library and at all prompts first.
    """
    keys = sorted(heard)
    log_odds = np.stack([heard[key].mean() for key in keys])
    posteriors = 1 / (1 + np.exp(-log_odds[:, : len(tags)].astype(np.float64)))
    names, asked = _unit(bundle.encode_text(tags)), _unit(bundle.encode_text(prompts))
    if centred:
        posteriors = posteriors - posteriors.mean(axis=0)
        asked = _unit(asked - asked.mean(axis=0))
    return _ranked(asked @ _unit(posteriors @ names).T, prompts, keys)


def _ranked(scores: Scores, prompts: Sequence[str], keys: Sequence[str]) -> Rankings:
    return {
        prompt: [(keys[index],) for index in np.argsort(-row, kind="stable")]
        for prompt, row in zip(prompts, scores, strict=True)
    }


def _unit(rows: Matrix | Scores) -> Scores:
    wide = rows.astype(np.float64)
    unit: Scores = wide / np.linalg.norm(wide, axis=1, keepdims=True)
    return unit
