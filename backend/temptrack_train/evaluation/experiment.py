"""Training and asking everything the tables need, cell by cell, going on where it was cut off."""

import json
import multiprocessing
import os
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
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


class Material(Protocol):
    """What cells are made from. Travels to other processes when there are several."""

    def training(self, config: DataConfig) -> TrainingData:
        """Return training data; the kind asked for last is kept."""

    def split(self) -> TestSplit:
        """Return the test split, built once."""


def run_experiment(
    plan: ExperimentPlan, cells: Cells, material: Material, overseer: Overseer, *, jobs: int = 1
) -> dict[str, list[CellResult]]:
    """Return the results of every system, training what is missing.

    Args:
        plan: what is trained.
        cells: where results are kept.
        material: what from; not touched when everything is finished.
        overseer: told how it goes.
        jobs: cells at a time, each in a process of its own if more than one.
    """
    wanted = [(system, config) for system in plan.systems for config in plan.configs(system)]
    missing = [(system, config) for system, config in wanted if cells.finished(config) is None]
    overseer.planned(len(wanted), len(wanted) - len(missing))
    # Systems that learn from the same words come one after another, so that one kind is in memory at a time.
    missing.sort(key=lambda cell: kind_of(cell[1].data))
    if jobs == 1:
        for system, config in missing:
            watcher = overseer.begins(system, config)
            overseer.finishes(
                system, cells.finish(config, material.training(config.data), material.split(), watcher)
            )
    else:
        _finish_together(missing, cells, material, overseer, jobs)
    results: dict[str, list[CellResult]] = {system: [] for system in plan.systems}
    for system, config in wanted:
        done = cells.finished(config)
        assert done is not None
        results[system].append(done)
    return results


def kind_of(config: DataConfig) -> str:
    """Return a key that is equal where training data are."""
    return json.dumps(config.model_dump(mode="json"), sort_keys=True)


def _finish_together(
    missing: Sequence[tuple[str, SystemConfig]],
    cells: Cells,
    material: Material,
    overseer: Overseer,
    jobs: int,
) -> None:
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, fresh, _start_worker, (cells, material)) as pool:
        running = {pool.submit(_finish_cell, config): system for system, config in missing}
        try:
            for done in as_completed(running):
                overseer.finishes(running[done], done.result())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


_here: list[tuple[Cells, Material]] = []
"""What a worker was started with."""


def _start_worker(cells: Cells, material: Material) -> None:
    _here.append((cells, material))
    parent = multiprocessing.parent_process()
    assert parent is not None

    def end_with_parent() -> None:
        parent.join()
        os._exit(1)

    # A parent that is killed says nothing to its workers, and they would wait for work for ever.
    threading.Thread(target=end_with_parent, daemon=True).start()


def _finish_cell(config: SystemConfig) -> CellResult:
    cells, material = _here[0]
    return cells.finish(config, material.training(config.data), material.split())
