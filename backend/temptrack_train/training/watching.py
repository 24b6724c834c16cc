"""Watchers: a live view on a terminal, one line an epoch anywhere else."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from temptrack_train.training.config import SystemConfig
from temptrack_train.training.run_folder import Row


class OnScreen:
    """Shows loss and validation recall on standard error while a system trains."""

    def __init__(self, console: Console | None = None) -> None:
        """Prepare; the bar appears with the first epoch, and only on a terminal."""
        self._console = console or Console(stderr=True, highlight=False)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TextColumn("loss {task.fields[loss]}"),
            TimeRemainingColumn(compact=True),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None, loss="-")
        self._watched = ""
        self._epochs = 0

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def started(self, config: SystemConfig, steps_an_epoch: int, first_epoch: int) -> None:
        """Show how long it will be."""
        self._watched, self._epochs = config.watched, config.training.epochs
        again = f", going on after epoch {first_epoch}" if first_epoch else ""
        title = f"{config.name}, seed {config.training.seed}: {config.about}{again}"
        self._console.print(title, soft_wrap=True)
        self._bar.update(
            self._task,
            description=config.name,
            total=self._epochs * steps_an_epoch,
            completed=first_epoch * steps_an_epoch,
        )

    def stepped(self, loss: float) -> None:
        """Move the bar."""
        self._bar.update(self._task, advance=1, loss=f"{loss:.3f}")

    def finished_epoch(self, row: Row, best: bool) -> None:
        """Print the epoch's line; the best so far is marked."""
        recalls = "  ".join(
            f"{name.removesuffix('_r10')} R@10 {value:5.1f}"
            for name, value in row.items()
            if name.endswith("_r10")
        )
        mark = "  [green]best[/green]" if best else ""
        self._console.print(
            f"epoch {row['epoch']:>3}/{self._epochs}  loss {row['loss']:7.4f}  {recalls}  "
            f"{row['seconds']:6.0f} s{mark}",
            soft_wrap=True,
        )
