"""Indexes a library anew for another bundle; the old index answers until the new one is whole."""

from collections.abc import Callable

from temptrack.errors import NotReady
from temptrack.library.ingest import COMMIT_ROWS, index_folders
from temptrack.library.jobs import OpenBundle
from temptrack.library.report import IndexReport, Progress
from temptrack.library.store import LibraryStore


def reindex_library(
    store: LibraryStore,
    open_bundle: OpenBundle,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    prune: bool = False,
    commit_rows: int = COMMIT_ROWS,
) -> IndexReport:
    """Analyse the files of a library again and put the result in the place of the old index, all at once.

    The new rows grow in a table of their own beside the old ones, wherever the library is kept. A call that
    is killed, cancelled or fails leaves the library as it was, and the next call for the same bundle goes on
    from there. Tracks keep their ids.

    Args:
        store: the library.
        open_bundle: opens the new bundle; as for ``index_folders``.
        workers: as for ``index_folders``.
        progress: as for ``index_folders``.
        cancelled: as for ``index_folders``.
        prune: go on without tracks that cannot be read any more, instead of leaving the library as it is.
        commit_rows: as for ``index_folders``.

    Raises:
        NotFound: FOLDER_NOT_FOUND.
        NotReady: TRACKS_WOULD_BE_LOST.
        Unavailable: DISK_FULL.
    """
    bundle = open_bundle()
    replacement = store.replacement(bundle.id, bundle.digest)
    report = index_folders(
        replacement,
        sorted({state.root for _, _, state in store.states()}),
        open_bundle,
        workers=workers,
        progress=progress,
        cancelled=cancelled,
        commit_rows=commit_rows,
        before=store.states(),
    )
    if report.cancelled:
        return report
    # Asked again: another process may have added tracks meanwhile.
    old, new = store.states(), replacement.states()
    kept = {track_id for track_id, _, _ in new} | {state.path for _, _, state in new}
    lost = sorted(state.path for track_id, _, state in old if track_id not in kept and state.path not in kept)
    if lost and not prune:
        raise _would_be_lost(store.name, lost, len(old))
    store.replace_rows(replacement)
    return report.model_copy(update={"removed": len(lost), "missing": tuple(lost)})


def _would_be_lost(name: str, lost: list[str], count: int) -> NotReady:
    return NotReady(
        f"{len(lost)} of the {count} tracks of library {name!r} cannot be read any more, such as {lost[0]}. "
        "The library stays as it was.",
        reason="TRACKS_WOULD_BE_LOST",
        hint="Bring their drive back and run the same again, or say --prune to go on without them.",
        metadata={"library": name, "lost": str(len(lost)), "first": lost[0]},
    )
