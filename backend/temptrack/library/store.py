"""Libraries on disk: one LanceDB table each, in a folder or in an object store.

Every change is one atomic commit, so a process killed at any moment leaves the last whole version. Any
number of processes may read while others write; inserts of the same track by two processes are resolved by
the primary key of the table.
"""

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, Self

import lancedb
import pyarrow as pa

from temptrack.errors import AlreadyExists, NotFound, NotReady, TemptrackError
from temptrack.library import places, schema
from temptrack.library.glance import Facts, describe_library, read_columns
from temptrack.library.names import checked_name, fold, is_address
from temptrack.library.reader import LanceReader
from temptrack.library.records import Credit, RowState, TrackRecord
from temptrack.library.storage_errors import free_place, is_conflict, storage_errors
from temptrack.library.types import LibraryInfo
from temptrack.library.vectors import Hold, nowhere

log = logging.getLogger(__name__)

TABLE = "tracks"
REPLACEMENT = "replacement"
"""The table a reindex fills beside the other; leftovers of one that was killed are harmless."""

KEEP_OLD_VERSIONS = timedelta(hours=1)
"""How long a reader may stay pinned to a version after the library moved on."""

_ATTEMPTS = 8
_IDS_PER_QUERY = 500
_ROWS_PER_BATCH = 256
_ROWS_PER_CREDIT = 4096
_UNCREDITED = " OR ".join(f"{name} IS NULL" for name in schema.CREDIT_COLUMNS)


