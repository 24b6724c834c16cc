"""Training and asking everything the tables need, cell by cell, going on where it was cut off."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Protocol

from temptrack_train.evaluation.catalogue import SYSTEMS
from temptrack_train.evaluation.cells import CellResult, Cells
from temptrack_train.evaluation.questions import TestSplit
from temptrack_train.training.config import DataConfig, SystemConfig, load_system
from temptrack_train.training.fit import TrainingData, Watcher


class Overseer(Protocol):
    """Told how an experiment goes."""

    def planned(self, cells: int, finished: int) -> None:
        """Told once: how many cells there are, and how many were finished before."""

    def begins(self, system: str, config: SystemConfig) -> Watcher:
        """Told before a cell; what it returns is told how the training goes."""

    def finishes(self, system: str, result: CellResult) -> None:
        """Told after a cell."""


@dataclass(frozen=True, slots=True)
class ExperimentPlan:
    """What is trained.

    Attributes:
        systems: keys of the catalogue.
        seeds: of training; each system is trained once with each.
        size: of the systems' configurations, such as "planted" or "paper"; None: what each names.
        changes: values by dotted key that win over every system's own.
    """

    systems: Sequence[str]
    seeds: Sequence[int]
    size: str | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)

    def configs(self, system: str) -> list[SystemConfig]:
        """Return the configurations of a system, one a seed."""
        planned = SYSTEMS[system]
        return [
            load_system(
                planned.config,
                {**planned.changes, "name": system, **self.changes, "training.seed": seed},
                size=self.size,
            )
            for seed in self.seeds
        ]


def run_experiment(
    plan: ExperimentPlan,
    cells: Cells,
    *,
    load: Callable[[DataConfig], TrainingData],
    split: Callable[[], TestSplit],
    overseer: Overseer,
) -> dict[str, list[CellResult]]:
    """Return the results of every system, training what is missing.

    Args:
        plan: what is trained.
        cells: where results are kept.
        load: reads training data; called once for each kind, and not at all when everything is finished.
        split: builds the test split; called at most once.
        overseer: told how it goes.
    """
    wanted = [(system, config) for system in plan.systems for config in plan.configs(system)]
    missing = [(system, config) for system, config in wanted if cells.finished(config) is None]
    overseer.planned(len(wanted), len(wanted) - len(missing))
    # Systems that learn from the same words come one after another, so that one kind is in memory at a time.
    missing.sort(key=lambda cell: _kind(cell[1]))
    asked: TestSplit | None = None
    for _, group in groupby(missing, key=lambda cell: _kind(cell[1])):
        same = list(group)
        data = load(same[0][1].data)
        for system, config in same:
            asked = asked or split()
            overseer.finishes(system, cells.finish(config, data, asked, overseer.begins(system, config)))
    results: dict[str, list[CellResult]] = {system: [] for system in plan.systems}
    for system, config in wanted:
        done = cells.finished(config)
        assert done is not None
        results[system].append(done)
    return results


def _kind(config: SystemConfig) -> str:
    # A system without words learns from any words, so it waits for none of its own.
    content = config.data.model_dump(mode="json", exclude=None if config.model.words else {"texts"})
    return json.dumps(content, sort_keys=True)
