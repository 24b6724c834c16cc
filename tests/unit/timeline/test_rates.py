from fractions import Fraction

import pytest
from opentimelineio.opentime import RationalTime

from temptrack.errors import Corrupt, InvalidRequest
from temptrack.timeline.rates import nearest_frame, rational_time, seconds_of, snap_rate


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        (23.976, Fraction(24000, 1001)),
        (23.98, Fraction(24000, 1001)),
        (24000 / 1001, Fraction(24000, 1001)),
        (24, Fraction(24)),
        (25.0, Fraction(25)),
        (29.97, Fraction(30000, 1001)),
        (30, Fraction(30)),
        (47.952, Fraction(48000, 1001)),
        (59.94, Fraction(60000, 1001)),
        (119.88, Fraction(120000, 1001)),
        (12.5, Fraction(25, 2)),
        (15, Fraction(15)),
        (48000, Fraction(48000)),
    ],
)
def test_written_rates_snap_to_exact_ones(written: float, exact: Fraction) -> None:
    assert snap_rate(written) == exact


@pytest.mark.parametrize("rate", [0, -24, float("nan"), float("inf")])
def test_impossible_rates_are_refused_by_name(rate: float) -> None:
    with pytest.raises(InvalidRequest, match=r"is not a frame rate\. Give frames per second") as caught:
        snap_rate(rate)
    assert caught.value.reason == "BAD_RATE"


@pytest.mark.parametrize(("value", "rate"), [(float("nan"), 24), (1, 0), (1, -24), (float("inf"), 24)])
def test_times_that_are_none_are_corrupt(value: float, rate: float) -> None:
    with pytest.raises(Corrupt) as caught:
        seconds_of(RationalTime(value, rate))
    assert caught.value.reason == "BAD_TIME"


def test_ntsc_seconds_are_exact_and_written_back_at_the_rate_as_spelled() -> None:
    assert seconds_of(RationalTime(30000, 29.97)) == 1001
    written = rational_time(Fraction(1001), 29.97)
    assert (written.value, written.rate) == (30000, 29.97)


def test_halves_round_up_so_that_both_sides_of_a_cut_agree() -> None:
    assert [nearest_frame(Fraction(frames, 48), Fraction(24)) for frames in (1, 2, 3)] == [1, 1, 2]
