"""The whole server with a bundle that needs no weights; run as a script, a server in a process of its own."""

import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from support.fake_bundle import FakeBundle
from temptrack.errors import TemptrackError
from temptrack.library.report import IndexReport, Progress
from temptrack.library.store import LibraryStore
from temptrack.media.types import Frames
from temptrack.model.types import SegmentFeatures
from temptrack.server.app import run
from temptrack.server.options import ServerOptions
from temptrack.server.shelf import Shelf
from temptrack.server.workings import Workings
from temptrack.suggest.local import LocalSuggester
from temptrack.suggest.types import EngineInfo
from temptrack.wire.address import Address


def fake_workings() -> Workings:
    """Return real libraries, indexed in the server's own process, and the engine over the fake bundle."""
    return Workings(load=_load, index_folders=_index)


def _load(shelf: Shelf) -> LocalSuggester:
    return _suggester(FakeBundle(), shelf)


def _load_held(shelf: Shelf) -> LocalSuggester:
    return _suggester(_HeldBundle(), shelf)


def _suggester(bundle: FakeBundle, shelf: Shelf) -> LocalSuggester:
    suggester = LocalSuggester(
        bundle, shelf.reader, current_edition=shelf.edition, list_libraries=shelf.infos
    )
    suggester.warm_up()
    return suggester


class _HeldBundle(FakeBundle):
    """Encodes frames only after a line came in on standard input."""

    def encode_frames(self, frames: Frames, repeats: Sequence[int]) -> SegmentFeatures:
        print("encoding", flush=True)  # noqa: T201
        sys.stdin.readline()
        return super().encode_frames(frames, repeats)


def _index(
    store: LibraryStore,
    folders: Sequence[Path],
    roots: Sequence[Path],
    progress: Progress,
    cancelled: Callable[[], bool],
) -> IndexReport:
    from temptrack.library.ingest import index_folders

    return index_folders(
        store, folders, FakeBundle, workers=0, progress=progress, cancelled=cancelled, within=roots
    )


def _tell(address: Address, _info: EngineInfo) -> None:
    heavy = sorted({"torch", "open_clip", "temptrack_train", "temptrack_export"} & set(sys.modules))
    print(f"ready {address} heavy={heavy}", flush=True)  # noqa: T201


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
    try:
        run(
            ServerOptions(listen=sys.argv[1]),
            on_ready=_tell,
            workings=Workings(load=_load_held, index_folders=_index),
        )
    except TemptrackError as error:
        print(f"{error.reason}: {error}", flush=True)  # noqa: T201
        sys.exit(error.exit_code)
