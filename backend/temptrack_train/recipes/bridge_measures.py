"""Do towers find the music of scenes that a new author wrote of? Against the text encoder and a ridge map.

The question is a scene phrase, the candidates are the aspects of all held-out recordings that have scenes.
The text encoder alone and the ridge map of lite-0, fitted on the same recordings, answer in the same run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from temptrack_train.datasets.types import Matrix
from temptrack_train.recipes.bridge_texts import BridgeTexts
from temptrack_train.recipes.bridge_towers import Bridge

DEPTH = 10
RIDGE = 3.0
"""As in lite-0."""

RESAMPLES = 2000
_SEED = 0

Ranks = npt.NDArray[np.float64]
Measure = Callable[[npt.NDArray[np.int64]], float]
"""Rows of questions to a figure."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % bootstrap interval over recordings."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """How three ways answer the same questions.

    Attributes:
        owners: [questions] recording of each scene phrase.
        candidates: count of recordings chosen among.
        ranks: [questions] from 1, by the name of the way; ties count half.
    """

    owners: npt.NDArray[np.int64]
    candidates: int
    ranks: Mapping[str, Ranks]

    def median_rank(self, way: str) -> Figure:
        """Return the median rank of a way."""
        return self._figure(lambda rows: float(np.median(self.ranks[way][rows])))

    def recall(self, way: str) -> Figure:
        """Return the share of questions whose recording is among the first ten."""
        return self._figure(lambda rows: float((self.ranks[way][rows] <= DEPTH).mean()))

    def recall_gain(self, way: str, over: str) -> Figure:
        """Return by how much a way's recall exceeds another's on the same questions."""
        better = (self.ranks[way] <= DEPTH).astype(float) - (self.ranks[over] <= DEPTH)
        return self._figure(lambda rows: float(better[rows].mean()))

    def figures(self) -> dict[str, float]:
        """Return everything by name."""
        found: dict[str, float] = {"candidates": float(self.candidates)}
        for way in self.ranks:
            for name, figure in (("median_rank", self.median_rank(way)), ("r10", self.recall(way))):
                found[f"{way}/{name}"] = figure.value
                found[f"{way}/{name}/low"], found[f"{way}/{name}/high"] = figure.low, figure.high
        for over in ("zero_shot", "ridge"):
            gain = self.recall_gain("towers", over)
            found[f"towers/r10_gain_over_{over}"] = gain.value
            found[f"towers/r10_gain_over_{over}/low"] = gain.low
            found[f"towers/r10_gain_over_{over}/high"] = gain.high
        return found

    def _figure(self, measure: Measure) -> Figure:
        generator = np.random.default_rng(_SEED)
        recordings, places = np.unique(self.owners, return_inverse=True)
        rows_of = [np.flatnonzero(places == place) for place in range(len(recordings))]
        samples = [
            measure(np.concatenate([rows_of[place] for place in drawn]))
            for drawn in generator.integers(0, len(recordings), (RESAMPLES, len(recordings)))
        ]
        low, high = np.percentile(samples, (2.5, 97.5))
        return Figure(measure(np.arange(len(self.owners))), float(low), float(high))


def compare_on_new_author(
    texts: BridgeTexts, learned: npt.NDArray[np.bool_], bridges: Sequence[Bridge]
) -> Comparison:
    """Compare trained towers with the text encoder alone and with a ridge map.

    Args:
        texts: of all recordings.
        learned: [recordings], which were trained on; all others are asked.
        bridges: trained towers; their embeddings are averaged.
    """
    known, asked = texts.scenes.of(learned), texts.scenes.of(~learned)
    candidates = np.unique(asked.owner)
    listed = texts.aspects
    mean = listed[learned].mean(axis=0)
    targets = _unit(listed - mean)
    centre = np.concatenate([known.rows, texts.words.of(learned).rows]).mean(axis=0)
    inputs = np.concatenate([known.rows, texts.words.of(learned).rows]) - centre
    owners = np.concatenate([known.owner, texts.words.of(learned).owner])
    ridge = _ridge(_unit(inputs), targets[owners], RIDGE)
    with torch.no_grad():
        scenes = sum(_unit(one.scenes(torch.as_tensor(asked.rows)).numpy()) for one in bridges)
        aspects = sum(_unit(one.aspects(torch.as_tensor(listed)).numpy()) for one in bridges)
    ways: dict[str, tuple[npt.NDArray[Any], npt.NDArray[Any]]] = {
        "zero_shot": (asked.rows, listed),
        "zero_shot_centred": (_unit(asked.rows - known.rows.mean(axis=0)), targets),
        "ridge": (_unit(_unit(asked.rows - centre) @ ridge), targets),
        "towers": (_unit(np.asarray(scenes)), _unit(np.asarray(aspects))),
    }
    return Comparison(
        owners=asked.owner,
        candidates=len(candidates),
        ranks={
            name: _ranks(queries @ tracks[candidates].T, np.searchsorted(candidates, asked.owner))
            for name, (queries, tracks) in ways.items()
        },
    )


def _ranks(scores: npt.NDArray[np.floating], own: npt.NDArray[np.int64]) -> Ranks:
    mine = scores[np.arange(len(scores)), own][:, None]
    return np.asarray((scores > mine).sum(axis=1) + ((scores == mine).sum(axis=1) + 1) / 2, np.float64)


def _ridge(inputs: Ranks, targets: Ranks, strength: float) -> Ranks:
    penalty = strength * np.eye(inputs.shape[1])
    return np.asarray(np.linalg.solve(inputs.T @ inputs + penalty, inputs.T @ targets), np.float64)


def _unit(rows: npt.NDArray[np.floating] | Matrix) -> npt.NDArray[np.float64]:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True).clip(1e-9), np.float64)