class LibraryStore:
    """A library that can be changed. Made by ``create`` and ``open``."""

    def __init__(self, uri: str, table: Any, facts: Facts) -> None:
        self._uri = uri
        self._table = table
        self._facts = facts

    @classmethod
    def create(cls, name: str, uri: str | None = None, *, bundle_id: str, bundle_digest: str) -> Self:
        """Make an empty library.

        Args:
            name: how people call it; unique on this machine, case ignored.
            uri: folder or object store address to keep it at; a folder under the home folder when None.
            bundle_id: the bundle its tracks will be indexed with.
            bundle_digest: hex SHA-256 of that bundle's manifest.

        Raises:
            InvalidRequest: LIBRARY_NAME.
            AlreadyExists: LIBRARY_EXISTS, by name or at the address.
        """
        name = checked_name(name)
        if any(fold(name) == fold(known) for known in library_names()):
            raise AlreadyExists(
                f"There is a library {name!r} already.",
                reason="LIBRARY_EXISTS",
                hint=f"Choose another name, or delete it with `temptrack library remove {name}`.",
                metadata={"library": name},
            )
        if uri is not None and "://" not in uri:
            # The name finds it again from whatever folder it is asked for.
            uri = os.path.abspath(uri)
        place = uri or str(places.own_folder(name))
        facts = Facts(name, bundle_id, bundle_digest)
        with storage_errors(name, place):
            database = lancedb.connect(place, read_consistency_interval=timedelta(0))
            with free_place(name, place, "Choose another place, or open that one by its address."):
                table = database.create_table(TABLE, schema=schema.table_schema(facts.metadata()))
            if uri is not None:
                places.note_address(name, uri)
        return cls(place, table, facts)

    @classmethod
    def open(cls, name_or_uri: str) -> Self:
        """Open a library by its name, or by the folder or address it is kept at.

        Raises:
            NotFound: LIBRARY_NOT_FOUND.
            NotSupported: LIBRARY_TOO_NEW, when a newer temptrack made it.
            Corrupt: LIBRARY_CORRUPT.
        """
        by_address = is_address(name_or_uri)
        place = name_or_uri if by_address else places.address_of(name_or_uri)
        with storage_errors(name_or_uri, place):
            try:
                # Opening must not create the folder, which connect() does.
                if not by_address and "://" not in place and not places.own_folder(name_or_uri).is_dir():
                    raise FileNotFoundError(place)
                database = lancedb.connect(place, read_consistency_interval=timedelta(0))
                table = database.open_table(TABLE)
            except (FileNotFoundError, ValueError) as error:
                if isinstance(error, ValueError) and "was not found" not in str(error):
                    raise
                raise _unknown(name_or_uri) from error
            facts = Facts.of(table.schema.metadata, name_or_uri)
        return cls(place, table, facts)

    def replacement(self, bundle_id: str, bundle_digest: str) -> Self:
        """Open the rows that will replace those of this library, beside it; none at first.

        What an earlier call left unfinished for the same bundle is taken up again; for another, or for the
        bundle that the library has got meanwhile, it is thrown away.
        """
        facts = Facts(self.name, bundle_id, bundle_digest)
        with self._errors():
            database = lancedb.connect(self._uri, read_consistency_interval=timedelta(0))
            try:
                table = database.open_table(REPLACEMENT)
            except (FileNotFoundError, ValueError) as error:
                if isinstance(error, ValueError) and "was not found" not in str(error):
                    raise
                table = None
            if table is not None:
                begun = Facts.of(table.schema.metadata, self.name)
                if begun == facts and facts != self._facts:
                    return type(self)(self._uri, table, facts)
                database.drop_table(REPLACEMENT)
            table = database.create_table(REPLACEMENT, schema=schema.table_schema(facts.metadata()))
        return type(self)(self._uri, table, facts)

    def replace_rows(self, replacement: "LibraryStore") -> None:
        """Put the rows and the bundle of a ``replacement`` in the place of this library's, in one commit.

        Readers stay with what they have until they are opened anew.
        """
        with self._errors():
            database = lancedb.connect(self._uri, read_consistency_interval=timedelta(0))
            source = replacement._table
            batches = source.search().limit(None).to_batches(_ROWS_PER_BATCH)
            rows = pa.RecordBatchReader.from_batches(source.schema, batches)
            # Overwriting is one more version of the same table: atomic, also where nothing can be renamed.
            self._table = database.create_table(TABLE, data=rows, schema=source.schema, mode="overwrite")
            self._facts = replacement._facts
            database.drop_table(REPLACEMENT)

    @property
    def name(self) -> str:
        """How people call it."""
        return self._facts.name

    @property
    def uri(self) -> str:
        """Where it is kept."""
        return self._uri

    @property
    def bundle_id(self) -> str:
        """The bundle its tracks are indexed with."""
        return self._facts.bundle_id

    @property
    def bundle_digest(self) -> str:
        """Hex SHA-256 of that bundle's manifest."""
        return self._facts.bundle_digest

    @property
    def version(self) -> int:
        """Number of the newest version; grows with every change by any process."""
        with self._errors():
            return int(self._table.version)

    @property
    def edition(self) -> str:
        """Tells the newest version of the opened table from all others, whatever had its name before."""
        return self._facts.edition(self.version)

    def require_bundle(self, bundle_id: str, bundle_digest: str) -> None:
        """Make sure that the bundle in use is the one of this library.

        Raises:
            NotReady: BUNDLE_MISMATCH.
        """
        self._facts.require_bundle(bundle_id, bundle_digest)

    def info(self) -> LibraryInfo:
        """Return the library at a glance; reads four columns of every row."""
        with self._errors():
            snapshot, facts = self._snapshot()
            table = read_columns(snapshot, ("id", "content_digest", "words", "duration_s"))
            return describe_library(facts, self._uri, int(snapshot.version), table)

    def reader(self, hold: Hold = nowhere) -> LanceReader:
        """Load the newest version for searching; it stays at that version whatever happens after.

        Args:
            hold: where its vectors may go to be ranked by; the processor has them in any case.
        """
        with self._errors():
            snapshot, facts = self._snapshot()
            version = int(snapshot.version)
            return LanceReader(
                snapshot,
                partial(describe_library, facts, self._uri, version),
                edition=facts.edition(version),
                hold=hold,
            )

    def states(self) -> list[RowState]:
        """Return (id, content digest, file) of every row, in order of id."""
        with self._errors():
            found = read_columns(self._table, schema.STATE_COLUMNS).sort_by("id").to_pylist()
        return [(row["id"], row["content_digest"], schema.state_of(row)) for row in found]

    def records(self, track_ids: Sequence[str]) -> list[TrackRecord]:
        """Return whole rows, in order of id; ids that are not there are left out."""
        found: list[TrackRecord] = []
        with self._errors():
            for some in _chunks(sorted(set(track_ids))):
                table = self._table.search().where(_in(some)).limit(len(some)).to_arrow()
                found.extend(schema.to_records(table))
        return sorted(found, key=lambda record: record.id)

    def insert(self, records: Sequence[TrackRecord]) -> list[TrackRecord]:
        """Add rows in one commit and return those whose id was taken already, by whomever."""
        if not records:
            return []
        table = schema.to_table(records, self._table.schema)
        outcome = self._commit(
            lambda: self._table.merge_insert("id").when_not_matched_insert_all().execute(table)
        )
        if outcome.num_inserted_rows == len(records):
            return []
        # Rows of ours are recognised by their path: whoever was first keeps the id.
        there = {row.id: row for row in self.records([record.id for record in records])}
        return [record for record in records if there[record.id].file.path != record.file.path]

    def upsert(self, records: Sequence[TrackRecord]) -> None:
        """Add rows or replace those of the same id, all in one commit."""
        if not records:
            return
        table = schema.to_table(records, self._table.schema)
        self._commit(
            lambda: (
                self._table.merge_insert("id").when_matched_update_all().when_not_matched_insert_all()
            ).execute(table)
        )

    def add_missing_columns(self) -> None:
        """Give a library of an older version the columns it lacks, null in every row."""

        def add() -> None:
            # Looked at in every attempt: another process may have been first.
            there = self._table.schema.names
            missing = [name for name in schema.CREDIT_COLUMNS if name not in there]
            if missing:
                self._table.add_columns([pa.field(name, pa.string()) for name in missing])

        self._commit(add)

    def uncredited(self) -> frozenset[str]:
        """Return the ids of rows whose file was not asked yet who wrote and who publishes its music."""
        with self._errors():
            found = self._table.search().where(_UNCREDITED).select(["id"]).limit(None).to_arrow()
        return frozenset(found["id"].to_pylist())

    def credit(self, credits: Sequence[Credit]) -> None:
        """Write down who wrote and who publishes the music of rows that do not say; pass over others."""
        by_id = {each.track_id: each for each in credits}

        def update(some: Sequence[str]) -> None:
            # Rows are read in every attempt, as another process may have left them. Whole ones, because for
            # two columns of a few rows the engine would hold the whole table in memory.
            rows = self._table.search().where(f"{_in(some)} AND ({_UNCREDITED})").limit(None).to_arrow()
            if rows.num_rows:
                table = schema.credited(rows, by_id)
                self._table.merge_insert("id").when_matched_update_all().execute(table)

        for some in _chunks(sorted(by_id), _ROWS_PER_CREDIT):
            self._commit(lambda some=some: update(some))  # type: ignore[misc]

    def remove(self, track_ids: Sequence[str]) -> int:
        """Remove tracks and return how many there were; ids that are not there are passed over."""
        removed = 0
        for some in _chunks(sorted(set(track_ids))):
            outcome = self._commit(lambda some=some: self._table.delete(_in(some)))  # type: ignore[misc]
            removed += int(outcome.num_deleted_rows)
        return removed

    def tidy(self) -> None:
        """Merge the small files of many commits and drop versions older than ``KEEP_OLD_VERSIONS``."""
        try:
            with self._errors():
                self._table.optimize(cleanup_older_than=KEEP_OLD_VERSIONS)
        except TemptrackError as error:
            # Another process is writing: it tidies when it is done.
            if not is_conflict(error.__cause__ or error):  # type: ignore[arg-type]
                raise

    def _snapshot(self) -> tuple[Any, Facts]:
        table = lancedb.connect(self._uri).open_table(self._table.name)
        table.checkout(table.version)
        return table, Facts.of(table.schema.metadata, self.name)

    def _commit(self, action: Callable[[], Any]) -> Any:
        with self._errors():
            for _attempt in range(_ATTEMPTS - 1):
                self._require_same_hands()
                try:
                    return action()
                except RuntimeError as error:
                    if not is_conflict(error):
                        raise
                    self._table.checkout_latest()
            self._require_same_hands()
            return action()

    def _require_same_hands(self) -> None:
        # A reindex by another process may have put another bundle's rows in the place of these.
        if Facts.of(self._table.schema.metadata, self.name).bundle_digest != self.bundle_digest:
            raise _changed_hands(self.name)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        with storage_errors(self.name, self._uri):
            yield


