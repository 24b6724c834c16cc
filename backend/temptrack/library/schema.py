"""The columns of a library's table, and rows to and from them."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import pyarrow as pa

from temptrack.library.records import Analysis, Credit, FileState, FileWords, TrackRecord
from temptrack.library.types import TrackTag
from temptrack.model.types import Matrix, Vector

SCHEMA_VERSION = 1
"""Grows when a column changes meaning; a library with a greater number is refused. A column more that may be
null is no change: versions before it leave it null, and read the library as ever."""

Row = dict[str, Any]

_TAGS = pa.list_(pa.struct([("name", pa.string()), ("group", pa.string()), ("score", pa.float32())]))
# Vectors are stored as float16: half the disk and memory, and the ranking computes in float32 and float64.
_VECTOR = pa.list_(pa.float16())

TRACK_COLUMNS = (
    "id", "path", "title", "artist", "album", "genre", "comment", "licence", "duration_s", "loudness_lufs",
    "tempo_bpm", "key", "vocals", "tags", "composer", "publisher",
)  # fmt: skip
"""What makes a ``Track``; read once per reader for all rows."""

STATE_COLUMNS = ("id", "content_digest", "path", "root", "size_bytes", "mtime_ns")
"""What tells whether a file changed."""

CREDIT_COLUMNS = ("composer", "publisher")
"""What libraries of older versions lack; null where the file was not asked yet."""

DETAIL_COLUMNS = ("window_s", "windows", "beats_s", "bars_s", "peaks", "words", "tag_scores")
"""What is read for finalists only."""


def table_schema(facts: Mapping[str, str]) -> pa.Schema:
    """Return the columns of a library's table, with the facts of the library as metadata."""
    # Lance checks the keys of concurrent inserts against each other only for a declared primary key.
    primary = {"lance-schema:unenforced-primary-key:position": "1"}
    return pa.schema(
        [
            pa.field("id", pa.string(), nullable=False, metadata=primary),
            pa.field("content_digest", pa.string(), nullable=False),
            pa.field("path", pa.string(), nullable=False),
            pa.field("root", pa.string(), nullable=False),
            pa.field("size_bytes", pa.int64(), nullable=False),
            pa.field("mtime_ns", pa.int64(), nullable=False),
            pa.field("title", pa.string(), nullable=False),
            pa.field("artist", pa.string(), nullable=False),
            pa.field("album", pa.string(), nullable=False),
            pa.field("genre", pa.string(), nullable=False),
            pa.field("comment", pa.string(), nullable=False),
            pa.field("licence", pa.string(), nullable=False),
            pa.field("words", pa.string(), nullable=False),
            pa.field("words_embedding", _VECTOR),
            pa.field("duration_s", pa.float64(), nullable=False),
            pa.field("loudness_lufs", pa.float64()),
            pa.field("tempo_bpm", pa.float64()),
            pa.field("key", pa.string()),
            pa.field("vocals", pa.bool_()),
            pa.field("tags", _TAGS, nullable=False),
            pa.field("tag_scores", _TAGS, nullable=False),
            pa.field("embedding", _VECTOR, nullable=False),
            pa.field("windows", _VECTOR, nullable=False),
            pa.field("window_s", pa.float64(), nullable=False),
            pa.field("beats_s", pa.list_(pa.float32()), nullable=False),
            pa.field("bars_s", pa.list_(pa.float32()), nullable=False),
            pa.field("peaks", pa.list_(pa.float16()), nullable=False),
            *(pa.field(name, pa.string()) for name in CREDIT_COLUMNS),
        ],
        metadata=dict(facts),
    )


def to_table(records: Sequence[TrackRecord], schema: pa.Schema) -> pa.Table:
    """Return records as rows of the table."""
    return pa.Table.from_pylist([_row(record) for record in records], schema=schema)


def to_records(table: pa.Table) -> list[TrackRecord]:
    """Return rows of the table as records."""
    return [_record(row) for row in table.to_pylist()]


def with_credits(table: pa.Table) -> pa.Table:
    """Return columns of a library with those of the credits, empty where nothing is known."""
    for name in CREDIT_COLUMNS:
        if name in table.column_names:
            place = table.column_names.index(name)
            table = table.set_column(place, name, table[name].fill_null(""))
        else:
            table = table.append_column(name, pa.nulls(table.num_rows, pa.string()).fill_null(""))
    return table


