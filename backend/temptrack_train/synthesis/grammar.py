"""The little English that putting tags into sentences takes."""

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

from temptrack_train.synthesis.lexicon import Term

if TYPE_CHECKING:
    import inflect

_VERBS: Final = {
    "is": "are",
    "was": "were",
    "has": "have",
    **{
        f"{verb}s": verb
        for verb in (
            *("add", "answer", "bring", "build", "come", "contain", "create", "creep", "drift", "drive"),
            *("enter", "feature", "feel", "follow", "form", "give", "hold", "keep", "lead", "make", "play"),
            *("provide", "repeat", "rise", "set", "sing", "sound", "start", "support", "take", "work"),
        )
    },
    "carries": "carry",
    "accompanies": "accompany",
}
"""Verbs of one thing and of several."""

_SINGULAR: Final = {several: one for one, several in _VERBS.items()}
_FOLLOWING_VERB: Final = re.compile(rf"\s+({'|'.join((*_VERBS, *_SINGULAR))})\b")


@cache
def _english() -> "inflect.engine":
    import inflect

    return inflect.engine()


@cache
def article(word: str) -> str:
    """Return "a" or "an", whichever goes before a word."""
    return str(_english().a(word)).split(" ", 1)[0]


def joined(items: Sequence[str]) -> str:
    """Return "a", "a and b" or "a, b and c"."""
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def noun_phrase(name: str, term: Term, *, with_article: bool = True) -> str:
    """Return an instrument as a thing that plays: "a piano", "strings", "percussion"."""
    return f"{article(name)} {name}" if with_article and term.number == "count" else name


def modifier(name: str, term: Term) -> str:
    """Return a term as it stands before another noun: "drum" in "a drum solo"."""
    return term.modifier or name


def genre_noun(name: str, term: Term) -> str:
    """Return a genre as a thing: "jazz", "electronic music"."""
    return term.noun or name


def agree(after: str, *, several: bool) -> tuple[re.Match[str], str] | None:
    """Return the verb that follows a subject and its right form; None without a known verb."""
    match = _FOLLOWING_VERB.match(after)
    if not match:
        return None
    verb = match.group(1)
    return match, _VERBS.get(verb, verb) if several else _SINGULAR.get(verb, verb)


def sentence(text: str) -> str:
    """Return a text with capitals where sentences start, one space between words, and a full stop."""
    tidy = re.sub(r"\s+([,.;:!?])", r"\1", " ".join(text.split()))
    tidy = re.sub(r"(^|[.!?]\s+)([a-z])", lambda start: start.group(1) + start.group(2).upper(), tidy)
    return tidy if tidy.endswith((".", "!", "?")) else f"{tidy}."
