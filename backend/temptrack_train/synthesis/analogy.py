"""The embedded writer: the nearest description by tags, rewritten by analogy, without a language model.

It answers the question that ViML puts to a language model (section 3.2, prompt analogies: tags is to
description as these tags are to what?) by putting the new track's tags where the description has its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from random import Random
from typing import Final

import numpy as np
import numpy.typing as npt

from temptrack.errors import NotReady
from temptrack_train.datasets.taxonomy import TagKind
from temptrack_train.synthesis import grammar
from temptrack_train.synthesis.descriptions import Description
from temptrack_train.synthesis.lexicon import KINDS, Lexicon
from temptrack_train.synthesis.slots import MOST_IN_A_SLOT, Slot, fill
from temptrack_train.synthesis.types import TrackTags

NEAREST: Final = 8
"""How many of the nearest descriptions a rewriting chooses among: always the nearest would read alike."""

_WORDS_THAT_HIDE_ALL: Final = 60
"""As many words besides tags outweigh that all tags agree."""

_Row = npt.NDArray[np.float32]

_Places = tuple[Sequence[tuple[Slot, Sequence[str]]], Mapping[TagKind, Sequence[str]]]

_MORE: Final[Mapping[TagKind, tuple[str, ...]]] = {
    "instrument": ("It also features {tags}.", "It also has {tags}.", "{tags} can be heard as well."),
    "genre": ("It leans towards {tags}.", "There is some {tags} in it."),
    "mood": ("It feels {tags}.", "The mood is {tags}."),
}


class AnalogyWriter:
    """Writes by analogy to a set of descriptions."""

    def __init__(self, descriptions: Sequence[Description], lexicon: Lexicon) -> None:
        """Prepare to write.

        Args:
            descriptions: what is imitated.
            lexicon: how terms behave in a sentence.
        """
        self._descriptions = sorted(descriptions, key=lambda item: item.text)
        self._lexicon = lexicon
        self._columns = {term: column for column, term in enumerate(lexicon.terms)}
        self._said = np.stack([self._row(item.terms) for item in self._descriptions])
        others = np.array([item.other_words for item in self._descriptions], np.float32)
        self._hidden = others / _WORDS_THAT_HIDE_ALL

    def rewrite(self, track: TrackTags, chance: Random) -> str:
        """Return one of the nearest descriptions with this track's tags in place of its own.

        Every tag of the track is said, and no other: a description that says one in words which leave no
        place for another ("a sense of melancholy") is passed over.

        Raises:
            NotReady: every description has a place for a group of which the track has no tag.
        """
        found = ((item, places) for item in self._nearest(track) if (places := self._places(item, track)))
        fitting = list(islice(found, 2 * NEAREST))
        if not fitting:
            raise NotReady(
                f"No description has only such places as the tags of '{track.track_id}' can fill.",
                reason="NO_ANALOGY",
                hint="Add short descriptions, such as one that names nothing but a mood.",
            )
        fitting.sort(key=lambda pair: _left_over(pair[1]))
        chosen, (fillings, left) = chance.choice(fitting[:NEAREST])
        parts = [fill(chosen.core, fillings, self._lexicon)]
        parts += [self._more(kind, terms, chance) for kind, terms in left.items() if terms]
        return " ".join(parts)

    def _nearest(self, track: TrackTags) -> Iterator[Description]:
        """Return the descriptions by likeness: shared tags over all tags, less for every word besides.

        Whatever a description says besides tags (a dog, a bad recording) is carried over unchecked.
        """
        mine = self._row(track.terms)
        shared = self._said @ mine
        likeness = shared / (self._said.sum(axis=1) + mine.sum() - shared) - self._hidden
        return (self._descriptions[place] for place in np.argsort(-likeness, kind="stable"))

    def _row(self, terms: Sequence[str]) -> _Row:
        row = np.zeros(len(self._columns), np.float32)
        row[[self._columns[term] for term in terms]] = 1
        return row

    def _places(self, description: Description, track: TrackTags) -> _Places | None:
        """Return what goes where, and what is left over; None where a place would stay empty."""
        fillings: dict[int, Sequence[str]] = {}
        left: dict[TagKind, Sequence[str]] = {}
        if any(
            mention.denied and any(self._lexicon.supports(term, mention.term) for term in track.terms)
            for mention in description.mentions
        ):
            return None
        for kind in KINDS:
            slots = [(place, slot) for place, slot in enumerate(description.slots) if slot.kind == kind]
            shares = self._share([slot for _, slot in slots], list(track.groups.get(kind, ())))
            if shares is None:
                return None
            *filled, left[kind] = shares
            fillings |= {place: terms for (place, _), terms in zip(slots, filled, strict=True)}
        return [(slot, fillings[place]) for place, slot in enumerate(description.slots)], left

    def _share(self, slots: Sequence[Slot], terms: list[str]) -> list[Sequence[str]] | None:
        """Divide terms among slots, and return the rest last; None where a slot would stay empty."""
        shares: list[list[str]] = []
        for slot in slots:
            said = [term for term in terms if any(self._lexicon.supports(term, old) for old in slot.terms)]
            kept = said[:1] if slot.fixed else said[:MOST_IN_A_SLOT]
            if slot.fixed and (len(slot.terms) > 1 or kept != list(slot.terms)):
                return None
            terms = [term for term in terms if term not in kept]
            shares.append(kept)
        for slot, share in zip(slots, shares, strict=True):
            if not share and terms:
                share.append(terms.pop(0))
            while terms and len(share) < len(slot.terms) and not slot.fixed:
                share.append(terms.pop(0))
        if not all(shares):
            return None
        # A last tag or two join a list rather than make a sentence of their own.
        for slot, share in zip(slots, shares, strict=True):
            while terms and len(share) < MOST_IN_A_SLOT and not slot.fixed:
                share.append(terms.pop(0))
        return [*shares, terms]

    def _more(self, kind: TagKind, terms: Sequence[str], chance: Random) -> str:
        known = self._lexicon.terms
        if kind == "instrument":
            words = [grammar.noun_phrase(term, known[term]) for term in terms]
        elif kind == "genre":
            words = [grammar.genre_noun(term, known[term]) for term in terms]
        else:
            words = list(terms)
        return grammar.sentence(chance.choice(_MORE[kind]).format(tags=grammar.joined(words)))


def _left_over(places: _Places) -> int:
    return sum(len(terms) for terms in places[1].values())
