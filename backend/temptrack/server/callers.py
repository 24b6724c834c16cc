"""Who calls: what they are named, and what they may do."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from temptrack import errors
from temptrack.server.options import Right

_RANK: Final[dict[Right, int]] = {"suggest": 0, "index": 1, "admin": 2}

_SUGGESTIONS: Final = "/temptrack_api.v1.SuggestionService/"
_LIBRARIES: Final = "/temptrack_api.v1.LibraryService/"
_BUNDLES: Final = "/temptrack_api.v1.BundleService/"

RIGHT_OF_CALL: Final[dict[str, Right]] = {
    _BUNDLES + "GetBundle": "suggest",
    _SUGGESTIONS + "EncodeSegment": "suggest",
    _SUGGESTIONS + "Suggest": "suggest",
    _SUGGESTIONS + "ReportCue": "suggest",
    _LIBRARIES + "ListLibraries": "suggest",
    _LIBRARIES + "GetLibrary": "suggest",
    _LIBRARIES + "ListTracks": "suggest",
    _LIBRARIES + "StreamTrackAudio": "suggest",
    _LIBRARIES + "IndexLibrary": "index",
    _LIBRARIES + "RemoveTracks": "index",
    _LIBRARIES + "CreateLibrary": "admin",
    _LIBRARIES + "DeleteLibrary": "admin",
}
"""The right that each call needs; a call that is not here is refused."""

_LIBRARY_FIELDS: Final = ("library", "name")


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever makes a call.

    Attributes:
        name: of their token, their certificate, or the machine they call from; never the token itself.
        right: what they may do; later rights hold earlier ones (suggest, index, admin).
        libraries: names of the libraries they may use; None is all.
    """

    name: str
    right: Right
    libraries: frozenset[str] | None = field(default=None)

    def check(self, method: str, request: object) -> None:
        """Make sure that a call is theirs to make.

        Args:
            method: full name of the call, such as "/temptrack_api.v1.BundleService/GetBundle".
            request: its message; the library it names is in the field ``library`` or ``name``.

        Raises:
            Forbidden: they lack the right, or may not use that library, be it there or not.
        """
        needed = RIGHT_OF_CALL.get(method, "admin")
        if _RANK[self.right] < _RANK[needed]:
            raise errors.Forbidden(
                f"{self.name!r} has the right to {self.right!r}; this call needs {needed!r}.",
                reason="RIGHT_MISSING",
                hint="Ask whoever runs the server for a token with that right.",
                metadata={"right": needed},
            )
        for name in _LIBRARY_FIELDS:
            library = getattr(request, name, None)
            if isinstance(library, str) and not self.may_use(library):
                raise errors.Forbidden(
                    f"{self.name!r} may not use library {library!r}.",
                    reason="LIBRARY_NOT_ALLOWED",
                    hint="Ask whoever runs the server for a token with that library.",
                    metadata={"library": library},
                )

    def may_use(self, library: str) -> bool:
        """Whether a library is one of theirs."""
        return self.libraries is None or library in self.libraries


_NOBODY: Final = Caller(name="nobody", right="suggest")
_CURRENT: ContextVar[Caller | None] = ContextVar("caller", default=None)


def current_caller() -> Caller:
    """Return who makes the call that this task answers."""
    return _CURRENT.get() or _NOBODY


def answer(caller: Caller) -> None:
    """Answer this caller in this task from now on; every call has a task of its own."""
    _CURRENT.set(caller)
