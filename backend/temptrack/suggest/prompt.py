"""Reads a prompt: what is wanted, what is not, and what can be asked of a library in numbers and names.

Exclusion removes tracks for good, so a demand is read only where the words say it plainly; what leaves doubt
is a wish, which moves tracks up or down, or stays among the words that are searched. Words in double quotes
are searched as they stand. The answer shows how the prompt was read.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from temptrack.errors import InvalidRequest
from temptrack.library.preferences import TagPreference, VocalsPreference
from temptrack.suggest.key_words import read_keys
from temptrack.suggest.length_words import read_lengths
from temptrack.suggest.lexicon import lexicon
from temptrack.suggest.negation import CUES, Token, find_unwanted, tokens_of
from temptrack.suggest.tempo_words import read_tempo_numbers, read_tempo_words
from temptrack.suggest.types import PartKind, PromptReading
from temptrack.suggest.understood import STRONG, Understood
from temptrack.suggest.vocabulary import INSTRUMENTAL, TagVocabulary
from temptrack.suggest.wishes import read_degrees, read_spellings, read_unheard, read_uses, read_voices

MAX_PROMPT_CHARACTERS: Final = 2000
"""A page of prose; longer is a pasted document and no encoder reads that far."""

_QUOTED: Final = re.compile(
    r"\"([^\"]+)\"|\u201c([^\u201c\u201d]+)\u201d|\u201e([^\u201c\u201d]+)[\u201c\u201d]|\u00ab([^\u00bb]+)\u00bb"
)
_PARTS_OF_A_TRACK: Final = frozenset(
    {"intro", "intros", "break", "breaks", "section", "sections", "bridge", "solo", "passage", "part", "in"}
)
_LYRICS: Final = frozenset({"lyrics", "lyric", "words"})
_READ: Final = "\0"
_REPLACED: Final = "\1"
_HANGING: Final = re.compile(
    rf"(?:\b(?:with|at|in|for|around|of|and|but|please|an?|the)\s+)+{_READ}"
    rf"(?=\s*(?:(?:and|but|or|please)\b\s*)*(?:[,;.{_READ}]|$))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ReadPrompt:
    """A prompt as it was read.

    Attributes:
        reading: how the answer shows it.
        understood: what it asks for, in the order of ``reading.parts``.
    """

    reading: PromptReading
    understood: tuple[Understood, ...]


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


def read_prompt(prompt: str, vocabulary: TagVocabulary) -> ReadPrompt:
    """Split a prompt into demands, wishes, and words to search.

    Args:
        prompt: as the editor typed it.
        vocabulary: the tags of the bundle.

    Raises:
        InvalidRequest: when the prompt is too long or no text.
    """
    text = clean_prompt(prompt)
    found = _Found(text)
    found.add(_quoted(text))
    found.add(read_tempo_numbers(found.left))
    found.add(read_keys(found.left))
    found.add(read_lengths(found.left))
    voices = list(read_voices(found.left, vocabulary))
    found.add(read_uses(found.left, vocabulary, names_voices=bool(voices)))
    found.add(read_tempo_words(found.left, vocabulary))
    found.add(voices)
    found.add(read_degrees(found.left, vocabulary))
    found.add(read_unheard(found.left))
    found.add(_unwanted(found.left, vocabulary, names_voices=bool(voices)))
    found.add(_instrumental(found.left, vocabulary, is_sung=bool(voices)))
    found.add(read_spellings(found.left))
    return _put_together(text, found.parts)


class _Found:
    """Parts of a prompt that share no character; what comes first is kept."""

    def __init__(self, text: str) -> None:
        self.parts: list[Understood] = []
        self.left = text

    def add(self, parts: Iterable[Understood]) -> None:
        for part in list(parts):
            if _READ not in self.left[part.start : part.end]:
                self.parts.append(part)
                blank = _READ * (part.end - part.start)
                self.left = self.left[: part.start] + blank + self.left[part.end :]


def _put_together(text: str, parts: Sequence[Understood]) -> ReadPrompt:
    # In the order of kinds, not of words: the same wishes in another order are the same prompt.
    kinds = list(PartKind)
    ordered = sorted(parts, key=lambda part: (kinds.index(part.kind), not part.demands, part.shown))
    once = {(part.shown, bool(part.demands)): part for part in reversed(ordered)}
    understood = tuple(reversed(once.values()))
    phrases = tuple(
        dict.fromkeys(part.unwanted for part in sorted(parts, key=lambda part: part.start) if part.unwanted)
    )
    unknown = {part.unwanted for part in parts if part.unwanted and not part.demands and not part.preferences}
    tags = dict.fromkeys(
        tag
        for part in sorted(parts, key=lambda part: part.start)
        for tag in part.demands.get("tags_none", ())
    )
    wanted = _searched(text, parts)
    return ReadPrompt(
        PromptReading(
            wanted=wanted if wanted or phrases else _QUOTED.sub(_inner, text),
            parts=tuple(part.part(text) for part in understood),
            excluded_words=phrases,
            excluded_tags=tuple(tags),
            unknown_words=tuple(phrase for phrase in phrases if phrase in unknown),
            instrumental_only=any(part.demands.get("vocals") is False for part in parts),
        ),
        understood,
    )


def _quoted(text: str) -> Iterable[Understood]:
    for match in _QUOTED.finditer(text):
        inner = _inner(match)
        shown = f"\u201c{inner}\u201d searched as it stands"
        yield Understood(PartKind.QUOTED, *match.span(), shown, replacement=inner)


def _inner(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group is not None).strip()


def _unwanted(text: str, vocabulary: TagVocabulary, *, names_voices: bool) -> Iterable[Understood]:
    """Yield what is plainly unwanted: demands where the bundle knows the words, else wishes.

    "No lyrics" beside a wish for voices, such as humming, is no demand for none.
    """
    tokens = tokens_of(text)
    for found in find_unwanted(tokens, vocabulary):
        start, end = tokens[found.start].start, tokens[found.stop - 1].end
        spelled = lexicon().spellings.get(found.phrase) or found.phrase
        if names_voices and found.phrase in _LYRICS:
            yield Understood(PartKind.UNWANTED, start, end, f"less {spelled}", unwanted=found.phrase)
            continue
        if vocabulary.means_all_vocals(found.phrase):
            wish = VocalsPreference(vocals=False, weight=STRONG)
            yield Understood(
                PartKind.VOCALS,
                start,
                end,
                "instrumental only",
                demands={"vocals": False},
                preferences=(wish,),
                unwanted=found.phrase,
            )
            continue
        tags = vocabulary.tags_meant_by(found.phrase)
        yield Understood(
            PartKind.UNWANTED,
            start,
            end,
            f"no {spelled}" if tags else f"less {spelled}",
            demands={"tags_none": tags} if tags else {},
            preferences=(TagPreference(tags, -STRONG),) if tags else (),
            unwanted=found.phrase,
        )


def _instrumental(text: str, vocabulary: TagVocabulary, *, is_sung: bool) -> Iterable[Understood]:
    """Yield "instrumental" where it stands among the wanted words and nothing there asks for singing."""
    kept = tokens_of(text)
    if is_sung or not vocabulary.knows_vocals:
        return
    asked: Token | None = None
    for index, token in enumerate(kept):
        following = kept[index + 1].text if index + 1 < len(kept) else ""
        if vocabulary.means_all_vocals(token.text) and following != "over":
            return
        negated = index > 0 and kept[index - 1].text in {*CUES, "or"}
        if vocabulary.means_instrumental(token.text) and following not in _PARTS_OF_A_TRACK:
            asked = asked if negated or following == "or" else token
    if asked:
        yield Understood(
            PartKind.VOCALS,
            asked.start,
            asked.end,
            "instrumental only",
            demands={"vocals": False},
            preferences=(VocalsPreference(vocals=False, weight=STRONG),),
            is_searched=lexicon().spellings.get(asked.text) is None,
            replacement=INSTRUMENTAL,
        )


def _searched(text: str, parts: Sequence[Understood]) -> str:
    """Return the words to search: without what was read as something else, and what hung on it."""
    taken = [part for part in parts if not part.is_searched]
    if not taken:
        return text
    rest, replacements = (
        text,
        iter([part.replacement for part in sorted(taken, key=_start) if part.replacement]),
    )
    for part in sorted(taken, key=_start, reverse=True):
        rest = f"{rest[: part.start]}{_REPLACED if part.replacement else _READ}{rest[part.end :]}"
    rest = _HANGING.sub(_READ, rest)
    rest = re.sub(r"\s+", " ", rest.replace(_READ, " "))
    rest = re.sub(r"\s*([,;.])(?:\s*(?:[,;.]|(?:and|but|or)(?=\s*(?:[,;.]|$))))*", r"\1", rest)
    rest = re.sub(r"^(?:[\s,;.!]|(?:and|but|or|with|please)\b)+", "", rest)
    rest = re.sub(r"(?:[\s,;]|\b(?:and|but|or|with|please))+$", "", rest)
    return re.sub(_REPLACED, lambda _: next(replacements), rest)


def _start(part: Understood) -> int:
    return part.start
