"""The places of a description where other tags could stand: runs of mentions of one group.

"A dark and aggressive rock track with drums and an electric guitar" has three: two moods, one genre, two
instruments. Each can be filled with any number of tags of its group, from one up, and stay English.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from temptrack_train.datasets.taxonomy import TagKind
from temptrack_train.synthesis import grammar
from temptrack_train.synthesis.lexicon import Lexicon
from temptrack_train.synthesis.mentions import Mention

MOST_IN_A_SLOT: Final = 3
"""Longer lists read like tags, not like a sentence."""

_BETWEEN: Final = re.compile(r"\s*(?:,|&)?\s*(?:and|or)?\s*(?:an?|some)?\s*", re.IGNORECASE)
_ARTICLE: Final = re.compile(r"\b(an?)\s+((?:[\w'\u2019-]+\s+){0,3})$", re.IGNORECASE)
_NO_ADJECTIVE: Final = frozenset(["and", "of", "with", "in", "on", "by", "for", "to", "that", "is", "are"])
_HEAD: Final = re.compile(
    r"[\s-]+(?:melod(?:y|ies)|lines?|riffs?|solos?|tracks?|songs?|music|pieces?|parts?|chords?|arpeggios?|beats?|"
    r"accompaniment|playing|tunes?|ballads?|intro|grooves?|rhythms?|loops?|sounds?|sections?|themes?|anthems?|"
    r"instrumental|harmon(?:y|ies)|patterns?|notes?|motifs?|driven|led|based|number|jams?|influences?|"
    r"performance|arrangement|composition|figures?|fanfares?|phrases?|puls(?:e|es)|trio|section|feel|vibe|mood|atmosphere|tones?|score|groups?|bands?|duets?|quartets?)\b",
    re.IGNORECASE,
)
# What stands for an article until the word after it is known.
_SOME_ARTICLE: Final = "\N{SYMBOL FOR UNIT SEPARATOR}a"
_MARKED: Final = re.compile(rf"({_SOME_ARTICLE})\s+([\w'\u2019-]+)", re.IGNORECASE)
_ABSTRACT: Final = re.compile(r"\b(?:of|with|some|more|the|builds?|creates?|adds?)\s+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Slot:
    """A run of mentions of one group.

    Attributes:
        kind: the group.
        terms: what stands there now.
        start: first character that a filling replaces, an article before it included.
        end: character after the last.
        fixed: the words around do not allow another tag ("a sense of melancholy").
    """

    kind: TagKind
    terms: tuple[str, ...]
    start: int
    end: int
    fixed: bool


def find_slots(text: str, mentions: Sequence[Mention], lexicon: Lexicon) -> Sequence[Slot]:
    """Return the slots of a description in order; what it denies is no slot.

    Args:
        text: the description.
        mentions: what it mentions, in order.
        lexicon: the groups of terms.
    """
    runs: list[list[Mention]] = []
    for mention in mentions:
        if mention.denied:
            continue
        last = runs[-1][-1] if runs else None
        same = last is not None and lexicon.kinds[last.term] == lexicon.kinds[mention.term]
        if last and same and _BETWEEN.fullmatch(text, last.end, mention.start):
            runs[-1].append(mention)
        else:
            runs.append([mention])
    return tuple(_slot(text, run, lexicon) for run in runs)


def _slot(text: str, run: Sequence[Mention], lexicon: Lexicon) -> Slot:
    start, end = run[0].start, run[-1].end
    kind = lexicon.kinds[run[0].term]
    # Adjectives describe something; after "of" or "with" the word is the thing itself.
    fixed = kind == "mood" and (bool(_ABSTRACT.search(text[:start])) and not re.match(r"\s+\w", text[end:]))
    return Slot(kind, tuple(dict.fromkeys(mention.term for mention in run)), start, end, fixed)


def fill(text: str, fillings: Sequence[tuple[Slot, Sequence[str]]], lexicon: Lexicon) -> str:
    """Return the description with its slots filled, articles and verbs made to agree.

    Args:
        text: the description.
        fillings: slots in order, each with at least one term of its group; fixed ones are left as they are.
        lexicon: how the terms behave.
    """
    edits: dict[tuple[int, int], str] = {}
    for slot, terms in fillings:
        if slot.fixed:
            continue
        before, after = text[: slot.start], text[slot.end :]
        found = _article_before(before)
        words, several = _words(slot, terms, lexicon, after, articled=found is not None)
        edits[slot.start, slot.end] = words
        if several is not None and (changed := grammar.agree(after, several=several)):
            verb, right = changed
            edits[slot.end + verb.start(1), slot.end + verb.end(1)] = right
        if found:
            # Adjectives share their noun's article, and the noun decides whether there is one.
            place = found.span(1)
            mark = _SOME_ARTICLE.upper() if found.group(1)[0].isupper() else _SOME_ARTICLE
            kept = edits.get(place) != "" and _takes_article(slot, terms, lexicon, after)
            edits[place] = mark if kept else ""
    for (start, end), words in sorted(edits.items(), reverse=True):
        text = text[:start] + words + text[end:]
    return grammar.sentence(_MARKED.sub(_settle_article, text))


def _article_before(before: str) -> re.Match[str] | None:
    found = _ARTICLE.search(before)
    return None if found and set(found.group(2).split()) & _NO_ADJECTIVE else found


def _settle_article(marked: re.Match[str]) -> str:
    right = grammar.article(marked.group(2))
    return f"{right if marked.group(1).islower() else right.capitalize()} {marked.group(2)}"


def _words(
    slot: Slot, terms: Sequence[str], lexicon: Lexicon, after: str, *, articled: bool
) -> tuple[str, bool | None]:
    """Return the words for a slot, and whether a verb after them speaks of several (None: leave it)."""
    known = lexicon.terms
    if slot.kind == "mood":
        return grammar.joined(list(terms)), None
    if slot.kind == "genre":
        if re.match(r"[\s-]+\w", after) and not _is_function_word(after):
            return grammar.joined(list(terms)), None
        if articled:
            return f"{grammar.joined(list(terms))} piece", None
        return grammar.joined([grammar.genre_noun(term, known[term]) for term in terms]), None
    if _HEAD.match(after):
        return grammar.joined([grammar.modifier(term, known[term]) for term in terms]), None
    first, *others = terms
    words = [first, *(grammar.noun_phrase(term, known[term], with_article=articled) for term in others)]
    return grammar.joined(words), len(terms) > 1 or known[first].number == "plural"


def _takes_article(slot: Slot, terms: Sequence[str], lexicon: Lexicon, after: str) -> bool:
    return slot.kind != "instrument" or bool(_HEAD.match(after)) or lexicon.terms[terms[0]].number == "count"


def _is_function_word(after: str) -> bool:
    word = re.match(r"[\s-]+(\w+)", after)
    return word is not None and word.group(1).casefold() in _FUNCTION_WORDS


_FUNCTION_WORDS: Final = frozenset(
    {
        *(
            "and",
            "or",
            "but",
            "with",
            "that",
            "which",
            "in",
            "of",
            "for",
            "by",
            "on",
            "at",
            "from",
            "to",
            "as",
        ),
        *("is", "are", "has", "was", "over", "where", "while", "featuring"),
    }
)
