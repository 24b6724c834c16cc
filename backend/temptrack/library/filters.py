"""Filters of tracks as boolean masks over whole columns."""

import posixpath
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from temptrack.errors import InvalidRequest
from temptrack.library.keys import parse_key
from temptrack.library.names import fold
from temptrack.library.recordings import Recordings
from temptrack.library.types import TrackFilter

Mask = npt.NDArray[np.bool_]
"""One truth per row."""

_WINDOWS_PATH = re.compile(r"^([A-Za-z]:[\\/]|\\\\)")


@dataclass(frozen=True, slots=True)
class _Words:
    """A column of words, each kept once: a condition is decided per word, not per row."""

    words: Sequence[str]
    codes: npt.NDArray[np.int64]

    @classmethod
    def of(cls, column: Any, shorten: Callable[[str], str] = fold) -> Self:
        """Take an Arrow column of strings without gaps."""
        whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        different = whole.dictionary_encode()
        index: dict[str, int] = {}
        code_of = [index.setdefault(shorten(value), len(index)) for value in different.dictionary.to_pylist()]
        return cls(list(index), np.array(code_of, dtype=np.int64)[different.indices.to_numpy()])

    def where(self, condition: Callable[[str], bool]) -> Mask:
        return np.fromiter(map(condition, self.words), dtype=np.bool_, count=len(self.words))[self.codes]


class FilterColumns:
    """The columns of a library that filters and preferences look at, ready for many of them.

    Attributes:
        tempo_bpm: [rows], NaN where unknown.
        duration_s: [rows].
        vocals: [rows], -1 unknown, 0 instrumental, 1 sung.
        rows: the row of each track by its id.
    """

    def __init__(self, tracks: pa.Table, recordings: Recordings) -> None:
        self._count = tracks.num_rows
        self._recordings = recordings
        self.rows = {track_id: row for row, track_id in enumerate(tracks["id"].to_pylist())}
        self.tempo_bpm = _floats(tracks["tempo_bpm"])
        self.duration_s = _floats(tracks["duration_s"])
        self.vocals: npt.NDArray[np.int8] = tracks["vocals"].cast(pa.int8()).fill_null(-1).to_numpy()
        self._keys = _Words.of(tracks["key"].fill_null(""))
        self._licences = _Words.of(tracks["licence"])
        self._folders = _Words.of(_beginnings(tracks["path"]), posix_or_windows_parent)
        self._rows_of_tag, self._scores_of_tag = _rows_and_scores_of_tag(tracks["tags"])

    def mask(self, where: TrackFilter) -> Mask:
        """Return which tracks meet every condition.

        Raises:
            InvalidRequest: EMPTY_RANGE for a range whose end lies before its start, UNKNOWN_KEY,
                FOLDER_NOT_ABSOLUTE.
        """
        _check_ranges(where)
        mask = np.ones(self._count, dtype=np.bool_)
        mask &= _within(self.tempo_bpm, where.tempo_min_bpm, where.tempo_max_bpm)
        mask &= _within(self.duration_s, where.duration_min_s, where.duration_max_s)
        if where.key is not None:
            key = fold(parse_key(where.key))
            mask &= self._keys.where(lambda word: word == key)
        if where.vocals is not None:
            mask &= self.vocals == int(where.vocals)
        for tag in where.tags_all:
            mask &= self._has_tag(tag)
        for tag in where.tags_none:
            mask &= ~self._has_tag(tag)
        if where.licences:
            allowed = {fold(licence) for licence in where.licences}
            mask &= self._licences.where(lambda word: word in allowed)
        if where.licences_not:
            refused = {fold(licence) for licence in where.licences_not}
            mask &= ~self._licences.where(lambda word: word in refused)
        if where.folder is not None:
            mask &= self._under(where.folder)
        for track_id in where.exclude_ids:
            if track_id in self.rows:
                mask[self._recordings.rows_like(self.rows[track_id])] = False
        return mask

    def in_keys(self, keys: frozenset[str]) -> npt.NDArray[np.float64]:
        """Return 1 where the key is one of some (folded), 0 where it is another, NaN where unknown."""
        found = self._keys.where(lambda word: word in keys)
        return np.where(self._keys.where(bool), found.astype(np.float64), np.nan)

    def tag_scores(self, tag: str) -> npt.NDArray[np.float64]:
        """Return the posteriors of the tracks that are tagged so, 0 for all others, [rows]."""
        scores = np.zeros(self._count)
        if fold(tag) in self._rows_of_tag:
            scores[self._rows_of_tag[fold(tag)]] = self._scores_of_tag[fold(tag)]
        return scores

    def _has_tag(self, tag: str) -> Mask:
        mask = np.zeros(self._count, dtype=np.bool_)
        mask[self._rows_of_tag.get(fold(tag), [])] = True
        return mask

    def _under(self, folder: str) -> Mask:
        wanted = path_parts(folder)
        if not wanted or not wanted[0].endswith(("/", "\\")):
            raise InvalidRequest(
                f"The folder to filter by, {folder!r}, is not an absolute path.",
                reason="FOLDER_NOT_ABSOLUTE",
                hint="Give the whole path, as the library lists its tracks.",
                metadata={"folder": folder},
            )
        return self._folders.where(lambda parent: path_parts(parent)[: len(wanted)] == wanted)


