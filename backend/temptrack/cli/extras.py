"""Says which extra is missing where a package is."""

from collections.abc import Iterator
from contextlib import contextmanager

from temptrack.errors import NotSupported


@contextmanager
def server_extra() -> Iterator[None]:
    """Import what a server needs inside this block. Raises NotSupported where a package is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise NotSupported(
            f"A server needs the package {error.name}, which is not installed.",
            reason="MISSING_EXTRA",
            hint="Run `pip install 'temptrack[cpu,server]'` (or `[gpu,server]` on a machine with CUDA).",
        ) from error
