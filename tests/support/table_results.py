"""Finished cells of every system without any training: ranks drawn so that better systems find more."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from temptrack_train.evaluation.catalogue import SYSTEMS
from temptrack_train.evaluation.cells import CellResult
from temptrack_train.evaluation.metrics import Hubness
from temptrack_train.evaluation.protocol import PooledRanks
from temptrack_train.evaluation.questions import QUESTIONS, Answer, Question
from temptrack_train.evaluation.ranks import TruthRanks
from temptrack_train.training.run_folder import RunSummary

GOLDEN = Path(__file__).parents[1] / "golden" / "method_tables" / "tables.md"
SEEDS = 2
POOL = {"tracks": 200, "clips": 50}
CANDIDATES = 200
_WORDLESS = {"pretet", "mvpt", "mvpt_plus"}


def drawn_results() -> dict[str, Sequence[CellResult]]:
    """Return results of every system of the catalogue; whole numbers only, so equal on every machine."""
    return {
        system: [CellResult(_summary(system, seed), _answers(place, system, seed)) for seed in range(SEEDS)]
        for place, system in enumerate(SYSTEMS)
    }


def _answers(place: int, system: str, seed: int) -> Mapping[Question, Answer]:
    return {
        question: Answer(
            PooledRanks(
                list(_pools(place, seed, number, POOL[question.level])), _ranks(place, seed, 99, CANDIDATES)
            ),
            ndcg=(place + number) / 100,
            hubness=Hubness(skew=1 + place / 10, never_share=0.25),
        )
        for number, question in enumerate(QUESTIONS)
        if question.words == "none" or system not in _WORDLESS
    }


def _pools(place: int, seed: int, number: int, size: int) -> Iterator[TruthRanks]:
    for pool in range(CANDIDATES // size):
        yield _ranks(place, seed, 10 * number + pool, size)


def _ranks(place: int, seed: int, number: int, size: int) -> TruthRanks:
    generator = np.random.default_rng([place, seed, number])
    hardest = max(size - 6 * place, 4)
    return TruthRanks(generator.integers(0, hardest, size), np.ones(size, np.int64), size)


def _summary(system: str, seed: int) -> RunSummary:
    return RunSummary(
        system=system,
        seed=seed,
        epochs=1,
        steps=1,
        best_epoch=1,
        watched="video_to_music_r10",
        figures={"video_to_music_r10": 1.0},
        seconds=1.0,
        parameters=1,
    )
