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
BLOCKS = 60
FEWEST_INDEPENDENT = 4.0
"""So few values that are worth anything by themselves tell nothing of a trend."""


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

    Ordinary least squares over the means of sixty blocks in time. Memory is now nearly what it was a moment
    ago, so blocks are worth less than their number: error and degrees of freedom are those of the effective
    sample size n (1 - r) / (1 + r), r being how alike neighbouring residuals are (Santer et al. 2000,
    "Statistical significance of trends and trend differences in layer-average atmospheric temperature time
    series", section 4). Memory grows where the whole 95 % interval of Student's t lies above 0 and the growth
    over the half is more than the spread of the blocks around the line.
    """
    half = samples[len(samples) // 2 :]
    if len(half) < 2 * BLOCKS:
        return {"samples": len(half), "grows": None, "why": "too short to tell"}
    size = len(half) / BLOCKS
    blocks = [half[round(number * size) : round((number + 1) * size)] for number in range(BLOCKS)]
    minutes = [statistics.fmean(sample.at_s for sample in block) / 60 for block in blocks]
    memory = [statistics.fmean(sample.memory_mb for sample in block) for block in blocks]
    line = _line(minutes, memory)
    growth = line.slope * (minutes[-1] - minutes[0])
    return {
        "samples": len(half),
        "minutes": round(minutes[-1] - minutes[0], 1),
        "slope_mb_a_minute": round(line.slope, 4),
        "interval_95": [round(line.slope - line.margin, 4), round(line.slope + line.margin, 4)],
        "independent_blocks": round(line.independent, 1),
        "growth_mb": round(growth, 2),
        "spread_of_blocks_mb": round(line.spread, 2),
        "blocks_mb": [round(held, 1) for held in memory],
        "grows": line.slope > line.margin and growth > line.spread,
    }


@dataclass(frozen=True, slots=True)
class _Line:
    slope: float
    margin: float
    spread: float
    independent: float


def _line(x: Sequence[float], y: Sequence[float]) -> _Line:
    import numpy as np
    from scipy import stats

    found = stats.linregress(x, y)
    rest = np.asarray(y) - (found.intercept + found.slope * np.asarray(x))
    count = len(x)
    alike = max(0.0, float(np.corrcoef(rest[:-1], rest[1:])[0, 1])) if rest.any() else 0.0
    independent = max(FEWEST_INDEPENDENT, count * (1 - alike) / (1 + alike))
    error = float(found.stderr) * ((count - 2) / (independent - 2)) ** 0.5
    return _Line(
        slope=float(found.slope),
        margin=float(stats.t.ppf(0.975, independent - 2)) * error,
        spread=float(rest.std(ddof=2)),
        independent=independent,
    )
