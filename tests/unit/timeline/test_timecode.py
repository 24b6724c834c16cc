from fractions import Fraction

import pytest

from temptrack.errors import InvalidRequest
from temptrack.timeline.timecode import frames_from_timecode, timecode_from_frames

NTSC = Fraction(30000, 1001)


@pytest.mark.parametrize(
    ("frames", "rate", "drop", "text"),
    [
        (86400, Fraction(24), False, "01:00:00:00"),
        (86400, Fraction(24000, 1001), False, "01:00:00:00"),
        (107892, NTSC, True, "01:00:00;00"),
        (108000, NTSC, False, "01:00:00:00"),
        (1799, NTSC, True, "00:00:59;29"),
        (1800, NTSC, True, "00:01:00;02"),
        (17981, NTSC, True, "00:09:59;29"),
        (17982, NTSC, True, "00:10:00;00"),
        (3600, Fraction(60000, 1001), True, "00:01:00;04"),
        (215784, Fraction(60000, 1001), True, "01:00:00;00"),
        (25 * 3600 * 30, Fraction(25), False, "30:00:00:00"),
        (119, Fraction(120), False, "00:00:00:119"),
        (-25, Fraction(25), False, "-00:00:01:00"),
    ],
)
def test_frames_and_timecode_agree(frames: int, rate: Fraction, drop: bool, text: str) -> None:
    assert timecode_from_frames(frames, rate, drop_frame=drop) == text
    assert frames_from_timecode(text, rate) == frames


def test_an_hour_of_drop_frame_is_an_hour_of_clock() -> None:
    assert abs(107892 / NTSC - 3600) < Fraction(1, 100)


@pytest.mark.parametrize(
    ("text", "rate", "message"),
    [
        ("01:00:00", Fraction(24), "'01:00:00' is not a timecode. Write it as HH:MM:SS:FF."),
        ("soon", Fraction(24), "'soon' is not a timecode. Write it as HH:MM:SS:FF."),
        ("", Fraction(24), "'' is not a timecode. Write it as HH:MM:SS:FF."),
        ("00:61:00:00", Fraction(24), "'00:61:00:00' has more than 59 minutes or seconds."),
        ("00:00:00:24", Fraction(24), "'00:00:00:24' has frame 24, but a second has frames 0 to 23"),
        ("00:01:00;00", NTSC, "'00:01:00;00' is a label that drop-frame timecode skips."),
        ("00:01:00;00", Fraction(25), "There is no drop-frame timecode at 25 frames per second."),
    ],
)
def test_labels_that_do_not_exist_are_refused_with_the_label(text: str, rate: Fraction, message: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        frames_from_timecode(text, rate)
    assert str(caught.value).startswith(message)


def test_the_caller_may_know_better_than_the_mark() -> None:
    assert frames_from_timecode("01:00:00:00", NTSC, drop_frame=True) == 107892
