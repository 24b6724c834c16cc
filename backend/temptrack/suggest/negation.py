"""Finds what a prompt says is unwanted: "no drums", "without vocals", "not sad", "-guitar".

A negation counts only when it is plain what it covers; "no strings attached", "not too fast" and "no drums in
the intro" are left alone.
"""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import Final

from temptrack.suggest.vocabulary import TagVocabulary

_TOKEN: Final = re.compile(
    r"(?P<read>\x00+)|(?P<minus>(?<!\S)-(?=[^\W\d_]))|(?P<word>[^\W_]+(?:['\u2019&/-][^\W_]+)*)|(?P<stop>[^\w\s]|_)",
    re.UNICODE,
)
CUES: Final = frozenset(
    {
        *("no", "without", "not", "minus", "avoid", "non", "nothing", "except", "excluding", "exclude"),
        *("kein", "keine", "keinen", "ohne", "sans", "senza"),
    }
)
_BUT: Final = frozenset({"but", "except"})
_ANYTHING: Final = frozenset({"anything", "everything"})
# "Minus twenty degrees", "non stop": with words that no tag knows these mean other things.
_KNOWN_ONLY: Final = frozenset({"non", "minus"})
_LIKENS: Final = frozenset({"like", "as", "called", "titled", "named"})
_NEGATED_VERBS: Final = frozenset({"don't", "dont"})
_VERBS: Final = frozenset({"want", "use", "include"})
_JOINS_ALWAYS: Final = frozenset({"or", "nor", "oder", "ni"})
_JOINS_AND: Final = frozenset({"without", "minus", "avoid", "except", "excluding", "exclude", "ohne", "sans"})
_ARTICLES: Final = frozenset({"any", "the", "a", "an"})
_ENDS_PHRASE: Final = frozenset(
    {
        *("but", "or", "nor", "and", "with", "just", "only", "please", "then", "instead", "plus", "yet"),
        *("oder", "und", "ni", "et", "mit", "avec", "though", "although", "because", "for", "rather", *CUES),
    }
)
_LIMITS: Final = frozenset(
    {
        *("in", "at", "about", "on", "until", "before", "after", "during", "of", "to", "from", "under"),
        *("over", "near", "as", "that", "than", "like", "if", "when", "while", "into", "by"),
    }
)
_DOUBT: Final = frozenset(
    {
        *("too", "so", "very", "only", "just", "really", "quite", "overly", "necessarily", "even", "yet"),
        *("more", "less", "longer", "one", "matter", "doubt", "problem", "nonsense", "way", "idea", "limits"),
        *("much", "many", "be", "is", "my", "your", "this", "it", "all", "always", "entirely", "exactly"),
        *(
            "else",
            "special",
            "wrong",
            "but",
            "other",
            "to",
            "fear",
            "limit",
            "mans",
            "man's",
            "particularly",
            "especially",
            "completely",
            "totally",
            "rush",
            "worries",
            "lack",
            "shortage",
        ),
    }
)
_IDIOMS: Final = frozenset(
    {
        *("strings attached", "big deal", "holds barred", "time limit", "brainer", "wave", "time to die"),
        *("pain", "man", "country", "surprises", "mercy", "return", "escape"),
    }
)
_FILLERS: Final = frozenset(
    {
        *("music", "song", "songs", "track", "tracks", "sound", "sounds", "part", "parts", "stuff"),
        *("whatsoever", "vibe", "vibes", "mood", "feel", "feeling", "tune", "tunes"),
    }
)
_BEFORE_WITHOUT: Final = frozenset({"not", "never", "cannot", "can't", "do", "be", "go", "live"})
_MAX_UNKNOWN_WORDS: Final = 2


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a mark or a leading minus of a prompt.

    Attributes:
        text: in lower case.
        start: index of its first character.
        end: index after its last character.
        kind: "word", "stop", "minus", or "read" for a stretch of NUL, which stands for words that were read.
    """

    text: str
    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Unwanted:
    """A phrase to keep out and the tokens it takes, from the cue up to and without ``stop``."""

    phrase: str
    start: int
    stop: int


def tokens_of(text: str) -> list[Token]:
    """Split a prompt into words, marks and leading minus signs, in order."""
    return [
        Token(match[0].casefold().replace("\u2019", "'"), match.start(), match.end(), match.lastgroup or "")
        for match in _TOKEN.finditer(text)
    ]


def find_unwanted(tokens: Sequence[Token], vocabulary: TagVocabulary) -> Iterator[Unwanted]:
    """Yield what is plainly unwanted, in order; phrases never share a token."""
    index = 0
    while index < len(tokens):
        single = _one_word_negation(tokens[index], index, vocabulary)
        after_cue = index + 1 if single else _after_cue(tokens, index)
        if single:
            yield single
            index = single.stop
        elif after_cue is None:
            index += 1
        elif after_cue < len(tokens) and tokens[after_cue].text in CUES:
            index = after_cue + 1  # "not without drums": two negations wipe each other out
        else:
            found = list(_phrases(tokens, index, after_cue, vocabulary))
            if found and after_cue == index + 2:
                found[0] = replace(found[0], start=_sentence_start(tokens, index))
            yield from found
            index = found[-1].stop if found else after_cue


def _one_word_negation(token: Token, index: int, vocabulary: TagVocabulary) -> Unwanted | None:
    """Read "no-vocals", "vocal-free" and "drumless"."""
    match = re.fullmatch(r"non?-(.+)|(.+?)(?:-free|less)", token.text)
    phrase = (match[1] or match[2]) if match else ""
    return Unwanted(phrase, index, index + 1) if phrase and vocabulary.knows(phrase) else None


def _after_cue(tokens: Sequence[Token], index: int) -> int | None:
    """Return where the unwanted words begin when a negation starts at ``index``."""
    token = tokens[index]
    following = tokens[index + 1].text if index + 1 < len(tokens) else ""
    if token.kind == "minus":
        return index + 1
    if token.text in _NEGATED_VERBS or (token.text == "not" and following in _VERBS):
        return index + 2 if following in _VERBS else None
    if token.text in _ANYTHING and following in _BUT:
        return index + 2
    if token.text not in CUES or (index and tokens[index - 1].text in _LIKENS):
        return None
    if token.text == "without" and index and tokens[index - 1].text in _BEFORE_WITHOUT:
        return None
    return index + 1


def _sentence_start(tokens: Sequence[Token], index: int) -> int:
    """Return where "I do" before "not want" begins."""
    while index and tokens[index - 1].text in {"i", "we", "do"}:
        index -= 1
    return index


def _phrases(tokens: Sequence[Token], cue: int, begin: int, vocabulary: TagVocabulary) -> Iterator[Unwanted]:
    """Yield the phrase after a cue and those plainly joined to it: "no drums, bass or piano"."""
    found = _phrase(tokens, cue, begin, vocabulary)
    while found:
        yield found
        joins = _JOINS_ALWAYS | {"and", "und"} if tokens[cue].text in _JOINS_AND else _JOINS_ALWAYS
        join = tokens[found.stop].text if found.stop < len(tokens) else ""
        in_list = vocabulary.names_a_sound(found.phrase) and _is_in_list(
            tokens, found.stop, joins, vocabulary
        )
        if join not in joins and not in_list:
            return
        after = found.stop + (2 if join == "," and tokens[found.stop + 1].text in joins else 1)
        known_only = join not in _JOINS_ALWAYS and not in_list
        found = _phrase(tokens, found.stop, after, vocabulary, known_only=known_only)


def _is_in_list(tokens: Sequence[Token], place: int, joins: Set[str], vocabulary: TagVocabulary) -> bool:
    """Whether a comma stands within a list of things that sound, whose last is joined by a word."""
    while place < len(tokens) and tokens[place].text == ",":
        end = _end_of_run(tokens, place + 1)
        item = " ".join(token.text for token in tokens[place + 1 : end])
        if item and not vocabulary.names_a_sound(item):
            return False
        place = end
    return 0 < place < len(tokens) and tokens[place].text in joins


def _phrase(
    tokens: Sequence[Token], cue: int, begin: int, vocabulary: TagVocabulary, *, known_only: bool = False
) -> Unwanted | None:
    while begin < len(tokens) and tokens[begin].text in _ARTICLES:
        begin += 1
    end = begin + 1 if tokens[cue].kind == "minus" else _end_of_run(tokens, begin)
    words = [token.text for token in tokens[begin:end]]
    if not words or words[0] in _DOUBT or " ".join(words) in _IDIOMS:
        return None
    core = words
    while len(core) > 1 and core[-1] in _FILLERS:
        core = core[:-1]
    phrase = " ".join(core)
    limited = tokens[cue].kind != "minus" and _is_limited(tokens, end)
    if vocabulary.knows(phrase) and not limited:
        return Unwanted(phrase, cue, _past_at_all(tokens, end))
    for length in range(len(words) - 1, 0, -1):
        phrase = " ".join(words[:length])
        continues = words[length].endswith(("ed", "ing", "s"))
        if vocabulary.knows(phrase) and vocabulary.names_a_thing(phrase) and not continues:
            return Unwanted(phrase, cue, begin + length)
    adjective_expected = tokens[cue].text in {"not", "non"}
    most = 1 if adjective_expected else _MAX_UNKNOWN_WORDS
    if known_only or limited or len(core) > most or tokens[cue].text in _KNOWN_ONLY:
        return None
    return Unwanted(" ".join(core), cue, _past_at_all(tokens, end))


def _end_of_run(tokens: Sequence[Token], begin: int) -> int:
    end = begin
    while end < len(tokens) and tokens[end].kind == "word":
        if tokens[end].text in _ENDS_PHRASE or tokens[end].text in _LIMITS:
            break
        end += 1
    return end


def _is_limited(tokens: Sequence[Token], end: int) -> bool:
    """Whether what follows narrows the negation ("in the intro"), so that it is not about the whole track."""
    return end < len(tokens) and tokens[end].text in _LIMITS and _past_at_all(tokens, end) == end


def _past_at_all(tokens: Sequence[Token], end: int) -> int:
    said = [token.text for token in tokens[end : end + 2]] == ["at", "all"]
    return end + 2 if said else end
