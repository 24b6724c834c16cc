"""Reads what a prompt says about tempo: "around 90 bpm", "90-100 bpm", "faster than 120", "very slow"."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from temptrack.library.preferences import Preference, TagPreference, TempoPreference
from temptrack.suggest.lexicon import AFTER, BEFORE, TempoWord, lexicon
from temptrack.suggest.types import PartKind
from temptrack.suggest.understood import PLAIN, REFUSED, STRONG, Understood
from temptrack.suggest.vocabulary import TagVocabulary

SLOWEST_BPM: Final = 30
FASTEST_BPM: Final = 300
ABOUT: Final = 0.08
"""How far from a tempo said as "about" still meets it wholly."""

_BARE: Final = 0.04
_EXACTLY: Final = 0.02
_SHIFT: Final = 0.3
_WORD_SLACK_OCTAVES: Final = 0.4
_UNIT: Final = r"\s*-?\s*(?:bpms?|b\.p\.m\.?|beats?\s+(?:per|a)\s+minute|beats?/min)"
_N: Final = r"(\d{2,3}(?:\.\d+)?)"
_TO: Final = r"\s*(?:-|\u2013|\u2014|to|and|through|till)\s*"
_ABOUT: Final = (
    r"(?:around|about|approx(?:imately)?\.?|roughly|circa|ca\.?|near(?:ly)?|close\s+to|~|\u2248"
    r"|in\s+the\s+region\s+of)"
)
_FASTER: Final = r"(?:fast|quick)er\s+than"
_SLOWER: Final = r"slower\s+than"
_ABOVE: Final = (
    r"(?:above|over|more\s+than|at\s+least|min(?:imum)?\.?|no\s+less\s+than|not\s+(?:below|under)|>=?)"
)
_BELOW: Final = (
    r"(?:below|under|less\s+than|at\s+most|max(?:imum)?\.?|up\s+to|no\s+more\s+than|not\s+(?:above|over)|<=?)"
)
_NOT_SLOWER: Final = r"(?:no|not)\s+slower\s+than"
_NOT_FASTER: Final = r"(?:no|not)\s+(?:fast|quick)er\s+than"
_MORE: Final = r"(?:\+|\s*(?:or\s+(?:more|faster|above|higher|up)|and\s+(?:up|above|faster)|plus))"
_FEWER: Final = r"\s*(?:or\s+(?:less|slower|below|lower)|and\s+(?:below|slower))"
_IGNORE: Final = re.IGNORECASE

_NUMBERS: Final = tuple(
    (kind, re.compile(rf"(?<![\w.]){pattern}(?!\w)", _IGNORE))
    for kind, pattern in (
        ("about range", rf"{_ABOUT}\s*{_N}(?:{_UNIT})?{_TO}{_N}{_UNIT}"),
        ("range", rf"(?:between\s+|from\s+)?{_N}(?:{_UNIT})?{_TO}{_N}{_UNIT}"),
        ("range", rf"(?:bpm|tempo)\s*(?:between|from|of|:|=)?\s*{_N}{_TO}{_N}"),
        ("at least", rf"(?:{_NOT_SLOWER}|{_FASTER})\s*{_N}(?:{_UNIT})?"),
        ("at most", rf"(?:{_NOT_FASTER}|{_SLOWER})\s*{_N}(?:{_UNIT})?"),
        ("at least", rf"{_ABOVE}\s*{_N}{_UNIT}"),
        ("at most", rf"{_BELOW}\s*{_N}{_UNIT}"),
        ("at least", rf"{_N}(?:{_UNIT}{_MORE}|\+{_UNIT})"),
        ("at most", rf"{_N}{_UNIT}{_FEWER}"),
        ("half-time", rf"half[\s-]?time\s*(?:feel\s*)?(?:at|of|,|around|about)?\s*{_N}(?:{_UNIT})?"),
        ("half-time", rf"{_N}(?:{_UNIT})?\s+(?:in\s+)?half[\s-]?time(?:\s+feel)?"),
        ("double-time", rf"double[\s-]?time\s*(?:feel\s*)?(?:at|of|,|around|about)?\s*{_N}(?:{_UNIT})?"),
        ("exactly", rf"(?:exactly|precisely)\s+{_N}{_UNIT}"),
        ("exactly", rf"{_N}{_UNIT}\s+(?:exactly|sharp)"),
        ("about", rf"{_ABOUT}\s*{_N}{_UNIT}(?:\s+or\s+so)?"),
        ("about", rf"{_N}{_UNIT}(?:\s+or\s+so|ish)|{_N}\s*-?ish{_UNIT}"),
        ("about", rf"(?:bpm|tempo)\s*(?:of|:|=)?\s*{_ABOUT}\s*{_N}(?:{_UNIT})?"),
        ("bare", rf"(?:(?:at|in|tempo|tempo\s+of)\s+)?{_N}{_UNIT}"),
        ("bare", rf"(?:bpm|tempo)\s*(?:of|:|=|is)?\s*{_N}"),
    )
)


def read_tempo_numbers(text: str) -> Iterator[Understood]:
    """Yield tempos said in numbers; ranges and limits are demands, a single number is a wish.

    Half and double of a single number count too: trackers of beats and people disagree by an octave.
    """
    for kind, pattern in _NUMBERS:
        for match in pattern.finditer(text):
            numbers = [float(group) for group in match.groups() if group]
            plausible = all(SLOWEST_BPM <= number <= FASTEST_BPM for number in numbers)
            if plausible and not REFUSED.search(text[: match.start()]):
                yield _from_numbers(kind, match, sorted(numbers))


def read_tempo_words(text: str, vocabulary: TagVocabulary) -> Iterator[Understood]:
    """Yield tempos said in words, which are wishes: "slow", "not too fast", "super upbeat", "allegro"."""
    for match in _tempo_pattern().finditer(text):
        if not (match["soft"] or match["no"]) and REFUSED.search(text[: match.start()]):
            continue
        word = lexicon().tempos.meaning(match["word"])
        tags = vocabulary.known(word.tags)
        if match["soft"] or match["no"]:
            weight = -PLAIN if match["no"] else -PLAIN / 2
            against = f"({_range(word.low_bpm, word.high_bpm)} counts against)"
            shown = f"{'not' if match['no'] else 'not too'} {word.name} {against}"
            yield _word(match, shown, word, tags, weight, is_searched=False)
        else:
            degree = lexicon().degrees.meaning(match["degree"]) if match["degree"] else 1.0
            moved = _moved(word, degree)
            said = f"{match['degree'].casefold()} {word.name}" if match["degree"] else word.name
            shown = f"{said} ({_range(moved.low_bpm, moved.high_bpm)})"
            yield _word(match, shown, moved, tags, PLAIN * degree, is_searched=True)


def _from_numbers(kind: str, match: re.Match[str], numbers: list[float]) -> Understood:
    low: float | None = numbers[0]
    high: float | None = numbers[-1]
    start, end = match.span()
    middle = numbers[0]
    if kind in {"range", "at least", "at most", "exactly"}:
        if kind == "exactly":
            low, high = round(middle * (1 - _EXACTLY), 1), round(middle * (1 + _EXACTLY), 1)
        low = None if kind == "at most" else low
        high = None if kind == "at least" else high
        limits = {"tempo_min_bpm": low, "tempo_max_bpm": high}
        return Understood(
            PartKind.TEMPO,
            start,
            end,
            f"only {_range(low, high)}",
            demands={name: limit for name, limit in limits.items() if limit is not None},
            preferences=(TempoPreference(low, high, STRONG),),
        )
    if kind == "about range":
        shown = f"about {_range(low, high)} (half and double time count)"
    elif kind in {"half-time", "double-time"}:
        other = middle / 2 if kind == "half-time" else middle * 2
        shown = f"{kind} at {middle:g} bpm ({other:g} counts too)"
        low, high = middle * (1 - _BARE), middle * (1 + _BARE)
    else:
        share = ABOUT if kind == "about" else _BARE
        shown = f"about {middle:g} bpm (\u00b1{100 * share:g} %, half and double time count)"
        low, high = middle * (1 - share), middle * (1 + share)
    preference = TempoPreference(low, high, STRONG, octaves=True)
    return Understood(PartKind.TEMPO, start, end, shown, preferences=(preference,))


def _word(
    match: re.Match[str],
    shown: str,
    word: TempoWord,
    tags: tuple[str, ...],
    weight: float,
    *,
    is_searched: bool,
) -> Understood:
    preferences: list[Preference] = [
        TempoPreference(word.low_bpm, word.high_bpm, weight, slack_octaves=_WORD_SLACK_OCTAVES)
    ]
    if tags:
        preferences.append(TagPreference(tags, weight))
    return Understood(
        PartKind.TEMPO, *match.span(), shown, preferences=tuple(preferences), is_searched=is_searched
    )


def _moved(word: TempoWord, degree: float) -> TempoWord:
    """Return a word's range moved out by a degree above 1, or widened by one below."""
    factor = 1 + _SHIFT * abs(degree - 1)
    outward = degree >= 1
    low, high = word.low_bpm, word.high_bpm
    if low is not None and high is None:
        low = round(low * factor if outward else low / factor)
    elif high is not None and low is None:
        high = round(high / factor if outward else high * factor)
    return TempoWord(word.name, low, high, word.tags)


