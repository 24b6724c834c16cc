"""Wires the local engine: a loaded bundle and the libraries of this machine."""

from temptrack.library.store import LibraryStore, list_libraries
from temptrack.model.types import Bundle
from temptrack.suggest.local import LocalSuggester


def engine_for(bundle: Bundle) -> LocalSuggester:
    """Return an engine over the libraries of this machine with a bundle that is loaded already."""
    return LocalSuggester(
        bundle,
        lambda name: LibraryStore.open(name).reader(),
        current_edition=lambda name: LibraryStore.open(name).edition,
        list_libraries=list_libraries,
    )
