"""Reads voices, uses, degrees and what no library knows: "female singer", "under dialogue", "very dark"."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from temptrack.library.preferences import Preference, TagPreference, VocalsPreference
from temptrack.suggest.lexicon import AFTER, BEFORE, Meaning, Use, lexicon
from temptrack.suggest.types import PartKind
from temptrack.suggest.understood import MILD, REFUSED, STRONG, Understood
from temptrack.suggest.vocabulary import TagVocabulary, canonical

_FOLLOWS: Final = re.compile(
    r"\s+(?!(?:and|or|but|is|along|over|with|in|at|voices?|choir|vocals?|melody)\b)\w"
)
_NAMED: Final = 3
_MOST_WORDS: Final = 3
_NO_QUALITY: Final = frozenset(
    {
        *(
            "is",
            "than",
            "to",
            "of",
            "likely",
            "known",
            "common",
            "so",
            "i",
            "it",
            "you",
            "we",
            "they",
            "that",
        ),
        *("much", "many", "a", "an", "the", "in", "on", "at", "for", "sure", "bad", "good", "well", "often"),
        *(
            "necessarily",
            "only",
            "just",
            "over",
            "and",
            "or",
            "but",
            "far",
            "long",
            "short",
            "important",
            "one",
        ),
        *("time", "interested", "same"),
    }
)


def read_voices(text: str, vocabulary: TagVocabulary) -> Iterator[Understood]:
    """Yield kinds of singing that are wished for."""
    for match in _pattern("voices").finditer(text):
        follows = _FOLLOWS.match(text, match.end()) and lexicon().stands_alone.get(match[0])
        if follows or REFUSED.search(text[: match.start()]):
            continue
        voice: Meaning = lexicon().voices.meaning(match[0])
        tags = vocabulary.known(voice.tags)
        preferences: list[Preference] = [TagPreference(tags, STRONG)] if tags else []
        if vocabulary.knows_vocals:
            preferences.append(VocalsPreference(vocals=True, weight=MILD))
        if preferences:
            yield Understood(
                PartKind.VOCALS, *match.span(), voice.name, preferences=tuple(preferences), is_searched=True
            )


def read_uses(text: str, vocabulary: TagVocabulary, *, names_voices: bool) -> Iterator[Understood]:
    """Yield what the music is for, as wishes about voices and tags.

    Args:
        text: the prompt.
        vocabulary: the tags of the bundle.
        names_voices: whether the prompt asks for singing, which then overrules the use.
    """
    for match in _pattern("uses").finditer(text):
        if REFUSED.search(text[: match.start()]):
            continue
        use: Use = lexicon().uses.meaning(match[0])
        found = _wishes_of_use(use, text, vocabulary, names_voices=names_voices)
        if found:
            shown = f"{use.name}: {', '.join(words for words, _ in found)}"
            preferences = tuple(preference for _, preference in found)
            yield Understood(PartKind.USE, *match.span(), shown, preferences=preferences, is_searched=True)


def read_degrees(text: str, vocabulary: TagVocabulary) -> Iterator[Understood]:
    """Yield how much of something is wished for: "very dark", "slightly sad", "less guitar"."""
    for match in _degree_pattern().finditer(text):
        if REFUSED.search(text[: match.start()]):
            continue
        for words in _heads(match["what"]):
            quality = lexicon().qualities.get(words)
            tags = vocabulary.known(quality.tags) if quality else vocabulary.tags_meant_by(words)
            end = match.start("what") + len(words)
            if match["soft"]:
                found = _less(match, words, end, tags, vocabulary)
            else:
                found = _more(match, words, end, tags)
            if found:
                yield found
                break


def read_unheard(text: str) -> Iterator[Understood]:
    """Yield wishes about what no library knows of its tracks; their words are searched."""
    for match in _pattern("unheard").finditer(text):
        about: str = lexicon().unheard.meaning(match[0])
        shown = f"{match[0].casefold()}: only searched as words, a library does not know {about}"
        yield Understood(PartKind.UNHEARD, *match.span(), shown, is_searched=True)


def read_spellings(text: str) -> Iterator[Understood]:
    """Yield words that are searched under the name they stand for."""
    for match in _pattern("spellings").finditer(text):
        name: str = lexicon().spellings.meaning(match[0])
        if re.split(r"[\s-]+", match[0].casefold()) != re.split(r"[\s-]+", name):
            shown = f"{match[0].casefold()} searched as {name}"
            yield Understood(PartKind.SPELLING, *match.span(), shown, replacement=name)


def _wishes_of_use(
    use: Use, text: str, vocabulary: TagVocabulary, *, names_voices: bool
) -> list[tuple[str, Preference]]:
    """Return what suits a use; of what the prompt itself names, wanted or not, the prompt decides."""
    found: list[tuple[str, Preference]] = []
    if use.vocals is False and vocabulary.knows_vocals and not names_voices:
        found.append(("rather instrumental", VocalsPreference(vocals=False, weight=MILD)))
    for word, names, weight in (("more", use.more, MILD), ("less", use.less, -MILD)):
        tags = tuple(tag for tag in vocabulary.known(names) if not _is_named(tag, text))
        if tags:
            found.append((f"{word} {_listed(tags)}", TagPreference(tags, weight)))
    return found


def _is_named(tag: str, text: str) -> bool:
    names = "|".join(map(re.escape, {tag, canonical(tag)}))
    return re.search(rf"\b(?:{names})s?\b", text, re.IGNORECASE) is not None


def _more(match: re.Match[str], words: str, end: int, tags: tuple[str, ...]) -> Understood | None:
    if not tags:
        return None
    degree = lexicon().degrees.meaning(match["degree"])
    # A word weighs fully in what is searched; one that is meant a little only nudges.
    return Understood(
        PartKind.QUALITY,
        match.start(),
        end,
        f"{match['degree']} {words}".casefold(),
        preferences=(TagPreference(tags, MILD * degree),),
        is_searched=degree >= 1,
    )


def _less(
    match: re.Match[str], words: str, end: int, tags: tuple[str, ...], vocabulary: TagVocabulary
) -> Understood | None:
    shown = f"less {words}".casefold()
    if vocabulary.means_all_vocals(words):
        wishes: tuple[Preference, ...] = (VocalsPreference(vocals=False, weight=STRONG / 2),)
    elif tags:
        wishes = (TagPreference(tags, -STRONG / 2),)
    elif " " not in words and words.casefold() not in _NO_QUALITY:
        wishes = ()
    else:
        return None
    return Understood(
        PartKind.UNWANTED, match.start(), end, shown, preferences=wishes, unwanted=words.casefold()
    )


def _heads(text: str) -> Iterator[str]:
    """Yield the first three, two and one words of a text."""
    ends = [match.end() for match in re.finditer(r"[\w'\u2019&-]+", text)][:_MOST_WORDS]
    for end in reversed(ends):
        yield text[:end]


def _listed(tags: tuple[str, ...]) -> str:
    return "/".join(tags[:_NAMED]) + ("/\u2026" if len(tags) > _NAMED else "")


@cache
def _pattern(section: str) -> re.Pattern[str]:
    return re.compile(f"{BEFORE}{getattr(lexicon(), section).pattern}{AFTER}", re.IGNORECASE)


@cache
def _degree_pattern() -> re.Pattern[str]:
    words = lexicon()
    how = rf"(?:(?P<soft>{words.softly_unwanted.pattern})|(?P<degree>{words.degrees.pattern}))"
    what = r"(?P<what>[^\W_][\w'\u2019&-]*(?:\s+[\w'\u2019&-]+){0,2})"
    return re.compile(rf"{BEFORE}{how}{AFTER}\s+(?:the\s+|an?\s+|of\s+)?{what}", re.IGNORECASE)
