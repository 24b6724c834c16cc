"""The few descriptions by people that a recipe imitates."""

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from temptrack.errors import InvalidRequest, NotFound
from temptrack_train.synthesis.mentions import Mention, MentionFinder
from temptrack_train.synthesis.slots import Slot, find_slots

SHIPPED = "descriptions.csv"
_COLUMNS = ("text", "caption", "description")


@dataclass(frozen=True, slots=True)
class Description:
    """A description and what it says.

    Attributes:
        text: as its writer put it.
        terms: tags and broader words that it mentions, or that its file gives; none is denied.
        mentions: where.
        slots: the places where other tags could stand.
        other_words: how many of its words are no part of a mention.
    """

    text: str
    terms: tuple[str, ...]
    mentions: Sequence[Mention]
    slots: Sequence[Slot]
    other_words: int


@dataclass(frozen=True, slots=True)
class Descriptions:
    """A set of descriptions, in the order of its file.

    Attributes:
        items: those that mention at least one term, each text once.
        digest: hex SHA-256 of the file.
        source: name of the file.
        content: the file itself, to be stored with what is made from it.
    """

    items: Sequence[Description]
    digest: str
    source: str
    content: bytes


def load_descriptions(finder: MentionFinder, path: Path | None = None) -> Descriptions:
    """Read descriptions, or the set that ships.

    Args:
        finder: reads what they mention.
        path: a CSV file with a column "text" ("caption" and "description" are read too), such as
            YouTube8M-MusicTextClips; a column "tags", separated by semicolons, says what was heard where
            the text alone does not.

    Raises:
        NotFound: there is no such file.
        InvalidRequest: it has no such column, or none of its texts mentions a known tag.
    """
    if path is None:
        content, source = resources.files(__package__).joinpath(SHIPPED).read_bytes(), SHIPPED
    elif path.is_file():
        content, source = path.read_bytes(), path.name
    else:
        raise NotFound(
            f"There is no file of descriptions '{path}'.",
            reason="DESCRIPTIONS_NOT_FOUND",
            hint="Check the path, or leave it out to use the descriptions that ship.",
        )
    items = {item.text: item for item in _read(content, source, finder) if item.terms}
    if not items:
        raise InvalidRequest(
            f"No description in '{source}' mentions a known tag.",
            reason="DESCRIPTIONS_EMPTY",
            hint="Use descriptions that name instruments, genres or moods.",
        )
    return Descriptions(tuple(items.values()), hashlib.sha256(content).hexdigest(), source, content)


def describe(text: str, finder: MentionFinder, given: Sequence[str] = ()) -> Description:
    """Read one description; tags that are given come before those its words mention."""
    mentions = finder.find(text)
    said = [mention.term for mention in mentions if not mention.denied]
    slots = find_slots(text, mentions, finder.lexicon)
    mentioned = sum(len(text[mention.start : mention.end].split()) for mention in mentions)
    others = max(len(text.split()) - mentioned, 0)
    return Description(text, tuple(dict.fromkeys([*given, *said])), mentions, slots, others)


def _read(content: bytes, source: str, finder: MentionFinder) -> Iterator[Description]:
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        column = next((name for name in _COLUMNS if name in (rows.fieldnames or ())), None)
        if column is None:
            raise InvalidRequest(
                f"'{source}' has no column 'text'.",
                reason="DESCRIPTIONS_COLUMN",
                hint="Name the column of descriptions 'text', 'caption' or 'description'.",
            )
        for row in rows:
            text = " ".join((row[column] or "").split())
            known = [finder.term_of(tag) for tag in (row.get("tags") or "").split(";")]
            if text:
                yield describe(text, finder, [term for term in known if term])
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidRequest(
            f"'{source}' is no table of descriptions: {error}.",
            reason="DESCRIPTIONS_UNREADABLE",
            hint="Save it as CSV in UTF-8.",
        ) from error
