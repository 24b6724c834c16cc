"""The recipe ``data2text``: facts from templates, then ordered, aggregated and compressed.

The pipeline of Kasner and Dusek, "Neural Pipeline for Zero-Shot Data-to-Text Generation" (ACL 2022), as ViML
uses it (section 3.2). Every step can be a trained model (``data2text_models``) or the rules of this module.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, Protocol

from pydantic import JsonValue

from temptrack_train.datasets.taxonomy import TagKind
from temptrack_train.synthesis import grammar
from temptrack_train.synthesis.lexicon import Lexicon
from temptrack_train.synthesis.slots import MOST_IN_A_SLOT
from temptrack_train.synthesis.types import RecipeName, TrackTags

_TEMPLATES: Final[Mapping[TagKind, tuple[str, ...]]] = {
    "genre": ("The music is {}.", "The track sounds like {}.", "This is a piece of {}."),
    "instrument": ("The music features {}.", "The track has {} in it.", "The arrangement has {}."),
    "mood": ("The music feels {}.", "The track sounds {}.", "The mood is {}."),
}
"""One fact a tag; the variant is drawn once a group, so that facts of a group can be joined."""

_PLANS: Final[tuple[tuple[TagKind, ...], ...]] = (
    ("genre", "instrument", "mood"),
    ("genre", "mood", "instrument"),
    ("mood", "genre", "instrument"),
    ("instrument", "mood", "genre"),
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One sentence about one tag.

    Attributes:
        text: the sentence.
        about: the words for the tag in it.
        kind: the tag's group.
    """

    text: str
    about: str
    kind: TagKind

    @property
    def frame(self) -> str:
        """The sentence without the tag."""
        return self.text.replace(self.about, "{}", 1)


class Ordering(Protocol):
    """The first step: facts in the order in which a person would tell them."""

    @property
    def id(self) -> str:
        """Changes whenever the same facts would be ordered otherwise."""

    def order(self, facts: Sequence[Fact], chance: Random) -> Sequence[Fact]:
        """Return the same facts in order."""


class Aggregation(Protocol):
    """The second step: which neighbours share a sentence."""

    @property
    def id(self) -> str:
        """Changes whenever the same facts would be grouped otherwise."""

    def group(self, facts: Sequence[Fact]) -> Sequence[Sequence[Fact]]:
        """Return the facts in the same order, in groups of at least one."""


class Compression(Protocol):
    """The third step: groups of facts to a paragraph."""

    @property
    def id(self) -> str:
        """Changes whenever the same groups would read otherwise."""

    def compress(self, groups: Sequence[Sequence[Fact]]) -> str:
        """Return the paragraph."""


class RuleOrdering:
    """Groups stay together, in one of four plans; surer tags come first, as the tagger gave them."""

    id = "rules"

    def order(self, facts: Sequence[Fact], chance: Random) -> Sequence[Fact]:
        """Return the facts by a plan drawn at random."""
        plan = chance.choice(_PLANS)
        return sorted(facts, key=lambda fact: plan.index(fact.kind))


class RuleAggregation:
    """Neighbours of one group share a sentence, up to three."""

    id = "rules"

    def group(self, facts: Sequence[Fact]) -> Sequence[Sequence[Fact]]:
        """Return runs of one kind."""
        groups: list[list[Fact]] = []
        for fact in facts:
            if groups and groups[-1][0].kind == fact.kind and len(groups[-1]) < MOST_IN_A_SLOT:
                groups[-1].append(fact)
            else:
                groups.append([fact])
        return groups


class RuleCompression:
    """Facts of a group that differ in their tags alone share a sentence; a repeated subject becomes "it"."""

    id = "rules"

    def compress(self, groups: Sequence[Sequence[Fact]]) -> str:
        """Return the paragraph."""
        told = [_merge(group) for group in groups]
        said = [_SUBJECT_AND_VERB.match(sentence) for sentence in told]
        sentences = []
        for place, (sentence, now) in enumerate(zip(told, said, strict=True)):
            before = said[place - 1] if place else None
            if now and before and _subject(now) == _subject(before):
                verb, rest = now.group(2), sentence[now.end(2) :]
                again = {"is": "is also"}.get(verb, f"also {verb}") if verb == before.group(2) else verb
                sentences.append(f"It {again}{rest}")
            else:
                sentences.append(sentence)
        return " ".join(map(grammar.sentence, sentences))


_SUBJECT_AND_VERB: Final = re.compile(r"(The \w+|This) (\w+)")


def _subject(sentence: re.Match[str]) -> str:
    """Return what a sentence is about; "the track" and "this" are the music."""
    return re.sub("This|The track", "The music", sentence.group(1))


def _merge(facts: Sequence[Fact]) -> str:
    """Tell facts that differ in nothing but their tags in one sentence; others in one each."""
    if len({fact.frame for fact in facts}) > 1:
        return " ".join(fact.text for fact in facts)
    return facts[0].frame.format(grammar.joined([fact.about for fact in facts]))


class DataToText:
    """Writes with the three steps."""

    name: RecipeName = "data2text"
    jobs = 1

    def __init__(
        self,
        lexicon: Lexicon,
        *,
        ordering: Ordering | None = None,
        aggregation: Aggregation | None = None,
        compression: Compression | None = None,
    ) -> None:
        """Choose the steps; those left out are rules.

        Args:
            lexicon: how terms behave in a sentence.
            ordering: the first step.
            aggregation: the second.
            compression: the third.
        """
        self._lexicon = lexicon
        self._ordering = ordering or RuleOrdering()
        self._aggregation = aggregation or RuleAggregation()
        self._compression = compression or RuleCompression()

    def settings(self) -> Mapping[str, JsonValue]:
        """Return what each step is."""
        return {
            "ordering": self._ordering.id,
            "aggregation": self._aggregation.id,
            "compression": self._compression.id,
        }

    def write(self, track: TrackTags, chance: Random) -> str:
        """Write one text."""
        facts = self.facts(track, chance)
        return self._compression.compress(self._aggregation.group(self._ordering.order(facts, chance)))

    def facts(self, track: TrackTags, chance: Random) -> Sequence[Fact]:
        """Return one sentence for every tag."""
        drawn = {kind: chance.choice(templates) for kind, templates in _TEMPLATES.items()}
        phrases = ((kind, self._phrase(term, kind)) for kind, terms in track.groups.items() for term in terms)
        return tuple(Fact(drawn[kind].format(phrase), phrase, kind) for kind, phrase in phrases)

    def _phrase(self, name: str, kind: TagKind) -> str:
        term = self._lexicon.terms[name]
        if kind == "instrument":
            return grammar.noun_phrase(name, term)
        return grammar.genre_noun(name, term) if kind == "genre" else name
