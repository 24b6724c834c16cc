"""The public Python API: libraries of music, of this machine or of a server, and what they suggest.

``import temptrack`` gives these names; nothing heavy is loaded before one of them is used.
"""

from temptrack.api.aio import AsyncLibrary, AsyncServer, AsyncSuggested, connect_async, open_library_async
from temptrack.api.library import Library, create_library, delete_library, list_libraries, open_library
from temptrack.api.server import Server, connect
from temptrack.api.suggested import Suggested
from temptrack.api.upkeep import back_up_library, compact_library, restore_library
from temptrack.errors import (
    AlreadyExists,
    Cancelled,
    Corrupt,
    DeadlineExceeded,
    Forbidden,
    InvalidRequest,
    NotFound,
    NotReady,
    NotSupported,
    Overloaded,
    TemptrackError,
    Unauthenticated,
    Unavailable,
)
from temptrack.library.report import IndexReport
from temptrack.library.types import LibraryInfo, Track, TrackFilter
from temptrack.media.types import Sampling
from temptrack.seat.cuts import Cut, read_cut
from temptrack.seat.filters import track_filter
from temptrack.seat.reports import InsertedCue, SuggestReport
from temptrack.suggest.cue_report import CueReport
from temptrack.suggest.types import EngineInfo, Excerpt, Fit, Reason, Suggestion
from temptrack.timeline.scope_request import ScopeRequest

__all__ = [
    "AlreadyExists",
    "AsyncLibrary",
    "AsyncServer",
    "AsyncSuggested",
    "Cancelled",
    "Corrupt",
    "CueReport",
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
    "back_up_library",
    "compact_library",
    "connect",
    "connect_async",
    "create_library",
    "delete_library",
    "list_libraries",
    "open_library",
    "open_library_async",
    "read_cut",
    "restore_library",
    "track_filter",
]
