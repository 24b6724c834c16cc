"""Turns what the table engine raises into temptrack's errors."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

from temptrack.errors import (
    AlreadyExists,
    Corrupt,
    Forbidden,
    InvalidRequest,
    NotFound,
    TemptrackError,
    Unavailable,
)
from temptrack.home import ENVIRONMENT_VARIABLE

_FULL = tuple(f"os error {code}" for code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
_DENIED = (
    "permission denied", "os error 13", "os error 30", "access denied", "accessdenied", "forbidden",
    "status: 401", "status: 403", "aws credentials",
)  # fmt: skip
_FOR_BUCKETS = (
    "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, and what the store lets this key do."
)
# What an object store that does not answer, or answers that it cannot, looks like.
_AWAY = ("retryerror", "connect error", "timed out", "os error 5)")
_DAMAGED = (
    "corrupt", "not found", "invalid", "magic", "decode", "end of file", "sufficient data",
    "fill whole buffer",
)  # fmt: skip


def is_conflict(error: Exception) -> bool:
    """Tell whether another process changed the library at the same moment, so that trying again helps."""
    text = str(error).lower()
    return "conflict" in text or "too many concurrent writers" in text


@contextmanager
def storage_errors(library: str, uri: str) -> Iterator[None]:
    """Raise what the engine raises inside the block as a TemptrackError that names the library.

    Raises:
        InvalidRequest: NOT_A_FOLDER.
        NotFound: LIBRARY_NOT_FOUND or BUCKET_NOT_FOUND.
        Unavailable: DISK_FULL, or STORE_UNREACHABLE for anything that may pass.
        Forbidden: LIBRARY_FORBIDDEN.
        Corrupt: LIBRARY_CORRUPT.
    """
    try:
        yield
    except (TemptrackError, KeyboardInterrupt):
        raise
    except (OSError, RuntimeError, ValueError) as error:
        raise _translated(error, library, uri) from error


@contextmanager
def free_place(library: str, uri: str, hint: str) -> Iterator[None]:
    """Make a table inside the block, at a place where there must be none.

    Args:
        library: whose table it is.
        uri: the place.
        hint: what to do where it is taken.

    Raises:
        AlreadyExists: LIBRARY_EXISTS.
    """
    try:
        yield
    except ValueError as error:
        if "already exists" not in str(error).lower():
            raise
        raise AlreadyExists(
            f"There is a library at {uri} already.",
            reason="LIBRARY_EXISTS",
            hint=hint,
            metadata={"library": library, "uri": uri},
        ) from error


def _translated(error: Exception, library: str, uri: str) -> TemptrackError:
    metadata = {"library": library, "uri": uri, "cause": str(error)[:500]}
    return _of_the_place(error, library, uri, metadata) or _of_the_table(error, library, uri, metadata)


def _of_the_place(
    error: Exception, library: str, uri: str, metadata: dict[str, str]
) -> TemptrackError | None:
    text = str(error)
    lowered = text.lower()
    if "no space left" in lowered or "disk full" in lowered or any(code in lowered for code in _FULL):
        return Unavailable(
            f"There is no space left for library {library!r} at {uri}.",
            reason="DISK_FULL",
            hint="Free some space and run the same command again; what was indexed so far is kept.",
            metadata=metadata,
        )
    if isinstance(error, PermissionError) or any(word in lowered for word in _DENIED):
        return Forbidden(
            f"Library {library!r} at {uri} cannot be read or written.",
            reason="LIBRARY_FORBIDDEN",
            hint=_FOR_BUCKETS if _in_a_bucket(uri) else "Check the permissions of that place.",
            metadata=metadata,
        )
    if "nosuchbucket" in lowered:
        return NotFound(
            f"There is no bucket for library {library!r} at {uri}.",
            reason="BUCKET_NOT_FOUND",
            hint="Make the bucket with the tools of the store, or name another one.",
            metadata=metadata,
        )
    if any(word in lowered for word in _AWAY):
        return _unreachable(library, uri, text, metadata)
    if isinstance(error, NotADirectoryError):
        return InvalidRequest(
            f"Library {library!r} cannot be kept at {uri}: a part of that path is a file, not a folder.",
            reason="NOT_A_FOLDER",
            hint=f"Let {ENVIRONMENT_VARIABLE} name a folder, or move the file out of the way.",
            metadata=metadata,
        )
    return None


def _of_the_table(error: Exception, library: str, uri: str, metadata: dict[str, str]) -> TemptrackError:
    text = str(error)
    lowered = text.lower()
    if isinstance(error, FileNotFoundError) or "was not found" in lowered:
        return NotFound(
            f"Library {library!r} is not at {uri}.",
            reason="LIBRARY_NOT_FOUND",
            hint="`temptrack library list` shows the libraries there are.",
            metadata=metadata,
        )
    if any(word in lowered for word in _DAMAGED):
        return Corrupt(
            f"Library {library!r} at {uri} is damaged: {_first_line(text)}",
            reason="LIBRARY_CORRUPT",
            hint=f"Delete it with `temptrack library remove {library}` and index its folders again.",
            metadata=metadata,
        )
    return _unreachable(library, uri, text, metadata)


def _unreachable(library: str, uri: str, text: str, metadata: dict[str, str]) -> Unavailable:
    hint = "Check that the place is mounted and reachable, then try again."
    if "BadScheme" in text:
        hint = "The store is addressed by http://, which needs AWS_ALLOW_HTTP=true in the environment."
    elif _in_a_bucket(uri):
        hint = "Check that the store answers at AWS_ENDPOINT_URL, then run the same again."
    return Unavailable(
        f"Library {library!r} at {uri} could not be reached: {_first_line(text)}",
        reason="STORE_UNREACHABLE",
        hint=hint,
        metadata=metadata,
    )


def _in_a_bucket(uri: str) -> bool:
    return "://" in uri and not uri.startswith("file:")


def _first_line(text: str) -> str:
    if "RetryError" in text or "Error performing" in text:
        # An object store's own story is long; its kernel is what the store or the network said.
        kernel = re.search(r"status: \d{3}|dns error|BadScheme", text)
        return kernel[0] if kernel else "it does not answer"
    line = (text.strip().splitlines() or ["no reason given"])[0]
    # Where in its own source the engine noticed helps nobody who reads this.
    return re.sub(r",? \S+\.rs:\d+:\d+.*$", "", line)[:300]
