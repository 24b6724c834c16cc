"""Looks at a server once a second: its memory, its processor time, its line; and whether memory grows."""

import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psutil
from benchmarks.speed.measure import held_mb
from benchmarks.studio.premises import Premises

EVERY_S = 1.0
BLOCKS = 20
"""Means over blocks are nearly independent of each other, as samples a second apart are not."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One look.

    Attributes:
        at_s: since the watch began.
        memory_mb: proportional set size, MB of 2**20 bytes.
        waiting: calls in line.
        under_way: calls that have not ended.
        threads: of the server.
        files: open ones and sockets.
    """

    at_s: float
    memory_mb: float
    waiting: int
    under_way: int
    threads: int
    files: int


class Watch:
    """Looks until the block ends."""

    def __init__(self, premises: Premises, *, every_s: float = EVERY_S) -> None:
        """Prepare to look at a server."""
        self._premises = premises
        self._every_s = every_s
        self._process = psutil.Process(premises.process_id)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.samples: list[Sample] = []
        self.failure: Exception | None = None

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        if self.failure is not None:
            raise RuntimeError("the server could no longer be looked at") from self.failure

    def _look(self) -> None:
        began = time.monotonic()
        try:
            while not self._done.wait(self._every_s):
                counted = self._premises.metrics()
                self.samples.append(
                    Sample(
                        at_s=time.monotonic() - began,
                        memory_mb=held_mb(self._premises.process_id),
                        waiting=int(counted["temptrack_calls_waiting"]),
                        under_way=int(counted["temptrack_calls_under_way"]),
                        threads=self._process.num_threads(),
                        files=self._process.num_fds(),
                    )
                )
        except Exception as failure:  # told where the watch is waited for
            self.failure = failure


def memory_trend(samples: Sequence[Sample]) -> dict[str, Any]:
    """Return how memory went in the second half, and whether that is more than noise.

    Ordinary least squares over the means of twenty blocks in time, with the 95 % interval of Student's t. It
    grows where the whole interval lies above 0 and the growth over the half is more than the spread of the
    blocks around the line; a trend that is smaller than that is noise.
    """
    half = samples[len(samples) // 2 :]
    if len(half) < 2 * BLOCKS:
        return {"samples": len(half), "grows": None, "why": "too short to tell"}
    size = len(half) / BLOCKS
    blocks = [half[round(number * size) : round((number + 1) * size)] for number in range(BLOCKS)]
    minutes = [statistics.fmean(sample.at_s for sample in block) / 60 for block in blocks]
    memory = [statistics.fmean(sample.memory_mb for sample in block) for block in blocks]
    slope, low, high, spread = _line(minutes, memory)
    growth = slope * (minutes[-1] - minutes[0])
    return {
        "samples": len(half),
        "slope_mb_a_minute": round(slope, 4),
        "interval_95": [round(low, 4), round(high, 4)],
        "growth_mb": round(growth, 2),
        "spread_of_blocks_mb": round(spread, 2),
        "first_mb": round(memory[0], 1),
        "last_mb": round(memory[-1], 1),
        "grows": low > 0 and growth > spread,
    }


def _line(x: Sequence[float], y: Sequence[float]) -> tuple[float, float, float, float]:
    """Return slope, the ends of its 95 % interval, and the standard deviation around the line."""
    from scipy import stats

    found = stats.linregress(x, y)
    margin = float(stats.t.ppf(0.975, len(x) - 2) * found.stderr)
    rest = [value - (found.intercept + found.slope * at) for at, value in zip(x, y, strict=True)]
    spread = (sum(value**2 for value in rest) / (len(x) - 2)) ** 0.5
    slope = float(found.slope)
    return slope, slope - margin, slope + margin, float(spread)
