"""Timecode to frames and back, drop-frame included. Frames are the truth; timecode only spells them."""

import re
from fractions import Fraction

from temptrack.errors import InvalidRequest

_PATTERN = re.compile(r"^(-?)(\d{1,4})[:;](\d{2})[:;](\d{2})([:;.,])(\d{2,3})$")
_DROP_RATE = Fraction(30000, 1001)
_MINUTES_A_CYCLE = 10


def nominal_rate(rate: Fraction) -> int:
    """Return the whole number of frames that timecode counts in a second: 24 for 24000/1001."""
    return max(1, int(rate + Fraction(1, 2)))


def allows_drop_frame(rate: Fraction) -> bool:
    """Tell whether drop-frame timecode exists at a rate: 29.97 and its multiples."""
    multiple = rate / _DROP_RATE
    return multiple.denominator == 1 and multiple >= 1


def timecode_from_frames(frames: int, rate: Fraction, *, drop_frame: bool = False) -> str:
    """Spell a frame count as timecode; hours run on past 24 and times before zero get a minus sign.

    Args:
        frames: frames since timecode zero.
        rate: frames per second, exact.
        drop_frame: skip the labels that drop-frame skips and write ``;`` before the frames.

    Raises:
        InvalidRequest: drop-frame does not exist at this rate (NO_DROP_FRAME).
    """
    if drop_frame:
        _require_drop_frame(rate)
    nominal = nominal_rate(rate)
    label = abs(frames)
    if drop_frame:
        label = _label_with_drops(label, nominal)
    sign = "-" if frames < 0 else ""
    seconds, frame = divmod(label, nominal)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    digits = 3 if nominal > 100 else 2
    mark = ";" if drop_frame else ":"
    return f"{sign}{hour:02}:{minute:02}:{second:02}{mark}{frame:0{digits}}"


def frames_from_timecode(text: str, rate: Fraction, *, drop_frame: bool | None = None) -> int:
    """Count the frames from timecode zero to a timecode.

    Args:
        text: ``HH:MM:SS:FF``; ``;`` (also ``,`` or ``.``) before the frames means drop-frame.
        rate: frames per second, exact.
        drop_frame: read the label as drop-frame or not, whatever its mark; None goes by the mark.

    Raises:
        InvalidRequest: the text is no timecode, or names a label that does not exist at this rate
            (BAD_TIMECODE), or is drop-frame at a rate that has none (NO_DROP_FRAME).
    """
    match = _PATTERN.match(text.strip())
    if match is None:
        raise _bad(text, "is not a timecode")
    sign, hour, minute, second, mark, frame = match.groups()
    dropping = mark != ":" if drop_frame is None else drop_frame
    if dropping:
        _require_drop_frame(rate)
    nominal = nominal_rate(rate)
    if int(minute) > 59 or int(second) > 59:
        raise _bad(text, "has more than 59 minutes or seconds")
    if int(frame) >= nominal:
        raise _bad(text, f"has frame {int(frame)}, but a second has frames 0 to {nominal - 1} at this rate")
    minutes = int(hour) * 60 + int(minute)
    frames = (minutes * 60 + int(second)) * nominal + int(frame)
    if dropping:
        dropped = _dropped_a_minute(nominal)
        if int(second) == 0 and int(frame) < dropped and int(minute) % _MINUTES_A_CYCLE:
            raise _bad(text, "is a label that drop-frame timecode skips")
        frames -= dropped * (minutes - minutes // _MINUTES_A_CYCLE)
    return -frames if sign else frames


def _dropped_a_minute(nominal: int) -> int:
    return nominal // 15


def _label_with_drops(frames: int, nominal: int) -> int:
    dropped = _dropped_a_minute(nominal)
    minute = nominal * 60 - dropped
    cycle = minute * _MINUTES_A_CYCLE + dropped
    cycles, rest = divmod(frames, cycle)
    skipped = cycles * dropped * (_MINUTES_A_CYCLE - 1)
    if rest >= nominal * 60:
        # The first minute of a cycle is whole, every later one lacks its first labels.
        skipped += dropped * (1 + (rest - nominal * 60) // minute)
    return frames + skipped


def _require_drop_frame(rate: Fraction) -> None:
    if not allows_drop_frame(rate):
        raise InvalidRequest(
            f"There is no drop-frame timecode at {float(rate):g} frames per second.",
            reason="NO_DROP_FRAME",
            hint="Write ':' before the frames.",
        )


def _bad(text: str, what: str) -> InvalidRequest:
    return InvalidRequest(f"'{text}' {what}.", reason="BAD_TIMECODE", hint="Write it as HH:MM:SS:FF.")
