"""Keeps texts that are true to the tags and new; says why it turns others down."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from temptrack_train.synthesis.mentions import MentionFinder
from temptrack_train.synthesis.types import TrackTags

Fault = Literal["EMPTY", "TOO_LONG", "INVENTED_TAG", "DENIED_TAG", "TAGS_MISSING", "DUPLICATE"]


class Rules(BaseModel):
    """What a text must be."""

    model_config = ConfigDict(frozen=True)

    min_recall: float = Field(default=0.5, ge=0, le=1, description="least share of the track's tags it says")
    max_words: int = Field(default=60, ge=1, description="CLIP's text encoder sees some 60 words at most")
    faithful: bool = Field(default=True, description="turn down texts that name a tag nobody heard")
    unique: bool = Field(default=True, description="turn down a text that another track has")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says of a track's tags.

    Attributes:
        said: tags of the track that it says.
        missed: tags of the track that it does not.
        true: terms it mentions that the track's tags bear out.
        invented: terms it mentions that nobody heard.
        denied: terms it says are absent though they were heard.
    """

    said: tuple[str, ...]
    missed: tuple[str, ...]
    true: tuple[str, ...]
    invented: tuple[str, ...]
    denied: tuple[str, ...]

    @property
    def recall(self) -> float:
        """Share of the track's tags that the text says, 0 to 1."""
        return len(self.said) / max(len(self.said) + len(self.missed), 1)


def read(text: str, track: TrackTags, finder: MentionFinder) -> Reading:
    """Compare a text with the tags of its track.

    A broader word is no invention ("guitar" for an acoustic guitar), but does not say the tag either. A
    narrower word says more than was heard: an invention.
    """
    supports = finder.lexicon.supports
    mentions = finder.find(text)
    asserted = dict.fromkeys(mention.term for mention in mentions if not mention.denied)
    absent = dict.fromkeys(mention.term for mention in mentions if mention.denied)
    heard = track.terms
    true = tuple(term for term in asserted if any(supports(tag, term) for tag in heard))
    return Reading(
        said=tuple(tag for tag in heard if tag in asserted),
        missed=tuple(tag for tag in heard if tag not in asserted),
        true=true,
        invented=tuple(term for term in asserted if term not in true),
        denied=tuple(term for term in absent if any(supports(tag, term) for tag in heard)),
    )


class Filter:
    """Judges texts one after another; what it lets pass counts as taken."""

    def __init__(self, rules: Rules, finder: MentionFinder, *, taken: Sequence[str] = ()) -> None:
        """Start judging.

        Args:
            rules: what a text must be.
            finder: reads what texts mention.
            taken: texts that passed before.
        """
        self._rules, self._finder = rules, finder
        self._taken = {plain(text) for text in taken}

    def judge(self, text: str, track: TrackTags) -> Fault | None:
        """Return the first thing wrong with a text, or None and count it as taken."""
        fault = self._fault(text, track)
        if fault is None:
            self._taken.add(plain(text))
        return fault

    def _fault(self, text: str, track: TrackTags) -> Fault | None:
        words = len(text.split())
        reading = read(text, track, self._finder)
        checks: tuple[tuple[Fault, bool], ...] = (
            ("EMPTY", not plain(text)),
            ("TOO_LONG", words > self._rules.max_words),
            ("INVENTED_TAG", self._rules.faithful and bool(reading.invented)),
            ("DENIED_TAG", self._rules.faithful and bool(reading.denied)),
            ("TAGS_MISSING", reading.recall < self._rules.min_recall),
            ("DUPLICATE", self._rules.unique and plain(text) in self._taken),
        )
        return next((fault for fault, wrong in checks if wrong), None)


def plain(text: str) -> str:
    """Return a text by which two that read alike compare equal: no case, accents, punctuation or spacing."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"\w+", "".join(mark for mark in letters if not unicodedata.combining(mark))))
