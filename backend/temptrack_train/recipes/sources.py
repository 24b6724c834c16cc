"""The texts a recipe learns from, read from the user's own copies, and which of them training never sees.

MusicCaps (Agostinelli et al. 2023, CC BY-SA 4.0) says what recordings sound like, and of many of them where
they would be used; the Incompetech catalogue (Kevin MacLeod) says the same of underscore. Neither is part of
this project.
"""

import ast
import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from temptrack.errors import Corrupt, NotFound
from temptrack_train.recipes.scenes import take_apart

HELD_OUT_AUTHOR = "0"
"""The writer of MusicCaps whose 496 captions nothing is trained on: a new hand, not only new recordings."""

_CREDIT = re.compile(r"Kevin MacLeod|Licensed under|\n[^\n]*incompetech")
_PART = re.compile(r"\s*[-,(]?\s*(?:part|pt\.?|no\.?|loop|take|version)?\s*[\divx]*\)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Recording:
    """What a person wrote about one recording.

    Attributes:
        words: the description in full.
        sound: the sentences of it that speak of sound, none of use.
        scenes: phrases that say where it would be used; often none.
        aspects: short phrases of genre, mood and instruments.
        author: who wrote it.
        group: recordings that must not be parted by a split share it.
    """

    words: str
    sound: str
    scenes: Sequence[str]
    aspects: Sequence[str]
    author: str
    group: str

    @property
    def listed(self) -> str:
        """The aspects, joined by commas."""
        return ", ".join(self.aspects)


@dataclass(frozen=True, slots=True)
class Texts:
    """Where the user's copies lie.

    Attributes:
        musiccaps: CSV with the columns ytid, caption, aspect_list and author_id.
        incompetech: CSV with the columns title, description, genre, feel and instruments; None: without.
    """

    musiccaps: Path
    incompetech: Path | None = None

    def read(self) -> list[Recording]:
        """Read both.

        Raises:
            NotFound: RECIPE_TEXTS_NOT_FOUND.
            Corrupt: RECIPE_TEXTS_CORRUPT, naming file and column.
        """
        catalogue = [] if self.incompetech is None else read_incompetech(self.incompetech)
        return [*read_musiccaps(self.musiccaps), *catalogue]


def read_musiccaps(path: Path) -> list[Recording]:
    """Read MusicCaps' CSV; errors as in ``Texts.read``."""
    return list(_musiccaps(path, _rows(path, ("ytid", "caption", "aspect_list", "author_id"))))


def read_incompetech(path: Path) -> list[Recording]:
    """Read the catalogue's CSV without entries that lack words or aspects; errors as in ``Texts.read``."""
    found = []
    for row in _rows(path, ("title", "description", "genre", "feel", "instruments")):
        words = _CREDIT.split(row["description"])[0].strip()
        listed = [row[column] for column in ("genre", "feel", "instruments")]
        aspects = tuple(part.strip().lower() for text in listed for part in text.split(",") if part.strip())
        if words and aspects:
            told = take_apart(words)
            group = f"incompetech:{_PART.sub('', row['title']).lower()}"
            found.append(Recording(words, told.sound, told.scenes, aspects, "incompetech", group))
    return found


def held_out(recordings: Sequence[Recording]) -> list[bool]:
    """Say of each recording whether training must not see it."""
    return [one.author == HELD_OUT_AUTHOR for one in recordings]


def _musiccaps(path: Path, rows: Iterable[Mapping[str, str]]) -> Iterable[Recording]:
    for number, row in enumerate(rows, start=2):
        try:
            listed = [str(part) for part in ast.literal_eval(row["aspect_list"])]
        except (ValueError, SyntaxError, TypeError) as error:
            raise Corrupt(
                f"Row {number} of '{path}' has an aspect list that is no list: {row['aspect_list'][:40]!r}.",
                reason="RECIPE_TEXTS_CORRUPT",
                hint="Download the file anew.",
            ) from error
        aspects = tuple(part.strip() for part in ", ".join(listed).split(", ") if part.strip())
        told = take_apart(row["caption"])
        yield Recording(
            row["caption"], told.sound, told.scenes, aspects, row["author_id"], f"musiccaps:{row['ytid']}"
        )


def _rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
            missing = sorted(set(columns) - set(reader.fieldnames or ()))
    except OSError as error:
        raise NotFound(
            f"There is no '{path}': {error.strerror}.",
            reason="RECIPE_TEXTS_NOT_FOUND",
            hint="Name your copy of the file; docs/bundles/lite-1.md says what is needed.",
        ) from None
    except UnicodeDecodeError as error:
        raise Corrupt(
            f"'{path}' is no UTF-8 text.", reason="RECIPE_TEXTS_CORRUPT", hint="Download the file anew."
        ) from error
    if missing:
        raise Corrupt(
            f"'{path}' has no column {', '.join(missing)}.",
            reason="RECIPE_TEXTS_CORRUPT",
            hint="Download the file anew, or name the right one.",
        )
    return rows