def path_parts(path: str) -> tuple[str, ...]:
    """Return the parts of a path of either family, case ignored, "." and ".." resolved."""
    if _WINDOWS_PATH.match(path):
        return tuple(map(fold, PureWindowsPath(path).parts))
    return tuple(map(fold, PurePosixPath(posixpath.normpath(path)).parts))


def posix_or_windows_parent(path: str) -> str:
    """Return the folder of a file whose path may come from another platform."""
    family = PureWindowsPath if _WINDOWS_PATH.match(path) else PurePosixPath
    return str(family(path).parent)


def _beginnings(paths: Any) -> Any:
    # Taking a path apart is slow; the files of a folder share all but a name, and any name does.
    return pc.replace_substring_regex(paths, r"[^/\\]*$", "_")


def _check_ranges(where: TrackFilter) -> None:
    for what, low, high in (
        ("tempo", where.tempo_min_bpm, where.tempo_max_bpm),
        ("duration", where.duration_min_s, where.duration_max_s),
    ):
        if low is not None and high is not None and low > high:
            raise InvalidRequest(
                f"No {what} lies between {low:g} and {high:g}.",
                reason="EMPTY_RANGE",
                hint="Give the smaller number first.",
                metadata={"minimum": f"{low:g}", "maximum": f"{high:g}"},
            )


def _within(values: npt.NDArray[np.float64], low: float | None, high: float | None) -> Mask:
    # Unknown values are NaN, and NaN meets no comparison.
    mask = np.ones(len(values), dtype=np.bool_)
    if low is not None:
        mask &= values >= low
    if high is not None:
        mask &= values <= high
    return mask


def _floats(column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    return np.asarray(column.fill_null(np.nan).to_numpy(), dtype=np.float64)


def _rows_and_scores_of_tag(
    column: Any,
) -> tuple[dict[str, npt.NDArray[np.int64]], dict[str, npt.NDArray[np.float32]]]:
    lists = column.combine_chunks()
    entries = lists.flatten()
    names = _Words.of(entries.field("name"))
    scores = entries.field("score").to_numpy(zero_copy_only=False)
    rows = np.repeat(np.arange(len(lists)), np.diff(lists.offsets.to_numpy()))
    order = np.argsort(names.codes, kind="stable")
    ends = np.cumsum(np.bincount(names.codes, minlength=len(names.words)))
    spans = list(zip(names.words, [0, *ends][:-1], ends, strict=True))
    return (
        {word: rows[order[start:end]] for word, start, end in spans},
        {word: scores[order[start:end]] for word, start, end in spans},
    )
