"""The parts of a server that a real bundle and its libraries bring."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from temptrack.library.ingest import index_folders
from temptrack.library.report import IndexReport, Progress
from temptrack.library.store import LibraryStore
from temptrack.model.bundles import load_bundle
from temptrack.server.app import Workings
from temptrack.server.options import ServerOptions
from temptrack.server.shelf import Shelf
from temptrack.suggest.local import LocalSuggester


def workings_of(options: ServerOptions) -> Workings:
    """Return what serves the bundle that the options name."""
    open_bundle = partial(load_bundle, options.bundle, device=options.device, threads=options.threads)

    def load(shelf: Shelf) -> LocalSuggester:
        suggester = LocalSuggester(
            open_bundle(), shelf.reader, current_version=shelf.version, list_libraries=shelf.infos
        )
        suggester.warm_up()
        return suggester

    def index(
        store: LibraryStore,
        folders: Sequence[Path],
        progress: Progress,
        cancelled: Callable[[], bool],
    ) -> IndexReport:
        return index_folders(store, folders, open_bundle, progress=progress, cancelled=cancelled)

    return Workings(load=load, index_folders=index)
