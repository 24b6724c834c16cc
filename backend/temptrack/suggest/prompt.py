"""Reads a prompt: what is wanted, and what is said to be unwanted.

Exclusion removes tracks for good, so this reader is shy: where the words leave any doubt ("no strings
attached", "not too fast", "no drums in the intro") it excludes nothing and the prompt is searched as typed.
The answer shows how the prompt was read.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from temptrack.errors import InvalidRequest
from temptrack.suggest.types import PromptReading
from temptrack.suggest.vocabulary import TagVocabulary

MAX_PROMPT_CHARACTERS: Final = 2000
"""A page of prose; longer is a pasted document and no encoder reads that far."""

_TOKEN: Final = re.compile(
    r"(?P<minus>(?<!\S)-(?=[^\W\d_]))|(?P<word>[^\W_]+(?:['\u2019&/-][^\W_]+)*)|(?P<stop>[^\w\s]|_)",
    re.UNICODE,
)
_CUES: Final = frozenset({"no", "without", "not", "minus", "avoid", "non"})
_NEGATED_VERBS: Final = frozenset({"don't", "dont"})
_VERBS: Final = frozenset({"want", "use", "include"})
_JOINS_ALWAYS: Final = frozenset({"or", "nor"})
_JOINS_AND: Final = frozenset({"without", "minus", "avoid"})
_ARTICLES: Final = frozenset({"any", "the", "a", "an"})
_ENDS_PHRASE: Final = frozenset(
    {
        *("but", "or", "nor", "and", "with", "just", "only", "please", "then", "instead", "plus", "yet"),
        *("though", "although", "because", "for", "rather", *_CUES),
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
        *("particularly", "especially", "completely", "totally", "rush", "worries", "lack", "shortage"),
    }
)
_IDIOMS: Final = frozenset({"strings attached", "big deal", "holds barred", "time limit", "brainer", "wave"})
_FILLERS: Final = frozenset(
    {
        *("music", "song", "songs", "track", "tracks", "sound", "sounds", "part", "parts", "stuff"),
        *("whatsoever", "vibe", "vibes", "mood", "feel", "feeling", "tune", "tunes"),
    }
)
_BEFORE_WITHOUT: Final = frozenset({"not", "never", "cannot", "can't", "do", "be", "go", "live"})
_PARTS_OF_A_TRACK: Final = frozenset(
    {"intro", "intros", "break", "breaks", "section", "sections", "bridge", "solo", "passage", "part", "in"}
)
_MAX_UNKNOWN_WORDS: Final = 2


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class _Unwanted:
    """A phrase to keep out and the tokens it takes, from the cue up to and without ``stop``."""

    phrase: str
    start: int
    stop: int


def clean_prompt(prompt: str) -> str:
    """Return a prompt as one line of normalised text.

    Raises:
        InvalidRequest: when the prompt is too long or no text.
    """
    if len(prompt) > MAX_PROMPT_CHARACTERS:
        raise InvalidRequest(
            f"The prompt has {len(prompt)} characters; at most {MAX_PROMPT_CHARACTERS} are read.",
            reason="PROMPT_TOO_LONG",
            hint="Say in a few words what the music should sound like.",
        )
    if any(unicodedata.category(character) == "Cs" for character in prompt):
        raise InvalidRequest(
            "The prompt holds bytes that are not text.",
            reason="PROMPT_NOT_TEXT",
            hint="Send the prompt as UTF-8.",
        )
    # Control and format characters (NUL, escapes, bidirectional marks) mean nothing to an encoder.
    visible = ("\n" if c == "\n" else " " if unicodedata.category(c) in {"Cc", "Cf"} else c for c in prompt)
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", "".join(visible)).replace("\n", ", ")).strip(" ,")


def read_prompt(prompt: str, vocabulary: TagVocabulary) -> PromptReading:
    """Split a prompt into what is wanted and what is not.

    Words that are unwanted and known as tags become exclusions; unwanted words that no tag knows are listed
    to weigh against. Everything else stays in ``wanted``, unchanged.

    Args:
        prompt: as the editor typed it.
        vocabulary: the tags that can be excluded.

    Raises:
        InvalidRequest: when the prompt is too long or no text.
    """
    text = clean_prompt(prompt)
    tokens = _tokens(text)
    unwanted = list(_unwanted(tokens, vocabulary))
    taken = {index for found in unwanted for index in range(found.start, found.stop)}
    kept = [token for index, token in enumerate(tokens) if index not in taken]
    phrases = tuple(dict.fromkeys(found.phrase for found in unwanted))
    no_vocals = any(vocabulary.means_all_vocals(phrase) for phrase in phrases)
    tags = dict.fromkeys(
        tag
        for phrase in phrases
        if not vocabulary.means_all_vocals(phrase)
        for tag in vocabulary.tags_meant_by(phrase)
    )
    return PromptReading(
        wanted=_without(text, tokens, taken) if taken else text,
        excluded_words=phrases,
        excluded_tags=tuple(tags),
        unknown_words=tuple(phrase for phrase in phrases if not vocabulary.knows(phrase)),
        instrumental_only=no_vocals or _asks_for_instrumental(kept, vocabulary),
    )


def _tokens(text: str) -> list[_Token]:
    return [
        _Token(match[0].casefold().replace("\u2019", "'"), match.start(), match.end(), match.lastgroup or "")
        for match in _TOKEN.finditer(text)
    ]


def _unwanted(tokens: Sequence[_Token], vocabulary: TagVocabulary) -> Iterator[_Unwanted]:
    index = 0
    while index < len(tokens):
        single = _one_word_negation(tokens[index], index, vocabulary)
        after_cue = index + 1 if single else _after_cue(tokens, index)
        if single:
            yield single
            index = single.stop
        elif after_cue is None:
            index += 1
        elif after_cue < len(tokens) and tokens[after_cue].text in _CUES:
            index = after_cue + 1  # "not without drums": two negations wipe each other out
        else:
            found = list(_phrases(tokens, index, after_cue, vocabulary))
            if found and after_cue == index + 2:
                found[0] = replace(found[0], start=_sentence_start(tokens, index))
            yield from found
            index = found[-1].stop if found else after_cue


def _one_word_negation(token: _Token, index: int, vocabulary: TagVocabulary) -> _Unwanted | None:
    """Read "no-vocals", "vocal-free" and "drumless"."""
    match = re.fullmatch(r"non?-(.+)|(.+?)(?:-free|less)", token.text)
    phrase = (match[1] or match[2]) if match else ""
    return _Unwanted(phrase, index, index + 1) if phrase and vocabulary.knows(phrase) else None


def _after_cue(tokens: Sequence[_Token], index: int) -> int | None:
    """Return where the unwanted words begin when a negation starts at ``index``."""
    token = tokens[index]
    following = tokens[index + 1].text if index + 1 < len(tokens) else ""
    if token.kind == "minus":
        return index + 1
    if token.text in _NEGATED_VERBS or (token.text == "not" and following in _VERBS):
        return index + 2 if following in _VERBS else None
    if token.text not in _CUES:
        return None
    if token.text == "without" and index and tokens[index - 1].text in _BEFORE_WITHOUT:
        return None
    return index + 1


def _sentence_start(tokens: Sequence[_Token], index: int) -> int:
    """Return where "I do" before "not want" begins."""
    while index and tokens[index - 1].text in {"i", "we", "do"}:
        index -= 1
    return index


def _phrases(
    tokens: Sequence[_Token], cue: int, begin: int, vocabulary: TagVocabulary
) -> Iterator[_Unwanted]:
    """Yield the phrase after a cue and those joined to it by "or", "nor" or, where it is plain, "and"."""
    found = _phrase(tokens, cue, begin, vocabulary)
    while found:
        yield found
        join = tokens[found.stop].text if found.stop < len(tokens) else ""
        if join not in _JOINS_ALWAYS and not (join == "and" and tokens[cue].text in _JOINS_AND):
            return
        found = _phrase(tokens, found.stop, found.stop + 1, vocabulary, known_only=join == "and")


def _phrase(
    tokens: Sequence[_Token], cue: int, begin: int, vocabulary: TagVocabulary, *, known_only: bool = False
) -> _Unwanted | None:
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
        return _Unwanted(phrase, cue, _past_at_all(tokens, end))
    for length in range(len(words) - 1, 0, -1):
        phrase = " ".join(words[:length])
        continues = words[length].endswith(("ed", "ing", "s"))
        if vocabulary.knows(phrase) and vocabulary.names_a_thing(phrase) and not continues:
            return _Unwanted(phrase, cue, begin + length)
    adjective_expected = tokens[cue].text in {"not", "non"}
    most = 1 if adjective_expected else _MAX_UNKNOWN_WORDS
    if known_only or limited or len(core) > most or tokens[cue].text == "non":
        return None
    return _Unwanted(" ".join(core), cue, _past_at_all(tokens, end))


def _end_of_run(tokens: Sequence[_Token], begin: int) -> int:
    end = begin
    while end < len(tokens) and tokens[end].kind == "word":
        if tokens[end].text in _ENDS_PHRASE or tokens[end].text in _LIMITS:
            break
        end += 1
    return end


def _is_limited(tokens: Sequence[_Token], end: int) -> bool:
    """Whether what follows narrows the negation ("in the intro"), so that it is not about the whole track."""
    return end < len(tokens) and tokens[end].text in _LIMITS and _past_at_all(tokens, end) == end


def _past_at_all(tokens: Sequence[_Token], end: int) -> int:
    said = [token.text for token in tokens[end : end + 2]] == ["at", "all"]
    return end + 2 if said else end


def _asks_for_instrumental(kept: Sequence[_Token], vocabulary: TagVocabulary) -> bool:
    """Whether "instrumental" stands among the wanted words and nothing there asks for singing."""
    if not vocabulary.knows_vocals:
        return False
    asked = False
    for index, token in enumerate(kept):
        following = kept[index + 1].text if index + 1 < len(kept) else ""
        if vocabulary.means_all_vocals(token.text) and following != "over":
            return False
        negated = index > 0 and kept[index - 1].text in {*_CUES, "or"}
        if token.text in {"instrumental", "instrumentals"} and following not in _PARTS_OF_A_TRACK:
            asked = asked or not (negated or following == "or")
    return asked


def _without(text: str, tokens: Sequence[_Token], taken: set[int]) -> str:
    """Return the text without the taken tokens, and without commas and joining words left hanging."""
    left = list(text)
    for index in taken:
        left[tokens[index].start : tokens[index].end] = " " * (tokens[index].end - tokens[index].start)
    rest = re.sub(r"\s+", " ", "".join(left))
    rest = re.sub(r"\s*([,;.])(?:\s*(?:[,;.]|(?:and|but|or)(?=\s*(?:[,;.]|$))))*", r"\1", rest)
    rest = re.sub(r"^(?:[\s,;.]|(?:and|but|or|with|please)\b)+", "", rest)
    return re.sub(r"(?:[\s,;]|\b(?:and|but|or|with|please))+$", "", rest)
