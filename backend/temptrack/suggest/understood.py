"""What one part of a prompt was understood to ask for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from temptrack.library.preferences import Preference
from temptrack.suggest.types import PartEffect, PartKind, PromptPart

STRONG: Final = 3.0
"""Weight of what was said in numbers or by name: a tempo, a key, a length, a voice."""
PLAIN: Final = 1.5
"""Weight of a word of tempo."""
MILD: Final = 0.75
"""Weight of a quality, and of each thing that a use suggests."""

REFUSED: Final = re.compile(
    r"(?:\b(?:not?|nothing|never|without|non|avoid|less|anything\s+but|kein\w*|ohne|sans|don['\u2019]?t\s+want)\s+"
    r"(?:(?:too|so|for|an?|any|the|like|about|overly|very)\s+)*)$",
    re.IGNORECASE,
)
"""What before words turns them into something that is not wanted."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A part of a prompt and its meaning.

    Attributes:
        kind: what it is about.
        start: index of its first character in the prompt.
        end: index after its last.
        shown: what it asks for, in words for people.
        demands: fields of ``TrackFilter`` a track must meet; empty for a wish.
        preferences: what is preferred; for a demand, in its place where no track meets it.
        is_searched: whether its words stay among those that are searched.
        replacement: what is searched in place of its words; None is the words themselves.
        unwanted: the phrase that less or nothing is wanted of; empty where it is no negation.
    """

    kind: PartKind
    start: int
    end: int
    shown: str
    demands: Mapping[str, Any] = field(default_factory=dict)
    preferences: tuple[Preference, ...] = ()
    is_searched: bool = False
    replacement: str | None = None
    unwanted: str = ""

    def part(self, prompt: str) -> PromptPart:
        """Return it as an answer shows it.

        Args:
            prompt: the cleaned prompt it was read from.
        """
        effect = PartEffect.WORDS
        if self.demands:
            effect = PartEffect.FILTER
        elif self.preferences or self.unwanted:
            effect = PartEffect.PREFERENCE
        words = prompt[self.start : self.end].strip(" ,;.")
        return PromptPart(kind=self.kind, words=words, text=self.shown, effect=effect)
