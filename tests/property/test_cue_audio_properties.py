from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from support import tones
from support.cues import rendered, request, samples_of
from support.tones import write_audio
from temptrack.companion.cue_audio import cue_samples
from temptrack.companion.gain_curve import DuckSpan, FadeShape, GainCurve
from temptrack.timeline.rates import SMPTE_RATES

RATE_HZ = 48_000
TRACK_S = 6

rates = st.sampled_from(SMPTE_RATES) | st.fractions(min_value=1, max_value=240, max_denominator=1001)
shapes = st.sampled_from(FadeShape)
counts = st.integers(0, 60_000)
ducks = st.lists(
    st.builds(
        lambda start, length, gain: DuckSpan(start, start + length, gain),
        st.integers(-20_000, 80_000),
        st.integers(1, 40_000),
        st.floats(-60, 0),
    ),
    max_size=5,
)


@pytest.fixture(scope="module")
def track() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield write_audio(Path(folder) / "t.flac", tones.music(TRACK_S, seed=5))


@given(frames=st.integers(0, 10**7), rate=rates)
def test_the_length_in_samples_is_within_half_a_sample_of_exact(frames: int, rate: Fraction) -> None:
    samples = cue_samples(frames, rate)
    assert abs(samples - frames * RATE_HZ / rate) <= Fraction(1, 2)
    assert cue_samples(frames + 1, rate) > samples


@settings(max_examples=20)
@given(frames=st.integers(1, 60), rate=st.sampled_from(SMPTE_RATES), start_ms=st.integers(0, 7000))
def test_a_file_has_exactly_its_length(track: Path, frames: int, rate: Fraction, start_ms: int) -> None:
    with TemporaryDirectory() as folder:
        asked = request(track, start_s=Fraction(start_ms, 1000), duration_frames=frames, rate=rate)
        cue = rendered(asked, Path(folder))
        assert samples_of(cue).shape == (2, cue_samples(frames, rate))
        assert cue.samples == cue_samples(frames, rate)


@settings(max_examples=15)
@given(
    rate=st.sampled_from([Fraction(24_000, 1001), Fraction(24), Fraction(25), Fraction(30), Fraction(50)]),
    frames=st.integers(2, 90),
    cut=st.floats(0, 1),
    start_ms=st.integers(0, 3000),
)
def test_adjacent_halves_are_the_whole(
    track: Path, rate: Fraction, frames: int, cut: float, start_ms: int
) -> None:
    first = min(frames - 1, max(1, round(frames * cut)))
    start_s = Fraction(start_ms, 1000)
    with TemporaryDirectory() as folder:

        def sound(start: Fraction, count: int) -> tones.Sound:
            asked = request(track, start_s=start, duration_frames=count, rate=rate)
            return samples_of(rendered(asked, Path(folder)))

        whole = sound(start_s, frames)
        halves = np.concatenate(
            [sound(start_s, first), sound(start_s + first / rate, frames - first)], axis=1
        )
    assert halves.shape == whole.shape
    assert np.abs(halves - whole).max() < 1e-5


@given(length=st.integers(1, 60_000), fade_in=counts, fade_out=counts, shape=shapes)
def test_fades_are_monotone(length: int, fade_in: int, fade_out: int, shape: FadeShape) -> None:
    assume(fade_in + fade_out <= length)
    gains = GainCurve(RATE_HZ, length, 0.0, fade_in, fade_out, shape).at(0, length)
    assert (np.diff(gains[:fade_in]) >= -1e-7).all()
    assert (np.diff(gains[length - fade_out :]) <= 1e-7).all()
    assert (gains[fade_in : length - fade_out] == 1).all()


@given(fade_in=counts, fade_out=counts, shape=shapes, spans=ducks)
def test_ducking_never_amplifies(
    fade_in: int, fade_out: int, shape: FadeShape, spans: list[DuckSpan]
) -> None:
    plain = GainCurve(RATE_HZ, 80_000, -3.0, fade_in, fade_out, shape).at(0, 80_000)
    ducked = GainCurve(RATE_HZ, 80_000, -3.0, fade_in, fade_out, shape, spans).at(0, 80_000)
    assert (ducked <= plain * (1 + 1e-6)).all()
    for span in spans:
        inside = slice(max(span.start, 0), max(min(span.end, 80_000), 0))
        assert (ducked[inside] <= plain[inside] * 10 ** (span.gain_db / 20) * (1 + 1e-5)).all()


@given(start=st.integers(0, 70_000), count=st.integers(0, 10_000), spans=ducks, shape=shapes)
def test_a_part_of_a_curve_is_that_part_of_the_whole(
    start: int, count: int, spans: list[DuckSpan], shape: FadeShape
) -> None:
    curve = GainCurve(RATE_HZ, 80_000, 2.0, 9_000, 20_000, shape, spans)
    # Processors compute the ends of an array by another path, with another last digit.
    np.testing.assert_allclose(
        curve.at(start, start + count), curve.at(0, 80_000)[start : start + count], rtol=1e-6, atol=1e-9
    )