def list_libraries() -> list[LibraryInfo]:
    """Return the libraries of this machine by name; one that cannot be read is logged and left out."""
    found = []
    for name in library_names():
        try:
            found.append(LibraryStore.open(name).info())
        except TemptrackError as error:
            log.warning("Library %r is left out: %s", name, error)
    return found


def library_names() -> list[str]:
    """Return the names of the libraries of this machine, readable or not, in order."""
    found = []
    for name in places.known_names():
        try:
            LibraryStore.open(name)
        except NotFound:
            continue
        except TemptrackError as error:
            log.debug("Library %r cannot be opened: %s", name, error)
        found.append(name)
    return found


def delete_library(name: str) -> None:
    """Delete a library: its table, wherever it is, and its name. Music files are never touched.

    Raises:
        NotFound: LIBRARY_NOT_FOUND.
    """
    folder = places.own_folder(name)
    if not folder.is_dir():
        raise _unknown(name)
    place = places.address_of(name)
    with storage_errors(name, place):
        database = lancedb.connect(place)
        for table in (TABLE, REPLACEMENT):
            try:
                database.drop_table(table)
            except ValueError as error:
                # A library half made, or half deleted, has a name and no table.
                if "not found" not in str(error):
                    raise
    places.forget(name)


def _changed_hands(name: str) -> NotReady:
    return NotReady(
        f"Library {name!r} was reindexed with another bundle meanwhile.",
        reason="BUNDLE_MISMATCH",
        hint="Open it again.",
        metadata={"library": name},
    )


def _unknown(name: str) -> NotFound:
    return NotFound(
        f"There is no library {name!r}.",
        reason="LIBRARY_NOT_FOUND",
        hint="`temptrack library list` shows what there is; `temptrack library create` makes one.",
        metadata={"library": name},
    )


def _in(track_ids: Sequence[str]) -> str:
    quoted = ", ".join("'" + track_id.replace("'", "''") + "'" for track_id in track_ids)
    return f"id IN ({quoted})"


def _chunks(track_ids: Sequence[str], size: int = _IDS_PER_QUERY) -> Iterator[Sequence[str]]:
    for start in range(0, len(track_ids), size):
        yield track_ids[start : start + size]
