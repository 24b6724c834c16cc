"""One trained run with all its answers: the unit in which tables are made and resumed.

A cell's folder holds the run itself, the ranks of every query, and ``figures.json``, which is written last: a
cell without it is not finished, and is gone on with where its training was cut off.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from temptrack_train.evaluation.metrics import Hubness
from temptrack_train.evaluation.protocol import PooledRanks
from temptrack_train.evaluation.questions import QUESTIONS, Answer, Question, TestSplit
from temptrack_train.evaluation.ranks import TruthRanks
from temptrack_train.training.config import SystemConfig
from temptrack_train.training.fit import TrainingData, Watcher, fit
from temptrack_train.training.run_folder import RunSummary, open_run

_FIGURES, _RANKS = "figures.json", "ranks.npz"


@dataclass(frozen=True, slots=True)
class CellResult:
    """What a finished cell says.

    Attributes:
        summary: how its training ended.
        answers: by question, those that the system can be asked.
    """

    summary: RunSummary
    answers: Mapping[Question, Answer]


class Cells:
    """Trained runs with their answers, in folders named after what they were made by."""

    def __init__(self, folder: Path, split_id: str) -> None:
        """Name the folder.

        Args:
            folder: holds one folder a cell.
            split_id: changes whenever the questions would be others; answers to others are not reused.
        """
        self._folder = folder
        self._split_id = split_id

    def path(self, config: SystemConfig) -> Path:
        """Return the folder of the run that a configuration makes."""
        made_by = json.dumps(
            [config.model_dump(mode="json", exclude={"about"}), self._split_id], sort_keys=True
        )
        digest = hashlib.sha256(made_by.encode()).hexdigest()[:12]
        return self._folder / f"{config.name}-seed{config.training.seed}-{digest}"

    def finished(self, config: SystemConfig) -> CellResult | None:
        """Return the result of a configuration, or None while it is not finished."""
        path = self.path(config)
        if not (path / _FIGURES).is_file():
            return None
        content = json.loads((path / _FIGURES).read_text("utf-8"))
        with np.load(path / _RANKS) as arrays:
            answers = {
                question: _answer(arrays, question.key, content["answers"][question.key])
                for question in QUESTIONS
                if question.key in content["answers"]
            }
        return CellResult(RunSummary(**content["summary"]), answers)

    def finish(
        self, config: SystemConfig, data: TrainingData, split: TestSplit, watcher: Watcher | None = None
    ) -> CellResult:
        """Train what is not trained, ask what was not asked, and return the result."""
        done = self.finished(config)
        if done is not None:
            return done
        path = self.path(config)
        summary = fit(config, data, path, resume=True, watcher=watcher)
        model = open_run(path).model
        answers = {question: split.ask(model, question) for question in split.questions(model)}
        _keep(path, summary, answers)
        return CellResult(summary, answers)


def _answer(arrays: Mapping[str, Any], key: str, figures: Mapping[str, Any]) -> Answer:
    def ranks(name: str) -> TruthRanks:
        above, tied, size = (arrays[f"{key}/{name}/{part}"] for part in ("above", "tied", "size"))
        return TruthRanks(above, tied, int(size))

    pools: Sequence[TruthRanks] = [ranks(f"pool{number}") for number in range(figures["pools"])]
    return Answer(PooledRanks(pools, ranks("full")), figures["ndcg"], Hubness(**figures["hubness"]))


def _keep(path: Path, summary: RunSummary, answers: Mapping[Question, Answer]) -> None:
    arrays: dict[str, Any] = {}
    for question, answer in answers.items():
        named = {f"pool{number}": pool for number, pool in enumerate(answer.ranks.pools)}
        for name, ranks in {**named, "full": answer.ranks.full}.items():
            arrays[f"{question.key}/{name}/above"] = ranks.above
            arrays[f"{question.key}/{name}/tied"] = ranks.tied
            arrays[f"{question.key}/{name}/size"] = np.array(ranks.pool_size)
    figures = {
        "summary": asdict(summary),
        "answers": {
            question.key: {
                "pools": len(answer.ranks.pools),
                "ndcg": answer.ndcg,
                "hubness": asdict(answer.hubness),
            }
            for question, answer in answers.items()
        },
    }
    partial = path / f".{_RANKS}.partial"
    with partial.open("wb") as file:
        np.savez_compressed(file, **arrays)
    os.replace(partial, path / _RANKS)
    partial = path / f".{_FIGURES}.partial"
    partial.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    os.replace(partial, path / _FIGURES)
