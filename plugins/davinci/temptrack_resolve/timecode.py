# SPDX-License-Identifier: Apache-2.0
"""Frame rates as Resolve spells them, and frames as timecode. Frames are the truth."""

from __future__ import annotations

from fractions import Fraction

_NTSC = Fraction(1000, 1001)


def exact_rate(spelled: str | float) -> Fraction:
    """Return the exact rate behind Resolve's spelling: 24000/1001 for 23.976, 25 for "25".

    Raises:
        ValueError: it is no rate.
    """
    rate = Fraction(str(spelled).strip().split(" ")[0])
    if rate <= 0:
        raise ValueError(f"a frame rate of {spelled}")
    whole = round(rate)
    if rate == whole:
        return rate
    ntsc = -(-rate.numerator // rate.denominator) * _NTSC
    return ntsc if abs(ntsc - rate) < Fraction(1, 100) else rate


def timecode_of(frame: int, rate: Fraction, drop_frame: bool) -> str:
    """Return the timecode of a frame, ``;`` before the frames of drop-frame timecode.

    Args:
        frame: frames since timecode zero, 0 or more.
        rate: frames per second.
        drop_frame: whether labels are skipped, at 29.97 and its multiples.
    """
    nominal = round(rate)
    if drop_frame:
        dropped = nominal // 15
        minute, cycle = 60 * nominal - dropped, 600 * nominal - 9 * dropped
        cycles, rest = divmod(frame, cycle)
        # The first minute of ten drops nothing.
        minutes = 0 if rest < 60 * nominal else 1 + (rest - 60 * nominal) // minute
        frame += dropped * (9 * cycles + minutes)
    seconds, frames = divmod(frame, nominal)
    minutes, second = divmod(seconds, 60)
    hour, minute_of_hour = divmod(minutes, 60)
    mark = ";" if drop_frame else ":"
    return f"{hour:02}:{minute_of_hour:02}:{second:02}{mark}{frames:02}"


def length_in_media(duration_frames: int, timeline_rate: Fraction, media_rate: Fraction) -> int:
    """Return how many frames of a clip fill so many frames of the timeline; Resolve rounds down.

    Where no number of them fills it exactly, the clip ends before the span does.
    """
    exact = duration_frames * media_rate / timeline_rate
    above = -(-exact.numerator // exact.denominator)
    return above if above * timeline_rate // media_rate == duration_frames else int(exact)
