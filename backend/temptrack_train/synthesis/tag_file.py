"""Tags that lie in a file."""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from temptrack.errors import InvalidRequest, NotFound
from temptrack_train.datasets.taxonomy import TAG_THRESHOLD
from temptrack_train.synthesis.gathering import SURE, Scores, TagGathering
from temptrack_train.synthesis.mentions import MentionFinder
from temptrack_train.synthesis.types import Tagged


class TagFile:
    """Tags that lie in a file: JSONL or CSV.

    JSONL has an object a line: ``track_id`` and ``tags``, a list of names or an object of name and score. CSV
    has columns ``track_id`` and ``tags``, names separated by semicolons, each with ":score" or without.
    """

    def __init__(self, path: Path, finder: MentionFinder, *, threshold: float = TAG_THRESHOLD) -> None:
        """Name a file.

        Args:
            path: the file; its ending says which of the two it is.
            finder: knows the words of tags.
            threshold: score, 0 to 1, above which a tag is kept.

        Raises:
            NotFound: there is no such file.
            InvalidRequest: its ending is another.
        """
        if not path.is_file():
            raise NotFound(
                f"There is no file of tags '{path}'.", reason="TAGS_NOT_FOUND", hint="Check the path."
            )
        if path.suffix.lower() not in _READERS:
            raise InvalidRequest(
                f"'{path}' is neither .csv nor .jsonl.",
                reason="TAGS_FORMAT",
                hint="Write one track a line, with track_id and tags.",
            )
        self._path, self._finder, self._threshold = path, finder, threshold
        self._content = path.read_bytes()

    @property
    def id(self) -> str:
        """The file's content and the threshold."""
        return f"file-{hashlib.sha256(self._content).hexdigest()[:16]}-above-{self._threshold:g}"

    def tag(self) -> Tagged:
        """Read every line; a line that cannot be read fails alone, under its number.

        Raises:
            InvalidRequest: the file is no text, or a table without the two columns.
        """
        try:
            text = self._content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InvalidRequest(
                f"'{self._path}' is not UTF-8 text.", reason="TAGS_FORMAT", hint="Save it in UTF-8."
            ) from error
        gathering = TagGathering(self._finder, self._threshold)
        for line, entry in _READERS[self._path.suffix.lower()](text):
            if isinstance(entry, str):
                gathering.fail(f"line {line}", "TAGS_LINE", entry)
            else:
                gathering.add(*entry)
        return gathering.done()


_Line = tuple[int, tuple[str, Scores] | str]
"""Number of a line, from 1, and its track with scores, or what is wrong with it."""


def _json_lines(text: str) -> Iterator[_Line]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            tags = entry["tags"]
            scores = (
                {str(name): float(score) for name, score in tags.items()} if isinstance(tags, dict) else None
            )
            yield number, (str(entry["track_id"]), scores or dict.fromkeys(map(str, tags), SURE))
        except (ValueError, KeyError, TypeError) as error:
            yield number, f"It is no object with track_id and tags ({type(error).__name__}: {error})."


def _csv_lines(text: str) -> Iterator[_Line]:
    rows = csv.DictReader(io.StringIO(text, newline=""))
    missing = {"track_id", "tags"} - set(rows.fieldnames or ())
    if missing:
        raise InvalidRequest(
            f"The table of tags has no column '{min(missing)}'.",
            reason="TAGS_COLUMN",
            hint="Its columns are track_id and tags, such as: a1,piano:0.8;calm:0.5",
        )
    for row in rows:
        try:
            yield rows.line_num, (row["track_id"], dict(_tag_and_score(row["tags"] or "")))
        except ValueError as error:
            yield rows.line_num, f"Its tags cannot be read ({error})."


def _tag_and_score(cell: str) -> Iterator[tuple[str, float]]:
    for part in cell.split(";"):
        name, colon, score = part.strip().partition(":")
        if name:
            yield name.strip(), float(score) if colon else SURE


_READERS: Final[Mapping[str, Callable[[str], Iterator[_Line]]]] = {".jsonl": _json_lines, ".csv": _csv_lines}
