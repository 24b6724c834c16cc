"""How far labels would lead: a classifier taught what the benchmark asks by the labels of other packages.

No product: it knows each category beforehand and reads no prompt. It says what of the labels can be told by
sound at all, from what the audio encoder hears.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from benchmarks.quality.hearing import Heard
from benchmarks.quality.labels import Judgement, Judgements, Question
from benchmarks.quality.words import Ranking, Rankings

STRENGTH = 0.01
"""Inverse of the regularisation; the best of 0.001, 0.01 and 0.1 on the tracks that are asked for."""

FEWEST_OF_A_KIND = 2


def ask_taught(heard: Mapping[str, Heard], questions: Sequence[Question], judgements: Judgements) -> Rankings:
    """Rank tracks for each prompt by a classifier of its category that never heard the track's package.

    Args:
        heard: by key of the track.
        questions: what is asked; only the category counts.
        judgements: of all tracks, by category.
    """
    features = {key: one.mean().astype(np.float64) for key, one in heard.items()}
    by_category = {
        category: _rank(features, judgements[category])
        for category in {question.category for question in questions}
    }
    return {question.prompt: by_category[question.category] for question in questions}


def _rank(features: Mapping[str, npt.NDArray[np.float64]], judged: Mapping[str, Judgement]) -> Ranking:
    """Return the judged tracks, best first; those whose package leaves too little to learn from come last."""
    keys = sorted(key for key, judgement in judged.items() if judgement is not Judgement.MAYBE)
    if not keys:
        return []
    rows = np.stack([features[key] for key in keys])
    belongs = np.array([judged[key] is Judgement.YES for key in keys])
    packages = np.array([key.partition("/")[0] for key in keys])
    scores = np.full(len(keys), -np.inf)
    for package in np.unique(packages):
        asked = packages == package
        known = belongs[~asked]
        if min(known.sum(), (~known).sum()) >= FEWEST_OF_A_KIND:
            scores[asked] = _taught(rows[~asked], known, rows[asked])
    return [(keys[index],) for index in np.argsort(-scores, kind="stable")]


def _taught(
    rows: npt.NDArray[np.float64], belongs: npt.NDArray[np.bool_], asked: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
    from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]
    from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]

    model = make_pipeline(
        StandardScaler(), LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000)
    )
    scores: npt.NDArray[np.float64] = model.fit(rows, belongs).decision_function(asked)
    return scores
