"""Reads what an editor types for filters: ranges of tempo and length, keys, words."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from temptrack.errors import InvalidRequest
from temptrack.home import expanded

if TYPE_CHECKING:
    from temptrack.library.types import TrackFilter

_TEMPO_TOLERANCE = 0.03
"""How far a track may be from a single tempo: beat trackers err by less, editors ask no finer."""

_NUMBER = r"\d+(?:\.\d+)?"
_CLOCK = rf"(?:\d+:)?(?:\d+:)?{_NUMBER}"


def track_filter(
    *,
    bpm: str | None = None,
    length: str | None = None,
    key: str | None = None,
    vocals: bool | None = None,
    tags: Sequence[str] = (),
    tags_not: Sequence[str] = (),
    licences: Sequence[str] = (),
    licences_not: Sequence[str] = (),
    folder: Path | None = None,
) -> "TrackFilter":
    """Return the conditions a track must meet.

    Args:
        bpm: "90-120", "90-", "-120" or "100".
        length: "1:30-4:00", "90-", "-240"; minutes and seconds or seconds.
        key: such as "A minor", "F#m" or "Bb".
        vocals: True for sung, False for instrumental.
        tags: words a track must have been tagged with.
        tags_not: words a track must not have been tagged with.
        licences: licences to allow.
        licences_not: licences to refuse.
        folder: only tracks under this folder.

    Raises:
        InvalidRequest: for a range or key that cannot be read.
    """
    from temptrack.library.keys import parse_key
    from temptrack.library.types import TrackFilter

    tempo_min, tempo_max = tempo_range(bpm) if bpm is not None else (None, None)
    length_min, length_max = length_range(length) if length is not None else (None, None)
    return TrackFilter(
        tempo_min_bpm=tempo_min,
        tempo_max_bpm=tempo_max,
        duration_min_s=length_min,
        duration_max_s=length_max,
        key=parse_key(key) if key is not None else None,
        vocals=vocals,
        tags_all=_words(tags),
        tags_none=_words(tags_not),
        licences=tuple(licences),
        licences_not=tuple(licences_not),
        folder=str(expanded(folder).absolute()) if folder is not None else None,
    )


def tempo_range(text: str) -> tuple[float | None, float | None]:
    """Return the lowest and highest tempo in beats a minute; a single number allows 3 % either way.

    Raises:
        InvalidRequest: when the text is no range or runs backwards.
    """
    hint = "Give --bpm as 90-120, 90- for at least, -120 for at most, or one number."
    single = re.fullmatch(rf"\s*({_NUMBER})\s*", text)
    if single:
        tempo = float(single[1])
        return tempo * (1 - _TEMPO_TOLERANCE), tempo * (1 + _TEMPO_TOLERANCE)
    low, high = _ends(text, _NUMBER, what="tempo range", hint=hint)
    return _ordered(
        float(low) if low else None, float(high) if high else None, text, what="tempo range", hint=hint
    )


def length_range(text: str) -> tuple[float | None, float | None]:
    """Return the shortest and longest length in seconds.

    Raises:
        InvalidRequest: when the text is no range or runs backwards.
    """
    hint = "Give --length as 1:30-4:00, 1:30- for at least, or -4:00 for at most."
    low, high = _ends(text, _CLOCK, what="length range", hint=hint)
    return _ordered(
        _seconds(low) if low else None,
        _seconds(high) if high else None,
        text,
        what="length range",
        hint=hint,
    )


def _words(values: Sequence[str]) -> tuple[str, ...]:
    # "--tag piano --tag sad" and "--tag piano,sad" mean the same.
    return tuple(word for value in values for word in (w.strip().lower() for w in value.split(",")) if word)


def _ends(text: str, item: str, *, what: str, hint: str) -> tuple[str, str]:
    match = re.fullmatch(rf"\s*({item})?\s*[-\u2013]\s*({item})?\s*", text)
    if not match or not (match[1] or match[2]):
        raise InvalidRequest(f"'{text}' is not a {what}.", reason="BAD_RANGE", hint=hint)
    return match[1] or "", match[2] or ""


def _ordered(
    low: float | None, high: float | None, text: str, *, what: str, hint: str
) -> tuple[float | None, float | None]:
    if low is not None and high is not None and low > high:
        raise InvalidRequest(f"The {what} '{text}' runs backwards.", reason="BAD_RANGE", hint=hint)
    return low, high


def _seconds(text: str) -> float:
    total = 0.0
    for part in text.split(":"):
        total = total * 60 + float(part)
    return total
