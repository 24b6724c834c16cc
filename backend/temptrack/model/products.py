"""Matrices that lie on a device and are multiplied there."""

import threading
from pathlib import Path

from temptrack.model.sessions import Gpu, Session
from temptrack.model.types import Matrix, Vector

GRAPH = Path(__file__).with_name("product.onnx")
"""One MatMul, made by tools/gen_product_graph.py."""


class HeldMatrix:
    """A matrix on a device, copied there once. Safe to share between threads, which take turns."""

    def __init__(self, matrix: Matrix, *, device: str, gpu: Gpu | None = None) -> None:
        """Copy a matrix to a device.

        Args:
            matrix: [rows, columns].
            device: "cpu" or "cuda" as ``choose_device`` settled it.
            gpu: which GPU, where the device is "cuda"; the first if None.

        Raises:
            NotReady: DEVICE_NOT_READY, also where the device has no room for it.
        """
        self._session = Session(GRAPH, device=device, threads=None, gpu=gpu or Gpu())
        self._matrix = self._session.place(matrix)
        self._lock = threading.Lock()

    def __call__(self, vector: Vector) -> Vector:
        """Return the product of the matrix with a vector, [columns] -> [rows]."""
        # One at a time: each takes room for a number a row on the device.
        with self._lock:
            return self._session.run_bound({"matrix": self._matrix, "vector": vector})["product"]
