"""Does a caption, or a scene that somebody imagined, lead to the aspects of the same recording?

All by one writer of MusicCaps whose captions no recipe here is trained on (temptrack_train.recipes.sources);
the aspects go the way of a track's own words. ``lite-0`` is older than that rule: it was fitted on them too.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from benchmarks.quality.measures import RESAMPLES

from temptrack.model.onnx_bundle import OnnxBundle
from temptrack_train.recipes.sources import Recording, held_out, read_musiccaps

DEPTH = 10
SCENES, CAPTIONS = "scenes", "captions"
ZERO_SHOT, CENTRED = "sentence encoder", "sentence encoder, centred"
_SEED = 20_240_501

Scores = npt.NDArray[np.float64]
Owners = npt.NDArray[np.int64]


def measure_captions(musiccaps: Path, bundles: Sequence[OnnxBundle]) -> dict[str, Any]:
    """Ask for the aspects of recordings by their captions, and by the scenes they are said to suit.

    Args:
        musiccaps: the user's copy.
        bundles: whose text towers answer; the first also gives the sentence encoder without towers.

    Returns:
        By kind of question and by system: median rank and share within the first ten, with intervals over
        recordings.
    """
    read = read_musiccaps(musiccaps)
    recordings = [one for one, is_out in zip(read, held_out(read), strict=True) if is_out]
    with_scenes = [one for one in recordings if one.scenes]
    with_sound = [one for one in recordings if one.sound]
    return {
        SCENES: _measure(with_scenes, [one.scenes for one in with_scenes], bundles),
        CAPTIONS: _measure(with_sound, [(one.sound,) for one in with_sound], bundles),
    }


def captions_table(figures: Mapping[str, Any]) -> str:
    """Return one row a kind of question and a system."""
    rows = [
        f"| {kind} | {system} | {_shown(row['median_rank'], 1)} of {part['candidates']} "
        f"| {_shown(row['recall_at_10'], 2)} |"
        for kind, part in figures.items()
        for system, row in part["systems"].items()
    ]
    head = "| asked by | | median rank of the recording's aspects | among the first ten |\n|---|---|---|---|"
    return "\n".join([head, *rows])


def _measure(
    recordings: Sequence[Recording], asked: Sequence[Sequence[str]], bundles: Sequence[OnnxBundle]
) -> dict[str, Any]:
    owners = np.repeat(np.arange(len(recordings)), [len(texts) for texts in asked])
    questions = [text for texts in asked for text in texts]
    aspects = [one.listed for one in recordings]
    systems: dict[str, Scores] = {}
    for bundle in bundles:
        encoded, listed = bundle.encode_text(questions), bundle.encode_text(aspects)
        if not systems:
            systems[ZERO_SHOT] = _unit(encoded) @ _unit(listed).T
            systems[CENTRED] = _unit(encoded - encoded.mean(axis=0)) @ _unit(listed - listed.mean(axis=0)).T
        queries = np.stack([bundle.embed_query(None, text, 1.0) for text in encoded])
        systems[bundle.id] = _unit(queries) @ _unit(bundle.embed_words(listed)).T
    return {
        "questions": len(questions),
        "candidates": len(recordings),
        "systems": {name: _figures(_ranks(scores, owners), owners) for name, scores in systems.items()},
    }


def _ranks(scores: Scores, owners: Owners) -> Scores:
    mine = scores[np.arange(len(scores)), owners][:, None]
    # Equal scores count half: their order is nobody's merit.
    ranks: Scores = (scores > mine).sum(axis=1) + ((scores == mine).sum(axis=1) + 1) / 2
    return ranks


def _figures(ranks: Scores, owners: Owners) -> dict[str, Any]:
    rows_of = [np.flatnonzero(owners == one) for one in np.unique(owners)]
    generator = np.random.default_rng(_SEED)
    medians, recalls = [], []
    for _ in range(RESAMPLES // 10):
        drawn = generator.integers(0, len(rows_of), len(rows_of))
        sample = ranks[np.concatenate([rows_of[one] for one in drawn])]
        medians.append(float(np.median(sample)))
        recalls.append(float((sample <= DEPTH).mean()))
    return {
        "median_rank": _figure(float(np.median(ranks)), medians),
        "recall_at_10": _figure(float((ranks <= DEPTH).mean()), recalls),
    }


def _figure(value: float, samples: Sequence[float]) -> dict[str, Any]:
    low, high = np.percentile(samples, [2.5, 97.5])
    return {"mean": round(value, 4), "interval95": [round(float(low), 4), round(float(high), 4)]}


def _shown(figure: Mapping[str, Any], digits: int) -> str:
    low, high = figure["interval95"]
    return f"{figure['mean']:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def _unit(rows: npt.NDArray[np.floating]) -> Scores:
    wide = rows.astype(np.float64)
    unit: Scores = wide / np.linalg.norm(wide, axis=1, keepdims=True)
    return unit
