"""Finds the tags that a text speaks of, and those it says are absent."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from temptrack_train.synthesis.lexicon import Lexicon, spelled

_DENIAL = re.compile(
    r"\b(?:no|not|without|lacks?|lacking|never|devoid of|free of|absence of|isn't|doesn't)\b(?! only)"
    r"[^.,;:!?]{0,40}$",
    re.IGNORECASE,
)
_TURN = re.compile(r"\b(?:but|with|though|yet|only)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mention:
    """A word of a text that names a term.

    Attributes:
        term: the tag or broader word it means.
        start: first character.
        end: character after the last.
        denied: the text says that it is not there ("no drums", "instrumental").
    """

    term: str
    start: int
    end: int
    denied: bool = False


class MentionFinder:
    """Reads texts by the words of a lexicon; longer words win over shorter ones."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._words = lexicon.words()
        self._silent = frozenset(spelled(phrase) for phrase in lexicon.silent.phrases)
        spellings = sorted({*self._words, *self._silent}, key=lambda word: (-len(word), word))
        alternatives = "|".join(_loosely(word) for word in spellings)
        # "Bell-like" and "piano-driven" differ: the first is no bell.
        self._pattern = re.compile(rf"(?<![\w-])({alternatives})(?:e?s)?(?!\w|-like|-ish)", re.IGNORECASE)

    def find(self, text: str) -> Sequence[Mention]:
        """Return what a text mentions, in order."""
        found = []
        for match in self._pattern.finditer(text):
            word = spelled(match.group(1))
            if word in self._silent:
                continue
            term = self._words[word]
            denied = self._is_denied(text[: match.start()])
            if term in self.lexicon.denies:
                found += [
                    Mention(other, match.start(), match.end(), denied=not denied)
                    for other in self.lexicon.denies[term]
                ]
            else:
                found.append(Mention(term, match.start(), match.end(), denied=denied))
        return tuple(found)

    def term_of(self, word: str) -> str | None:
        """Return the term that a word by itself means, or None."""
        match = self._pattern.fullmatch(word.strip().replace("_", " "))
        term = self._words.get(spelled(match.group(1))) if match else None
        return None if term in self.lexicon.denies else term

    @staticmethod
    def _is_denied(before: str) -> bool:
        denial = _DENIAL.search(before)
        return denial is not None and not _TURN.search(denial.group().partition(" ")[2])


def _loosely(word: str) -> str:
    return r"[\s-]+".join(re.escape(part) for part in word.split(" "))
