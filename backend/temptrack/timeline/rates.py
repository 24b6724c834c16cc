"""Exact rates and seconds from the floating-point times that hosts and interchange files carry."""

import math
from fractions import Fraction
from functools import lru_cache
from typing import Any

from opentimelineio.opentime import RationalTime

from temptrack.errors import Corrupt, InvalidRequest

SMPTE_RATES: tuple[Fraction, ...] = (
    Fraction(24000, 1001),
    Fraction(24),
    Fraction(25),
    Fraction(30000, 1001),
    Fraction(30),
    Fraction(48000, 1001),
    Fraction(48),
    Fraction(50),
    Fraction(60000, 1001),
    Fraction(60),
    Fraction(96000, 1001),
    Fraction(96),
    Fraction(100),
    Fraction(120000, 1001),
    Fraction(120),
)
"""Frame rates that picture is cut at, in frames per second."""

SNAP_TOLERANCE = Fraction(1, 100)
"""Widest distance between a rate as written (23.98, 29.97) and the SMPTE rate that is meant, in Hz."""

_FINEST_DENOMINATOR = 1_000_000


@lru_cache(maxsize=256)
def snap_rate(rate: float | Fraction) -> Fraction:
    """Return the exact rate that a rounded one stands for: 23.976 and 23.98 become 24000/1001.

    Args:
        rate: frames per second as a host or file wrote it, above 0.

    Raises:
        InvalidRequest: the rate is zero, negative, infinite or not a number (BAD_RATE).
    """
    if not math.isfinite(rate) or rate <= 0:
        raise InvalidRequest(
            f"{rate} is not a frame rate.",
            reason="BAD_RATE",
            hint="Give frames per second above 0, such as 24, 29.97 or 30000/1001.",
        )
    exact = Fraction(rate)
    nearest = min(SMPTE_RATES, key=lambda candidate: abs(candidate - exact))
    if abs(nearest - exact) <= SNAP_TOLERANCE:
        return nearest
    return exact.limit_denominator(1001) or exact


def seconds_of(time: Any) -> Fraction:
    """Return the exact seconds of an OpenTimelineIO RationalTime.

    Raises:
        Corrupt: its value or rate is no usable number (BAD_TIME).
    """
    value, rate = float(time.value), float(time.rate)
    if not math.isfinite(value) or not math.isfinite(rate) or rate <= 0:
        raise Corrupt(
            f"The timeline holds a time of {value} at rate {rate}, which is no moment.",
            reason="BAD_TIME",
            hint="Export the timeline again from the program that wrote it.",
        )
    exact = Fraction(int(value)) if value.is_integer() else Fraction(value)
    if exact.denominator > _FINEST_DENOMINATOR:
        exact = exact.limit_denominator(_FINEST_DENOMINATOR)
    return exact / snap_rate(rate)


def nearest_frame(seconds: Fraction, rate: Fraction) -> int:
    """Return the frame boundary closest to a moment; halves round up so that neighbours agree."""
    return math.floor(seconds * rate + Fraction(1, 2))


def rational_time(seconds: Fraction, rate_hz: float) -> Any:
    """Return an OpenTimelineIO RationalTime at the rate exactly as the timeline spells it.

    Args:
        seconds: moment or length.
        rate_hz: the rate to write, above 0; 23.976 stays 23.976 but counts as 24000/1001.
    """
    return RationalTime(float(seconds * snap_rate(rate_hz)), rate_hz)
