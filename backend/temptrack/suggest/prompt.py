"""Reads a prompt: what is wanted, and what is said to be unwanted.

Exclusion removes tracks for good, so this reader is shy: where the words leave any doubt it excludes nothing
and the prompt is searched as typed. The answer shows how the prompt was read.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from temptrack.errors import InvalidRequest
from temptrack.suggest.negation import CUES, Token, find_unwanted, tokens_of
from temptrack.suggest.types import PromptReading
from temptrack.suggest.vocabulary import TagVocabulary

MAX_PROMPT_CHARACTERS: Final = 2000
"""A page of prose; longer is a pasted document and no encoder reads that far."""

_PARTS_OF_A_TRACK: Final = frozenset(
    {"intro", "intros", "break", "breaks", "section", "sections", "bridge", "solo", "passage", "part", "in"}
)


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
    tokens = tokens_of(text)
    unwanted = list(find_unwanted(tokens, vocabulary))
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


def _asks_for_instrumental(kept: Sequence[Token], vocabulary: TagVocabulary) -> bool:
    """Whether "instrumental" stands among the wanted words and nothing there asks for singing."""
    if not vocabulary.knows_vocals:
        return False
    asked = False
    for index, token in enumerate(kept):
        following = kept[index + 1].text if index + 1 < len(kept) else ""
        if vocabulary.means_all_vocals(token.text) and following != "over":
            return False
        negated = index > 0 and kept[index - 1].text in {*CUES, "or"}
        if token.text in {"instrumental", "instrumentals"} and following not in _PARTS_OF_A_TRACK:
            asked = asked or not (negated or following == "or")
    return asked


def _without(text: str, tokens: Sequence[Token], taken: set[int]) -> str:
    """Return the text without the taken tokens, and without commas and joining words left hanging."""
    left = list(text)
    for index in taken:
        left[tokens[index].start : tokens[index].end] = " " * (tokens[index].end - tokens[index].start)
    rest = re.sub(r"\s+", " ", "".join(left))
    rest = re.sub(r"\s*([,;.])(?:\s*(?:[,;.]|(?:and|but|or)(?=\s*(?:[,;.]|$))))*", r"\1", rest)
    rest = re.sub(r"^(?:[\s,;.]|(?:and|but|or|with|please)\b)+", "", rest)
    return re.sub(r"(?:[\s,;]|\b(?:and|but|or|with|please))+$", "", rest)
