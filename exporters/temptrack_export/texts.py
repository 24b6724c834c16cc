"""Human words about music, as the joint space of lite-0 is fitted on them.

Sources are the user's own copies: MusicCaps (Google, CC BY-SA 4.0) and the Incompetech catalogue (Kevin
MacLeod). Neither is part of this repository.
"""

import ast
import csv
import re
from dataclasses import dataclass
from pathlib import Path

_USE = re.compile(
    r"\b(?:can be|could be|would|suits?|fits?|perfect for|soundtrack|used in|used as|"
    r"play(?:ed|ing)? (?:in|at)|you (?:might|may) hear|background)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?:movies?|films?|scenes?|videos?|games?|adver\w*|commercials?|documentar\w*|shows?|part(?:y|ies)|weddings?|clubs?|"
    r"church\w*|restaurants?|bars?|shops?|stores?|hotels?|festivals?|yoga|meditat\w*|studying|sleep\w*|gym|workouts?|"
    r"soundtracks?|lounges?|caf[eé]s?|coffee|beach\w*|ceremon\w*|series|montages?|cartoons?|vlogs?|trailers?)\b",
    re.IGNORECASE,
)
_CREDIT = re.compile(r"Kevin MacLeod|Licensed under|\n[^\n]*incompetech")


@dataclass(frozen=True, slots=True)
class Caption:
    """A recording described by a person.

    Attributes:
        words: the description in full.
        aspects: short phrases of genre, mood and instruments, joined by commas.
        scenes: the sentences that say where the music would be used; often none.
    """

    words: str
    aspects: str
    scenes: tuple[str, ...] = ()


def read_musiccaps(path: Path) -> list[Caption]:
    """Read MusicCaps' CSV (columns ``caption`` and ``aspect_list``)."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Caption(row["caption"], ", ".join(ast.literal_eval(row["aspect_list"])), _scenes(row["caption"]))
            for row in csv.DictReader(file)
        ]


def read_incompetech(path: Path) -> list[Caption]:
    """Read the catalogue's CSV (columns ``description``, ``genre``, ``feel`` and ``instruments``)."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = []
    for row in rows:
        words = _CREDIT.split(row["description"])[0].strip()
        aspects = ", ".join(part for part in (row["genre"], row["feel"], row["instruments"]) if part)
        if words and aspects:
            found.append(Caption(words, aspects))
    return found


def _scenes(caption: str) -> tuple[str, ...]:
    sentences = re.split(r"(?<=[.!?])\s+", caption)
    return tuple(sentence for sentence in sentences if _USE.search(sentence) and _PLACE.search(sentence))
