"""Progress on standard error: a bar with rate and time left on a terminal, nothing anywhere else."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from temptrack.cli.screen import notes

Tick = Callable[[int, int], None]
"""Told of progress as (done, total)."""


@contextmanager
def bar(label: str, *, unit: str, quiet: bool = False) -> Iterator[Tick]:
    """Show one progress bar while the block runs.

    Args:
        label: what is being done, such as "Indexing".
        unit: what is counted, in the plural.
        quiet: show nothing, as under ``--json``.

    Yields:
        A function to call with (done, total); the total may change.
    """
    if quiet or not sys.stderr.isatty():
        yield _ignore
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        SpinnerColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        """How many a second, or how many seconds for one when slow."""

        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            if not speed:
                return Text("", style="dim")
            words = f"{speed:.1f} {unit}/s" if speed >= 1 else f"{1 / speed:.1f} s each"
            return Text(words, style="dim")

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=notes(), transient=True) as progress:
        task = progress.add_task(label, total=None)

        def tick(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield tick


def _ignore(_done: int, _total: int) -> None:
    pass


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """Turn the first Ctrl-C into a wish to stop, so that long work can finish what it is writing.

    Yields:
        What is set once to stop. A second Ctrl-C interrupts at once.
    """
    told = threading.Event()

    def stop(_number: int, _frame: object) -> None:
        told.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    if threading.current_thread() is not threading.main_thread():
        yield told
        return
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield told
    finally:
        signal.signal(signal.SIGINT, before)
