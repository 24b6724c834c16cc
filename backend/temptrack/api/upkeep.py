"""Keeping the libraries of this machine: compacting, backing up, restoring."""

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from temptrack.library.compaction import CompactReport
    from temptrack.library.copies import CopyProgress, CopyReport

KEEP_VERSIONS_FOR = timedelta(hours=1)
"""How long versions stay that a reader may still be at."""


def compact_library(
    name: str, *, keep_versions_for: timedelta = KEEP_VERSIONS_FOR, dry_run: bool = False
) -> "CompactReport":
    """Merge the small files of a library and delete what only old versions need.

    Safe beside readers and writers, and when it is killed.

    Args:
        name: its name, or the folder or s3:// address it is kept at.
        keep_versions_for: how long versions stay after they were made; 1 s or more.
        dry_run: only tell.

    Raises:
        NotFound: LIBRARY_NOT_FOUND.
        InvalidRequest: KEEP_TOO_SHORT.
        NotReady: INDEX_RUNNING, when others write so often that merging never gets its turn.
    """
    from temptrack.library import compaction
    from temptrack.library.store import LibraryStore

    store = LibraryStore.open(name)
    return compaction.compact_library(store, keep_versions_for=keep_versions_for, dry_run=dry_run)


def back_up_library(name: str, place: str, *, progress: "CopyProgress | None" = None) -> "CopyReport":
    """Copy one whole version of a library elsewhere, while others may use and change it.

    Args:
        name: its name, or the folder or s3:// address it is kept at.
        place: folder or s3:// address of the copy; there must be no library yet.
        progress: told of tracks copied and tracks in all.

    Raises:
        NotFound: LIBRARY_NOT_FOUND.
        AlreadyExists: LIBRARY_EXISTS.
    """
    from temptrack.library import copies
    from temptrack.library.store import LibraryStore

    return copies.back_up_library(LibraryStore.open(name), place, progress)


def restore_library(
    name: str, place: str, *, at: str | None = None, progress: "CopyProgress | None" = None
) -> "CopyReport":
    """Put the tracks of a backup in the place of those of a library, at once; make it if need be.

    Args:
        name: of the library.
        place: folder or s3:// address of the backup.
        at: folder or s3:// address to keep a new library at.
        progress: told of tracks copied and tracks in all.

    Raises:
        NotFound: LIBRARY_NOT_FOUND, where there is no backup.
        AlreadyExists: LIBRARY_EXISTS, when ``at`` is given for a library that is there.
    """
    from temptrack.library import copies

    return copies.restore_library(name, place, at=at, progress=progress)
