"""Progress of long work in several steps: a bar on a terminal, a line now and then in a log."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

from temptrack.cli.progress import Tick, bar
from temptrack.cli.screen import clock

Steps = Callable[[str, int, int], None]
"""Told of progress as (step, done, total)."""

_LINE_EVERY_S = 30.0


@contextmanager
def steps(labels: Mapping[str, str], *, quiet: bool = False) -> Iterator[Steps]:
    """Show how far each step is, with the time left, while the block runs.

    Args:
        labels: what each step is called.
        quiet: show nothing, as under ``--json``.

    Yields:
        A function to call with (step, done, total).
    """
    if quiet:
        yield lambda _step, _done, _total: None
        return
    if not sys.stderr.isatty():
        yield LogLines(labels, time.monotonic, _log)
        return
    with ExitStack() as bars:
        ticks: dict[str, Tick] = {}

        def told(step: str, done: int, total: int) -> None:
            if step not in ticks:
                bars.close()
                ticks[step] = bars.enter_context(bar(labels[step], unit="units"))
            ticks[step](done, total)

        yield told


def _log(line: str) -> None:
    sys.stderr.write(f"{line}\n")


class LogLines:
    """Writes a line at the start, at the end and now and then, as logs of a farm want it."""

    def __init__(
        self, labels: Mapping[str, str], now_s: Callable[[], float], write: Callable[[str], None]
    ) -> None:
        """Prepare to write.

        Args:
            labels: what each step is called.
            now_s: a clock that never goes back, in seconds.
            write: takes a line.
        """
        self._labels = labels
        self._now_s = now_s
        self._write = write
        self._step = ""
        self._began_s = 0.0
        self._line_s = 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        """Tell of progress."""
        now = self._now_s()
        if step != self._step:
            self._step, self._began_s, self._line_s = step, now, now - _LINE_EVERY_S
        if now - self._line_s < _LINE_EVERY_S and done < total:
            return
        self._line_s = now
        left = ""
        if 0 < done < total:
            left = f", about {clock((now - self._began_s) / done * (total - done))} left"
        self._write(f"{self._labels[step]}: {done} of {total}{left}")
