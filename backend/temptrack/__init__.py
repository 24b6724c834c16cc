"""Suggest music for a cut from your own library, by picture and by words.

The public API (``temptrack.api``) is loaded when one of its names is first used; ``__init__.pyi`` shows it to
type checkers.
"""

import importlib

__version__ = "0.1.0.dev0"

# Written out: asking temptrack.api for its names would load it with every `from temptrack import errors`.
__all__ = (
    "AlreadyExists",
    "AsyncLibrary",
    "AsyncServer",
    "AsyncSuggested",
    "Cancelled",
    "Corrupt",
    "Cut",
    "DeadlineExceeded",
    "EngineInfo",
    "Excerpt",
    "Fit",
    "Forbidden",
    "IndexReport",
    "InsertedCue",
    "InvalidRequest",
    "Library",
    "LibraryInfo",
    "NotFound",
    "NotReady",
    "NotSupported",
    "Overloaded",
    "Reason",
    "Sampling",
    "ScopeRequest",
    "Server",
    "SuggestReport",
    "Suggested",
    "Suggestion",
    "TemptrackError",
    "Track",
    "TrackFilter",
    "Unauthenticated",
    "Unavailable",
    "connect",
    "connect_async",
    "create_library",
    "delete_library",
    "list_libraries",
    "open_library",
    "open_library_async",
    "read_cut",
    "track_filter",
)


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'temptrack' has no attribute {name!r}")
    return getattr(importlib.import_module("temptrack.api"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
