"""Whether memory grows is told from samples alone."""

import numpy as np
from benchmarks.studio.watching import Sample, memory_trend


def samples(minutes: float, *, slope_mb: float, noise_mb: float, seed: int = 0) -> list[Sample]:
    generator = np.random.default_rng(seed)
    seconds = np.arange(0, 60 * minutes)
    # Memory wanders slowly: what it was a second ago it nearly is.
    wander = np.convolve(generator.standard_normal(len(seconds) + 9), np.ones(10) / 10, "valid")
    held = 500 + slope_mb * seconds / 60 + noise_mb * wander
    return [
        Sample(at_s=float(at), memory_mb=float(mb), waiting=0, under_way=0, threads=1, files=1)
        for at, mb in zip(seconds, held, strict=True)
    ]


def test_memory_that_only_wanders_does_not_grow() -> None:
    trends = [memory_trend(samples(10, slope_mb=0, noise_mb=2, seed=seed)) for seed in range(20)]
    assert [trend["grows"] for trend in trends].count(True) == 0


def test_memory_that_wanders_for_minutes_is_not_taken_for_a_leak() -> None:
    generator = np.random.default_rng(0)
    grown = 0
    for _ in range(40):
        held = np.zeros(1800)
        for second, step in enumerate(generator.standard_normal(1799)):
            held[second + 1] = 0.985 * held[second] + step
        watched = [
            Sample(float(at), 500 + float(mb), waiting=0, under_way=0, threads=1, files=1)
            for at, mb in enumerate(held)
        ]
        grown += bool(memory_trend(watched)["grows"])
    assert grown <= 2


def test_a_leak_is_told_from_noise() -> None:
    trend = memory_trend(samples(10, slope_mb=2, noise_mb=2))
    assert trend["grows"] is True
    low, high = trend["interval_95"]
    assert low < 2 < high


def test_what_happened_in_the_first_half_does_not_count() -> None:
    settling = samples(5, slope_mb=40, noise_mb=1)
    steady = [Sample(300 + s.at_s, s.memory_mb + 200, 0, 0, 1, 1) for s in samples(5, slope_mb=0, noise_mb=1)]
    assert memory_trend([*settling, *steady])["grows"] is False


def test_a_short_watch_tells_nothing() -> None:
    assert memory_trend(samples(0.5, slope_mb=0, noise_mb=1))["grows"] is None
