"""What an editor has without us: a search for words in names and tags."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

_IGNORED = (
    "a an and are as at be by for from has have if in is it its like no not of on or our out over some "
    "somebody something that the there this to under us we with about among through"
)
_STOP = frozenset(_IGNORED.split())
_WORD = re.compile(r"[^\W\d_]+")


class KeywordSearch:
    """Ranks tracks by the words they share with a prompt; rare words count for more."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Prepare to search.

        Args:
            texts: by key of the track, every word that a file browser could show of it.
        """
        self._words = {key: frozenset(_stems(text)) for key, text in texts.items()}
        found = Counter(word for words in self._words.values() for word in words)
        self._weight = {word: math.log(1 + len(texts) / count) for word, count in found.items()}

    def rank(self, prompt: str) -> list[Sequence[str]]:
        """Return groups of tied tracks, best first; tracks that share no word are left out."""
        asked = set(_stems(prompt))
        by_score: dict[float, list[str]] = defaultdict(list)
        for key, words in self._words.items():
            # Summed in order of the words: equal matches must give equal floats.
            score = sum(self._weight[word] for word in sorted(asked & words))
            if score > 0:
                by_score[score].append(key)
        return [by_score[score] for score in sorted(by_score, reverse=True)]


def _stems(text: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    words = [word.lower() for word in _WORD.findall(spaced)]
    return [_stem(word) for word in words if word not in _STOP and len(word) > 1]


def _stem(word: str) -> str:
    for ending in ("ing", "ies", "es", "ed", "y", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
