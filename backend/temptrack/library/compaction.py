"""Keeps a library small: merges the small files of many commits and lets go of old versions.

Whoever searches holds one version, and reads a few details from it for every answer. So versions stay for a
while after the library moved on. Files that a run under way has written and not yet committed are never
touched.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any, Literal

import lancedb
from pydantic import BaseModel, ConfigDict, Field

from temptrack.errors import InvalidRequest, NotReady
from temptrack.library.storage_errors import is_conflict, storage_errors
from temptrack.library.store import KEEP_OLD_VERSIONS, TABLE, LibraryStore

SHORTEST_KEEP = timedelta(seconds=1)

_ATTEMPTS = 8


class CompactReport(BaseModel):
    """What compacting a library did, or would do."""

    model_config = ConfigDict(frozen=True)

    schema_version: Literal[1] = 1
    library: str
    dry_run: bool = Field(description="true: nothing was changed")
    keep_versions_for_s: float = Field(description="older versions than this go, except the newest")
    versions: int = Field(description="versions there were")
    versions_removed: int = Field(
        description="versions that went; in a dry run those that are old enough now, without the newest"
    )
    files: int = Field(description="data files the newest version had")
    files_after: int | None = Field(description="data files it has now; none in a dry run")
    freed_bytes: int | None = Field(
        description="bytes of the files that were deleted; none in a dry run, because only deleting tells"
    )


def compact_library(
    store: LibraryStore, *, keep_versions_for: timedelta = KEEP_OLD_VERSIONS, dry_run: bool = False
) -> CompactReport:
    """Merge small files and delete what only versions older than some time need.

    Every step is a commit or deletes what no version needs, so it may be killed at any moment, and run while
    others read and write. A reader whose version went says so, and servers answer the next question from the
    newest.

    Args:
        store: the library.
        keep_versions_for: how long versions stay after they were made; at least ``SHORTEST_KEEP``.
        dry_run: only tell.

    Raises:
        InvalidRequest: KEEP_TOO_SHORT.
        NotReady: INDEX_RUNNING, when others write so often that merging never gets its turn.
        Unavailable: STORE_UNREACHABLE.
    """
    if keep_versions_for < SHORTEST_KEEP:
        raise InvalidRequest(
            f"Versions cannot be kept for {keep_versions_for.total_seconds():g} s.",
            reason="KEEP_TOO_SHORT",
            hint="Keep them for 1 s or more; whoever searches meanwhile needs the version they began with.",
        )
    with storage_errors(store.name, store.uri):
        return asyncio.run(_compact(store, keep_versions_for, dry_run=dry_run))


async def _compact(store: LibraryStore, keep: timedelta, *, dry_run: bool) -> CompactReport:
    # The engine tells what it freed only to callers of its asynchronous side.
    database = await lancedb.connect_async(store.uri, read_consistency_interval=timedelta(0))
    table = await database.open_table(TABLE)
    before: list[dict[str, Any]] = await table.list_versions()  # type: ignore[no-untyped-call]
    files = await _file_count(table)
    newest = max(int(version["version"]) for version in before)
    old = [
        version
        for version in before
        if int(version["version"]) != newest and datetime.now() - version["timestamp"] > keep
    ]
    done = None if dry_run else await _optimized(table, store.name, keep)
    return CompactReport(
        library=store.name,
        dry_run=dry_run,
        keep_versions_for_s=keep.total_seconds(),
        versions=len(before),
        versions_removed=len(old) if done is None else done.old_versions_removed,
        files=files,
        files_after=None if done is None else await _file_count(table),
        freed_bytes=None if done is None else done.bytes_removed,
    )


async def _optimized(table: Any, library: str, keep: timedelta) -> Any:
    for _attempt in range(_ATTEMPTS):
        try:
            return (await table.optimize(cleanup_older_than=keep)).prune
        except RuntimeError as error:
            if not is_conflict(error):
                raise
            await table.checkout_latest()
    raise NotReady(
        f"Library {library!r} is being changed too often to be compacted.",
        reason="INDEX_RUNNING",
        hint="Run the same again when indexing rests.",
        metadata={"library": library},
    )


async def _file_count(table: Any) -> int:
    return int((await table.stats())["fragment_stats"]["num_fragments"])
