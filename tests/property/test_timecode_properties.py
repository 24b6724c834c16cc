from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from temptrack.timeline.rates import SMPTE_RATES, nearest_frame, rational_time, seconds_of, snap_rate
from temptrack.timeline.timecode import allows_drop_frame, frames_from_timecode, timecode_from_frames

rates = st.sampled_from(SMPTE_RATES)
frames = st.integers(-(10**7), 10**7)


@given(rates, frames, st.booleans())
def test_frames_survive_timecode_at_every_rate(rate: Fraction, count: int, drop: bool) -> None:
    drop = drop and allows_drop_frame(rate)
    assert frames_from_timecode(timecode_from_frames(count, rate, drop_frame=drop), rate) == count


@given(rates, st.integers(0, 10**7), st.booleans())
def test_later_frames_have_later_timecodes(rate: Fraction, count: int, drop: bool) -> None:
    drop = drop and allows_drop_frame(rate)
    one, next_one = (timecode_from_frames(each, rate, drop_frame=drop) for each in (count, count + 1))
    assert (len(one), one) < (len(next_one), next_one)


@given(rates, st.integers(0, 10**9))
def test_frames_survive_seconds_and_rational_time(rate: Fraction, count: int) -> None:
    written = rational_time(count / rate, float(rate))
    assert seconds_of(written) == count / rate
    assert nearest_frame(seconds_of(written), rate) == count


@given(rates, st.integers(1, 3))
def test_rates_survive_being_rounded_by_a_host(rate: Fraction, decimals: int) -> None:
    rounded = round(float(rate), 1 + decimals)
    assert snap_rate(rounded) == rate
    assert snap_rate(float(rate)) == rate
