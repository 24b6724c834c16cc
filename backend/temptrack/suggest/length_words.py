"""Reads how long the music should be: "30 second sting", "under two minutes", "between 1 and 2 min"."""

import re
from collections.abc import Iterator
from typing import Final

from temptrack.library.preferences import DurationPreference
from temptrack.suggest.clock import clock
from temptrack.suggest.types import PartKind
from temptrack.suggest.understood import STRONG, Understood

_WORDS: Final = {
    **{"half a": 0.5, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7},
    **{"eight": 8, "nine": 9, "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40},
    **{"forty-five": 45, "forty five": 45, "sixty": 60, "ninety": 90, "one and a half": 1.5},
    **{"two and a half": 2.5, "three and a half": 3.5},
}
_WORD: Final = "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True))
_UNIT: Final = r"seconds?|secs?|minutes?|mins?|sekunden|minuten|secondes"
_ABOUT_SHARE: Final = 0.15
_NUMBER: Final = r"\d{1,6}(?:\.\d{1,6})?"


def _length(name: str) -> str:
    return (
        rf"(?:(?P<{name}m>\d{{1,2}})?:(?P<{name}s>[0-5]\d)(?:\s*(?:min(?:utes?)?|m)\b)?"
        rf"|(?P<{name}n>{_NUMBER}(?=[\s-]*(?:{_UNIT}|s)\b)|{_WORD})[\s-]*(?P<{name}u>{_UNIT}|(?<=\d)s))"
    )


_NOUN: Final = (
    r"(?:stings?|stingers?|ads?|loops?|bumpers?|edits?|versions?|tracks?|pieces?|cues?"
    r"|intros?|outros?|jingles?|logos?|beds?|songs?|music|spots?|cutdowns?|themes?)"
)
_ABOUT: Final = r"(?:(?:around|about|approx(?:imately)?\.?|roughly|circa|ca\.?|~|exactly)\s*)?"
_SHORTER: Final = (
    r"(?:shorter\s+than|under|less\s+than|no\s+(?:longer|more)\s+than|not\s+longer\s+than"
    r"|at\s+most|max(?:imum)?\.?|up\s+to|below|<=?)"
)
_LONGER: Final = (
    r"(?:longer\s+than|over|more\s+than|no\s+(?:shorter|less)\s+than|not\s+shorter\s+than"
    r"|at\s+least|min(?:imum)?\.?|>=?)"
)
_TO: Final = r"\s*(?:-|\u2013|to|and)\s*"
_START: Final = r"(?<![\w.:])"
_END: Final = (
    r"(?!\w|:\d|\s+(?:of|in|into|later|ago|before|after)\b)(?:[\s-]+(?:long|length)\b)?"
    rf"(?=(?P<noun>[\s-]+{_NOUN}\b)?)"
)
_PATTERNS: Final = tuple(
    (kind, re.compile(rf"{_START}{pattern}{_END}", re.IGNORECASE))
    for kind, pattern in (
        ("range", rf"(?:between\s+|from\s+)?(?P<low>{_NUMBER}){_TO}{_length('a')}"),
        ("range", rf"(?:between\s+|from\s+)?{_length('b')}{_TO}{_length('a')}"),
        ("at most", rf"{_SHORTER}\s*{_length('a')}"),
        ("at least", rf"{_LONGER}\s*{_length('a')}"),
        ("about", rf"{_ABOUT}{_length('a')}"),
    )
)
_A_MOMENT: Final = re.compile(
    r"\b(?:after|at|first|last|next|every|until|till|by|from|for|in|within|then|around\s+the|past|per|each)\s+$",
    re.IGNORECASE,
)
_DECADE: Final = re.compile(
    r"(?:[2-9]0|\d{3,4})s(?:[\s-]+(?:music|songs?|tracks?|pieces?|themes?|loops?|beds?|cues?))?$",
    re.IGNORECASE,
)


def read_lengths(text: str) -> Iterator[Understood]:
    """Yield lengths; limits are demands, a single length is a wish."""
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if _A_MOMENT.search(text[: match.start()]) or _is_decade(match):
                continue
            length_s = _seconds(match, "a")
            if length_s > 0:
                yield _from_length(kind, match, length_s)


def _from_length(kind: str, match: re.Match[str], length_s: float) -> Understood:
    low_s: float | None = length_s
    high_s: float | None = length_s
    if kind == "about":
        shown = f"about {clock(length_s)} long"
        wish = DurationPreference(length_s * (1 - _ABOUT_SHARE), length_s * (1 + _ABOUT_SHARE), STRONG)
        return Understood(PartKind.LENGTH, *match.span(), shown, preferences=(wish,))
    if kind == "range":
        groups = match.groupdict()
        first_s = float(groups["low"]) * _unit_s(groups["au"]) if groups.get("low") else _seconds(match, "b")
        low_s, high_s = sorted((first_s, length_s))
        shown = f"{clock(low_s)} to {clock(high_s)} long"
    elif kind == "at most":
        low_s, shown = None, f"at most {clock(length_s)} long"
    else:
        high_s, shown = None, f"at least {clock(length_s)} long"
    limits = {"duration_min_s": low_s, "duration_max_s": high_s}
    return Understood(
        PartKind.LENGTH,
        *match.span(),
        shown,
        demands={name: limit for name, limit in limits.items() if limit is not None},
        preferences=(DurationPreference(low_s, high_s, STRONG),),
    )


def _seconds(match: re.Match[str], name: str) -> float:
    groups = match.groupdict()
    if groups[f"{name}s"] is not None:
        return 60.0 * int(groups[f"{name}m"] or 0) + int(groups[f"{name}s"])
    number = groups[f"{name}n"].casefold()
    return float(_WORDS.get(number, 0) or number) * _unit_s(groups[f"{name}u"])


def _unit_s(unit: str | None) -> int:
    return 60 if unit is None or unit.casefold().startswith("m") else 1


def _is_decade(match: re.Match[str]) -> bool:
    """Whether "80s" means the eighties: nothing follows that is spoken of in seconds, such as a spot."""
    return bool(_DECADE.search(f"{match[0]}{match['noun'] or ''}"))
