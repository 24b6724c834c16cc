"""Vectors of libraries on a GPU, as long as they fit (docs/adr/0021)."""

import logging
import threading
import weakref

from temptrack.errors import TemptrackError
from temptrack.library.ranking import Product
from temptrack.model.products import HeldMatrix
from temptrack.model.sessions import Gpu
from temptrack.model.types import Matrix
from temptrack.server import metrics

log = logging.getLogger(__name__)

_MIB = 1024 * 1024


class GpuVectors:
    """Puts matrices on a GPU within a limit; whoever finds no room multiplies on the processor.

    A ``Hold``; safe to share between threads. Room is given back when a matrix is no longer used.
    """

    def __init__(self, limit_bytes: int, *, device: str = "cuda", gpu: Gpu | None = None) -> None:
        """Take nothing yet.

        Args:
            limit_bytes: most that all matrices take together.
            device: "cuda", or "cpu" to go the same way without a GPU.
            gpu: which GPU; the first if None.
        """
        self._limit_bytes = limit_bytes
        self._device = device
        self._gpu = gpu or Gpu()
        self._used_bytes = 0
        self._lock = threading.Lock()

    def __call__(self, matrix: Matrix) -> Product | None:
        """Copy a matrix there and return its product with vectors, or None where there is no room for it."""
        with self._lock:
            if self._used_bytes + matrix.nbytes > self._limit_bytes:
                return None
            self._count(matrix.nbytes)
        try:
            held = HeldMatrix(matrix, device=self._device, gpu=self._gpu)
        except TemptrackError as error:
            log.warning("Vectors stay with the processor: %s", error)
            with self._lock:
                self._count(-matrix.nbytes)
                # There is less room than was said: trying again with each question would help nobody.
                self._limit_bytes = self._used_bytes
            return None
        log.info("%d MiB of vectors lie on %s.", matrix.nbytes // _MIB, self._device)
        weakref.finalize(held, self._give_back, matrix.nbytes)
        return held

    def _give_back(self, size_bytes: int) -> None:
        with self._lock:
            self._count(-size_bytes)

    def _count(self, more_bytes: int) -> None:
        self._used_bytes += more_bytes
        metrics.VECTORS_ON_GPU.set(self._used_bytes)
