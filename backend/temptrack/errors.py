"""The one tree of errors that leaves any room of temptrack.

Every error says what happened with the value, then what to do. Reasons are stable UPPER_SNAKE words that
scripts may match on; messages may change.
"""

from collections.abc import Mapping
from typing import ClassVar


class TemptrackError(Exception):
    """Base of everything temptrack raises on purpose.

    Attributes:
        message: one sentence naming what happened, with the offending value.
        reason: stable UPPER_SNAKE word for programs.
        hint: the next step in words, or an empty string.
        metadata: further facts as short strings (paths, names, limits).
    """

    default_reason: ClassVar[str] = "INTERNAL"
    exit_code: ClassVar[int] = 1

    def __init__(
        self,
        message: str,
        *,
        reason: str | None = None,
        hint: str = "",
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason or self.default_reason
        self.hint = hint
        self.metadata = dict(metadata or {})

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders when tracks are analysed in parallel; keyword-only arguments need help.
        return (_rebuild, (type(self), self.message, self.reason, self.hint, self.metadata))


def _rebuild(
    kind: type[TemptrackError], message: str, reason: str, hint: str, metadata: dict[str, str]
) -> TemptrackError:
    return kind(message, reason=reason, hint=hint, metadata=metadata)


class InvalidRequest(TemptrackError):
    """A value that can never work, whatever the state of the system."""

    default_reason = "INVALID_REQUEST"
    exit_code = 2


class NotFound(TemptrackError):
    """A file, library, track or bundle that is not there."""

    default_reason = "NOT_FOUND"
    exit_code = 3


class AlreadyExists(TemptrackError):
    """Something of that name stands already and would be overwritten."""

    default_reason = "ALREADY_EXISTS"
    exit_code = 2


class NotReady(TemptrackError):
    """The request is right but the state is not: index empty, bundle mismatch, no picture in scope."""

    default_reason = "NOT_READY"
    exit_code = 4


class Forbidden(TemptrackError):
    """The caller, or the file system, does not allow it."""

    default_reason = "FORBIDDEN"
    exit_code = 5


class Unauthenticated(TemptrackError):
    """The caller did not say who they are."""

    default_reason = "UNAUTHENTICATED"
    exit_code = 5


class NotSupported(TemptrackError):
    """A format, schema or feature this build cannot handle; an extra may be missing."""

    default_reason = "NOT_SUPPORTED"
    exit_code = 2


class Overloaded(TemptrackError):
    """A limit was reached; the same call works later."""

    default_reason = "OVERLOADED"
    exit_code = 5


class Unavailable(TemptrackError):
    """A server or store that cannot be reached now."""

    default_reason = "UNAVAILABLE"
    exit_code = 5


class Corrupt(TemptrackError):
    """Bytes that are not what they claim to be: a damaged file, a hash that differs."""

    default_reason = "CORRUPT"
    exit_code = 4


class Cancelled(TemptrackError):
    """The caller gave up before the answer was ready."""

    default_reason = "CANCELLED"
    exit_code = 130


class DeadlineExceeded(TemptrackError):
    """The time the caller allowed ran out."""

    default_reason = "DEADLINE_EXCEEDED"
    exit_code = 5
