"""Reading the CSV and JSON-lines files of collections, with errors that name the file and the line."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from temptrack.errors import Corrupt, InvalidRequest, NotFound

Row = Mapping[str, Any]


def read_rows(path: Path, *, needed: Sequence[str]) -> Iterator[tuple[str, Row]]:
    """Yield the rows of a .csv or .jsonl file, each with "file, line n" for messages.

    Args:
        path: the file.
        needed: columns every row must have.

    Raises:
        NotFound: TABLE_NOT_FOUND, no such file.
        Corrupt: TABLE_CORRUPT, a line that cannot be read.
        InvalidRequest: COLUMN_MISSING, a row without a needed column.
    """
    if not path.is_file():
        raise NotFound(
            f"'{path}' is not there.", reason="TABLE_NOT_FOUND", hint="Check the path of the collection."
        )
    rows = _json_rows(path) if path.suffix == ".jsonl" else _csv_rows(path)
    for line, row in rows:
        where = f"'{path}', line {line}"
        missing = [name for name in needed if row.get(name) in (None, "")]
        if missing:
            raise InvalidRequest(
                f"{where} has no {missing[0]}.",
                reason="COLUMN_MISSING",
                hint=f"Each row needs: {', '.join(needed)}.",
            )
        yield where, row


def seconds(value: object, where: str) -> float:
    """Read a number of seconds.

    Raises:
        Corrupt: TABLE_CORRUPT, it is none.
    """
    try:
        return float(str(value))
    except ValueError:
        raise _damaged(where, f"'{value}' is not a number of seconds") from None


def _csv_rows(path: Path) -> Iterator[tuple[int, Row]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        try:
            for row in reader:
                yield reader.line_num, row
        except (csv.Error, UnicodeDecodeError) as error:
            raise _damaged(f"'{path}', line {reader.line_num}", str(error)) from error


def _json_rows(path: Path) -> Iterator[tuple[int, Row]]:
    with path.open(encoding="utf-8") as file:
        for line, text in enumerate(file, start=1):
            if not text.strip():
                continue
            try:
                row = json.loads(text)
            except ValueError as error:
                raise _damaged(f"'{path}', line {line}", str(error)) from error
            if not isinstance(row, dict):
                raise _damaged(f"'{path}', line {line}", "it is not an object")
            yield line, row


def _damaged(where: str, why: str) -> Corrupt:
    return Corrupt(f"{where} cannot be read: {why}.", reason="TABLE_CORRUPT", hint="Repair the file.")
