"""The parts of a server that a bundle and its libraries bring."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from temptrack.library.report import IndexReport, Progress
from temptrack.library.store import LibraryStore
from temptrack.model.bundles import load_bundle
from temptrack.server.indexing import IndexFolders
from temptrack.server.options import ServerOptions
from temptrack.server.shelf import Shelf
from temptrack.suggest.local import LocalSuggester
from temptrack.suggest.types import Suggester


@dataclass(frozen=True, slots=True)
class Workings:
    """What the server puts on the wire: the parts that a bundle and its libraries bring.

    Attributes:
        load: makes the suggester, warmed up; runs on the device's thread after the port is taken.
        index_folders: indexes folders into a library.
    """

    load: Callable[[Shelf], Suggester]
    index_folders: IndexFolders


def workings_of(options: ServerOptions) -> Workings:
    """Return what serves the bundle that the options name."""
    open_bundle = partial(load_bundle, options.bundle, device=options.device)
    # One processor is left for those who ask meanwhile.
    workers = max(1, (os.cpu_count() or 1) - 1)

    def load(shelf: Shelf) -> LocalSuggester:
        suggester = LocalSuggester(
            open_bundle(threads=options.threads),
            shelf.reader,
            current_version=shelf.version,
            list_libraries=shelf.infos,
        )
        suggester.warm_up()
        size = suggester.info().frame_size_px
        suggester.encode_segment(np.zeros((1, size, size, 3), dtype=np.uint8), [1])
        return suggester

    def index(
        store: LibraryStore,
        folders: Sequence[Path],
        roots: Sequence[Path],
        progress: Progress,
        cancelled: Callable[[], bool],
    ) -> IndexReport:
        # What analyses music takes seconds to import, and most servers are only asked.
        from temptrack.library.ingest import index_folders

        return index_folders(
            store,
            folders,
            partial(open_bundle, threads=1),
            workers=workers,
            progress=progress,
            cancelled=cancelled,
            within=roots,
        )

    return Workings(load=load, index_folders=index)
