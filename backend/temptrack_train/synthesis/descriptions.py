"""The few descriptions by people that a recipe imitates."""

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from temptrack.errors import InvalidRequest, NotFound
from temptrack_train.synthesis import grammar
from temptrack_train.synthesis.mentions import Mention, MentionFinder
from temptrack_train.synthesis.slots import Slot, find_slots

SHIPPED = "descriptions.csv"
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_COLUMNS = ("text", "caption", "description")


@dataclass(frozen=True, slots=True)
class Description:
    """A description and what it says.

    Attributes:
        text: as its writer put it.
        core: the sentences that speak of tags, without adjectives that no tag speaks of.
        terms: tags and broader words that it mentions, or that its file gives; none is denied.
        mentions: where they are in the core.
        slots: the places of the core where other tags could stand.
        other_words: how many words of the core are no part of a mention.
    """

    text: str
    core: str
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
    return _descriptions(content, source, finder)


def _descriptions(content: bytes, source: str, finder: MentionFinder) -> Descriptions:
    items = {item.text: item for item in _read(content, source, finder) if item.terms}
    if not items:
        raise InvalidRequest(
            f"No description in '{source}' mentions a known tag.",
            reason="DESCRIPTIONS_EMPTY",
            hint="Use descriptions that name instruments, genres or moods.",
        )
    return Descriptions(tuple(items.values()), hashlib.sha256(content).hexdigest(), source, content)


def imitate(texts: Sequence[str], finder: MentionFinder, *, source: str) -> Descriptions:
    """Return descriptions that come from elsewhere than a file, such as a dataset; see ``load_descriptions``.

    Raises:
        InvalidRequest: none of the texts mentions a known tag.
    """
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows([["text"], *([text] for text in texts)])
    return _descriptions(table.getvalue().encode(), source, finder)


def describe(text: str, finder: MentionFinder, given: Sequence[str] = ()) -> Description:
    """Read one description; tags that are given come before those its words mention."""
    core = _core(text, finder)
    mentions = finder.find(core)
    said = [mention.term for mention in mentions if not mention.denied]
    mentioned = sum(len(core[mention.start : mention.end].split()) for mention in mentions)
    return Description(
        text=text,
        core=core,
        terms=tuple(dict.fromkeys([*given, *said])),
        mentions=mentions,
        slots=find_slots(core, mentions, finder.lexicon),
        other_words=max(len(core.split()) - mentioned, 0),
    )


def _core(text: str, finder: MentionFinder) -> str:
    speaking = [sentence for sentence in _SENTENCE_END.split(text) if finder.find(sentence)]
    adjectives = sorted(finder.lexicon.silent.adjectives, key=lambda word: (-len(word), word))
    if not adjectives:
        return " ".join(speaking)
    words = "|".join(re.escape(word).replace(r"\-", "[ -]") for word in adjectives)
    before_a_noun = rf"\b(?:(an?)\s+)?(?:{words})\s+(?!(?:and|or|but|in|at|to|tempo|pace)\b)(?=(\w+))"
    return re.sub(before_a_noun, _without_adjective, " ".join(speaking), flags=re.IGNORECASE)


def _without_adjective(found: re.Match[str]) -> str:
    if not found.group(1):
        return ""
    right = grammar.article(found.group(2))
    return f"{right.capitalize() if found.group(1)[0].isupper() else right} "


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