def credited(rows: pa.Table, credits: Mapping[str, Credit]) -> pa.Table:
    """Return whole rows with their credits, given by id, in place of those they have."""
    owners = [credits[track_id] for track_id in rows["id"].to_pylist()]
    for name in CREDIT_COLUMNS:
        values = pa.array([getattr(owner, name) for owner in owners], pa.string())
        place = rows.column_names.index(name)
        rows = rows.set_column(place, rows.schema.field(name), values)
    return rows


def float16_rows(lists: pa.ListArray) -> np.ndarray[tuple[int, int], np.dtype[np.float16]]:
    """Return the vectors of one batch of a column as stored, [rows that have one, embed_dim]."""
    present = len(lists) - lists.null_count
    flat = lists.flatten().to_numpy(zero_copy_only=False)
    rows = flat.reshape(present, -1) if present else flat.reshape(0, 0)
    return cast("np.ndarray[tuple[int, int], np.dtype[np.float16]]", rows)


def state_of(row: Row) -> FileState:
    """Return where the file of a row is and what it looked like."""
    return FileState(
        path=row["path"], root=row["root"], size_bytes=row["size_bytes"], mtime_ns=row["mtime_ns"]
    )


def tags_of(entries: Sequence[Row]) -> tuple[TrackTag, ...]:
    """Return stored tags as the models the other rooms use."""
    return tuple(TrackTag(**entry) for entry in entries)


def _row(record: TrackRecord) -> Row:
    words, analysis = record.words, record.analysis
    return {
        "id": record.id,
        "content_digest": record.content_digest,
        "path": record.file.path,
        "root": record.file.root,
        "size_bytes": record.file.size_bytes,
        "mtime_ns": record.file.mtime_ns,
        "title": words.title,
        "artist": words.artist,
        "album": words.album,
        "genre": words.genre,
        "comment": words.comment,
        "licence": words.licence,
        "words": words.text,
        "words_embedding": None if words.embedding is None else _float16(words.embedding),
        "duration_s": analysis.duration_s,
        "loudness_lufs": analysis.loudness_lufs,
        "tempo_bpm": analysis.tempo_bpm,
        "key": analysis.key,
        "vocals": analysis.vocals,
        "tags": [tag.model_dump() for tag in analysis.tags],
        "tag_scores": [tag.model_dump() for tag in analysis.tag_scores],
        "embedding": _float16(analysis.embedding),
        "windows": _float16(analysis.windows),
        "window_s": analysis.window_s,
        "beats_s": list(analysis.beats_s),
        "bars_s": list(analysis.bars_s),
        "peaks": _float16(np.asarray(analysis.peaks, dtype=np.float32)),
        "composer": words.composer,
        "publisher": words.publisher,
    }


def _record(row: Row) -> TrackRecord:
    embedding = _float32(row["embedding"])
    return TrackRecord(
        id=row["id"],
        content_digest=row["content_digest"],
        file=state_of(row),
        words=FileWords(
            title=row["title"],
            artist=row["artist"],
            album=row["album"],
            genre=row["genre"],
            comment=row["comment"],
            licence=row["licence"],
            text=row["words"],
            embedding=None if row["words_embedding"] is None else _float32(row["words_embedding"]),
            composer=row.get("composer") or "",
            publisher=row.get("publisher") or "",
        ),
        analysis=Analysis(
            duration_s=row["duration_s"],
            loudness_lufs=row["loudness_lufs"],
            tempo_bpm=row["tempo_bpm"],
            key=row["key"],
            vocals=row["vocals"],
            tags=tags_of(row["tags"]),
            tag_scores=tags_of(row["tag_scores"]),
            embedding=embedding,
            windows=_float32(row["windows"]).reshape(-1, len(embedding)),
            window_s=row["window_s"],
            beats_s=tuple(row["beats_s"]),
            bars_s=tuple(row["bars_s"]),
            peaks=tuple(row["peaks"]),
        ),
    )


def _float16(values: Vector | Matrix) -> np.ndarray[tuple[int], np.dtype[np.float16]]:
    return values.reshape(-1).astype(np.float16)


def _float32(values: Sequence[float]) -> Vector:
    return np.asarray(values, dtype=np.float32)