def _range(low: float | None, high: float | None) -> str:
    if low is None:
        return f"up to {high:g} bpm"
    return f"{low:g} bpm and faster" if high is None else f"{low:g} to {high:g} bpm"


@cache
def _tempo_pattern() -> re.Pattern[str]:
    words = lexicon()
    # A negation reaches the word only where the word ends the phrase: "no fast drums" is about drums.
    ends = r"(?=\s*(?:[,;.!?)]|$)|\s+(?:and|but|or|just|please|for|with)\b)"
    filler = r"(?:\s+(?:songs?|music|tracks?|stuff|pieces?|beats?))?"
    negated = (
        rf"(?P<no>(?:not?|nothing|never|non|kein\w*|pas)\s+(?:an?\s+|any\s+|the\s+)?)"
        rf"(?={words.tempos.pattern}{filler}{ends})"
    )
    before = (
        rf"(?:(?P<soft>{words.softly_unwanted.pattern}\s+)|{negated}|(?P<degree>{words.degrees.pattern})\s+)?"
    )
    not_this = rf"(?![\s-]+{words.tempo_not_before.pattern}{AFTER})"
    return re.compile(
        rf"{BEFORE}{before}(?P<word>{words.tempos.pattern}){AFTER}{not_this}(?(no){filler})", re.IGNORECASE
    )
