"""Reads the rows of a plan out of CSV, JSON lines or YAML, each with its place in the file."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from temptrack.errors import Corrupt, NotFound

_LISTS = frozenset({"clips", "media", "tags", "no_tags", "licences", "no_licences"})
_MOST_BITS = 64
"""Python refuses to write numbers of thousands of digits, which YAML can hold."""

_WORDS = frozenset({"in", "out", "bpm", "length", "episode", "production", "prompt", "like", "marker", "key"})


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as it stands in the file.

    Attributes:
        place: where it stands, in words, such as "row 3".
        values: by name of column; empty cells are left out.
    """

    place: str
    values: Mapping[str, Any]


def read_rows(path: Path) -> list[RawRow]:
    """Read the rows of a .csv, .jsonl, .ndjson, .yaml or .yml file.

    Names of columns are read alike with spaces, hyphens and in upper case. In CSV, several values of a cell
    are parted by ";". In YAML, rows are a list, or lie under "items" with "defaults" beside it.

    Raises:
        NotFound: PLAN_NOT_FOUND.
        Corrupt: it cannot be read as what its name says (PLAN_FORMAT).
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise NotFound(
            f"There is no plan at {path}.", reason="PLAN_NOT_FOUND", hint="Check the path."
        ) from None
    except UnicodeDecodeError as error:
        raise _not(path, f"byte {error.start} is no UTF-8") from error
    suffix = path.suffix.lower()
    readers = {".csv": _csv_rows, ".yaml": _yaml_rows, ".yml": _yaml_rows}
    return list(readers.get(suffix, _json_rows)(path, text))


def _csv_rows(path: Path, text: str) -> Iterator[RawRow]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [_column(name) for name in next(reader, [])]
        if "timeline" not in header:
            raise _not(
                path, f"its first row names no column 'timeline', but {', '.join(header) or 'nothing'}"
            )
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            place = f"row {reader.line_num}"
            if len(cells) > len(header):
                raise _not(path, f"{place} has {len(cells)} cells under {len(header)} columns")
            named = zip(header, cells, strict=False)
            yield RawRow(place, {name: _cell(name, cell) for name, cell in named if cell.strip()})
    except csv.Error as error:
        raise _not(path, f"row {reader.line_num}: {error}") from error


def _json_rows(path: Path, text: str) -> Iterator[RawRow]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise _not(path, f"row {number} is not JSON: {error}") from error
        yield _row(path, f"row {number}", value, {})


def _yaml_rows(path: Path, text: str) -> Iterator[RawRow]:
    import yaml

    try:
        value = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}: " if mark is not None else ""
        raise _not(path, f"{where}{error.problem}") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        # A ValueError is a date or a number that cannot be.
        raise _not(path, "it is no YAML") from error
    items: Any = value
    defaults: dict[Any, Any] = {}
    if isinstance(value, dict):
        unknown = sorted(set(value) - {"items", "defaults"}, key=str)
        if unknown or not isinstance(value.get("defaults") or {}, dict):
            raise _not(path, "beside 'items' and 'defaults' there is nothing to say")
        items, defaults = value.get("items"), value.get("defaults") or {}
    if not isinstance(items, list):
        raise _not(path, "it holds no list of items")
    for number, item in enumerate(items, start=1):
        yield _row(path, f"item {number}", item, defaults)


def _row(path: Path, place: str, value: Any, defaults: Mapping[Any, Any]) -> RawRow:
    if not isinstance(value, dict):
        raise _not(path, f"{place} is no mapping of columns to values")
    if any(_is_too_long(each) for pair in value.items() for each in pair):
        raise _not(path, f"{place} holds a number of more than {_MOST_BITS} bits")
    named = {_column(str(name)): each for name, each in {**defaults, **value}.items()}
    return RawRow(place, {name: _value(name, each) for name, each in named.items() if each not in (None, "")})


def _column(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().lower())


def _cell(name: str, cell: str) -> Any:
    return _value(name, [part.strip() for part in cell.split(";")] if name in _LISTS else cell.strip())


def _value(name: str, value: Any) -> Any:
    if name in _LISTS:
        return tuple(value) if isinstance(value, list) else (value,)
    # "bpm: 100" and "episode: 3" are numbers to a parser and words to people.
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if name in _WORDS and is_number else value


def _is_too_long(value: object) -> bool:
    return isinstance(value, int) and value.bit_length() > _MOST_BITS


def _not(path: Path, why: str) -> Corrupt:
    return Corrupt(
        f"The plan {path.name} cannot be read: {why}.",
        reason="PLAN_FORMAT",
        hint="Write it as CSV with a first row of column names, as JSON lines, or as YAML.",
    )
