"""Backups of libraries: one whole version, copied row by row to another place and put back from there.

A copy is a library itself, in a folder or an object store. Copying the files of a library that is in use is
not the same: a version names files that a copy made meanwhile may have missed.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Literal

import lancedb
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from temptrack.errors import Corrupt, NotFound
from temptrack.library import places
from temptrack.library.glance import Facts, describe_library, read_columns
from temptrack.library.names import checked_name
from temptrack.library.storage_errors import free_place, storage_errors
from temptrack.library.store import TABLE, LibraryStore
from temptrack.library.types import LibraryInfo

CopyProgress = Callable[[int, int], None]
"""Told of progress as (tracks copied, tracks in all)."""

_ROWS_PER_BATCH = 256


class CopyReport(BaseModel):
    """A library that was backed up or restored."""

    model_config = ConfigDict(frozen=True)

    schema_version: Literal[1] = 1
    library: LibraryInfo = Field(description="the copy as it was read back")
    source: str = Field(description="folder or address it was copied from")
    source_version: int = Field(description="which version of that")


def back_up_library(store: LibraryStore, place: str, progress: CopyProgress | None = None) -> CopyReport:
    """Copy the newest version of a library to a place of its own, while others may read and write it.

    The copy is there as a whole or not at all.

    Args:
        store: the library.
        place: folder or object store address; there must be no library yet.
        progress: told after every few hundred tracks.

    Raises:
        AlreadyExists: LIBRARY_EXISTS.
        Corrupt: COPY_DIFFERS, when what was written does not read back as it was.
        Unavailable: DISK_FULL, STORE_UNREACHABLE.
    """
    source, facts, version = _pinned(store.name, store.uri)
    with storage_errors(store.name, place):
        database = lancedb.connect(place, read_consistency_interval=timedelta(0))
        with free_place(
            store.name, place, "Give each backup a place of its own, such as a folder named by the day."
        ):
            _write(database, source, _of_the_copy(facts, facts.name), progress)
    return _checked(store.name, place, (store.uri, version, source, facts))


def restore_library(
    name: str, place: str, *, at: str | None = None, progress: CopyProgress | None = None
) -> CopyReport:
    """Put the rows of a backup in the place of those of a library, in one commit; make it if need be.

    Those who search see the old rows until the new ones are whole. The old rows stay a version that readers
    may be at, as after any other change.

    Args:
        name: of the library, as it shall be called.
        place: of the backup.
        at: folder or address to keep a new library at; a folder under the home folder when None.
        progress: told after every few hundred tracks.

    Raises:
        NotFound: LIBRARY_NOT_FOUND, when there is no backup at that place.
        AlreadyExists: LIBRARY_EXISTS, when ``at`` is given and there is a library of that name already.
        Corrupt: COPY_DIFFERS, when what was written does not read back as it was.
    """
    backup = LibraryStore.open(place)
    source, facts, version = _pinned(name, backup.uri)
    uri = _place_for(name, at, facts)
    with storage_errors(name, uri):
        database = lancedb.connect(uri, read_consistency_interval=timedelta(0))
        _write(database, source, _of_the_copy(facts, checked_name(name)), progress, mode="overwrite")
    return _checked(name, uri, (backup.uri, version, source, facts))


def _place_for(name: str, at: str | None, facts: Facts) -> str:
    """Return where a library is or shall be; of one that is damaged, nothing is left there."""
    if at is not None or not places.own_folder(name).is_dir():
        made = LibraryStore.create(name, at, bundle_id=facts.bundle_id, bundle_digest=facts.bundle_digest)
        return made.uri
    uri = places.address_of(name)
    try:
        LibraryStore.open(name)
    except NotFound:
        # Somebody was stopped while making or restoring it.
        return uri
    except Corrupt:
        with storage_errors(name, uri):
            lancedb.connect(uri).drop_table(TABLE)
    return uri


def _pinned(name: str, uri: str) -> tuple[Any, Facts, int]:
    with storage_errors(name, uri):
        table = lancedb.connect(uri).open_table(TABLE)
        table.checkout(table.version)
        return table, Facts.of(table.schema.metadata, name), int(table.version)


def _of_the_copy(facts: Facts, name: str) -> Facts:
    # With a stamp of its own: restored after it was deleted, a library may count to the same version again.
    return Facts(name, facts.bundle_id, facts.bundle_digest)


def _write(
    database: Any, source: Any, facts: Facts, progress: CopyProgress | None, mode: str = "create"
) -> None:
    total = int(source.count_rows())
    schema = source.schema.with_metadata(facts.metadata())
    stored = source.search().limit(None).to_batches(_ROWS_PER_BATCH)

    def batches() -> Iterator[pa.RecordBatch]:
        done = 0
        for batch in stored:
            yield batch.replace_schema_metadata(schema.metadata)
            done += batch.num_rows
            if progress is not None:
                progress(done, total)

    # Named apart from the rows, or the engine would look for the schema in the first of them.
    rows = pa.RecordBatchReader.from_batches(schema, batches())
    database.create_table(TABLE, data=rows, schema=schema, mode=mode)


def _checked(name: str, place: str, origin: tuple[str, int, Any, Facts]) -> CopyReport:
    uri, version, source, facts = origin
    copy, facts_there, version_there = _pinned(name, place)
    there = _described(copy, facts_there, place, version_there)
    if there.digest != _described(source, facts, uri, version).digest:
        raise Corrupt(
            f"The copy of library {name!r} at {place} does not read back as what was copied from {uri}.",
            reason="COPY_DIFFERS",
            hint="Check the disk of that place, and copy again to another one.",
            metadata={"library": name, "uri": place},
        )
    return CopyReport(library=there, source=uri, source_version=version)


def _described(table: Any, facts: Facts, uri: str, version: int) -> LibraryInfo:
    return describe_library(
        facts, uri, version, read_columns(table, ("id", "content_digest", "words", "duration_s"))
    )
