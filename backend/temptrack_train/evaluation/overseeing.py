"""What a person sees while the tables are made: which cell, how far, and the time left."""

import sys
import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from temptrack_train.evaluation.cells import CellResult
from temptrack_train.training.config import SystemConfig
from temptrack_train.training.fit import Watcher
from temptrack_train.training.run_folder import Row


class CellsOnScreen:
    """A bar on a terminal and a line a cell on standard error."""

    def __init__(self) -> None:
        self._console = Console(file=sys.stderr, highlight=False)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TextColumn("{task.fields[left]}"),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task: TaskID = self._bar.add_task("tables", total=None, left="")
        self._began = 0.0
        self._cells = self._before = self._done = 0

    def __enter__(self) -> "CellsOnScreen":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def planned(self, cells: int, finished: int) -> None:
        """Show how many there are."""
        self._began = time.monotonic()
        self._cells, self._before = cells, finished
        self._bar.update(self._task, total=cells, completed=finished)
        self._console.print(f"{cells} cells, {finished} of them finished before")

    def begins(self, system: str, config: SystemConfig) -> Watcher:
        """Show which one; the watcher shows its epochs."""
        label = f"{system}, seed {config.training.seed}"
        self._bar.update(self._task, description=label)
        return _Epochs(self._bar, self._task, label)

    def finishes(self, system: str, result: CellResult) -> None:
        """Print its line, with the time left at the pace of the cells so far."""
        self._done += 1
        left_s = (time.monotonic() - self._began) / self._done * (self._cells - self._before - self._done)
        left = f"about {left_s / 60:.0f} min left"
        self._bar.update(self._task, advance=1, left=left)
        watched = result.summary.figures[result.summary.watched]
        self._console.print(
            f"{self._before + self._done:>3}/{self._cells}  {system}, seed {result.summary.seed}: "
            f"{result.summary.watched} {watched:.1f} (validation), {result.summary.seconds:.0f} s; {left}",
            soft_wrap=True,
        )


class _Epochs:
    def __init__(self, bar: Progress, task: TaskID, label: str) -> None:
        self._bar, self._task, self._label = bar, task, label
        self._epochs = 0

    def started(self, config: SystemConfig, steps_an_epoch: int, first_epoch: int) -> None:
        self._epochs = config.training.epochs

    def stepped(self, loss: float) -> None:
        pass

    def finished_epoch(self, row: Row, best: bool) -> None:
        self._bar.update(self._task, description=f"{self._label}, epoch {row['epoch']}/{self._epochs}")
