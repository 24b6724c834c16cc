"""Fitting ``heard.npz``: detectors on renders, their scale on real music, posteriors on renders and on words.

Labels come from scores alone. Real music only says how features are spread, without labels, and human texts
only how often people name a thing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

from temptrack.model.types import TagGroup
from temptrack_export import heads
from temptrack_export.calibration import Calibration
from temptrack_export.concepts import Concept, mentions
from temptrack_export.heads import Facts
from temptrack_export.heard import HEARD, Hearing
from temptrack_export.listening import FEATURE_NAMES
from temptrack_export.musicnn import RAW_TAGS
from temptrack_export.voice import VOICES

Array = npt.NDArray[np.float64]

FOLDS: Final = 4
_FEWEST_POSITIVES: Final = 60
_PRIOR: Final = (0.1, 0.5)
"""Share of tracks that have a thing, within which what renders say is believed."""
_SAID: Final = (0.03, 0.3)
_SAID_OF_GENRES: Final = (0.03, 0.1)
_SLOPE: Final = 1.7
"""The logistic curve of this slope follows the normal distribution's."""
_LEAST_THRESHOLD: Final = 0.3
_UNSURE: Final = {"minor key": 0.65, "major key": 0.65, **dict.fromkeys(VOICES, 0.5)}
"""Thresholds of what is either always or never there: shown only where it is plain."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """How a posterior holds on renders that its curve was not fitted on, before and after.

    Attributes:
        concept: its name.
        auc: area under the receiver operating characteristic.
        ece: expected calibration error in ten bins, with the curve of lite-0 and with its own.
        brier: mean squared error, likewise.
    """

    concept: str
    auc: float
    ece: tuple[float, float]
    brier: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Material:
    """What is fitted on.

    Attributes:
        renders: features of rendered windows, [windows, len(FEATURE_NAMES)].
        facts: what is known of each.
        recordings: features of real tracks, [tracks, len(FEATURE_NAMES)], without labels.
        texts: what people say of music.
        logits: mean and deviation of the taggers' log-odds over more real music.
        source: what the recordings are, in words.
    """

    renders: Array
    facts: Sequence[Facts]
    recordings: Array
    texts: Sequence[str]
    logits: Calibration
    source: str


def fit_hearing(material: Material) -> tuple[Hearing, list[Reliability]]:
    """Fit everything; the same material gives the same numbers."""
    mean, deviation = material.recordings.mean(axis=0), material.recordings.std(axis=0)
    mean[: len(RAW_TAGS)], deviation[: len(RAW_TAGS)] = material.logits.mean, material.logits.deviation
    deviation = np.where(deviation > 0, deviation, 1.0)
    real = (material.recordings - mean) / deviation
    rendered = (material.renders - material.renders.mean(axis=0)) / (material.renders.std(axis=0) + 1e-6)
    wanted = heads.answers(material.facts)
    weights = heads.fit_heads(rendered, wanted)
    unseen = _cross_fitted(rendered, wanted, material.facts)
    said = mentions(material.texts, HEARD).mean(axis=0)

    columns, curves, table = [], [], []
    for concept, share in zip(HEARD, said, strict=True):
        directions = [*_members(concept), *(weights[:, _head(name)] for name in concept.heads)]
        column = np.mean([one / (real @ one).std() for one in directions], axis=0)
        columns.append(column / (real @ column).std())
        known = wanted[:, _head(concept.heads[0])] if concept.heads else np.zeros(0)
        if (known == 1).sum() >= _FEWEST_POSITIVES:
            heard = [
                *(rendered @ one for one in _members(concept)),
                *(unseen[:, _head(h)] for h in concept.heads),
            ]
            curve, reliability = _calibrate(concept.name, heard, known)
            table.append(reliability)
        else:
            curve = _Curve(_SLOPE, _middle_of(share, concept.group), _LEAST_THRESHOLD, 1.0)
        curves.append(curve)
    matrix = np.stack(columns, axis=1)
    hearing = Hearing(
        matrix=matrix / deviation[:, None],
        offset=-(mean / deviation) @ matrix,
        noise=np.array([curve.noise for curve in curves]),
        slope=np.array([curve.slope for curve in curves]),
        middle=np.array([curve.middle for curve in curves]),
        threshold=np.array(
            [_UNSURE.get(concept.name, curve.threshold) for concept, curve in zip(HEARD, curves, strict=True)]
        ),
        source=material.source,
    )
    return hearing, table


def write_hearing(hearing: Hearing, path: Path) -> None:
    """Write what was fitted, as float32."""
    numbers = {
        name: np.asarray(getattr(hearing, name), np.float32)
        for name in ("matrix", "offset", "noise", "slope", "middle", "threshold")
    }
    np.savez_compressed(
        path,
        allow_pickle=False,
        concepts=np.array([concept.name for concept in HEARD]),
        source=np.array(hearing.source),
        **numbers,
    )


@dataclass(frozen=True, slots=True)
class _Curve:
    slope: float
    middle: float
    threshold: float
    noise: float


def _members(concept: Concept) -> list[Array]:
    if not concept.members:
        return []
    direction = np.zeros(len(FEATURE_NAMES))
    for member in concept.members:
        name = member.removeprefix("-")
        direction[FEATURE_NAMES.index(name)] += (-1 if member != name else 1) / len(concept.members)
    return [direction]


def _head(name: str) -> int:
    return list(heads.HEADS).index(name)


def _cross_fitted(rendered: Array, wanted: Array, facts: Sequence[Facts]) -> Array:
    """Return what detectors say of windows in styles they were not fitted on, [windows, heads]."""
    styles = sorted({one.style for one in facts})
    # Textures composed here are one style by name, and as different as styles are.
    folds = np.array(
        [
            (place if one.style.startswith("own/") else styles.index(one.style)) % FOLDS
            for place, one in enumerate(facts)
        ]
    )
    said = np.zeros_like(wanted)
    for fold in range(FOLDS):
        inside = folds == fold
        weights = heads.fit_heads(rendered[~inside], wanted[~inside])
        said[inside] = np.clip(rendered[inside], -heads.CLIP, heads.CLIP) @ weights
    return said


def _calibrate(name: str, heard: Sequence[Array], known: Array) -> tuple[_Curve, Reliability]:
    """Fit a logistic curve on every other render and judge it on the rest (Platt 1999)."""
    score = np.mean([one / one.std() for one in heard], axis=0)
    score = (score - score.mean()) / score.std()
    told = ~np.isnan(known)
    fitting, judging = told & (np.arange(len(score)) % 2 == 0), told & (np.arange(len(score)) % 2 == 1)
    fitted = LogisticRegression(C=1e3).fit(score[fitting, None], known[fitting])
    slope, offset = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    share = float(known[told].mean())
    prior = min(max(share, _PRIOR[0]), _PRIOR[1])
    offset += _log_odds(prior) - _log_odds(share)
    middle = -offset / slope
    truth = known[judging]
    weight = np.where(truth == 1, prior / share, (1 - prior) / (1 - share))
    weight /= weight.mean()
    old = _logistic(_SLOPE * (score[judging] - 1.0))
    new = _logistic(slope * (score[judging] - middle))
    has, lacks = score[known == 1], score[known == 0]
    noise = float(np.sqrt((has.var() + lacks.var()) / 2) / (has.mean() - lacks.mean()))
    reliability = Reliability(
        concept=name,
        auc=float(roc_auc_score(truth, score[judging])),
        ece=(_ece(old, truth, weight), _ece(new, truth, weight)),
        brier=(_brier(old, truth, weight), _brier(new, truth, weight)),
    )
    return _Curve(
        slope, middle, max(_best_threshold(new, truth, weight), _LEAST_THRESHOLD), noise
    ), reliability


def _middle_of(share: float, group: TagGroup) -> float:
    """Return where a posterior is one half if it is to average the share of texts that name the concept."""
    lowest, highest = _SAID_OF_GENRES if group is TagGroup.GENRE else _SAID
    return float(-np.sqrt(2) * NormalDist().inv_cdf(min(max(float(share), lowest), highest)))


def _best_threshold(said: Array, truth: Array, weight: Array) -> float:
    def f1(threshold: float) -> float:
        chosen = said > threshold
        hits = float((weight * truth * chosen).sum())
        return 2 * hits / max(float((weight * chosen).sum() + (weight * truth).sum()), 1e-9)

    return float(max(np.arange(0.1, 0.8, 0.05), key=f1))


def _ece(said: Array, truth: Array, weight: Array) -> float:
    bins = np.clip((said * 10).astype(int), 0, 9)
    gaps = [abs((weight * (said - truth))[bins == number].sum()) for number in range(10)]
    return float(sum(gaps) / len(truth))


def _brier(said: Array, truth: Array, weight: Array) -> float:
    return float((weight * np.square(said - truth)).mean())


def _logistic(values: npt.NDArray[Any]) -> Array:
    return np.asarray(1 / (1 + np.exp(-values)), np.float64)


def _log_odds(share: float) -> float:
    return float(np.log(share / (1 - share)))
