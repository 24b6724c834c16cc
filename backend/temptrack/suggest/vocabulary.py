"""The tags of a bundle under the names editors give them."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from temptrack.model.types import Tag, TagGroup
from temptrack.suggest.lexicon import lexicon

VOCALS: Final = "vocal"
"""Canonical name of everything sung."""

INSTRUMENTAL: Final = "instrumental"
"""Canonical name of music without singing."""

_MASS_NOUNS: Final = frozenset({"percussion", "singing", "drumming"})
_NEGATED_TAG: Final = re.compile(r"^(no|non|not)\b")


class TagVocabulary:
    """Finds the tags that an editor's words mean.

    A word means every tag that ends with it: "guitar" covers "electric guitar".
    """

    def __init__(self, tags: Sequence[Tag]) -> None:
        self._tags = {tag.name: canonical(tag.name) for tag in tags if not _NEGATED_TAG.match(tag.name)}
        self._groups = {tag.name: tag.group for tag in tags}
        self.knows_vocals = VOCALS in self._tags.values() or TagGroup.VOCAL in self._groups.values()

    def tags_meant_by(self, phrase: str) -> tuple[str, ...]:
        """Return the names of the tags a phrase means, in the bundle's order; none where it is no tag."""
        wanted = canonical(phrase)
        return tuple(
            name for name, known in self._tags.items() if known == wanted or known.endswith(f" {wanted}")
        )

    def known(self, words: Iterable[str]) -> tuple[str, ...]:
        """Return the names of the tags that are called by one of some words, in the bundle's order."""
        wanted = {canonical(word) for word in words}
        return tuple(name for name, known in self._tags.items() if known in wanted)

    def means_all_vocals(self, phrase: str) -> bool:
        """Whether a phrase speaks of singing as such, and this bundle can tell."""
        return self.knows_vocals and canonical(phrase) == VOCALS

    def means_instrumental(self, word: str) -> bool:
        """Whether a word says that nothing is sung."""
        return canonical(word) == INSTRUMENTAL

    def knows(self, phrase: str) -> bool:
        """Whether a phrase can be excluded for certain."""
        return self.means_all_vocals(phrase) or bool(self.tags_meant_by(phrase))

    def names_a_sound(self, phrase: str) -> bool:
        """Whether a phrase is an instrument or a voice, known to the bundle or not."""
        groups = {self._groups[name] for name in self.tags_meant_by(phrase)}
        known = self.means_all_vocals(phrase) or bool(groups & {TagGroup.INSTRUMENT, TagGroup.VOCAL})
        return known or lexicon().things.get(phrase) is not None

    def names_a_thing(self, phrase: str) -> bool:
        """Whether a phrase is complete by itself: a plural or mass noun for something that sounds.

        "Drums" stands alone, where "piano" or "sad" may belong to the word that follows.
        """
        last = phrase.rsplit(maxsplit=1)[-1]
        groups = {self._groups[name] for name in self.tags_meant_by(phrase)}
        sounds = self.means_all_vocals(phrase) or bool(groups & {TagGroup.INSTRUMENT, TagGroup.VOCAL})
        return sounds and (last in _MASS_NOUNS or _singular(last) != last)


def canonical(phrase: str) -> str:
    """Return the one spelling under which equal meanings compare equal."""
    words = re.sub(r"[-_\s]+", " ", phrase.casefold()).strip()
    words = lexicon().spellings.get(words) or words
    same = lexicon().same
    if words in same:
        return same[words]
    *before, last = words.replace("-", " ").split(" ")
    singular = " ".join([*before, _singular(last)])
    return same.get(singular, singular)


def _singular(word: str) -> str:
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural else word
