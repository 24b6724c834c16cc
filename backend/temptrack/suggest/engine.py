"""Wires the local engine: the bundle on its device and the libraries of this machine."""

from temptrack.library.store import LibraryStore, list_libraries
from temptrack.model.types import Bundle
from temptrack.suggest.local import LocalSuggester

DEFAULT_BUNDLE = "lite-0"


def open_local_engine(
    device: str = "auto", bundle: str = DEFAULT_BUNDLE, *, threads: int | None = None
) -> LocalSuggester:
    """Load a bundle and return an engine over the libraries of this machine.

    Args:
        device: "auto", "cpu" or "cuda".
        bundle: id of a bundle, or its folder.
        threads: most threads a graph runs on; None leaves it to the runtime.

    Raises:
        NotFound: when there is no such bundle.
        Corrupt: when a file of the bundle does not match its manifest.
        NotReady: when the device cannot be used.
    """
    # Bundles bring the whole runtime; an engine over a bundle that is loaded already needs none of it.
    from temptrack.model.bundles import load_bundle

    return engine_for(load_bundle(bundle, device=device, threads=threads))


def engine_for(bundle: Bundle) -> LocalSuggester:
    """Return an engine over the libraries of this machine with a bundle that is loaded already."""
    return LocalSuggester(
        bundle,
        lambda name: LibraryStore.open(name).reader(),
        current_version=lambda name: LibraryStore.open(name).version,
        list_libraries=list_libraries,
    )
