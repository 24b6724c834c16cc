"""The words of prompts, read from ``lexicon.toml`` beside this module."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final, Generic, TypeVar

_Value = TypeVar("_Value")

_SEPARATORS: Final = r"[\s'\u2019-]{0,3}"
BEFORE: Final = r"(?<![\w-])"
"""Where a phrase may begin: not within a word, and not after the minus that excludes."""
AFTER: Final = r"(?![\w]|['\u2019-]\w)"
"""Where a phrase may end."""


@dataclass(frozen=True, slots=True)
class TempoWord:
    """A word for a range of tempos; None is open.

    Attributes:
        name: how it is shown.
        low_bpm: slowest.
        high_bpm: fastest.
        tags: of bundles that can hear it without a beat to count.
    """

    name: str
    low_bpm: float | None
    high_bpm: float | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """A voice or a quality: how it is shown, and the tags it may have."""

    name: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """What music is for.

    Attributes:
        name: how it is shown.
        vocals: whether singing is wished for or not; None says nothing.
        more: tags that suit it.
        less: tags that do not.
    """

    name: str
    vocals: bool | None
    more: tuple[str, ...]
    less: tuple[str, ...]


class Phrases(Generic[_Value]):
    """Phrases and what they mean; a space also stands for a hyphen, an apostrophe or nothing.

    Attributes:
        pattern: regular expression that matches any of them, the longest first; without groups.
    """

    def __init__(self, values: Mapping[str, _Value]) -> None:
        self._values = {_key(phrase): value for phrase, value in values.items()}
        longest_first = sorted(values, key=lambda phrase: (-len(phrase), phrase))
        self.pattern = "(?:" + "|".join(map(_flexible, longest_first)) + ")"

    def meaning(self, matched: str) -> _Value:
        """Return what a matched phrase means."""
        return self._values[_key(matched)]

    def get(self, phrase: str) -> _Value | None:
        """Return what a phrase means, or None where it is none of these."""
        return self._values.get(_key(phrase))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All words that are read, by what they are about."""

    degrees: Phrases[float]
    softly_unwanted: Phrases[str]
    tempo_not_before: Phrases[str]
    tempos: Phrases[TempoWord]
    voices: Phrases[Meaning]
    qualities: Phrases[Meaning]
    uses: Phrases[Use]
    unheard: Phrases[str]
    spellings: Phrases[str]
    same: Mapping[str, str]
    german_notes: Mapping[str, str]
    things: Phrases[str]
    stands_alone: Phrases[str]


@cache
def lexicon() -> Lexicon:
    """Return the lexicon, read once."""
    text = resources.files("temptrack.suggest").joinpath("lexicon.toml").read_text(encoding="utf-8")
    found: dict[str, Any] = tomllib.loads(text)
    return Lexicon(
        degrees=Phrases(
            {word: float(degree) for degree, words in found["degrees"].items() for word in words}
        ),
        softly_unwanted=Phrases({word: word for word in found["softly_unwanted"]["words"]}),
        tempo_not_before=Phrases({word: word for word in found["tempo_not_before"]["words"]}),
        tempos=_phrases(found["tempo"], _tempo_word),
        voices=_phrases(found["voice"], _meaning),
        qualities=_phrases(found["quality"], _meaning),
        uses=_phrases(found["use"], _use),
        unheard=_phrases(found["unheard"], lambda name, _: name),
        spellings=Phrases({word: name for name, words in found["spelling"].items() for word in words}),
        same={word: name for name, words in found["same"].items() for word in words},
        german_notes=found["german_notes"],
        things=Phrases({word: word for word in found["things"]["words"]}),
        stands_alone=Phrases({word: word for word in found["stands_alone"]["words"]}),
    )


def _phrases(section: Mapping[str, Any], make: Any) -> Phrases[Any]:
    return Phrases({word: make(name, entry) for name, entry in section.items() for word in entry["words"]})


def _tempo_word(name: str, entry: Mapping[str, Any]) -> TempoWord:
    return TempoWord(name, entry.get("min_bpm"), entry.get("max_bpm"), tuple(entry.get("tags", ())))


def _meaning(name: str, entry: Mapping[str, Any]) -> Meaning:
    return Meaning(name, tuple(entry["tags"]))


def _use(name: str, entry: Mapping[str, Any]) -> Use:
    return Use(name, entry.get("vocals"), tuple(entry.get("more", ())), tuple(entry.get("less", ())))


def _flexible(phrase: str) -> str:
    return _SEPARATORS.join(map(re.escape, phrase.split()))


def _key(phrase: str) -> str:
    return re.sub(r"[\s'\u2019-]+", "", phrase.casefold())
