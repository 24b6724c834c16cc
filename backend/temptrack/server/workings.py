"""The parts of a server that a bundle and its libraries bring."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from temptrack.library.report import IndexReport, Progress
from temptrack.library.store import LibraryStore
from temptrack.library.vectors import Hold, nowhere
from temptrack.model.bundles import load_bundle
from temptrack.model.sessions import Gpu, choose_device
from temptrack.model.types import BatchBundle
from temptrack.server.batched_bundle import BATCHES_OF, BatchedBundle, BatchSizes
from temptrack.server.device import Device
from temptrack.server.gpu_vectors import GpuVectors
from temptrack.server.indexing import IndexFolders
from temptrack.server.options import ServerOptions
from temptrack.server.shelf import Shelf
from temptrack.suggest.local import LocalSuggester
from temptrack.suggest.types import Suggester

CALLS_AT_ONCE: Final = {"cpu": 4, "cuda": 64}
"""On a CPU enough that decoding and ranking go on beside the graphs; on CUDA enough to fill batches."""

_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Workings:
    """What the server puts on the wire: the parts that a bundle and its libraries bring.

    Attributes:
        load: makes the suggester, warmed up; runs in a thread after the port is taken.
        index_folders: indexes folders into a library.
        calls_at_once: calls that may work with the suggester at the same time.
        hold: where the vectors of libraries may go to be ranked by.
    """

    load: Callable[[Shelf], Suggester]
    index_folders: IndexFolders
    calls_at_once: int = 1
    hold: Hold = nowhere


class BatchedSuggester(LocalSuggester):
    """The engine of a machine for many callers: its bundle runs their work together."""

    def __init__(self, bundle: BatchedBundle, shelf: Shelf) -> None:
        super().__init__(bundle, shelf.reader, current_edition=shelf.edition, list_libraries=shelf.infos)
        self._batched = bundle

    def close(self) -> None:
        """Let go of all open libraries and of the devices."""
        super().close()
        self._batched.close()


def workings_of(options: ServerOptions) -> Workings:
    """Return what serves the bundle that the options name.

    Raises:
        NotSupported: the device cannot be had, or an extra is missing.
    """
    device = choose_device("cuda" if options.require_gpu else options.device)
    sizes = batch_sizes(options, device)
    # One processor is left for those who ask meanwhile.
    workers = max(1, (os.cpu_count() or 1) - 1)

    def load(shelf: Shelf) -> BatchedSuggester:
        lanes: list[tuple[Device, BatchBundle]] = []
        for name, gpu in _places(options, device):
            bundle = load_bundle(options.bundle, device=device, threads=options.threads, gpu=gpu)
            bundle.warm_up()
            _run_batches(bundle, sizes)
            lanes.append((Device(name), bundle))
        suggester = BatchedSuggester(BatchedBundle(lanes, sizes), shelf)
        suggester.warm_up()
        for name in options.libraries:
            shelf.reader(name)
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
            partial(load_bundle, options.bundle, device=options.device, threads=1),
            workers=workers,
            progress=progress,
            cancelled=cancelled,
            within=roots,
        )

    at_once = options.calls_at_once or max(CALLS_AT_ONCE[device], sizes.texts, sizes.queries)
    return Workings(load=load, index_folders=index, calls_at_once=at_once, hold=_hold(options, device))


def batch_sizes(options: ServerOptions, device: str) -> BatchSizes:
    """Return how much runs together on a device: what the options say, else what pays there."""
    usual = BATCHES_OF[device]
    return BatchSizes(
        frames=options.batch_frames or usual.frames,
        texts=options.batch_texts or usual.texts,
        queries=options.batch_queries or usual.queries,
    )


def _places(options: ServerOptions, device: str) -> list[tuple[str, Gpu | None]]:
    if device == "cpu":
        return [("cpu", None)]
    limit = options.gpu_memory_limit_mb
    limit_bytes = None if limit is None else limit * _MIB
    return [(f"cuda:{index}", Gpu(index, limit_bytes)) for index in options.gpus]


def _hold(options: ServerOptions, device: str) -> Hold:
    if device == "cpu" or not options.vectors_gpu_mb:
        return nowhere
    return GpuVectors(options.vectors_gpu_mb * _MIB, device=device, gpu=Gpu(options.gpus[0]))


def _run_batches(bundle: BatchBundle, sizes: BatchSizes) -> None:
    """Run the largest batches once, so that the first full one finds its memory and kernels ready."""
    if sizes.frames > 1:
        size = bundle.frame_spec.size_px
        frames = np.zeros((sizes.frames, size, size, 3), np.uint8)
        bundle.encode_segments([(frames, [1] * len(frames))], frames_a_run=sizes.frames)
    if sizes.texts > 1:
        bundle.encode_text(["music"] * sizes.texts)
